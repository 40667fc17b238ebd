"""A dataset that is read within a query keeps the queries that it has inside apart from the one around it."""

from __future__ import annotations

import pytest

from odibi_sql import api

INGEST = "ingest t1 from values (id int64, c string not null) (1, 'x'), (2, 'x'), (3, 'a') with (materialize: true)"
TWICE = 'sql twice from t1 """select o.id, o.c from t1 as o where (select count(*) from t1 as i where i.c = o.c) > 1"""'


@pytest.mark.parametrize(
    "query",
    [
        "select o.id from t1 as o where exists (select 1 from twice as i where i.c = o.c) order by id",
        "select o.id from t1 as o where o.c in (select i.c from twice as i) order by id",
        "select o.id from t1 as o join (select distinct c from twice) as i on i.c = o.c order by id",
        "select o.id from twice as o where exists (select 1 from twice as i where i.c = o.c) order by id",
    ],
)
def test_names_of_queries_inside_are_not_taken(query: str) -> None:
    text = f'{INGEST}\n{TWICE}\nsql found from t1, twice """{query}"""'
    result = api.run(api.from_text(text), datasets=["found"])
    assert result.success, result.run.problems
    assert result.dataset("found").arrow()["id"].to_pylist() == [1, 2]


@pytest.mark.parametrize(
    ("steps", "rows"),
    [
        ("dedupe by k keep any | set k = k % k", [None, None]),
        ("dedupe by k keep any | select k = k + 1", [None, 1]),
        ("dedupe by k keep any | select k = 0 * v, other = k", [0, 0]),
        ("sort k nulls first | select k = -k", [None, 0, 0]),
    ],
)
def test_a_new_column_of_an_old_name_does_not_take_its_place_as_a_key(steps: str, rows: list[int | None]) -> None:
    rows_of_t = "(0, 1), (null, 1), (0, 1)"
    ingest = f"ingest t from values (k int64, v int64) {rows_of_t} with (materialize: true)"
    text = f"{ingest}\ntransform found from t | {steps}"
    result = api.run(api.from_text(text), datasets=["found"])
    assert result.success, result.run.problems
    found = result.dataset("found").arrow()["k"].to_pylist()
    assert sorted(found, key=lambda each: (each is not None, each)) == rows
