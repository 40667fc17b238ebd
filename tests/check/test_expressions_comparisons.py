"""Comparisons and conditions: both sides of one type, nulls followed, string literals read as dates."""

from __future__ import annotations

import datetime

import pytest
from expression_tools import SCHEMA, codes, findings, new_context, show, typed, written

from odibi_sql import ir
from odibi_sql.check.expressions import condition
from odibi_sql.check.nulls import columns_proven_not_null, null_dropping
from odibi_sql.check.scope import scope_of

COMPARISONS = [
    ("i = 1", "bool", "=(i, 1)"),
    ("n <> 1", "bool?", "<>(n, 1)"),
    ("i32 = 7", "bool", "=(i32, 7)"),
    ("i32 = 3000000000", "bool", "=(~int64(i32), 3000000000)"),
    ("i8 < 300", "bool", "<(~int16(i8), 300)"),
    ("i32 = i8", "bool", "=(i32, ~int32(i8))"),
    ("d > 1", "bool", ">(d, Decimal('1'))"),
    ("d = 0.2", "bool", "=(d, Decimal('0.2'))"),
    ("d = 0.123", "bool", "=(~decimal(11, 3)(d), Decimal('0.123'))"),
    ("i32 = d", "bool", "=(~decimal(12, 2)(i32), ~decimal(12, 2)(d))"),
    ("f > 1", "bool", ">(f, 1.0)"),
    ("d > f", "bool", ">(~float64(d), f)"),
    ("at > day", "bool", ">(at, ~timestamp(day))"),
    ("xs = [1, 2]", "bool", "=(xs, array(1, 2))"),
    ("i between 1 and n", "bool?", "between(i, 1, n)"),
    ("d not between 0.5 and 7", "bool", "not(between(d, Decimal('0.5'), Decimal('7')))"),
    ("i in (1, 2)", "bool", "in(i, 1, 2)"),
    ("i in (1, null)", "bool?", "in(i, 1, None)"),
    ("t not in ('a')", "bool?", "not(in(t, 'a'))"),
    ("s like 'a!%' escape '!'", "bool", "like(s, 'a!%', '!')"),
    ("t not ilike '%b'", "bool?", "not(ilike(t, '%b'))"),
    ("t is null", "bool", "is null(t)"),
    ("t is not null", "bool", "not(is null(t))"),
    ("c is not true", "bool", "not(is true(c))"),
    ("t is distinct from 'x'", "bool", "is distinct from(t, 'x')"),
    ("n is not distinct from null", "bool", "not(is distinct from(n, None))"),
    ("b and c", "bool?", "and(b, c)"),
    ("b and b or b", "bool", "or(and(b, b), b)"),
    ("not c", "bool?", "not(c)"),
    ("c or null", "bool?", "or(c, None)"),
]


@pytest.mark.parametrize(("text", "type_", "shown"), COMPARISONS)
def test_comparisons(text: str, type_: str, shown: str) -> None:
    expr = typed(text)
    assert (f"{expr.type}{'?' if expr.nullable else ''}", show(expr)) == (type_, shown)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("day = '2025-01-01'", datetime.date(2025, 1, 1)),
        ("'2025-01-01' < day", datetime.date(2025, 1, 1)),
        ("at > '2025-01-01'", datetime.datetime(2025, 1, 1)),
        ("at > '2025-01-01T10:30'", datetime.datetime(2025, 1, 1, 10, 30)),
        ("tz > '2025-01-01 00:00+02:00'", datetime.datetime(2024, 12, 31, 22)),
    ],
)
def test_a_string_literal_beside_a_time_is_read_as_one(text: str, value: datetime.date) -> None:
    expr = typed(text)
    assert isinstance(expr, ir.Call)
    assert value in [each.value for each in expr.args if isinstance(each, ir.Literal)]
    assert expr.args[0].type == expr.args[1].type


def test_so_are_those_of_between_in_and_case() -> None:
    assert "datetime.date(2025, 2, 1)" in show(typed("day between '2025-01-01' and '2025-02-01'"))
    assert "datetime.date(2025, 2, 1)" in show(typed("day in ('2025-01-01', '2025-02-01')"))
    assert typed("case when b then day else '2025-02-01' end").type == ir.DATE


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("i = '1'", "cannot-compare", "write the number without quotes: `1`"),
        ("i in (1, 'x')", "cannot-compare", "a number stands without quotes"),
        ("s = 1", "cannot-compare", "`cast(s as int64)` reads the string"),
        ("at = s", "cannot-compare", "`cast(s as timestamp)`"),
        ("b = 1", "cannot-compare", "a bool is a condition already"),
        ("at > tz", "mixed-timestamps", "reads a timestamp as UTC"),
        ("at > '2025-01-32'", "bad-date", "`2025-01-32` is no timestamp"),
        ("day = '2025-01-01 10:00'", "bad-date", "there is more behind the day"),
        ("j = j", "no-order", "values of type json cannot be compared"),
        ("m = m", "no-order", "map<string, float64>"),
        ("i like 'a'", "wrong-operands", "`cast(i as string)`"),
        ("i and b", "not-a-condition", "write a comparison, as `… <> 0`"),
        ("not s", "not-a-condition", "this is a string"),
        ("i is true", "not-a-condition", "this is an int64"),
        ("i = null", "compares-with-null", "`is null`"),
        ("n not in (1, null)", "compares-with-null", "`not in` with null is never true"),
    ],
)
def test_what_cannot_be_compared_is_told_with_what_to_write(text: str, code: str, words: str) -> None:
    found = findings(text)
    assert [each.split(":")[0] for each in found] == [code]
    assert words in found[0]


def test_one_misfit_among_many_is_found_at_once() -> None:
    items = ", ".join([*map(str, range(3000)), "'x'", *map(str, range(3000))])
    assert findings(f"i in ({items})")[0].startswith(
        "cannot-compare: an int64 cannot be compared with a string | 'x' |"
    )


def test_long_conditions_are_balanced() -> None:
    expr, depth = typed(" or ".join(f"i = {each}" for each in range(64))), 0
    while isinstance(expr, ir.Call) and expr.function == "or":
        expr, depth = expr.args[0], depth + 1
    assert depth == 6


def test_a_condition_is_a_bool() -> None:
    context = new_context()
    condition(context, scope_of(SCHEMA, "x"), written("d"))
    assert [each.code for each in context.findings] == ["not-a-condition"]
    assert condition(new_context(), scope_of(SCHEMA, "x"), written("null")).type == ir.BOOL


def test_an_unknown_condition_is_told_once() -> None:
    context = new_context()
    condition(context, scope_of(SCHEMA, "x"), written("nope"))
    assert [each.code for each in context.findings] == ["unknown-column"]
    assert codes("nope and not nope2") == ["unknown-column", "unknown-column"]


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("t <> 'void'", ("t",)),
        ("t not in ('a', 'b')", ("t",)),
        ("t not like 'a%'", ("t",)),
        ("n not between 1 and 2", ("n",)),
        ("not (t = 'x')", ("t",)),
        ("not (t = 'a' or n = 2)", ("t", "n")),
        ("t <> 'a' and n = 1", ("t",)),
        ("n <> n + i", ("n",)),
        ("t = 'void'", ()),
        ("i <> 2", ()),
        ("t <> 'a' and t is not null", ()),
        ("t <> 'a' or t is null", ()),
        ("n > 5 and n <> 7", ()),
        ("t <> 'a' or n = 1", ()),
        ("t is distinct from 'a'", ()),
        ("coalesce(n, 0) <> 1", ()),
        ("not c", ()),
    ],
)
def test_nulls_dropped_behind_the_back(text: str, dropped: tuple[str, ...]) -> None:
    assert null_dropping(typed(text)) == dropped


@pytest.mark.parametrize(
    ("text", "proven"),
    [
        ("t is not null", {"t"}),
        ("not (t is null)", {"t"}),
        ("t is null", set()),
        ("n > 5 and t like 'a%'", {"n", "t"}),
        ("n > 5 or t like 'a%'", set()),
        ("n > 5 or n < 2", {"n"}),
        ("n + 1 = 2", {"n"}),
        ("n in (1, null)", {"n"}),
        ("n not in (1)", {"n"}),
        ("c", {"c"}),
        ("not c", {"c"}),
        ("c is true", {"c"}),
        ("c is not true", set()),
        ("(n > 1) is true", {"n"}),
        ("n is not distinct from 5", {"n"}),
        ("n is distinct from 5", set()),
        ("coalesce(n, 1) = 1", set()),
        ("cast(n as string) = '1'", {"n"}),
        ("not (n is null or t is null)", {"n", "t"}),
    ],
)
def test_columns_proven_not_null(text: str, proven: set[str]) -> None:
    assert {each for each in columns_proven_not_null(typed(text)) if SCHEMA[each].nullable} == proven
