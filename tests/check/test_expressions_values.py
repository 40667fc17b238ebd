"""Literals, casts, case, lists, structs, functions: types, nulls, and what is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from expression_tools import findings, new_context, show, typed, written

from odibi_sql import ir
from odibi_sql.check.casts import can_cast, can_coerce, coerce, coerced, unify
from odibi_sql.check.expressions import constant

VALUES = [
    ("case when c then 1 end", "int64?", "case when c then 1 end"),
    ("case when c then 1 else 2.5 end", "float64", "case when c then 1.0 else Decimal('2.5') end"),
    ("case when c then d else 0 end", "decimal(10, 2)", "case when c then d else Decimal('0') end"),
    ("case when c then i32 else 0 end", "int32", "case when c then i32 else 0 end"),
    ("case when c then i32 else i end", "int64", "case when c then ~int64(i32) else i end"),
    ("case n when 1 then 'a' else t end", "string?", "case when =(n, 1) then 'a' else t end"),
    ("case when n is null then 0 else n end", "int64", "case when is null(n) then 0 else n end"),
    ("case when n > 1 then n else 0 end", "int64", "case when >(n, 1) then n else 0 end"),
    ("case when n > 1 then 0 else n end", "int64?", None),  # a null is not above 1, and is `else`
    ("case when n is null or t is null then 0 else n end", "int64", None),
    ("case when n is null and t is null then 0 else n end", "int64?", None),
    ("cast(s as int64)", "int64", "cast(s as int64)"),
    ("try_cast(s as int64)", "int64?", "try_cast(s as int64)"),
    ("t :: date", "date?", "cast(t as date)"),
    ("cast(null as date)", "date?", "None"),
    ("cast(i as int64)", "int64", "i"),
    ("cast(i32 as int64)", "int64", "cast(i32 as int64)"),
    ("cast('2025-01-01' as date)", "date", "datetime.date(2025, 1, 1)"),
    ("cast(0.1 as decimal(5, 2))", "decimal(5, 2)", "Decimal('0.1')"),
    ("cast(0.129 as decimal(5, 2))", "decimal(5, 2)", "cast(Decimal('0.129') as decimal(5, 2))"),
    ("cast('2.7' as int64)", "int64", "cast('2.7' as int64)"),
    ("cast(at as timestamptz)", "timestamptz", "cast(at as timestamptz)"),
    ("cast(xs as array<string>)", "array<string>", "cast(xs as array<string>)"),
    ("cast(s as numeric(5))", "decimal(5, 0)", "cast(s as decimal(5, 0))"),
    ("cast(s as double)", "float64", "cast(s as float64)"),
    ("[1, 2]", "array<int64>", "array(1, 2)"),
    ("[d, 1, 0.25]", "array<decimal(10, 2)>", "array(d, Decimal('1'), Decimal('0.25'))"),
    ("{a: 1, b: t}", "struct<a int64, b string>", "{1, t}"),
    ("p.a", "int64?", "p.a"),
    ("x.p.q.z", "string?", "p.q.z"),
    ("p['a']", "int64?", "p.a"),
    ("{a: 1}.a", "int64?", "{1}.a"),
    ("xs[i32]", "int64?", "[](xs, ~int64(i32))"),
    ("m['a']", "float64?", "[](m, 'a')"),
    ("s || t", "string?", "||(s, t)"),
    ("xs || [1]", "array<int64>", "||(xs, array(1))"),
    ("bin || bin", "binary", "||(bin, bin)"),
    ("null || s", "string?", "||(None, s)"),
    ("upper(t)", "string?", "upper(t)"),
    ("coalesce(n, 0)", "int64", "coalesce(n, 0)"),
    ("coalesce(i32, 0)", "int32", "coalesce(i32, 0)"),
    ("coalesce(d, 0.5)", "decimal(10, 2)", "coalesce(d, Decimal('0.5'))"),
    ("coalesce(d, 0)", "decimal(10, 2)", "coalesce(d, Decimal('0'))"),
    ("greatest(day, '2025-01-01')", "date", "greatest(day, datetime.date(2025, 1, 1))"),
    ("date_diff('day', at, '2025-01-01')", "int64", "date_diff('day', at, datetime.datetime(2025, 1, 1, 0, 0))"),
    ("round(digits: -1, x: f)", "float64", "round(f, -1)"),
    ("to_int(t)", "int64?", "cast(t as int64)"),
    ("try_to_int(s)", "int64?", "try_cast(s as int64)"),
    ("now()", "timestamp", "now()"),
]


@pytest.mark.parametrize(("text", "type_", "shown"), VALUES)
def test_values(text: str, type_: str, shown: str | None) -> None:
    expr = typed(text)
    assert f"{expr.type}{'?' if expr.nullable else ''}" == type_
    assert shown in (None, show(expr))


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("7", ir.INT64, 7),
        ("-9223372036854775808", ir.INT64, -(2**63)),
        ("1_000", ir.INT64, 1000),
        ("0.17", ir.FLOAT64, Decimal("0.17")),
        ("-0.5", ir.FLOAT64, Decimal("-0.5")),
        ("1e6", ir.FLOAT64, 1e6),
        ("'it''s'", ir.STRING, "it's"),
        ("true", ir.BOOL, True),
        ("null", ir.NULL, None),
        ("date '2024-02-29'", ir.DATE, datetime.date(2024, 2, 29)),
        ("timestamp '2025-01-01 10:00:00.25'", ir.TIMESTAMP, datetime.datetime(2025, 1, 1, 10, 0, 0, 250000)),
        ("timestamp '2025-01-01'", ir.TIMESTAMP, datetime.datetime(2025, 1, 1)),
        ("timestamptz '2025-01-01 10:00:00+02:00'", ir.TIMESTAMPTZ, datetime.datetime(2025, 1, 1, 8)),
        ("timestamptz '2025-01-01 10:00Z'", ir.TIMESTAMPTZ, datetime.datetime(2025, 1, 1, 10)),
        ("1.5 hours", ir.DURATION, ir.Interval(0, 0, 5_400_000_000)),
        ("2 weeks", ir.DURATION, ir.Interval(0, 14, 0)),
        ("3 quarters", ir.DURATION, ir.Interval(9, 0, 0)),
        ("-(1 day)", ir.DURATION, ir.Interval(0, -1, 0)),
    ],
)
def test_literals(text: str, type_: ir.Type, value: ir.Value) -> None:
    found = typed(text)
    assert isinstance(found, ir.Literal)
    assert (found.type, found.value, type(found.value)) == (type_, value, type(value))
    assert found.nullable == (value is None)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("9223372036854775808", "number-too-large", "the largest int64 is 9223372036854775807"),
        ("1e400", "number-too-large", "does not fit float64"),
        ("date '2025-02-30'", "bad-date", "day is out of range for month"),
        ("date '2025-1-1'", "bad-date", "a date is written `2025-11-01`"),
        ("timestamp '2025-01-01 25:00'", "bad-date", "hour must be in 0..23"),
        ("timestamp '2025-01-01 10:00:00.1234567'", "bad-date", "microseconds"),
        ("timestamp '2025-01-01T10:00:00Z'", "bad-date", "which a timestamptz takes"),
        ("timestamptz '2025-01-01 10:00 Paris'", "bad-date", "`Paris` is no offset"),
        ("1.5 months", "bad-duration", "counted in whole numbers"),
        ("99999999999999 days", "bad-duration", "too long"),
        ("cast('x' as int64)", "bad-cast-value", "`x` cannot be read as an int64"),
        ("cast('300' as int8)", "bad-cast-value", "`try_cast`"),
        ("cast('2025-13-01' as date)", "bad-cast-value", "a date"),
        ("to_date('nope')", "bad-cast-value", "a date"),
        ("cast('{x}' as json)", "bad-cast-value", "a json"),
        ("cast(day as int64)", "cannot-cast", "date '1970-01-01'"),
        ("cast(day as bool)", "cannot-cast", "a date cannot be cast to bool"),
        ("cast(i as timestamp)", "cannot-cast", "from_epoch(n)"),
        ("cast(xs as string)", "cannot-cast", "array_join"),
        ("cast({a: 1} as struct<b int64>)", "cannot-cast", "struct<a int64>"),
        ("cast({a: 1, b: 2} as struct<a int64>)", "cannot-cast", "struct<a int64, b int64>"),
        ("cast(s as sting)", "unknown-type", "did you mean `string`?"),
        ("cast(s as uuid)", "unknown-type", "a uuid is kept as `string`"),
        ("cast(s as decimal)", "bad-type-parameters", "`decimal(18, 2)`"),
        ("cast(s as decimal(39, 2))", "bad-type-parameters", "1 to 38 digits"),
        ("cast(s as decimal(5, 6))", "bad-type-parameters", "0 to 5 of its digits"),
        ("cast(s as varchar(10))", "bad-type-parameters", "a string has no length"),
        ("cast(s as map<json, int64>)", "bad-type-parameters", "cannot be a key"),
        ("cast(s as struct<a int64, a date>)", "duplicate-member", "two members `a`"),
        ("case when c then 'a' else 1 end", "no-common-type", "string and int64"),
        ("[1, 'x']", "no-common-type", "the elements of the list"),
        ("{a: 1, a: 2}", "duplicate-member", "`a`"),
        ("p.b", "unknown-member", "known are `a`, `q`"),
        ("i.a", "not-a-struct", "which has no members"),
        ("at.year", "not-a-struct", "`year(…)` takes it out"),
        ("m[1]", "wrong-operands", "the keys of this map are of type string"),
        ("xs['a']", "wrong-operands", "numbered from 1"),
        ("s[1]", "wrong-operands", "substring"),
        ("s || 1", "wrong-operands", "`cast(… as string)`"),
        ("uppr(t)", "unknown-function", "did you mean `upper`?"),
        ("qqqqqq(t)", "unknown-function", "`odibi functions` lists them all"),
        ("upper()", "wrong-argument-count", "takes 1 argument, not 0 | upper() | it is called as `upper(text)`"),
        ("upper(i)", "wrong-argument-type", "takes a string here, and this is an int64"),
        ("date_trunc('mont', at)", "wrong-argument-type", "'month'"),
        ("date_trunc(s, at)", "constant-expected", "takes a constant here: one of"),
        ("round(d, digit: 1)", "unknown-argument", "did you mean `digits`?"),
        ("round(d, digits: 1, digits: 2)", "unknown-argument", "was given twice"),
        ("round(digits: 1)", "wrong-argument-count", "takes `x` too"),
        ("upper(distinct s)", "clause-not-allowed", "one row at a time"),
        ("upper(s) over ()", "clause-not-allowed", "takes no `over`"),
        ("y", "unknown-column", "there is no column `y` in `x`"),
        ("Day", "unknown-column", "did you mean `day`?"),
        ("x.dya", "unknown-column", "did you mean `day`?"),
        ("x", "unknown-column", "`x` is a dataset"),
    ],
)
def test_findings(text: str, code: str, words: str) -> None:
    found = findings(text)
    assert [each.split(":")[0] for each in found] == [code]
    assert words in found[0]


def test_a_function_written_in_place_is_refused() -> None:
    found = findings("array_max(x -> x)")
    assert found[0].startswith("not-in-this-version")


DAY = ir.Literal(type=ir.DATE, nullable=False, value=datetime.date(2025, 11, 1))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("-7 // 2", -4),
        ("-7 % 3", -1),
        ("7 / 2", 3.5),
        ("1 / 0", None),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("cast(1 as decimal(3, 1)) / 3", Decimal("0.333333333333")),
        ("date '2025-01-31' + 1 month", datetime.date(2025, 2, 28)),
        ("day - 1 day", datetime.date(2025, 10, 31)),
        ("day + 1 hour", datetime.datetime(2025, 11, 1, 1)),
        ("today() - day", 0),
        ("now()", datetime.datetime(2025, 11, 1, 12, 30)),
        ("2 * 3 days", ir.Interval(0, 6, 0)),
        ("'a' || 'b'", "ab"),
        ("cast('12' as int64) + 1", 13),
        ("cast(2.5 as int64)", 2),
        ("cast(-1.239 as decimal(5, 2))", Decimal("-1.24")),
        ("try_cast('2025-01-01' as date)", datetime.date(2025, 1, 1)),
        ("1 < 2 and day > '2025-01-01'", True),
        ("null and false", False),
        ("3 in (1, 2)", False),
        ("3 in (1, null)", None),
        ("2 between 1 and 3", True),
        ("case when 1 > 2 then 'a' else 'b' end", "b"),
        ("null is null", True),
        ("null is distinct from 1", True),
    ],
)
def test_constants_are_computed(text: str, value: ir.Value) -> None:
    context = new_context()
    context.parameters["day"] = DAY
    found = constant(context, written(text))
    assert found is not None
    assert (found.value, type(found.value)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "to", "value"),
    [
        ("7", ir.INT8, 7),
        ("7", ir.FLOAT64, 7.0),
        ("0.5", ir.FLOAT64, 0.5),
        ("0.5", ir.Decimal(5, 2), Decimal("0.5")),
        ("'2025-01-01'", ir.DATE, datetime.date(2025, 1, 1)),
        ("date '2025-01-01'", ir.TIMESTAMP, datetime.datetime(2025, 1, 1)),
        ("null", ir.DATE, None),
    ],
)
def test_constants_take_a_type(text: str, to: ir.Type, value: ir.Value) -> None:
    found = constant(new_context(), written(text), to)
    assert found is not None
    assert (found.type, found.value, type(found.value)) == (to, value, type(value))


@pytest.mark.parametrize(
    ("text", "to", "code", "words"),
    [
        ("amount", None, "not-a-constant", "literals and parameters"),
        ("dai", None, "not-a-constant", "did you mean the parameter `day`?"),
        ("upper('a')", None, "not-a-constant", "literals and parameters"),
        ("9223372036854775807 + 1", None, "not-a-constant", "outside of what an int64 can be"),
        ("700", ir.INT8, "wrong-type", "an int8 is expected here, and this is `700`"),
        ("0.555", ir.Decimal(5, 2), "wrong-type", "`cast(0.555 as decimal(5, 2))`"),
        ("'x'", ir.INT64, "wrong-type", "an int64 is expected"),
        ("'x'", ir.DATE, "bad-date", "`x` is no date"),
    ],
)
def test_what_is_no_constant_is_told(text: str, to: ir.Type | None, code: str, words: str) -> None:
    context = new_context()
    context.parameters["day"] = DAY
    assert constant(context, written(text), to) is None
    assert [each.code for each in context.findings] == [code]
    assert words in f"{context.findings[0].message} {context.findings[0].advice}"


def test_coercion() -> None:
    assert show(coerce(typed("i32"), ir.INT64)) == "~int64(i32)"
    assert show(coerce(typed("null"), ir.DATE)) == "None"
    assert coerced(typed("300"), ir.INT8) is None
    assert coerced(typed("s"), ir.DATE) is None
    assert coerced(typed("[1, 2]"), ir.Array(ir.INT8)) == ir.Call(
        type=ir.Array(ir.INT8),
        nullable=False,
        function="array",
        args=(
            ir.Literal(type=ir.INT8, nullable=False, value=1),
            ir.Literal(type=ir.INT8, nullable=False, value=2),
        ),
    )
    assert can_coerce(ir.INT32, ir.INT64)
    assert can_coerce(ir.NULL, ir.JSON)
    assert not can_coerce(ir.INT64, ir.INT32)
    assert not can_coerce(ir.TIMESTAMP, ir.TIMESTAMPTZ)


def test_unify_reports_what_does_not_meet() -> None:
    context = new_context()
    span = written("1").span
    values, type_ = unify(context, [typed("d"), typed("1"), typed("null")], span, "the values")
    assert (type_, [show(each) for each in values]) == (ir.Decimal(10, 2), ["d", "Decimal('1')", "None"])
    assert unify(context, [typed("d"), typed("s")], span, "the values")[1] == ir.UNKNOWN
    assert [each.code for each in context.findings] == ["no-common-type"]


@pytest.mark.parametrize(
    ("from_", "to", "can"),
    [
        (ir.STRING, ir.DATE, True),
        (ir.DATE, ir.STRING, True),
        (ir.FLOAT64, ir.INT8, True),
        (ir.BOOL, ir.INT64, True),
        (ir.TIMESTAMP, ir.DATE, True),
        (ir.TIMESTAMPTZ, ir.TIMESTAMP, True),
        (ir.STRING, ir.JSON, True),
        (ir.STRING, ir.BINARY, True),
        (ir.NULL, ir.Map(ir.STRING, ir.DATE), True),
        (ir.Array(ir.STRING), ir.Array(ir.INT64), True),
        (ir.DATE, ir.INT64, False),
        (ir.INT64, ir.DATE, False),
        (ir.BOOL, ir.DATE, False),
        (ir.BINARY, ir.INT64, False),
        (ir.JSON, ir.DATE, False),
        (ir.STRING, ir.Array(ir.STRING), False),
        (ir.STRING, ir.DURATION, False),
    ],
)
def test_the_cast_matrix(from_: ir.Type, to: ir.Type, can: bool) -> None:
    assert can_cast(from_, to) == can
