"""The reference says what the language's page says under "Meaning"."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import pytest

from interpreter import RunFailure, World, evaluate, rows_of
from interpreter.casts import cast, try_cast
from interpreter.evaluate import Scope, is_among
from interpreter.times import add_interval, truncated
from odibi_sql import ir

NAN = float("nan")
FIELDS = ir.schema_of([ir.Field("a", ir.FLOAT64), ir.Field("b", ir.INT64)])
SOURCE = ir.FileSource(format="parquet", groups=(ir.FileGroup(pattern="t", files=("t",)),), columns=FIELDS)
TABLE = ir.Scan(schema=FIELDS, source=SOURCE)
A, B = ir.Column(type=ir.FLOAT64, name="a"), ir.Column(type=ir.INT64, name="b")


def said(function: str, *values: Any, type_: ir.Type = ir.INT64) -> Any:
    args = tuple(ir.Literal(type=type_, value=value) for value in values)
    return evaluate(ir.Call(type=type_, function=function, args=args), Scope({}, (), World({}), {}))


def rows(relation: ir.Relation, *there: tuple[Any, Any]) -> list[tuple[Any, ...]]:
    world = World({"t": [{"a": a, "b": b} for a, b in there]})
    return [tuple(row.values()) for row in rows_of(relation, world)]


def test_division_and_remainder() -> None:
    assert said("/", 7, 2, type_=ir.FLOAT64) == 3.5
    assert said("/", 7, 0, type_=ir.FLOAT64) is None
    assert (said("//", -7, 2), said("//", 2**62 + 1, 1)) == (-4, 2**62 + 1)
    assert (said("%", -7, 2), said("%", 7, -2), said("%", 7, 0)) == (-1, 1, None)


def test_overflow_fails_the_run() -> None:
    with pytest.raises(RunFailure):
        said("+", 2**63 - 1, 1)
    with pytest.raises(RunFailure):
        said("*", decimal.Decimal("99.9"), decimal.Decimal(10), type_=ir.Decimal(3, 1))


def test_nan_is_itself_and_above_all() -> None:
    assert said("=", NAN, NAN, type_=ir.FLOAT64) is True
    assert said(">", NAN, float("inf"), type_=ir.FLOAT64) is True


def test_three_values() -> None:
    assert (said("and", False, None), said("and", True, None)) == (False, None)
    assert (said("or", True, None), said("or", False, None)) == (True, None)
    assert (said("in", 1, 2, None), said("in", 2, 2, None), said("in", None, 2)) == (None, True, None)
    assert (said("between", 5, None, 3), said("between", 5, None, 7)) == (False, None)
    assert (is_among(None, []), is_among(1, [None])) == (False, None)
    assert said("is distinct from", None, None) is False


def test_casts() -> None:
    assert cast("2.7", ir.STRING, ir.INT64) == 2
    assert cast(-2.7, ir.FLOAT64, ir.INT64) == -2
    assert try_cast("x", ir.STRING, ir.INT64) is None
    with pytest.raises(RunFailure):
        cast(NAN, ir.FLOAT64, ir.INT64)
    with pytest.raises(RunFailure):
        cast(300, ir.INT64, ir.INT8)


def test_days() -> None:
    assert add_interval(datetime.date(2025, 1, 31), ir.Interval(months=1), 1, ir.DATE) == datetime.date(2025, 2, 28)
    assert truncated("week", datetime.date(2025, 11, 2)) == datetime.date(2025, 10, 27)


def test_nulls_sort_last_whichever_way() -> None:
    there = [(None, 1), (NAN, 2), (1.0, 3)]
    for descending, order in ((False, [3, 2, 1]), (True, [2, 3, 1])):
        keys = (ir.SortKey(value=A, descending=descending),)
        assert [b for _, b in rows(ir.Sort(schema=FIELDS, input=TABLE, keys=keys), *there)] == order
    first = (ir.SortKey(value=A, nulls_first=True),)
    assert [b for _, b in rows(ir.Sort(schema=FIELDS, input=TABLE, keys=first), *there)] == [1, 3, 2]


def test_rows_are_told_apart_by_value() -> None:
    there = [(None, 1), (None, 1), (NAN, 1), (NAN, 1), (0.0, 1), (-0.0, 1)]
    assert len(rows(ir.Distinct(schema=FIELDS, input=TABLE), *there)) == 3


def test_the_sum_of_nothing_is_null_and_its_count_zero() -> None:
    total = ir.AggregateCall(type=ir.INT64, function="sum", args=(B,))
    count = ir.AggregateCall(type=ir.INT64, nullable=False, function="count", args=())
    made = (ir.AggregateAssignment("total", total), ir.AggregateAssignment("rows", count))
    schema = ir.schema_of([ir.Field("total", ir.INT64), ir.Field("rows", ir.INT64, False)])
    assert rows(ir.Aggregate(schema=schema, input=TABLE, keys=(), aggregates=made)) == [(None, 0)]
    with pytest.raises(RunFailure):
        rows(ir.Aggregate(schema=schema, input=TABLE, keys=(), aggregates=made), (None, 2**62), (None, 2**62))


def test_all_rows_count_in_sets_that_are_not_distinct() -> None:
    one = ir.Filter(schema=FIELDS, input=TABLE, condition=ir.Call(type=ir.BOOL, function="is null", args=(A,)))
    there = [(None, 1), (None, 1), (1.0, 2)]
    except_ = ir.SetOperation(schema=FIELDS, kind="except", is_distinct=False, inputs=(TABLE, one))
    assert rows(except_, *there) == [(1.0, 2)]
    both = ir.SetOperation(schema=FIELDS, kind="intersect", is_distinct=False, inputs=(TABLE, one))
    assert rows(both, *there) == [(None, 1), (None, 1)]
