"""Names with a dot in them are names like others, whatever stands over them."""

from __future__ import annotations

from typing import Any

import pytest

from odibi_sql import api

TABLE = "ingest t from values (id int64 not null, `a.b` int64, `.` string, `x.` int64) (1, 5, 'q', 3), (2, 6, 'r', 4)"
ONE = {"id": 1, "a.b": 5, ".": "q", "x.": 3}
TWO = {"id": 2, "a.b": 6, ".": "r", "x.": 4}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("union t | dedupe by id keep last `a.b` | sort id", [ONE, TWO]),
        ("union distinct t | filter `a.b` > 5 and `.` = 'r'", [TWO]),
        ("union t | sort `a.b` | limit 3 | derive k = `x.` * 2 | filter k > 7", [TWO | {"k": 8}]),
        ("intersect t | derive n = row_number() over (order by id) | filter n > 1", [TWO | {"n": 2}]),
        ("limit 5 | filter `a.b` > 5 | aggregate `s.t` = sum(`a.b`) group by `x.`", [{"x.": 4, "s.t": 6}]),
        ("union t | aggregate `s.t` = sum(`a.b`) group by `x.` | filter `s.t` > 10", [{"x.": 4, "s.t": 12}]),
    ],
)
def test_columns_keep_their_names(steps: str, expected: list[dict[str, Any]]) -> None:
    result = api.run(api.from_text(f"{TABLE}\ntransform a from t | {steps}"), datasets=["a"])
    assert result.success, result.run.problems
    found = result.dataset("a").arrow().to_pylist()
    assert found == expected
