"""`unnest` after `from` and the as-of joins of sql steps: the rows that they give, and what is refused."""

from __future__ import annotations

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import CompileError
from odibi_sql.run import Settings, execute

DATA = """\
ingest orders from values (id int64 not null, currency string, at int64, tags array<string>)
  (1, 'EUR', 10, ['a', 'b']), (2, 'USD', 9, []), (3, 'USD', null, null), (4, null, 10, ['c', null]) key id
ingest rates from values (currency string, rate float64, since int64)
  ('EUR', 1.0, 10), ('EUR', 1.1, 10), ('USD', 2.0, 1), ('USD', 3.0, 11), ('USD', 9.0, null), (null, 9.0, 1)
"""


def step(query: str) -> api.Pipeline:
    return api.from_text(f'{DATA}sql t from orders, rates """{query}"""\n')


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "select o.id, r.rate from orders o asof left join rates r on o.currency = r.currency and o.at >= r.since",
            [(1, 1.1), (2, 2.0), (3, None), (4, None)],
        ),
        ("select o.id, r.rate from orders o asof join rates r on o.at < r.since", [(1, 3.0), (2, 1.1), (4, 3.0)]),
        (
            "select id, u.tag from orders o, unnest(o.tags) as u(tag) where id < 4 or tag is null",
            [(1, "a"), (1, "b"), (4, None)],
        ),
        ("select id, count(*) as n from orders cross join unnest(tags) as u(tag) group by id", [(1, 2), (4, 2)]),
        (
            "select id, (select count(*) from unnest(tags) as u(tag)) as n from orders",
            [(1, 2), (2, 0), (3, 0), (4, 2)],
        ),
        ("select x, y from unnest([1, 2]) as u(x), unnest(['a']) as v(y)", [(1, "a"), (2, "a")]),
    ],
)
def test_it_gives_these_rows(query: str, rows: list[tuple[object, ...]]) -> None:
    pipeline = step(query)
    found = execute(api.compile(pipeline, goals=["t"]), Settings(root=pipeline.root)).answers["t"].to_pylist()
    assert sorted((tuple(row.values()) for row in found), key=str) == rows


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("select id from orders o, unnest(o.tags) as u", "not-in-the-graph"),
        ("select id, unnest(tags) as tag from orders", "no-one-meaning"),
        ("select id from orders o left join unnest(o.tags) as u(tag) on true", "not-in-the-graph"),
        ("select id from orders o, unnest(o.id) as u(tag)", "explode-needs-array"),
        ("select o.id from orders o, unnest(o.tags) as o(tag)", "same-table-name"),
        ("select id from orders asof join rates using (currency, at)", "not-in-the-graph"),
        ("select id from orders asof full join rates on at >= since", "not-in-the-graph"),
        ("select id from orders asof join rates on orders.currency = rates.currency", "bad-asof-join"),
    ],
)
def test_it_is_refused(query: str, code: str) -> None:
    with pytest.raises(CompileError) as error:
        api.check(step(query))
    assert [each.code for each in error.value.diagnostics] == [code]
