"""Whatever the graph and its rows: DuckDB gives what the language means, in the types and the order that were said."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import duckdb
from hypothesis import HealthCheck, assume, given, settings
from interpreter import Row, RunFailure, run_graph
from interpreter.values import Place, identity
from ir_generate import FIELDS, graphs, tables
from lower_build import DUCKDB, connect

from odibi_sql import ir
from odibi_sql.ir.show import show_graph
from odibi_sql.lower import lower
from odibi_sql.optimize import optimize
from odibi_sql.plan import Answer, Check, Materialize, Plan, Write

CONNECTION = connect()
FAILURES = (duckdb.OutOfRangeException, duckdb.ConversionException, duckdb.InvalidInputException)


def bag(rows: list[Row]) -> Counter[Any]:
    """Return the rows without their order; the last bits of a sum of floats depend on it."""
    return Counter(tuple((name, rounded(identity(value))) for name, value in row.items()) for row in rows)


def rounded(value: Any) -> Any:
    return float(f"{value:.12g}") if isinstance(value, float) else value


def is_in_order(rows: list[Row], order: tuple[ir.SortKey, ...]) -> bool:
    places = [Place(order, [row[each.value.name] for each in order]) for row in rows]  # type: ignore[attr-defined]
    return all(not after < before for before, after in itertools.pairwise(places))


def fill(there: dict[str, list[Row]]) -> None:
    """Make a table of each file: `FROM 'left'` reads it."""
    for name, fields in FIELDS.items():
        columns = ", ".join(f"{field.name} {DUCKDB.type_name(field.type)}" for field in fields)
        CONNECTION.execute(f'CREATE OR REPLACE TEMP TABLE "{name}.parquet" ({columns})')
        if there[name]:
            holes = ", ".join("?" for _ in fields)
            values = [[row[field.name] for field in fields] for row in there[name]]
            CONNECTION.executemany(f'INSERT INTO "{name}.parquet" VALUES ({holes})', values)


def run(plan: Plan) -> tuple[dict[str, list[Row]], dict[str, Row]]:
    """Return the rows of what is stored or asked for, and of the checks."""
    found: dict[str, list[Row]] = {}
    checks: dict[str, Row] = {}
    seen: set[str] = set()
    for stage in plan.stages:
        assert seen.issuperset(stage.needs), f"{stage.name} needs {stage.needs} after {seen}"
        seen.add(stage.name)
        if isinstance(stage, Materialize):
            CONNECTION.execute(f'CREATE OR REPLACE TEMP TABLE "{stage.name}" AS {stage.sql}')
            continue
        result = CONNECTION.sql(stage.sql)
        given = [str(each).replace(" ", "") for each in result.types]
        wanted = [DUCKDB.type_name(field.type).replace(" ", "") for field in stage.schema]
        assert given == wanted, f"{given} instead of {wanted} of {stage.name}"
        if isinstance(stage, Write) and stage.table is not None:
            CONNECTION.execute(f'CREATE OR REPLACE TEMP TABLE "{stage.table}" AS {stage.sql}')
        rows = [dict(zip(stage.schema.names, row, strict=True)) for row in result.fetchall()]
        if isinstance(stage, Check):
            checks[stage.name] = rows[0]
        elif isinstance(stage, Write | Answer):
            found[stage.dataset] = rows
    return found, checks


def with_files(graph: ir.Graph) -> ir.Graph:
    """Return the graph with files that are called like files."""

    def named(relation: ir.Relation) -> ir.Relation:
        if not isinstance(relation, ir.Scan):
            return relation
        group = relation.source.groups[0]
        path = f"{group.pattern}.parquet"
        new = ir.walk.replace_changed(group, pattern=path, files=(path,))
        return ir.walk.replace_changed(relation, source=ir.walk.replace_changed(relation.source, groups=(new,)))

    def change(relation: ir.Relation) -> ir.Relation:
        inside = ir.walk.map_inputs(named(relation), change)
        return ir.walk.map_expressions(inside, lambda expr: ir.walk.rewrite(expr, in_query))

    def in_query(expr: ir.Expr) -> ir.Expr:
        if isinstance(expr, ir.Exists | ir.InQuery | ir.ScalarQuery):
            return ir.walk.replace_changed(expr, relation=change(expr.relation))
        return expr

    return ir.walk.replace_changed(
        graph,
        datasets=tuple(ir.walk.replace_changed(each, relation=change(each.relation)) for each in graph.datasets),
        gates=tuple(ir.walk.replace_changed(each, relation=change(each.relation)) for each in graph.gates),
    )


def hold(graph: ir.Graph, there: dict[str, list[Row]]) -> None:
    try:
        rows, gates = run_graph(graph, there)
    except RunFailure:
        assume(False)
    plan = lower(with_files(graph), DUCKDB)
    sql = "\n\n".join(f"-- {type(stage).__name__} {stage.name}\n{stage.sql}" for stage in plan.stages)
    picture = f"\n{show_graph(graph)}\n{there}\n\n{sql}"
    fill(there)
    try:
        found, checks = run(plan)
    except FAILURES:
        assume(False)
    except (duckdb.Error, AssertionError) as error:
        raise AssertionError(f"{error}{picture}") from error
    for store in graph.stores:
        name = store.dataset
        assert bag(found[name]) == bag(rows[name]), f"{name}: {found[name]} instead of {rows[name]}{picture}"
        assert is_in_order(found[name], graph.dataset(name).order), picture
    for name, row in checks.items():
        assert row == gates[name], picture


QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=120)


@QUICK
@given(graphs(), tables())
def test_as_written(graph: ir.Graph, there: dict[str, list[Row]]) -> None:
    hold(graph, there)


@QUICK
@given(graphs(), tables())
def test_optimized(graph: ir.Graph, there: dict[str, list[Row]]) -> None:
    hold(optimize(graph, None), there)
