"""Functions run on DuckDB: an example through the whole path, a signature through its form alone."""

from __future__ import annotations

import ast
import datetime
import itertools
from collections.abc import Iterator
from typing import Any

import duckdb
from sqlglot import exp, parse_one

from odibi_sql import ir
from odibi_sql.check import check
from odibi_sql.diagnostics import Source
from odibi_sql.functions import Function, Parameter, Resolved, resolve
from odibi_sql.functions.resolve import parameters_of
from odibi_sql.lower import load_dialect, lower
from odibi_sql.lower.calls import lower_call
from odibi_sql.syntax.parse import parse

CLOCK = datetime.datetime(2025, 11, 1, 12, 30)
DUCKDB = load_dialect("duckdb")
ENTRY = ir.Struct((ir.Member("key", ir.STRING), ir.Member("value", ir.INT64)))
TYPES: tuple[ir.Type, ...] = (
    *(ir.STRING, ir.INT64, ir.FLOAT64, ir.Decimal(10, 2), ir.DATE, ir.TIMESTAMP, ir.TIMESTAMPTZ, ir.BOOL, ir.BINARY),
    *(ir.JSON, ir.INT8, ir.INT32, ir.FLOAT32, ir.DURATION, ir.Decimal(38, 10)),
    *(ir.Array(ir.INT64), ir.Array(ir.STRING), ir.Array(ir.Decimal(10, 2)), ir.Array(ir.FLOAT64)),
    *(ir.Array(ir.Array(ir.INT64)), ir.Map(ir.STRING, ir.INT64)),
    ir.Array(ENTRY),
)
SOME: dict[ir.Type, str] = {
    ir.STRING: "'a'",
    ir.INT64: "3",
    ir.INT32: "3",
    ir.INT8: "3",
    ir.FLOAT64: "0.5",
    ir.FLOAT32: "0.5",
    ir.DATE: "'2024-02-29'",
    ir.TIMESTAMP: "'2024-02-29 10:37:12.5'",
    ir.TIMESTAMPTZ: "'2024-02-29 10:37:12.5+00'",
    ir.BOOL: "true",
    ir.BINARY: "'a'",
    ir.JSON: "'{\"a\": 1}'",
    ir.DURATION: "INTERVAL 1 DAY",
    ir.Map(ir.STRING, ir.INT64): "MAP {'a': 1}",
    ENTRY: "{'key': 'a', 'value': 1}",
}
CONSTANTS: dict[str, Any] = {
    "unit": "day",
    "pattern": "(a)",
    "replacement": "x",
    "digits": 1,
    "fraction": 0.5,
    "group": 1,
    "order": "desc",
    "path": "$.a",
    "buckets": 2,
    "offset": 1,
    "position": 1,
    "separator": ",",
    "format": "%Y-%m-%d",
    "zone": "Europe/Paris",
    "width": ir.Interval(days=1),
    "weekday": "monday",
    "precision": 5,
    "name": "a",
}  # of the parameters that have to be constant


class _NoSources:
    def describe(self, request: ir.SourceRequest) -> ir.Described:
        raise AssertionError(request)


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for setting in filter(lambda each: each.name, DUCKDB.settings.values()):
        connection.execute(f"SET {setting.name} = '{setting.value}'")
    return connection


def checked_graph(pipeline: str) -> ir.Graph:
    """Return the graph of a pipeline without files."""
    return check(parse(Source("<test>", pipeline)), _NoSources(), {}, CLOCK).graph


def rows_of(pipeline: str, dataset: str) -> list[tuple[Any, ...]]:
    """Return the rows of a dataset of a pipeline without files."""
    plan = lower(checked_graph(pipeline), DUCKDB, (dataset,))
    assert len(plan.stages) == 1
    return connect().execute(plan.stages[0].sql).fetchall()


def answer(example: str) -> Any:
    """Return whether an example holds: True where it does.

    `… for x in (1, 2)` gives the rows of an aggregate or window function, whose answers are compared row by row.
    """
    expression, _, rows = example.partition(" for ")
    if not rows:
        return rows_of(
            f"pipeline p\ningest t from values (x int64) (1)\ntransform r from t | select r = {expression}", "r"
        )[0][0]
    names, _, values = rows.partition(" in ")
    ingest = _ingest([each.strip() for each in names.strip("()").split(",")], ast.literal_eval(_python(values)))
    if " over " not in expression:
        return rows_of(f"{ingest}\ntransform r from t | aggregate r = {expression}", "r")[0][0]
    call, _, expected = expression.rpartition(" = ")
    found = rows_of(f"{ingest}\ntransform r from t | select at, r = {call} | sort at", "r")
    return [value for _, value in found] == list(ast.literal_eval(_python(expected)))


def _ingest(names: list[str], values: Any) -> str:
    rows = [value if len(names) > 1 else (value,) for value in (values if isinstance(values, tuple) else (values,))]
    types = [_type_of([row[i] for row in rows]) for i in range(len(names))]
    columns = ", ".join(f"{name} {type_}" for name, type_ in zip(names, types, strict=True))
    written = ", ".join(f"({', '.join(map(_written, (at, *row)))})" for at, row in enumerate(rows))
    return f"pipeline p\ningest t from values (at int64, {columns}) {written}"


def _type_of(values: list[Any]) -> str:
    kind = next((type(value) for value in values if value is not None), int)
    return {int: "int64", float: "float64", str: "string"}[kind]


def _written(value: Any) -> str:
    return "null" if value is None else repr(value)


def _python(text: str) -> str:
    return text.replace("null", "None")


def _constant(parameter: Parameter) -> Any:
    if not parameter.is_constant:
        return None
    value = CONSTANTS.get(parameter.name)
    return parameter.choices[0] if parameter.choices and value not in parameter.choices else value


def signatures(function: Function) -> Iterator[tuple[tuple[ir.Type, ...], tuple[Any, ...], Resolved]]:
    """Give all argument types, out of TYPES, that a function takes as they are, with constants and what comes out."""
    most = len(function.parameters)
    variadic = most > 0 and function.parameters[-1].is_variadic
    for count in range(most + 2 if variadic else most + 1):
        parameters = parameters_of(function, count)
        if parameters is None:
            continue
        taken = [[type_ for type_ in TYPES if each.fit(type_) is not None] for each in parameters]
        if count > 3:  # too many to try them all
            taken = [each[:2] for each in taken]
        constants = tuple(_constant(each) for each in parameters)
        for types in itertools.product(*taken):
            resolved = resolve(function, types, (True,) * count, constants)
            if isinstance(resolved, Resolved) and resolved.argument_types == types:
                yield types, constants, resolved


def form(function: Function, types: tuple[ir.Type, ...], constants: tuple[Any, ...], args: list[str]) -> str:
    """Return the SQL of a call; window functions over all rows."""
    trees = [parse_one(each, dialect="duckdb") for each in args]

    def over(call: Any) -> Any:
        return exp.Window(this=call)

    tree = lower_call(function, types, trees, constants, "duckdb", over if function.kind == "window" else None)
    sql: str = tree.sql("duckdb")
    return sql


def some(type_: ir.Type) -> str:
    """Return a value of a type, not null, in DuckDB's SQL."""
    if isinstance(type_, ir.Array):
        return f"[{some(type_.element)}]"
    value = SOME.get(type_, "1.5")
    return f"CAST({value} AS {DUCKDB.type_name(type_)})"
