"""What is left of a group keeps its rows: constants over one group, operators over keys that are operators."""

from __future__ import annotations

import pytest

from odibi_sql import api

ROWS = "ingest rows from values (k int64, item string) (1, 'a'), (2, 'b'), (2, 'b')\n"
CASES = {
    "| aggregate n = count() | select x = 1": [(1,)],
    "| filter k > 9 | aggregate n = count(), s = sum(k) | derive x = 1 | drop n, s": [(1,)],
    "| aggregate n = count() | derive x = 1 | filter x = 1 | drop n": [(1,)],
    "| aggregate n = count() | derive x = 1 | filter n > 9 | drop n": [],
    "| aggregate n = count() group by j = item || 'x' | select z = j || 'y', n": [("axy", 1), ("bxy", 2)],
    "| aggregate n = count() group by j = k + 1 | select z = j * 2 + j, n": [(6, 1), (9, 2)],
    "| derive c = 'x' | aggregate f = first(k order by c), l = array_agg(k order by c)": [(1, [1, 2, 2])],
    "| aggregate m = mode(7), y = mode(year(date '2024-04-29'))": [(7, 2024)],
    "| aggregate n = count() group by j = upper(item) | select z = j || 'y', n": [("Ay", 1), ("By", 2)],
}


@pytest.mark.parametrize("text", CASES)
def test_rows_of_groups(text: str) -> None:
    result = api.run(api.from_text(f"{ROWS}transform x from rows {text}"), datasets=["x"])
    assert result.success, result.run.problems
    rows = [tuple(row.values()) for row in result.dataset("x").arrow().to_pylist()]
    assert sorted(rows) == CASES[text]


def test_a_constant_over_one_group_in_sql() -> None:
    query = 'sql x from rows """select 2.5 as c from (select count(*) as n from rows) q"""'
    assert api.run(api.from_text(ROWS + query), datasets=["x"]).dataset("x").arrow().num_rows == 1


def test_a_member_of_a_struct_of_constants() -> None:
    text = "ingest one from values (id int64, s struct<x int64>) (1, {x: 7})\ntransform x from one | derive b = s.x"
    rows = api.run(api.from_text(text), datasets=["x"]).dataset("x").arrow().to_pylist()
    assert rows == [{"id": 1, "s": {"x": 7}, "b": 7}]


def test_what_can_fail_is_computed_before_it_is_filtered_by() -> None:
    text = "ingest t from values (a float64, b int64) (1.0, 1), (2.0, 2), (4.0, 3)\n"
    text += "transform s from t | derive d = stddev_samp(a) over (order by b), e = a / d | filter d > 1 and e > 0"
    result = api.run(api.from_text(text), datasets=["s"])
    assert result.success, result.run.problems
    assert [row["b"] for row in result.dataset("s").arrow().to_pylist()] == [3]
