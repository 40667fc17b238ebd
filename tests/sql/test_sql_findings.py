"""What is wrong with a query is told by its kind, at its place."""

from __future__ import annotations

import random
import re

import pytest
from sql_findings import findings, told
from test_sql_rows import QUERIES

from odibi_sql.diagnostics import render

FINDINGS = [
    ("select id from order", [("unknown-table", "order")]),
    ("select o.id from orders", [("unknown-column", "o")]),
    ("select idd from orders", [("unknown-column", "idd")]),
    ("select x.id from orders as x, clients as x where x.id = 1", [("same-table-name", "x")]),
    ("select client from orders, clients", [("ambiguous-column", "client")]),
    ("select count(*) from orders", [("column-needs-a-name", "count(*)")]),
    ("select id + 1 from orders", [("column-needs-a-name", "id + 1")]),
    ("select id, n as id from orders", [("duplicate-column", "id")]),
    ("select * from orders join clients on orders.client = clients.client", [("duplicate-column", "*")]),
    ("select id from orders order by 3", [("no-such-position", "3")]),
    ("select id from orders group by 2", [("no-such-position", "2")]),
    ("select client, status, count(*) as n from orders group by client", [("not-grouped", "status")]),
    ("select id from orders where sum(amount) > 3", [("misplaced-aggregate", "sum(amount)")]),
    ("select id from orders where amount", [("not-a-condition", "amount")]),
    ("select id from orders where status = 3", [("cannot-compare", "status = 3")]),
    ("select uper(status) as s from orders", [("unknown-function", "uper")]),
    (
        "select id from orders union select id, client from orders",
        [("columns-do-not-match", "select id, client from orders")],
    ),
    ("select id from orders union select status from orders", [("no-common-type", "select status from orders")]),
    (
        "select id from orders where client in (select client, name from clients)",
        [("subquery-columns", "select client, name from clients")],
    ),
    (
        "select (select client, name from clients) as x from orders",
        [("subquery-columns", "select client, name from clients")],
    ),
    ("select distinct client from orders order by id", [("order-not-selected", "id")]),
    ("select id from orders limit 'x'", [("wrong-type", "'x'")]),
    ("select id from orders limit -1", [("bad-count", "-1")]),
    ("select id from orders limit id", [("not-a-constant", "id")]),
    ("select id from orders left join clients", [("no-join-condition", "clients")]),
    ("select id from orders join clients using (id)", [("not-in-both-tables", "id")]),
    ("select id from orders join clients using (nothing)", [("not-in-both-tables", "nothing")]),
    (
        "select t.a from (select id from orders) as t(a, b)",
        [("columns-do-not-match", "(select id from orders) as t(a, b)")],
    ),
    ("select id from orders where id in (1, 'x')", [("cannot-compare", "'x'")]),
    ("with a as (select id from orders), a as (select 1 as id) select id from a", [("same-table-name", "a")]),
    (
        "with recursive a as (select 1 as x union all select x + 1 from a where x < 3) select x from a",
        [("not-in-the-graph", "a")],
    ),
    ("select id from orders, lateral (select 1) as l", [("not-in-the-graph", "(select 1) as l")]),
    ("select unnest(tags) as t from lines", [("no-one-meaning", "unnest(tags)")]),
    ("select id from orders, unnest([1,2]) as u", [("not-in-the-graph", "unnest([1,2]) as u")]),
    ("select client, count(*) as n from orders group by rollup (client)", [("not-in-the-graph", "rollup (client)")]),
    ("select client, count(*) as n from orders group by cube (client)", [("not-in-the-graph", "cube (client)")]),
    (
        "select client, count(*) as n from orders group by grouping sets ((client), ())",
        [("not-in-the-graph", "grouping sets ((client), ())")],
    ),
    ("select id from 'orders.csv'", [("not-in-the-graph", "'orders.csv'")]),
    ("select id from read_csv('x.csv')", [("not-in-the-graph", "read_csv('x.csv')")]),
    ("select id from main.orders", [("not-in-the-graph", "main.orders")]),
    ("select id from range(10) as r(id)", [("not-in-the-graph", "range(10) as r(id)")]),
    ("select distinct on (client) id from orders", [("not-in-the-graph", "(client)")]),
    ("select sum(n) over (order by id groups 1 preceding) as s from orders", [("not-in-the-graph", "1")]),
    (
        "select sum(n) over (order by id rows between 1 preceding and current row exclude ties) as s from orders",
        [("not-in-the-graph", "1")],
    ),
    ("select sum(n) over w as s from orders", [("not-in-the-graph", "w")]),
    (
        "select id from orders where (id, client) in (select id, client from orders)",
        [("not-in-the-graph", "(id, client)")],
    ),
    ("select id from orders where id > all (select id from lines)", [("not-in-the-graph", "select id from lines")]),
    ("select $1 as x from orders", [("not-in-the-graph", "1")]),
    ("select id from orders where id = ?", [("not-in-the-graph", "?")]),
    (
        "select list_transform(tags, x -> x) as t from lines",
        [("unknown-function", "list_transform"), ("not-in-this-version", "x -> x")],
    ),
    ("select tags[1:2] as t from lines", [("not-in-the-graph", "tags[1:2]")]),
    ("select cast(id as uuid) as u from orders", [("not-in-the-graph", "cast(id as uuid)")]),
    ("select cast(id as hugeint) as u from orders", [("not-in-the-graph", "cast(id as hugeint)")]),
    ("select cast(id as nothing) as u from orders", [("unknown-type", "cast(id as nothing)")]),
    ("select id from orders where a = b is null", [("no-one-meaning", "a = b is null")]),
    ("select interval (id) day as x from orders", [("not-in-the-graph", "interval (id)")]),
    ("select interval '1 day 2 hours' as x from orders", [("not-in-the-graph", "interval '1 day 2 hours'")]),
    ("select id::varchar collate nocase as c from orders", [("not-in-the-graph", "id")]),
    ("select dayofweek(day) as d from orders", [("no-one-meaning", "dayofweek(day)")]),
    ("select extract(dow from day) as d from orders", [("no-one-meaning", "extract(dow from day)")]),
    ("select extract(epoch from seen) as d from orders", [("no-one-meaning", "extract(epoch from seen)")]),
    ("select random() as r from orders", [("no-one-meaning", "random()")]),
    ("select id from orders pivot (sum(n) for status in ('a'))", [("not-in-the-graph", "sum(n) for status in ('a')")]),
    ("insert into orders values (1)", [("not-one-query", "insert into orders values (1)")]),
    ("select 1 as a; select 2 as b", [("not-one-query", "select 2 as b")]),
    ("select id from orders where (id", [("sql-syntax", "id")]),
    ("select id from orders where id = 'abc", [("sql-syntax", "'")]),
    ("select from orders", [("sql-syntax", "select from orders")]),
    ("select id from orders for update", [("not-in-the-graph", "update")]),
    ("select id from orders fetch first 10 percent rows only", [("not-in-the-graph", "only")]),
    ("select id into x from orders", [("not-in-the-graph", "x")]),
    ("select id from orders positional join clients", [("not-in-the-graph", "clients")]),
    ('select id as "row", null as nothing from orders', [("null-without-type", "nothing")]),
    ("select max(id) over (partition by sum(n)) as x from orders", [("not-grouped", "id")]),
    (
        "select id from orders where row_number() over (order by id) = 1",
        [("misplaced-window", "row_number() over (order by id)")],
    ),
    (
        "select id from orders o where exists (select 1 from clients c where c.client = o.clint)",
        [("unknown-column", "clint")],
    ),
    (
        "select sum(o.id) as s from orders o where o.id in (select x.id from lines x where x.price > o.prize)",
        [("unknown-column", "prize")],
    ),
    (
        "select o.id from orders o, lines l right join clients d on d.client = l.id",
        [("not-in-the-graph", "clients d on d.client = l.id")],
    ),
    (
        "select id from (orders join clients using (client)) join lines using (id)",
        [("not-in-the-graph", "(orders join clients using (client))")],
    ),
    ("select to_words(day) as y from orders", [("unknown-function", "to_words")]),
    ("select struct_pack(1, 2) as s from orders", [("not-in-the-graph", "(1, 2)")]),
    ("select id from orders where status similar to 'a'", [("not-in-the-graph", "status similar to 'a'")]),
    ("select * exclude (nothing) from orders", [("unknown-column", "nothing")]),
    ("select o.* from orders", [("unknown-table", "o")]),
    ("select coalesce(amount, 'x') as c from orders", [("wrong-argument-type", "'x'")]),
    ("values (1, 2), (3)", [("columns-do-not-match", "3")]),
    ("select id from orders where exists (values (1))", [("not-in-the-graph", "exists (values (1))")]),
    (
        "select case when id > 1 then 'a' else 2 end as c from orders",
        [("no-common-type", "case when id > 1 then 'a' else 2 end")],
    ),
    ("select day + 1 as d from orders", [("wrong-operands", "day + 1")]),
    ("select * from orders order by all", [("not-in-the-graph", "select * from orders order by all")]),
    ("select 1 as a union all select 2 order by b", [("unknown-column", "b")]),
    ("select id from clients natural join lines", [("no-common-column", "lines")]),
    ("select id from orders where id in ()", [("sql-syntax", "id")]),
]


@pytest.mark.parametrize(("query", "expected"), FINDINGS)
def test_told(query: str, expected: list[tuple[str, str]]) -> None:
    assert told(query) == expected


def test_all_at_once() -> None:
    query = "select idd, uper(status) as s from orders where amout > 1 group by cube (id)"
    assert told(query) == [("not-in-the-graph", "cube (id)")]
    assert [code for code, _ in told(query.replace("cube (id)", "1, 2"))] == [
        "unknown-column",
        "unknown-function",
        "unknown-column",
    ]


def test_a_wrong_dataset_is_told_once() -> None:
    query = "select o.nothing, o.id + 1 as n from ordres as o join clients as c on o.client = c.client"
    assert told(query) == [("unknown-table", "ordres")]


def test_a_dataset_that_the_step_does_not_list() -> None:
    from sql_tables import pipeline

    from odibi_sql import api
    from odibi_sql.diagnostics import CompileError

    text = pipeline("select id from orders join clients using (client)").replace(
        "from orders, clients, lines", "from orders"
    )
    with pytest.raises(CompileError) as caught:
        api.check(api.from_text(text))
    (error,) = caught.value.diagnostics
    assert error.code == "unknown-table"
    assert "sql answer from orders, clients" in error.advice


WARNINGS = [
    ("select o.id from orders o join lines l on o.id = l.id", "query-may-multiply", "o.id = l.id"),
    ("select o.id from orders o join lines l on o.id > l.id", "join-is-cartesian", "o.id > l.id"),
    ("select id from orders where status <> 'void'", "filter-drops-nulls", "status <> 'void'"),
]


@pytest.mark.parametrize(("query", "code", "place"), WARNINGS)
def test_warned(query: str, code: str, place: str) -> None:
    found = [(each.code, each.span.text) for each in findings(query) if each.code != "source-not-read" and each.span]
    assert found == [(code, place)]


QUIET = [
    "select id, name from orders join clients using (client)",
    "select c.name, n from clients c join (select client, count(*) as n from orders group by client) o using (client)",
    "select id from orders semi join lines using (id)",
    "select id from orders where status is distinct from 'void'",
]


@pytest.mark.parametrize("query", QUIET)
def test_not_warned(query: str) -> None:
    assert [each.code for each in findings(query) if each.code != "source-not-read"] == []


def test_a_place_in_a_text_with_doubled_quotes() -> None:
    from odibi_sql import api
    from odibi_sql.diagnostics import CompileError

    text = "ingest a from values (x string) ('b')\nsql c from a 'select x from a where x = ''b'' and yy = ''b'''\n"
    with pytest.raises(CompileError) as caught:
        api.check(api.from_text(text))
    assert [each.span.text for each in caught.value.diagnostics if each.span] == ["yy"]


def test_long_chains_and_deep_nests() -> None:
    ors = " or ".join(f"id = {number}" for number in range(2000))
    assert told(f"select id from orders where {ors}") == []
    deep = "(" * 500 + "id" + ")" * 500
    assert [code for code, _ in told(f"select {deep} as id from orders")] == ["query-too-deep"]


@pytest.mark.parametrize(
    "query",
    [
        "select , id from orders",
        "select id, , n from orders",
        "select coalesce(, id) as x from orders",
        "select id from orders order by , id",
        "select id from orders order by id,",
        "select sum(n,) as x from orders",
    ],
)
def test_a_comma_beside_nothing(query: str) -> None:
    assert told(query) == [("sql-syntax", ",")]


def test_damaged_queries_end_in_findings() -> None:
    """Words dropped, doubled, swapped: whatever comes of it, it is no traceback."""
    chance = random.Random(3)
    for _ in range(120):
        words = re.findall(r"\w+|'[^']*'|\s+|.", chance.choice(QUERIES))
        for _ in range(2):
            one, other = chance.randrange(len(words)), chance.randrange(len(words))
            match chance.randrange(3):
                case 0:
                    words[one] = ""
                case 1:
                    words.insert(one, words[other])
                case _:
                    words[one], words[other] = words[other], words[one]
        for each in findings("".join(words), chance.choice(["", "spark", "postgres", "tsql"])):
            assert render(each)
