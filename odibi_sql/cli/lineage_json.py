"""Lineage as JSON: kinds are called as in the column lineage of OpenLineage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odibi_sql.diagnostics import Span
from odibi_sql.lineage import (
    DIRECT,
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

Json = dict[str, Any]


def whole(lineage: Lineage) -> Json:
    """Return all datasets: what makes each column in its step, and the source columns behind."""
    sources = sources_of(lineage)
    datasets = {
        name: {
            "made_by": traced.dataset.made_by,
            "step": traced.dataset.step,
            "layer": traced.dataset.layer,
            "columns": {
                column: {
                    "type": str(traced.dataset.relation.schema[column].type),
                    "expressions": _expressions(made.made),
                    "inputs": _uses(made.uses),
                    "sources": _uses(sources[Ref(name, column)]),
                }
                for column, made in traced.columns.items()
            },
            "rows": {"inputs": _uses(traced.rows), "sources": _uses(sources[Ref(name)])},
            "order": _uses(traced.order),
        }
        for name, traced in lineage.datasets.items()
    }
    return {"pipeline": lineage.pipeline, "datasets": datasets, "sources": _sources(lineage)}


def one(lineage: Lineage, ref: Ref, *, up: bool, down: bool) -> Json:
    """Return what is above a column, or a dataset, and what is below."""
    found = {"pipeline": lineage.pipeline, **_ref(ref)}
    if up:
        found["up"] = _up(lineage, ref)
    if down:
        found["down"] = _down(lineage, ref)
    return found


def _up(lineage: Lineage, ref: Ref) -> Json:
    origins = origins_of(lineage, ref)
    if ref.column is None:
        found: Json = whole(lineage)["datasets"][ref.dataset]
        return found | {"decided_by": _mentions(origins.mentions)}
    hops = [
        {
            **_ref(each.ref),
            "how": _kinds(each.kinds),
            "expressions": _expressions(each.made),
            "inputs": _uses(each.uses),
        }
        for each in origins.hops
    ]
    return {
        "made_by": hops,
        "sources": _counted(origins.sources),
        "row_sources": _counted(origins.row_sources),
        "decided_by": _mentions(origins.mentions),
    }


def _down(lineage: Lineage, ref: Ref) -> Json:
    names = lineage.datasets[ref.dataset].columns if ref.column is None else ()
    impact = impact_of(lineage, [ref, *(Ref(ref.dataset, name) for name in names)])
    rules = [
        {"step": each.rule.step, "rule": each.rule.rule.name, "text": each.rule.rule.text}
        | {"action": each.rule.rule.action, "by_rows": each.by_rows}
        for each in impact.rules
    ]
    stores = [
        {"store": each.store.name, "dataset": each.store.dataset, "path": each.store.target.path}
        | {"columns": each.columns, "keys": each.keys, "partition": each.partition, "rows_change": each.rows_change}
        for each in impact.stores
    ]
    return {
        "columns": _counted(impact.columns),
        "decides": _mentions(impact.mentions),
        "rows": impact.rows,
        "rules": rules,
        "stores": stores,
    }


def _sources(lineage: Lineage) -> Json:
    return {
        step: {
            "format": each.format,
            "location": each.location,
            "columns": [{"name": field.name, "type": str(field.type)} for field in each.schema],
        }
        for step, each in lineage.sources.items()
    }


def _ref(ref: Ref) -> Json:
    return {"dataset": ref.dataset, "column": ref.column} | ({"source": True} if ref.is_source else {})


def _uses(uses: Uses) -> list[Json]:
    kinds: dict[Ref, list[Kind]] = {}
    for each in uses:
        kinds.setdefault(each.ref, []).append(each.kind)
    return _counted({ref: kinds[ref] for ref in sorted(kinds, key=_order)})


def _order(ref: Ref) -> tuple[str, str, bool]:
    return ref.dataset, ref.column or "", ref.is_source


def _counted(kinds: Mapping[Ref, Iterable[Kind]]) -> list[Json]:
    return [{**_ref(ref), "how": _kinds(each)} for ref, each in kinds.items()]


def _kinds(kinds: Iterable[Kind]) -> list[Json]:
    return [
        {"type": "DIRECT" if kind in DIRECT else "INDIRECT", "subtype": kind} for kind in sorted(kinds, key=strength)
    ]


def _expressions(made: Iterable[Made]) -> list[Json]:
    return [{"name": each.name, "expression": each.text, **_place(each.span)} for each in expressions_of(made)]


def _place(span: Span | None) -> Json:
    return {"file": None if span is None else span.source.name, "line": line_of(span)}


def _mentions(mentions: Iterable[Mention]) -> list[Json]:
    return [
        {"step": each.step, "kind": each.kind, "decides": each.decides, "text": words_of(each)}
        | _place(each.relation.span)
        | {"columns": [_ref(ref) for ref in sorted(each.refs, key=_order)]}
        for each in mentions
    ]
