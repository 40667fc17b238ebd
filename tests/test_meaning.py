"""The rules that the language holds every engine to, through the whole path: an expression, and what it is."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import CompileError

ROWS = """
ingest rows from values (
  one int64, two int64, none int64, big int64, small int32, half float64, price decimal(10, 2), rate decimal(3, 2),
  name string, day date, at timestamp, list array<int64>
) (1, 2, null, 9223372036854775807, 2147483647, 0.5, 12.34, 0.05, 'Straße', date '2024-02-29',
   timestamp '1969-12-31 23:59:59.5', [10, 20, 30])
"""

MEANINGS: dict[str, Any] = {
    # division
    "one / two": 0.5,
    "one / 0": None,
    "half / 0": None,
    "7 // two": 3,
    "-7 // two": -4,
    "7 // -two": -4,
    "(big - 1) // two": 4611686018427387903,
    "one // 0": None,
    "-7 % 3": -1,
    "7 % -3": 1,
    "big % 0": None,
    "price / 3": Decimal("4.113333333333"),
    # whole numbers are int64
    "small + small": 4294967294,
    "small * small": 4611686014132420609,
    # decimals are exact
    "price * rate": Decimal("0.6170"),
    "price + 1": Decimal("13.34"),
    "price * 0.1": Decimal("1.234"),
    "0.1 + 0.2": 0.30000000000000004,
    "price = 12.34": True,
    # casts
    "cast(2.7 as int64)": 2,
    "cast(-2.7 as int64)": -2,
    "cast(half + 2 as int64)": 2,
    "cast(price as int64)": 12,
    "try_cast('abc' as int64)": None,
    "try_cast('12' as int64)": 12,
    "cast(2.345 as decimal(10, 2))": Decimal("2.35"),
    "cast(1 = 1 as string)": "true",
    "cast(half as string)": "0.5",
    "cast(day as timestamp)": datetime.datetime(2024, 2, 29),
    # null
    "none = none": None,
    "none is distinct from none": False,
    "none is not distinct from one": False,
    "none in (1, 2)": None,
    "1 in (one, none)": True,
    "none is null and true": True,
    "one = 1 or none = 1": True,
    "coalesce(none, two)": 2,
    # text
    "length(name)": 6,
    "lower(name)": "straße",
    "substring(name, 2, 3)": "tra",
    "name like 'Str%'": True,
    "'50%' like '50!%' escape '!'": True,
    "name ilike 'stRA%'": True,
    "name || '!'": "Straße!",
    "'a' < 'B'": False,
    # time
    "day + 1 year": datetime.date(2025, 2, 28),
    "date '2024-01-31' + 1 month": datetime.date(2024, 2, 29),
    "day - date '2024-01-01'": 59,
    "cast(day + 1 month as string)": "2024-03-29",
    "(day + 1 month) - day": 29,
    "(day + 1 month) - (day + 1 month)": 0,
    "at + 1 second": datetime.datetime(1970, 1, 1, 0, 0, 0, 500000),
    "date_trunc('hour', at)": datetime.datetime(1969, 12, 31, 23),
    "extract(year from at)": 1969,
    "day_of_week(day)": 4,
    "day > '2024-01-01'": True,
    # arrays and structs
    "list[1]": 10,
    "list[3]": 30,
    "list[0]": None,
    "list[4]": None,
    "list[one]": 10,
    "[10, 20][1]": 10,
    "split('a,b', ',')[2]": "b",
    "{a: 1, b: 'x'}.b": "x",
    # NaN is above every number and equal to itself
    "cast('NaN' as float64) = cast('NaN' as float64)": True,
    "cast('NaN' as float64) > 1e300": True,
    "case when half > 0 then 2 else 3 end": 2,
}

NULLS = {
    "filter not (two between none and 1)": [True],
    "filter not (two between 1 and none)": [],
    "filter not (two between none and 1) or true": [True],
    "filter not (one between 2 and none)": [True],
    "filter (one between 2 and none) = false": [True],
}

FAILS = ["big + 1", "-big - 2", "big * 2", "cast(name as int64)", "cast(big as int32)", "cast(1e30 * half as int64)"]


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    columns = ",\n".join(f"c{number} = {text}" for number, text in enumerate(MEANINGS))
    pipeline = api.from_text(f"{ROWS}\ntransform answer from rows\n| select {columns}")
    result = api.run(pipeline, datasets=["answer"])
    assert result.success, result.run.problems
    row = result.dataset("answer").arrow().to_pylist()[0]
    return {text: row[f"c{number}"] for number, text in enumerate(MEANINGS)}


@pytest.mark.parametrize("text", MEANINGS)
def test_an_expression_is(text: str, answers: dict[str, Any]) -> None:
    expected, answer = MEANINGS[text], answers[text]
    assert type(answer) is type(expected)
    assert answer == expected or (isinstance(answer, float) and math.isclose(answer, expected, rel_tol=0))


@pytest.mark.parametrize("text", FAILS)
def test_an_expression_fails_the_run(text: str) -> None:
    try:
        result = api.run(api.from_text(f"{ROWS}\ntransform answer from rows\n| select x = {text}"), datasets=["answer"])
    except CompileError as error:
        assert [each.code for each in error.diagnostics if each.severity == "error"]
    else:
        assert not result.success
        assert all("Error" not in problem.message for problem in result.run.problems)


@pytest.mark.parametrize("text", NULLS)
def test_a_filter_proves_no_more_than_is_so(text: str) -> None:
    # `not (two between null and 1)` is true: 2 is above 1 whatever the other bound is
    pipeline = api.from_text(f"{ROWS}\ntransform answer from rows\n| {text}\n| select missing = none is null")
    rows = api.run(pipeline, datasets=["answer"]).dataset("answer").arrow().to_pylist()
    assert [row["missing"] for row in rows] == NULLS[text]


def test_the_first_row_is_kept_where_the_order_has_nulls() -> None:
    rows = "ingest t from values (k int64, d date) (1, null), (1, date '2024-02-29'), (1, date '2025-01-31')"
    result = api.run(api.from_text(f"{rows}\ntransform u from t | dedupe by k keep first d"), datasets=["u"])
    assert result.dataset("u").arrow().to_pylist() == [{"k": 1, "d": datetime.date(2024, 2, 29)}]
