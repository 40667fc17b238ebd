"""Arithmetic: what comes out of numbers, and of times and durations."""

from __future__ import annotations

import pytest
from expression_tools import codes, findings, show, typed

NUMBERS = [
    ("i + i32", "int64", "+(i, ~int64(i32))"),
    ("i8 + i8", "int64", "+(~int64(i8), ~int64(i8))"),
    ("n + 1", "int64?", "+(n, 1)"),
    ("i * f", "float64", "*(~float64(i), f)"),
    ("f32 + f32", "float64", "+(~float64(f32), ~float64(f32))"),
    ("i / i", "float64?", "/(i, i)"),
    ("i / 2", "float64", "/(i, 2)"),
    ("i / 0", "float64?", "/(i, 0)"),
    ("i // 2", "int64", "//(i, 2)"),
    ("i // i", "int64?", "//(i, i)"),
    ("f // 2", "float64", "//(f, 2.0)"),
    ("i % n", "int64?", "%(i, n)"),
    ("- i32", "int64", "negate(~int64(i32))"),
    ("- d", "decimal(10, 2)", "negate(d)"),
    ("- f32", "float64", "negate(~float64(f32))"),
    ("+ n", "int64?", "n"),
    ("- -5", "int64", "5"),
    ("null + 1", "int64?", "+(None, 1)"),
    ("null + null", "int64?", "+(None, None)"),
]
DECIMALS = [
    ("d + d", "decimal(11, 2)", "+(d, d)"),
    ("d + e", "decimal(12, 3)", "+(~decimal(11, 3)(d), ~decimal(11, 3)(e))"),
    ("d * e", "decimal(14, 5)", "*(d, e)"),
    ("d * d * d * d", "decimal(38, 8)", "*(*(*(d, d), d), d)"),
    ("d / e", "decimal(38, 12)?", "/(d, e)"),
    ("d / 3", "decimal(38, 12)", "/(d, Decimal('3'))"),
    ("d // e", "decimal(11, 0)?", "//(d, e)"),
    ("d % e", "decimal(11, 3)?", "%(~decimal(11, 3)(d), ~decimal(11, 3)(e))"),
    ("1 - d", "decimal(11, 2)", "-(Decimal('1'), d)"),
    ("d + i", "decimal(22, 2)", "+(~decimal(21, 2)(d), ~decimal(21, 2)(i))"),
    ("d * i32", "decimal(20, 2)", "*(d, ~decimal(10, 0)(i32))"),
    ("d + f", "float64", "+(~float64(d), f)"),
    ("d + null", "decimal(11, 2)?", "+(d, None)"),
]
POINTED = [  # a number with a point is a float64, and a decimal of its own digits next to a decimal
    ("0.1 + 0.2", "float64", "+(Decimal('0.1'), Decimal('0.2'))"),
    ("i + 0.5", "float64", "+(~float64(i), Decimal('0.5'))"),
    ("d + 0.2", "decimal(11, 2)", "+(d, Decimal('0.2'))"),
    ("d * 0.2", "decimal(11, 3)", "*(d, Decimal('0.2'))"),
    ("-0.125 * d", "decimal(13, 5)", "*(Decimal('-0.125'), d)"),
    ("d * 1e3", "float64", "*(~float64(d), 1000.0)"),
    ("e * 0.10", "decimal(6, 5)", "*(e, Decimal('0.10'))"),
]
TIMES = [
    ("day + 1 day", "date"),
    ("day - 2 weeks", "date"),
    ("day + 1 quarter", "date"),
    ("day + 2 hours", "timestamp"),
    ("day + dur", "timestamp"),
    ("day + null", "date?"),
    ("at + 1 month", "timestamp"),
    ("1 day + at", "timestamp"),
    ("tz - dur", "timestamptz"),
    ("at - at", "duration"),
    ("day - at", "duration"),
    ("tz - tz", "duration"),
    ("day - day", "int64"),
    ("dur + 1 day", "duration"),
    ("dur - dur", "duration"),
    ("dur * i32", "duration"),
    ("3 * dur", "duration"),
    ("- dur", "duration"),
]


def described(text: str) -> str:
    expr = typed(text)
    return f"{expr.type}{'?' if expr.nullable else ''}"


@pytest.mark.parametrize(("text", "type_", "shown"), NUMBERS + DECIMALS + POINTED)
def test_numbers(text: str, type_: str, shown: str) -> None:
    assert (described(text), show(typed(text))) == (type_, shown)


@pytest.mark.parametrize(
    ("divisor", "can_be_null"),
    [
        ("2", False),
        ("0", True),
        ("0.5", False),
        ("cast(3 as int32)", False),
        ("cast(1.5 as int64)", False),
        ("cast(0.4 as int64)", True),
        ("cast(cast(-0.5 as decimal(10, 2)) as int64)", True),
        ("cast(0.001 as decimal(10, 2))", True),
        ("cast('0' as int64)", True),
    ],
)
def test_a_quotient_is_null_where_its_divisor_can_be_zero(divisor: str, can_be_null: bool) -> None:
    assert typed(f"coalesce(i, 1) / {divisor}").nullable == can_be_null


@pytest.mark.parametrize(("text", "type_"), TIMES)
def test_times_and_durations(text: str, type_: str) -> None:
    assert described(text) == type_


def test_a_date_moved_by_hours_is_a_timestamp_before_it_moves() -> None:
    assert show(typed("day + dur")) == "+(~timestamp(day), dur)"


def test_a_time_stands_before_its_duration_and_a_duration_before_its_factor() -> None:
    assert show(typed("dur + at")) == "+(at, dur)"
    assert show(typed("2 * dur")) == "*(dur, 2)"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("s + s", "wrong-operands", "`||` joins strings"),
        ("s + 1", "wrong-operands", "`+` does not take a string and an int64"),
        ("b + 1", "wrong-operands", "case when"),
        ("day + 1", "wrong-operands", "`+ 7 days`"),
        ("day + day", "wrong-operands", "`+` does not take a date and a date"),
        ("at - '2025-01-01'", "wrong-operands", "`timestamp '…'`"),
        ("dur * 2.5", "wrong-operands", "whole numbers"),
        ("dur / 2", "wrong-operands", "whole numbers"),
        ("xs * 2", "wrong-operands", "an array<int64> and an int64"),
        ("- s", "wrong-operands", "`-` does not take a string"),
        ("+ s", "wrong-operands", "`+` does not take a string"),
        ("at - tz", "mixed-timestamps", "cast(… as timestamptz)"),
        ("cast(d as decimal(38, 20)) * cast(d as decimal(38, 20))", "decimal-too-wide", "40 digits"),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, code: str, words: str) -> None:
    found = findings(text)
    assert [each.split(":")[0] for each in found] == [code]
    assert words in found[0]


def test_a_mistake_is_told_once() -> None:
    assert codes("(nope + 1) * 2 - abs(nope2) > 5") == ["unknown-column", "unknown-column"]
    assert codes("upper(s + s) || 'x' = 'y'") == ["wrong-operands"]


def test_long_chains_are_taken_without_recursion() -> None:
    assert typed(" and ".join(["b"] * 90)).type == typed("b").type
    assert show(typed(" + ".join(["i"] * 5))) == "+(+(+(+(i, i), i), i), i)"


def test_a_constant_cast_to_float32_is_the_number_that_32_bits_hold() -> None:
    assert show(typed("cast(0.1 as float32)")) == "0.10000000149011612"
    assert show(typed("cast(0.5 as float32)")) == "0.5"


def test_a_number_keeps_all_its_digits() -> None:
    digits = "12345678901234567890.123456789"  # 29 of them: decimal's own context keeps 28
    assert str(typed(digits).value) == digits
    assert str(typed(f"-{digits}").value) == f"-{digits}"
