"""What calls fit, what their arguments are brought to, and the words where they do not fit."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from odibi_sql import ir
from odibi_sql.functions import CATALOGUE, Mismatch, Resolved, resolve

UNITS = "one of 'microsecond', 'millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'"
STRING, INT64, FLOAT64, UNKNOWN, NULL = ir.STRING, ir.INT64, ir.FLOAT64, ir.UNKNOWN, ir.NULL


def answer(name: str, *types: ir.Type, constants: tuple[Any, ...] = ()) -> Resolved | Mismatch:
    return resolve(CATALOGUE[name], types, (False,) * len(types), constants)


def result(name: str, *types: ir.Type, constants: tuple[Any, ...] = ()) -> ir.Type:
    resolved = answer(name, *types, constants=constants)
    assert isinstance(resolved, Resolved), resolved
    return resolved.type


@pytest.mark.parametrize(
    ("name", "types", "expected"),
    [
        ("upper", (), Mismatch(argument=None, expected="1 argument")),
        ("substring", (STRING,), Mismatch(argument=None, expected="2 or 3 arguments")),
        ("coalesce", (), Mismatch(argument=None, expected="at least 1 argument")),
        ("now", (STRING,), Mismatch(argument=None, expected="no arguments")),
        ("upper", (INT64,), Mismatch(argument=0, expected="a string")),
        ("coalesce", (INT64, STRING), Mismatch(argument=1, expected="int64")),
        (
            "date_diff",
            (STRING, ir.DATE, ir.DATE),
            Mismatch(argument=0, expected=UNITS + " that is known when compiled"),
        ),
        ("sum", (STRING,), Mismatch(argument=0, expected="a number")),
        ("max", (ir.Map(STRING, INT64),), Mismatch(argument=0, expected="a value that has an order")),
        ("element_at", (ir.Map(STRING, INT64), INT64), Mismatch(argument=1, expected="string")),
    ],
)
def test_what_does_not_fit_is_told(name: str, types: tuple[ir.Type, ...], expected: Mismatch) -> None:
    assert answer(name, *types) == expected


@pytest.mark.parametrize(
    ("name", "types", "constants", "part"),
    [
        ("date_trunc", (STRING, ir.DATE), ("fortnight", None), "one of 'microsecond'"),
        ("date_add", (STRING, INT64, ir.DATE), ("hour", 1, None), "a timestamp"),
        ("substring", (STRING, INT64), (None, 0), "a position from 1"),
        ("percentile", (INT64, FLOAT64), (None, 95), "a fraction from 0 to 1"),
        ("date_format", (ir.DATE, STRING), (None, "%Q"), "a format of text and %Y"),
        ("date_format", (ir.DATE, STRING), (None, "100%"), "`%%` is a percent sign"),
        ("date_format", (ir.DATE, STRING), (None, ""), "a format of text and %Y"),
        ("parse_date", (STRING, STRING), (None, "%d.%m"), "a year"),
        ("parse_date", (STRING, STRING), (None, "%d.%m.%y"), "a format of text and %Y"),
        ("parse_date", (STRING, STRING), (None, "%Y-%d"), "`%m` or `%b` or `%B` stands with `%d`"),
        ("parse_timestamp", (STRING, STRING), (None, "%Y-%m-%d %I:%M"), "`%p` stands with `%I`"),
        ("parse_timestamp", (STRING, STRING), (None, "%Y-%m-%b"), "once each"),
        ("parse_timestamp", (STRING, STRING), (None, "%Y-%m-%d %H%M%S%f"), "between `%f`"),
        ("to_timezone", (ir.TIMESTAMPTZ, STRING), (None, "EST"), "'Europe/Paris'"),
        ("to_timezone", (ir.TIMESTAMPTZ, STRING), (None, "Europe/Atlantis"), "'Europe/Paris'"),
        ("to_timezone", (ir.TIMESTAMPTZ, STRING), (None, "../etc"), "'Europe/Paris'"),
        ("date_bin", (ir.DURATION, ir.TIMESTAMP), (ir.Interval(months=1), None), "without months"),
        ("date_bin", (ir.DURATION, ir.DATE), (ir.Interval(microseconds=1), None), "a timestamp"),
        ("geohash", (FLOAT64, FLOAT64, INT64), (None, None, 13), "from 1 to 12"),
        ("next_day", (ir.DATE, STRING), (None, "someday"), "one of 'monday'"),
        ("ntile", (INT64,), (0,), "a whole number from 1"),
        ("regexp_matches", (STRING, STRING), (None, "(?=a)"), "look-ahead"),
        ("regexp_extract", (STRING, STRING, INT64), (None, "(a)", 2), "1 to 1"),
        ("regexp_replace", (STRING, STRING, STRING), (None, "(a)", "\\2"), "1 to 1"),
        ("regexp_replace", (STRING, STRING, STRING), (None, "a*", "x"), "empty text"),
        ("json_extract_string", (STRING, STRING), (None, "a.b"), "a path like"),
        ("round", (FLOAT64, INT64), (None, 99), "-15 to 15"),
    ],
)
def test_a_constant_that_does_not_fit_is_told(
    name: str, types: tuple[ir.Type, ...], constants: tuple[Any, ...], part: str
) -> None:
    mismatch = answer(name, *types, constants=constants)
    assert isinstance(mismatch, Mismatch)
    assert part in mismatch.expected
    assert mismatch.argument is not None


def test_choices_are_read_in_any_case() -> None:
    assert result("date_trunc", STRING, ir.DATE, constants=("MONTH", None)) == ir.DATE


def test_arguments_of_one_kind_are_brought_together() -> None:
    resolved = answer("coalesce", NULL, ir.INT8, ir.Decimal(10, 2))
    assert isinstance(resolved, Resolved)
    assert resolved.argument_types == (ir.Decimal(10, 2),) * 3
    resolved = answer("array_contains", ir.Array(ir.INT8), INT64)
    assert isinstance(resolved, Resolved)
    assert resolved.argument_types == (ir.Array(INT64), INT64)
    assert result("greatest", ir.DATE, ir.TIMESTAMP) == ir.TIMESTAMP


def test_a_bare_null_takes_the_type_of_its_parameter() -> None:
    resolved = answer("upper", NULL)
    assert isinstance(resolved, Resolved)
    assert resolved.argument_types == (STRING,)


def test_what_is_wrong_already_fits_everywhere() -> None:
    assert result("upper", UNKNOWN) == STRING
    assert result("abs", UNKNOWN) == UNKNOWN
    assert result("array_agg", UNKNOWN) == UNKNOWN
    assert result("date_trunc", UNKNOWN, ir.DATE, constants=(None, None)) == UNKNOWN


@pytest.mark.parametrize("name", CATALOGUE)
def test_no_types_and_constants_end_in_an_exception(name: str) -> None:
    known = {STRING: "a", INT64: -1, FLOAT64: 1.5, ir.Decimal(38, 38): None, ir.BOOL: True}
    kinds = [NULL, UNKNOWN, *known, ir.Array(NULL), ir.Struct(()), ir.Map(STRING, NULL)]
    for count in range(5):
        for types in itertools.product(kinds, repeat=min(count, 3)):
            padded = (types + (STRING, INT64))[:count] if count else ()
            answer(name, *padded, constants=tuple(known.get(each) for each in padded))


@pytest.mark.parametrize(
    ("type_", "total"),
    [(ir.INT8, INT64), (INT64, INT64), (ir.Decimal(10, 2), ir.Decimal(38, 2)), (ir.FLOAT32, FLOAT64)],
)
def test_the_type_of_a_sum(type_: ir.Type, total: ir.Type) -> None:
    assert result("sum", type_) == total
    assert result("array_sum", ir.Array(type_)) == total
    assert result("avg", type_) == FLOAT64


def test_rounding_a_decimal_leaves_room_for_a_carry() -> None:
    assert result("round", ir.Decimal(4, 3)) == ir.Decimal(2, 0)
    assert result("round", ir.Decimal(4, 3), INT64, constants=(None, 2)) == ir.Decimal(5, 3)
    assert result("round", ir.Decimal(38, 10), INT64, constants=(None, 2)) == ir.Decimal(38, 10)


def test_nullability_follows_the_rule_of_the_function() -> None:
    def nullable(name: str, *nullables: bool) -> bool:
        resolved = resolve(CATALOGUE[name], (STRING,) * len(nullables), nullables)
        assert isinstance(resolved, Resolved)
        return resolved.nullable

    assert not nullable("upper", False)
    assert nullable("upper", True)
    assert not nullable("coalesce", True, False)
    assert nullable("coalesce", True, True)
    assert not nullable("concat", True, True)
    assert nullable("nullif", False, False)
    assert not nullable("count", True)
    assert nullable("max", False)
