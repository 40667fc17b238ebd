"""From one column, or the rows of a dataset, up to the sources and down to what breaks where it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from odibi_sql import ir
from odibi_sql.lineage.values import (
    DIRECT,
    Kind,
    Lineage,
    Made,
    Mention,
    Ref,
    TracedRule,
    Use,
    Uses,
    composed,
    strength,
    through,
)

Kinds = dict[Ref, tuple[Kind, ...]]


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """A column on the way: the ways in which it matters, what makes it, the expressions that do."""

    ref: Ref
    kinds: tuple[Kind, ...]
    uses: Uses
    made: tuple[Made, ...]


class Origins(msgspec.Struct, frozen=True, kw_only=True):
    """What is above `ref`. `hops`: itself first, then what makes its values. `sources` decide its values, `row_sources`
    which rows there are, at the places `mentions`."""

    ref: Ref
    hops: tuple[Hop, ...]
    sources: Kinds
    row_sources: Kinds
    mentions: tuple[Mention, ...]


class StoreHit(msgspec.Struct, frozen=True, kw_only=True):
    """A store that is not the same any more: columns whose values change, those that it relies on, its rows."""

    store: ir.Store
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    partition: tuple[str, ...]
    rows_change: bool


class RuleHit(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that can break: because of what it speaks of, or because it sees other rows (`by_rows`)."""

    rule: TracedRule
    by_rows: bool


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What is below `refs`: columns with other values, operators that decide otherwise, datasets with other rows, rules
    and stores."""

    refs: tuple[Ref, ...]
    columns: Kinds
    mentions: tuple[Mention, ...]
    rows: tuple[str, ...]
    rules: tuple[RuleHit, ...]
    stores: tuple[StoreHit, ...]


def origins_of(lineage: Lineage, ref: Ref) -> Origins:
    """Return what makes a column (or, where `ref` has none, which rows a dataset has). Raises KeyError."""
    lineage.uses_of(ref)
    values = _above(lineage, ref)
    rows = {} if ref.is_source else _above(lineage, Ref(ref.dataset))
    deciding = {each.dataset for each in rows if each.column is None and not each.is_source}
    names = [name for name in reversed(lineage.datasets) if name in deciding]
    on_the_way = [each for each in values if each.column is not None and any(kind in DIRECT for kind in values[each])]
    return Origins(
        ref=ref,
        hops=tuple(_hop(lineage, each, values[each]) for each in _in_order(lineage, on_the_way, last_first=True)),
        sources=_sources(lineage, values),
        row_sources=_sources(lineage, rows),
        mentions=tuple(each for name in names for each in lineage.datasets[name].mentions if each.decides == "rows"),
    )


def sources_of(lineage: Lineage) -> dict[Ref, Uses]:
    """Return for every column, and for the rows of every dataset, the columns and the rows of sources that matter."""
    found: dict[Ref, Uses] = {}
    known: dict[tuple[Kind, Ref], Uses] = {}

    def above(use: Use) -> Uses:
        if use.ref.is_source:
            return frozenset([use])
        if (use.kind, use.ref) not in known:
            known[use.kind, use.ref] = through(use.kind, found[use.ref])
        return known[use.kind, use.ref]

    for name, traced in lineage.datasets.items():
        for column, made in traced.columns.items():
            found[Ref(name, column)] = frozenset().union(*map(above, made.uses))
        found[Ref(name)] = frozenset().union(*map(above, traced.rows))
    return found


def impact_of(lineage: Lineage, refs: Iterable[Ref]) -> Impact:
    """Return what changes where these columns, or these rows, change."""
    start = tuple(refs)
    reached = _below(lineage, start)
    columns = {each: kinds for each, kinds in reached.items() if each.column is not None}
    names = {each.dataset for each in reached if each.column is None and not each.is_source}
    return Impact(
        refs=start,
        columns={each: columns[each] for each in _in_order(lineage, columns) if each not in start},
        mentions=tuple(_touched(lineage, columns)),
        rows=tuple(name for name in lineage.datasets if name in names),
        rules=tuple(_rules_hit(lineage, reached)),
        stores=tuple(_stores_hit(lineage, columns, names)),
    )


def _hop(lineage: Lineage, ref: Ref, kinds: tuple[Kind, ...]) -> Hop:
    made = () if ref.is_source or ref.column is None else lineage.datasets[ref.dataset].columns[ref.column].made
    return Hop(ref=ref, kinds=kinds, uses=lineage.uses_of(ref), made=made)


def _in_order(lineage: Lineage, refs: Iterable[Ref], *, last_first: bool = False) -> list[Ref]:
    """Return refs in the order of the steps and of their columns; `last_first`: of the steps from the end.

    A source is beside its ingest, nearer to the beginning.
    """
    places = {name: place for place, name in enumerate(lineage.datasets)}
    columns: dict[tuple[str, bool], dict[str, int]] = {}

    def key(ref: Ref) -> tuple[int, int, int]:
        of = ref.dataset, ref.is_source
        if of not in columns:
            names = (
                lineage.sources[ref.dataset].schema.names if ref.is_source else lineage.datasets[ref.dataset].columns
            )
            columns[of] = {name: place for place, name in enumerate(names)}
        sign = -1 if last_first else 1
        return sign * places[ref.dataset], -sign * ref.is_source, columns[of].get(ref.column or "", -1)

    return sorted(refs, key=key)


def _sources(lineage: Lineage, found: Kinds) -> Kinds:
    columns = [each for each in found if each.is_source and each.column is not None]
    return {each: found[each] for each in _in_order(lineage, columns)}


def _above(lineage: Lineage, ref: Ref) -> Kinds:
    return _reached([ref], lineage.uses_of, composed)


def _below(lineage: Lineage, refs: Iterable[Ref]) -> Kinds:
    users: dict[Ref, list[Use]] = {}
    for name, traced in lineage.datasets.items():
        made = [(Ref(name, column), each.uses) for column, each in traced.columns.items()]
        for ref, uses in (*made, (Ref(name), traced.rows)):
            for use in uses:
                users.setdefault(use.ref, []).append(Use(ref, use.kind))
    return _reached(refs, lambda ref: users.get(ref, ()), lambda kind, next_: composed(next_, kind))


def _reached(
    refs: Iterable[Ref], next_to: Callable[[Ref], Iterable[Use]], put_together: Callable[[Kind, Kind], Kind]
) -> Kinds:
    """Return all that can be reached from these, with the ways in which it is."""
    found: dict[Ref, set[Kind]] = {}
    waiting: list[Use] = [Use(ref, "IDENTITY") for ref in refs]
    while waiting:
        each = waiting.pop()
        kinds = found.setdefault(each.ref, set())
        if each.kind in kinds:
            continue
        kinds.add(each.kind)
        waiting.extend(Use(use.ref, put_together(each.kind, use.kind)) for use in next_to(each.ref))
    return {ref: tuple(sorted(kinds, key=strength)) for ref, kinds in found.items()}


def _touched(lineage: Lineage, columns: Kinds) -> Iterator[Mention]:
    for traced in lineage.datasets.values():
        yield from (each for each in traced.mentions if not each.refs.isdisjoint(columns))


def _rules_hit(lineage: Lineage, reached: Kinds) -> Iterator[RuleHit]:
    for rule in lineage.rules:
        if any(use.ref in reached and use.ref.column is not None for use in rule.uses):
            yield RuleHit(rule=rule, by_rows=False)
        elif any(use.ref in reached for use in (*rule.uses, *rule.rows)):
            yield RuleHit(rule=rule, by_rows=True)


def _stores_hit(lineage: Lineage, columns: Kinds, rows: set[str]) -> Iterator[StoreHit]:
    for store in lineage.stores:
        changed = [name for name in lineage.datasets[store.dataset].columns if Ref(store.dataset, name) in columns]
        if changed or store.dataset in rows:
            yield StoreHit(
                store=store,
                columns=tuple(changed),
                keys=tuple(name for name in store.keys if name in changed),
                partition=tuple(name for name in store.target.partition if name in changed),
                rows_change=store.dataset in rows,
            )
