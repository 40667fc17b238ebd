"""One pipeline, and the same one with other values in one column of its sources: what may differ between the two."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from generated.engines import DuckDB, Rows, bag, run
from generated.pipelines import Written
from msgspec.structs import replace

from odibi_sql import api, ir
from odibi_sql.diagnostics import CompileError
from odibi_sql.ir.walk import inputs, map_inputs
from odibi_sql.lineage import Ref, lineage_of, sources_of
from odibi_sql.lower import load_dialect, lower


class Unsound(AssertionError):
    """Values differ that nothing which changed reaches, as lineage says."""


def hold_sources(written: Written, chance: random.Random, engine: DuckDB) -> Counter[str]:
    """Change the sources of a pipeline one column at a time, and one table by a row; return what came of it.

    Raises Unsound. A run that fails says nothing.
    """
    seen: Counter[str] = Counter()
    try:
        graph = api.check(api.from_text(written.text)).graph
    except CompileError:
        return Counter(refused=1)
    goals = tuple(name for name in written.last if name in {each.name for each in graph.datasets})
    sources = sources_of(lineage_of(graph))
    before = rows_of(graph, goals, engine)
    if before is None:
        return Counter(failed=1)
    for changed in _refs(graph):
        other = rows_of(_with_change(graph, changed, chance), goals, engine)
        if other is None:
            seen["failed"] += 1
            continue
        for goal in goals:
            seen[_judged(graph.dataset(goal), changed, sources, before[goal], other[goal], written.text)] += 1
    return seen


def rows_of(graph: ir.Graph, goals: tuple[str, ...], engine: DuckDB) -> Rows | None:
    """Return the rows of datasets as they are written, without optimizing; None where the run fails."""
    try:
        return run(lower(graph, load_dialect("duckdb"), goals), engine).rows
    except engine.failures:
        return None


def _refs(graph: ir.Graph) -> list[Ref]:
    tables = [each for each in graph.datasets if each.made_by == "ingest"]
    columns = [Ref(each.name, name, is_source=True) for each in tables for name in _leaf(each.relation).schema.names]
    return [*columns, *(Ref(each.name, is_source=True) for each in tables)]


def _judged(dataset: ir.Dataset, changed: Ref, sources: Any, before: Any, after: Any, picture: str) -> str:
    reached = {name: changed in {use.ref for use in sources[Ref(dataset.name, name)]} for name in _names(dataset)}
    if changed in {use.ref for use in sources[Ref(dataset.name)]}:
        return "its rows are reached"
    kept = [name for name, is_reached in reached.items() if not is_reached]
    one, other = ([{name: row[name] for name in kept} for row in rows] for rows in (before, after))
    if bag(one) != bag(other) or len(one) != len(other):
        raise Unsound(f"{changed} does not reach {kept} of {dataset.name}\n{picture}\n{one}\n{other}")
    return "columns are not reached" if kept else "all columns are reached"


def _names(dataset: ir.Dataset) -> tuple[str, ...]:
    return dataset.relation.schema.names


def _leaf(relation: ir.Relation) -> ir.Relation:
    """Return the rows of `values`: those with lists are a union of projections of one row."""
    while not isinstance(relation, ir.Rows):
        (below, *_) = inputs(relation)
        if isinstance(below, ir.Rows) and below.schema.names == ("row",):
            return relation
        if isinstance(relation, ir.SetOperation):
            return relation
        relation = below
    return relation


def _rows(leaf: ir.Relation) -> list[tuple[ir.Expr, ...]]:
    match leaf:
        case ir.Rows(rows=rows):
            return list(rows)
        case ir.Project(columns=columns):
            return [tuple(each.value for each in columns)]
        case ir.SetOperation(inputs=each):
            return [row for below in each for row in _rows(below)]
    raise TypeError(leaf)


def _with_rows(leaf: ir.Relation, rows: list[tuple[ir.Expr, ...]]) -> ir.Relation:
    match leaf:
        case ir.Rows():
            return replace(leaf, rows=tuple(rows))
        case ir.Project(columns=columns):
            (row,) = rows
            named = zip(columns, row, strict=True)
            return replace(leaf, columns=tuple(ir.Assignment(each.name, value) for each, value in named))
        case ir.SetOperation(inputs=below):
            return replace(leaf, inputs=tuple(map(lambda each, row: _with_rows(each, [row]), below, rows)))
    raise TypeError(leaf)


def _with_change(graph: ir.Graph, ref: Ref, chance: random.Random) -> ir.Graph:
    """Return the graph with other values in a column of a table, or with a row less."""
    leaf = _leaf(graph.dataset(ref.dataset).relation)
    rows = _without_one(_rows(leaf), chance) if ref.column is None else _with_others(graph, leaf, ref.column, chance)

    def change(relation: ir.Relation) -> ir.Relation:
        return _with_rows(leaf, rows) if relation is leaf else map_inputs(relation, change)

    datasets = tuple(replace(each, relation=change(each.relation)) for each in graph.datasets)
    return replace(graph, datasets=datasets)


def _without_one(rows: list[tuple[ir.Expr, ...]], chance: random.Random) -> list[tuple[ir.Expr, ...]]:
    if len(rows) < 2:
        return rows
    gone = chance.randrange(len(rows))
    return [*rows[:gone], *rows[gone + 1 :]]


def _with_others(graph: ir.Graph, leaf: ir.Relation, column: str, chance: random.Random) -> list[tuple[ir.Expr, ...]]:
    place, field = leaf.schema.names.index(column), leaf.schema[column]
    tables = [_leaf(each.relation) for each in graph.datasets if each.made_by == "ingest"]
    pool = [
        row[number]
        for table in tables
        for number, other in enumerate(table.schema)
        if other.type == field.type
        for row in _rows(table)
        if _fits(row[number], field, leaf)
    ]
    return [
        tuple(chance.choice(pool) if number == place else value for number, value in enumerate(row))
        for row in _rows(leaf)
    ]


def _fits(value: ir.Expr, field: ir.Field, leaf: ir.Relation) -> bool:
    if not isinstance(value, ir.Literal):
        return not isinstance(leaf, ir.Rows)
    return field.nullable or value.value is not None
