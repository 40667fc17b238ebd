"""Lineage as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import click

from odibi_sql.diagnostics import Span
from odibi_sql.lineage import (
    DIRECT,
    Expression,
    Hop,
    Impact,
    Kind,
    Lineage,
    Made,
    Mention,
    Ref,
    Uses,
    expressions_of,
    impact_of,
    line_of,
    origins_of,
    sources_of,
    strength,
    words_of,
)

_MOST = 96  # characters of an expression
_MOST_NAMES = 8
Row = tuple[str, ...]


def whole(lineage: Lineage) -> str:
    """Return all datasets, each with its columns, what makes them and the source columns behind."""
    sources = sources_of(lineage)
    blocks = []
    for name, traced in lineage.datasets.items():
        dataset = traced.dataset
        layer = f", layer {dataset.layer}" if dataset.layer else ""
        rows = [
            (column, _first(column, made.made), _names(_direct(sources[Ref(name, column)])))
            for column, made in traced.columns.items()
        ]
        decided = _by_kind(sources[Ref(name)])
        told = _table(rows)
        if decided:
            told.append(f"  {click.style('rows', italic=True)}  {decided}")
        blocks.append("\n".join([f"{click.style(name, bold=True)}  {dataset.made_by}{layer}", *told]))
    places = [(step, _place(lineage, step)) for step in lineage.sources]
    blocks.append(_block("sources", places))
    return "\n\n".join(each for each in blocks if each) or f"{lineage.pipeline}: no datasets"


def head(lineage: Lineage, ref: Ref) -> str:
    """Return what is asked for, with its type."""
    if ref.column is None:
        dataset = lineage.datasets[ref.dataset].dataset
        count = len(dataset.relation.schema)
        columns = f"{count} column{'' if count == 1 else 's'}"
        return f"{click.style(ref.dataset, bold=True)}  {dataset.made_by}, {columns}"
    of = lineage.sources[ref.dataset].schema if ref.is_source else lineage.datasets[ref.dataset].dataset.relation.schema
    field = of[ref.column]
    what = f", in {_place(lineage, ref.dataset)}" if ref.is_source else ""
    return f"{click.style(_name(ref), bold=True)}  {field.type}{'' if field.nullable else ' not null'}{what}"


def above(lineage: Lineage, ref: Ref) -> list[str]:
    """Return what a column, or each of a dataset, is made of, and what decides which rows there are."""
    origins = origins_of(lineage, ref)
    blocks = []
    if ref.column is None:
        traced = lineage.datasets[ref.dataset]
        hops = [
            Hop(ref=Ref(ref.dataset, name), kinds=(), uses=each.uses, made=each.made)
            for name, each in traced.columns.items()
        ]
        found = sources_of(lineage)
        blocks.append(_block("columns, and what makes them", _hops(hops, lineage)))
        rows = [(name, _names(_direct(found[Ref(ref.dataset, name)]))) for name in traced.columns]
        blocks.append(_block("source columns", [row for row in rows if row[1]]))
    else:
        blocks.append(_block("made by", _hops(origins.hops, lineage)))
        blocks.append(_block("source columns", _sources(origins.sources)))
    blocks.append(_block("which rows, decided by", _mentions(lineage, origins.mentions)))
    blocks.append(_block("source columns of that", _sources(origins.row_sources)))
    return [each for each in blocks if each] or ["  constant: nothing decides it"]


def below(lineage: Lineage, ref: Ref) -> list[str]:
    """Return what changes, or breaks, where a column, or a dataset, changes."""
    names = lineage.datasets[ref.dataset].columns if ref.column is None else ()
    impact = impact_of(lineage, [ref, *(Ref(ref.dataset, name) for name in names)])
    columns = [(_name(each), _kinds(kinds), _how(lineage, each)) for each, kinds in impact.columns.items()]
    blocks = [
        _block("columns with other values", columns),
        _block("what decides otherwise", _mentions(lineage, impact.mentions)),
        _block("datasets with other rows", [(name,) for name in impact.rows if name != ref.dataset or ref.column]),
        _block("rules that can break", _rules(impact)),
        _block("stores", _stores(impact)),
    ]
    return [each for each in blocks if each] or ["  nothing is made of it"]


def _block(title: str, rows: Sequence[Row]) -> str:
    return "\n".join([click.style(title, bold=True), *_table(rows)]) if rows else ""


def _table(rows: Sequence[Row]) -> list[str]:
    count = max((len(row) for row in rows), default=0)
    widths = [max((len(row[place]) for row in rows if len(row) > place), default=0) for place in range(count)]
    return [
        ("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))).rstrip() for row in rows
    ]


def _hops(hops: Iterable[Hop], lineage: Lineage) -> list[Row]:
    """Return a line for each column, and one for each expression within its step that comes before."""
    told: list[Row] = []
    for hop in hops:
        source = _taken_from_source(hop)
        if source is not None:
            told.append((_name(hop.ref), f"from {_place(lineage, source.dataset)}"))
            continue
        if hop.ref.is_source:  # its ingest has said so
            continue
        first, *others = expressions_of(hop.made) or [Expression("", "as it is", None)]
        line = _line(lineage, hop.ref.dataset, first.span)
        told.append((_name(hop.ref), _made(hop.ref.column or "", first), _inputs(hop.uses), line))
        told += [
            ("", f"  with {_short(f'{each.name} = {each.text}')}", "", _line(lineage, hop.ref.dataset, each.span))
            for each in others
        ]
    return told


def _taken_from_source(hop: Hop) -> Ref | None:
    """Return the column of a source that comes in as this one, as it is; itself where it is a source's alone."""
    if hop.ref.is_source:
        return None
    uses = list(hop.uses)
    is_same = len(uses) == 1 and uses[0].ref.is_source and uses[0].ref.column == hop.ref.column
    return uses[0].ref if is_same and uses[0].kind == "IDENTITY" else None


def _made(column: str, expression: Expression) -> str:
    return _short(expression.text if expression.name in ("", column) else f"{expression.name} = {expression.text}")


def _first(column: str, made: Sequence[Made]) -> str:
    found = expressions_of(made[:1])
    return _made(column, found[0]) if found else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST else f"{line[: _MOST - 1]}…"


def _how(lineage: Lineage, ref: Ref) -> str:
    if ref.is_source or ref.column is None:
        return ""
    return _first(ref.column, lineage.datasets[ref.dataset].columns[ref.column].made)


def _inputs(uses: Uses) -> str:
    direct = _direct(uses)
    others = sorted({(_name(each.ref), each.kind) for each in uses if each.ref not in direct and each.ref.column})
    return _listed([*map(_name, direct), *(f"({name}: {_word(kind)})" for name, kind in others)])


def _sources(sources: Mapping[Ref, Iterable[Kind]]) -> Sequence[Row]:
    return [(_name(each), _kinds(kinds)) for each, kinds in sources.items()]


def _direct(uses: Uses) -> list[Ref]:
    found = {each.ref for each in uses if each.kind in DIRECT}
    return sorted(found, key=_name)


def _names(refs: Iterable[Ref]) -> str:
    return _listed([_name(each) for each in refs])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _by_kind(uses: Uses) -> str:
    """Return `filter a.x, a.y; join b.z`: the columns that decide which rows there are."""
    kinds = sorted({each.kind for each in uses if each.ref.column is not None}, key=strength)
    named = [(kind, {each.ref for each in uses if each.kind == kind and each.ref.column}) for kind in kinds]
    return "; ".join(f"{_word(kind)} {_names(sorted(refs, key=_name))}" for kind, refs in named)


def _mentions(lineage: Lineage, mentions: Iterable[Mention]) -> Sequence[Row]:
    return [
        (
            each.step,
            _short(words_of(each)),
            _names(sorted(each.refs, key=_name)),
            _line(lineage, each.step, each.relation.span),
        )
        for each in mentions
    ]


def _rules(impact: Impact) -> Sequence[Row]:
    return [
        (each.rule.step, _short(each.rule.rule.text), each.rule.rule.action, "by its rows" if each.by_rows else "")
        for each in impact.rules
    ]


def _stores(impact: Impact) -> Sequence[Row]:
    told = []
    for each in impact.stores:
        said = [_listed(each.columns)] if each.columns else []
        said += [f"keys {', '.join(each.keys)}"] if each.keys else []
        said += [f"partitions {', '.join(each.partition)}"] if each.partition else []
        said += ["other rows"] if each.rows_change else []
        target = each.store.target
        told.append((each.store.name, f"{target.format} {target.path}", "; ".join(said)))
    return told


def _place(lineage: Lineage, step: str) -> str:
    source = lineage.sources[step]
    where = "written in the pipeline" if source.location is None else source.location
    return f"{source.format} {where}".rstrip()


def _line(lineage: Lineage, step: str, span: Span | None) -> str:
    """Return the line of a place, with its file where that is not the one of the step."""
    if span is None:
        return ""
    own = lineage.datasets[step].dataset.span if step in lineage.datasets else None
    file = "" if own is None or own.source is span.source else f"{span.source.name} "
    return f"{file}line {line_of(span)}"


def _name(ref: Ref) -> str:
    return f"rows of {ref.dataset}" if ref.column is None else f"{ref.dataset}.{ref.column}"


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(map(_word, kinds))


def _word(kind: str) -> str:
    return kind.lower().replace("_", " ")
