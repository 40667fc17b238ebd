"""What a query becomes: its schema, its order and keys, and the graph below."""

from __future__ import annotations

import pytest
from sql_tables import pipeline

from odibi_sql import api, ir
from odibi_sql.ir.walk import relations

SCHEMAS = [
    ("select id, amount, status from orders", "id int64 not null, amount decimal(10, 2), status string"),
    ("select id + 1 as x, amount * 2 as y, n / 2 as z from orders", "x int64 not null, y decimal(11, 2), z float64"),
    ("select count(*) as n, sum(n) as s, avg(amount) as a from orders", "n int64 not null, s int64, a float64"),
    ("select client, max(id) as m from orders group by client", "client int64, m int64 not null"),
    ("select id, name from orders join clients using (client)", "id int64 not null, name string"),
    ("select client, id from orders join clients using (client)", "client int64 not null, id int64 not null"),
    ("select client, id from orders left join clients using (client)", "client int64, id int64 not null"),
    ("select client, id from orders full join clients using (client)", "client int64, id int64"),
    ("select client, id from orders right join clients using (client)", "client int64 not null, id int64"),
    (
        "select o.client as a, c.client as b from orders o left join clients c on o.client = c.client",
        "a int64, b int64",
    ),
    ("select status from orders where status is not null", "status string not null"),
    ("select status from orders where status = 'paid' and n > 1", "status string not null"),
    ("select id from orders union all select n from orders", "id int64"),
    ("select n from orders union all select price from lines", "n float64"),
    ("select id from orders except select n from orders", "id int64 not null"),
    ("select id, null::date as d from orders union all select n, day from orders", "id int64, d date"),
    ("select null as a, id from orders union all select status, n from orders", "a string, id int64"),
    ("select (select max(price) from lines) as top from orders", "top float64"),
    ("select (select count(*) from lines) as n from orders", "n int64 not null"),
    (
        "select exists (select 1 from lines) as e, id in (select id from lines) as i from orders",
        "e bool not null, i bool not null",
    ),
    (
        "select row_number() over (order by id) as r, lag(id) over (order by id) as b from orders",
        "r int64 not null, b int64",
    ),
    (
        "select {'a': id, 'b': item} as s, [id] as l from lines",
        "s struct<a int64, b string> not null, l array<int64> not null",
    ),
    ("select x, y from (values (1, 'a'), (null, 'b')) as t(x, y)", "x int64, y string not null"),
    ("values (1, 'a')", "col0 int64 not null, col1 string not null"),
    (
        "select cast(id as int) as i, id::float as f, id::decimal(5) as d from orders",
        "i int32 not null, f float32 not null, d decimal(5, 0) not null",
    ),
    ("select date '2024-01-01' as d, timestamp '2024-01-01 00:00:00' as t", "d date not null, t timestamp not null"),
    ("with a (x) as (select id from orders) select x from a", "x int64 not null"),
    (
        "select * exclude (day, seen, n, status) replace (amount::float64 as amount) from orders",
        "id int64 not null, client int64, amount float64",
    ),
]


def graph_of(query: str) -> ir.Graph:
    return api.check(api.from_text(pipeline(query))).graph


@pytest.mark.parametrize(("query", "schema"), SCHEMAS)
def test_schema(query: str, schema: str) -> None:
    found = graph_of(query).dataset("answer").relation.schema
    assert ", ".join(map(str, found)) == schema


KEYS = [
    ("select id, status from orders", [{"id"}]),
    ("select status from orders", []),
    ("select id as number, status from orders where n > 1", [{"number"}]),
    ("select client, status, count(*) as n from orders group by client, status", [{"client", "status"}]),
    ("select count(*) as n from orders", [set()]),
    ("select distinct client, status from orders", [{"client", "status"}]),
    ("select id, name from orders join clients using (client)", [{"id"}]),
    ("select o.id, item from orders o join lines l on o.id = l.id", []),
    ("select id from orders union select id from lines", [{"id"}]),
    ("select id from orders union all select id from lines", []),
    ("select id from orders limit 1", [set()]),
]


@pytest.mark.parametrize(("query", "keys"), KEYS)
def test_keys(query: str, keys: list[set[str]]) -> None:
    assert [set(each) for each in graph_of(query).dataset("answer").keys] == keys


def order_of(keys: tuple[ir.SortKey, ...]) -> str:
    words = []
    for key in keys:
        assert isinstance(key.value, ir.Column)
        words.append(key.value.name + " desc" * key.descending + " nulls first" * key.nulls_first)
    return ", ".join(words)


ORDERS = [
    ("select id, status from orders order by status desc, 1", "status desc, id"),
    ("select id as a from orders order by a nulls first", "a nulls first"),
    ("select id, status from orders", ""),
    ("select id from orders order by status", ""),
    ("select id, status from orders order by status, n, id", "status"),
    ("select client, sum(amount) as s from orders group by client order by s desc, client", "s desc, client"),
    ("select id from orders union all select id from lines order by id desc", "id desc"),
]


@pytest.mark.parametrize(("query", "order"), ORDERS)
def test_order_of_the_dataset(query: str, order: str) -> None:
    """By what is selected; keys behind a hidden one order nothing that can be seen."""
    assert order_of(graph_of(query).dataset("answer").order) == order


LIMITS = [
    ("select id, status from orders order by status limit 3", "status, id"),
    ("select id, status, n from orders order by id limit 3", "id"),
    ("select status, n from orders order by n limit 3", "n, status"),
    ("select status, n from orders limit 3", "status, n"),
    ("select client, count(*) as n from orders group by client order by n desc limit 3", "n desc, client"),
]


@pytest.mark.parametrize(("query", "order"), LIMITS)
def test_a_limit_has_a_total_order(query: str, order: str) -> None:
    found = [each for each in relations(graph_of(query).dataset("answer").relation) if isinstance(each, ir.Limit)]
    assert [order_of(each.order) for each in found] == [order]


def test_a_with_that_is_read_twice_is_a_dataset_of_its_own() -> None:
    graph = graph_of(
        "with a as (select client, count(*) as n from orders group by client) "
        "select x.n from a x join a y using (client)"
    )
    hidden = [each for each in graph.datasets if each.made_by == "hidden" and each.step == "answer"]
    assert [each.name for each in hidden] == ["answer_a"]
    reads = [each.dataset for each in relations(graph.dataset("answer").relation) if isinstance(each, ir.Read)]
    assert reads == ["answer_a", "answer_a"]


def test_a_with_that_is_read_once_is_part_of_the_query() -> None:
    graph = graph_of("with a as (select id from orders), b as (select id from a) select id from b")
    assert [each.name for each in graph.datasets if each.step == "answer"] == ["answer"]


def test_columns_of_both_sides_keep_their_names_where_they_can() -> None:
    graph = graph_of("select o.id, name, c.client as c from orders o join clients c on o.client = c.client")
    (join,) = [each for each in relations(graph.dataset("answer").relation) if isinstance(each, ir.Join)]
    assert join.right.schema.names == ("c.client", "name", "region", "score")
    assert join.left.schema.names[:2] == ("id", "client")


def test_an_outer_column_says_how_far_out_it_is() -> None:
    query = """select id from orders o where exists (
        select 1 from clients c where c.client = o.client and exists (select 1 from lines l where l.id = o.id))"""
    (outermost,) = [
        each for each in relations(graph_of(query).dataset("answer").relation) if isinstance(each, ir.Filter)
    ][:1]
    found = repr(outermost)
    assert "name='client', depth=1" in found
    assert "name='id', depth=2" in found


def test_a_parameter_is_a_constant_in_a_query() -> None:
    text = "param least decimal(10, 2) = 5\n\n" + pipeline("select id from orders where amount > least order by id")
    rows = api.check(api.from_text(text)).graph.dataset("answer").relation
    assert "value=Decimal('5" in repr(rows)


def test_the_same_graph_as_a_transform() -> None:
    """Layout and notation are no part of a graph."""
    by_sql = graph_of("select client, sum(amount) as total from orders where n > 1 group by client")
    text = pipeline("select id from orders") + (
        "\ntransform grouped from orders\n  | filter n > 1\n  | aggregate total = sum(amount) group by client\n"
    )
    assert by_sql.dataset("answer").relation == api.check(api.from_text(text)).graph.dataset("grouped").relation
