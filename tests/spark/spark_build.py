"""Relations on Spark, on DuckDB and by the reference: rows in the types of Python, as the language has them."""

from __future__ import annotations

import datetime
from typing import Any

import duckdb
import lower_build as duck
from interpreter.world import RunFailure, run_graph
from py4j.protocol import Py4JJavaError
from pyspark.errors import (
    ArithmeticException,
    DateTimeException,
    IllegalArgumentException,
    NumberFormatException,
    SparkRuntimeException,
)

from odibi_sql import ir
from odibi_sql.lower import load_dialect, lower
from odibi_sql.plan import Materialize, Plan

SPARK = load_dialect("spark")
FAILS = "fails"
FAILURES = (
    ArithmeticException,
    DateTimeException,
    IllegalArgumentException,
    NumberFormatException,
    Py4JJavaError,
    SparkRuntimeException,
)


def plan_for_spark(*datasets: ir.Dataset, **more: Any) -> Plan:
    """Return the plan that answers with the last dataset on Spark."""
    return lower(duck.graph(*datasets, **more), SPARK, (datasets[-1].name,))


def spark_sql(relation: ir.Relation | ir.Dataset, *before: ir.Dataset) -> str:
    """Return the statement of one relation."""
    last = relation if isinstance(relation, ir.Dataset) else duck.dataset("t", relation)
    return plan_for_spark(*before, last).stages[-1].sql


def on_spark(spark: Any, relation: ir.Relation | ir.Dataset, *before: ir.Dataset) -> Any:
    """Return the rows that Spark gives, after a look at the types of its columns; FAILS where the run does."""
    last = relation if isinstance(relation, ir.Dataset) else duck.dataset("t", relation)
    *first, stage = plan_for_spark(*before, last).stages
    for each in first:
        assert isinstance(each, Materialize)
        spark.sql(each.sql).createOrReplaceTempView(each.name)
    return rows_of(spark, stage.sql, stage.schema)


def rows_of(spark: Any, sql: str, schema: ir.Schema) -> Any:
    """Return the rows of a statement, after a look at names and types; FAILS where the run does."""
    found = spark.sql(sql)
    names, types = tuple(found.columns), [each.dataType.simpleString() for each in found.schema.fields]
    assert names == schema.names, f"{names} instead of {schema.names} from\n{sql}"
    wanted = [type_text(field.type) for field in schema]
    assert types == wanted, f"{types} instead of {wanted} from\n{sql}"
    there = [found[f"`{each.name.replace('`', '``')}`"] for each in schema]
    instants = [isinstance(each.type, ir.TimestampTz) for each in schema]
    if any(instants):  # Python takes an instant of the year 1 for one of the year 0
        found = found.select(
            [each.cast("timestamp_ntz") if at else each for each, at in zip(there, instants, strict=True)]
        )
    try:
        collected = found.collect()
    except FAILURES:
        return FAILS
    return [tuple(value_of(each, field.type) for each, field in zip(row, schema, strict=True)) for row in collected]


def type_text(type_: ir.Type) -> str:
    """Return Spark's own short text of a type."""
    match type_:
        case ir.Array(element=element):
            return f"array<{type_text(element)}>"
        case ir.Map(key=key, value=value):
            return f"map<{type_text(key)},{type_text(value)}>"
        case ir.Struct(members=members):
            return f"struct<{','.join(f'{each.name}:{type_text(each.type)}' for each in members)}>"
    return SPARK.type_name(type_).lower().replace(", ", ",").replace(": ", ":").replace(",d", ",d")


def value_of(value: Any, type_: ir.Type) -> Any:
    """Return a value of Spark's as the interpreter has it."""
    if value is None:
        return None
    match type_:
        case ir.Binary():
            return bytes(value)
        case ir.Duration():
            return ir.Interval(value[0], value[1], value[2])
        case ir.Array(element=element):
            return [value_of(each, element) for each in value]
        case ir.Map(key=key, value=inner):
            return {value_of(name, key): value_of(each, inner) for name, each in value.items()}
        case ir.Struct(members=members):
            return {each.name: value_of(part, each.type) for each, part in zip(members, value, strict=True)}
    return value


def on_duckdb(relation: ir.Relation) -> Any:
    """Return the rows that DuckDB gives; FAILS where the run does."""
    try:
        found = duck.answer(relation)
    except (duckdb.OutOfRangeException, duckdb.ConversionException, duckdb.InvalidInputException):
        return FAILS
    return [
        tuple(_of_duckdb(each, field.type) for each, field in zip(row, relation.schema, strict=True)) for row in found
    ]


def _of_duckdb(value: Any, type_: ir.Type) -> Any:
    match value, type_:
        case datetime.timedelta(), ir.Duration():
            return ir.Interval(0, value.days, value.seconds * 1_000_000 + value.microseconds)
        case datetime.datetime(), ir.TimestampTz():
            return value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value


def by_reference(relation: ir.Relation) -> Any:
    """Return the rows that the reference interpreter gives; FAILS where the run does."""
    try:
        found, _ = run_graph(duck.graph(duck.dataset("t", relation)), {})
    except RunFailure:
        return FAILS
    return [tuple(row.values()) for row in found["t"]]
