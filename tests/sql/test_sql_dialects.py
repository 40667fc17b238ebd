"""A query written in another dialect gives what its own engine would; what has no exact translation is refused."""

from __future__ import annotations

import pytest
from sql_findings import told
from sql_tables import ours, theirs
from test_sql_rows import rows_of

SAME = [
    ("spark", "select id, nvl(status, 'x') as s from orders", "select id, ifnull(status, 'x') as s from orders"),
    (
        "spark",
        "select id, datediff(date '2024-03-01', day) as d from orders",
        "select id, date_diff('day', day, date '2024-03-01') as d from orders",
    ),
    (
        "spark",
        "select id, date_add(day, 3) as a, date_sub(day, 3) as s, add_months(day, 1) as m from orders",
        "select id, (day + interval 3 day)::date as a, (day - interval 3 day)::date as s, "
        "(day + interval 1 month)::date as m from orders",
    ),
    ("spark", "select id, n / 2 as h from orders", "select id, n / 2 as h from orders"),
    ("spark", "select id, n div 2 as h, n % 2 as r from orders", "select id, n // 2 as h, n % 2 as r from orders"),
    ("spark", "select id from orders order by status, id", "select id from orders order by status nulls first, id"),
    (
        "spark",
        "select id from orders order by status desc, id",
        "select id from orders order by status desc nulls last, id",
    ),
    ("spark", "select id from orders where status <=> null", "select id from orders where status is null"),
    ("spark", 'select id from orders where status = "paid"', "select id from orders where status = 'paid'"),
    ("spark", "select id as `the id` from orders", 'select id as "the id" from orders'),
    ("spark", "select id, tags[0] as t from lines where id < 3", "select id, tags[1] as t from lines where id < 3"),
    (
        "spark",
        "select client, collect_list(status) as s from orders group by client",
        "select client, list(status) filter (where status is not null) as s from orders group by client",
    ),
    (
        "spark",
        "select id, concat(status, '!') as c, instr(status, 'i') as i, locate('i', status) as l from orders",
        "select id, status || '!' as c, strpos(status, 'i') as i, strpos(status, 'i') as l from orders",
    ),
    (
        "spark",
        "select id, year(day) as y, date_trunc('month', seen) as m, trunc(day, 'year') as t, dayofyear(day) as d "
        "from orders",
        "select id, year(day) as y, date_trunc('month', seen) as m, date_trunc('year', day)::date as t, "
        "dayofyear(day) as d from orders",
    ),
    (
        "spark",
        "select id, if(n > 1, 'a', 'b') as f, length(status) as l, upper(status) as u, log(id) as g, log10(id) as t "
        "from orders",
        "select id, if(n > 1, 'a', 'b') as f, length(status) as l, upper(status) as u, ln(id) as g, log10(id) as t "
        "from orders",
    ),
    (
        "spark",
        "select id from orders left semi join clients using (client)",
        "select id from orders semi join clients using (client)",
    ),
    (
        "spark",
        "select id from orders left anti join clients using (client)",
        "select id from orders anti join clients using (client)",
    ),
    (
        "spark",
        "select status rlike '^p' as m, regexp_replace(status, '[ai]', '_') as r from orders",
        "select regexp_matches(status, '^p') as m, regexp_replace(status, '[ai]', '_', 'g') as r from orders",
    ),
    (
        "postgres",
        "select id from orders where status ~ '^p'",
        "select id from orders where regexp_matches(status, '^p')",
    ),
    (
        "postgres",
        "select id from orders order by amount desc, id",
        "select id from orders order by amount desc nulls first, id",
    ),
    (
        "postgres",
        "select string_agg(status, ',' order by id) as s, percentile_cont(0.5) within group (order by n) as p "
        "from orders",
        "select string_agg(status, ',' order by id) as s, quantile_cont(n, 0.5) as p from orders",
    ),
    (
        "postgres",
        "select id, amount / 2.0 as h, id::double precision / 2 as f, mod(n, 3) as m from orders",
        "select id, amount / 2.0 as h, id / 2 as f, n % 3 as m from orders",
    ),
    (
        "postgres",
        "select id, regexp_replace(status, '[ai]', '_') as r, position('a' in status) as p, "
        "substring(status from 2 for 2) as s, trim(both 'p' from status) as t from orders",
        "select id, regexp_replace(status, '[ai]', '_') as r, strpos(status, 'a') as p, substring(status, 2, 2) as s, "
        "trim(status, 'p') as t from orders",
    ),
    (
        "postgres",
        "select extract(year from day) as y, date_part('month', day) as m from orders",
        "select year(day) as y, month(day) as m from orders",
    ),
    (
        "mysql",
        "select id, ifnull(n, 0) as n from orders where not (status <=> 'paid')",
        "select id, ifnull(n, 0) as n from orders where status is distinct from 'paid'",
    ),
    ("mysql", "select id from orders limit 2, 3", "select id from orders limit 3 offset 2"),
    (
        "bigquery",
        "select `id`, countif(n > 1) over () as c from `orders`",
        "select id, count_if(n > 1) over () as c from orders",
    ),
    ("bigquery", "select * except (seen) from orders", "select * exclude (seen) from orders"),
    (
        "snowflake",
        "select id, iff(n > 1, 1, 0) as f, nvl2(status, 'y', 'n') as v from orders",
        "select id, if(n > 1, 1, 0) as f, if(status is not null, 'y', 'n') as v from orders",
    ),
    (
        "snowflake",
        "select id from orders qualify row_number() over (partition by client order by id) = 1",
        "select id from orders qualify row_number() over (partition by client order by id) = 1",
    ),
    ("tsql", "select top 2 id from orders order by id", "select id from orders order by id limit 2"),
    ("tsql", "select [id], len([status]) as n from [orders]", "select id, length(status) as n from orders"),
    ("sqlite", "select id, substr(status, 2) as s from orders", "select id, substr(status, 2) as s from orders"),
]  # dialect, the query, the same in DuckDB's SQL
REFUSED = [
    ("postgres", "select id / 2 as h from orders", "no-one-meaning", "id / 2"),
    ("postgres", "select extract(dow from day) as d from orders", "no-one-meaning", "extract(dow from day)"),
    ("spark", "select dayofweek(day) as d from orders", "no-one-meaning", "dayofweek(day)"),
    ("spark", "select months_between(day, day) as d from orders", "no-one-meaning", "months_between(day, day)"),
    ("spark", "select tags[id] as t from lines", "no-one-meaning", "tags[id]"),
    ("spark", "select explode(tags) as t from lines", "no-one-meaning", "explode(tags)"),
    (
        "spark",
        "select id from orders lateral view explode(array(1)) t as x",
        "not-in-the-graph",
        "explode(array(1)) t as x",
    ),
    ("spark", "select id from orders sort by id", "not-in-the-graph", "id"),
    ("mysql", "select stddev(n) as s from orders", "no-one-meaning", "stddev(n)"),
    ("mysql", "select greatest(n, 1) as g from orders", "no-one-meaning", "greatest(n, 1)"),
    (
        "postgres",
        "select cast(status as varchar(2)) as s from orders",
        "not-in-the-graph",
        "cast(status as varchar(2))",
    ),
    ("duckbd", "select id from orders", "unknown-dialect", "duckbd"),
]


@pytest.mark.parametrize(("dialect", "query", "same"), SAME)
def test_same_meaning(dialect: str, query: str, same: str) -> None:
    names, rows = ours(query, dialect)
    expected_names, expected = theirs(same)
    assert names == expected_names
    ordered = "order by" in query.rpartition(")")[2]
    found, wanted = rows_of(rows), rows_of(expected)
    assert (found if ordered else sorted(found, key=repr)) == (wanted if ordered else sorted(wanted, key=repr))


@pytest.mark.parametrize(("dialect", "query", "code", "place"), REFUSED)
def test_refused(dialect: str, query: str, code: str, place: str) -> None:
    assert told(query, dialect) == [(code, place)]


@pytest.mark.parametrize(
    ("dialect", "written", "meant"),
    [
        ("duckdb", "strftime(seen, '%d.%m.%Y')", "date_format(seen, '%d.%m.%Y')"),
        ("duckdb", "strftime('%Y', seen)", "date_format(seen, '%Y')"),
        ("duckdb", "strptime('1.2.2024', '%d.%m.%Y')", "parse_timestamp('1.2.2024', '%d.%m.%Y')"),
        ("duckdb", "(seen at time zone 'Asia/Tokyo')::date", "at_time_zone(seen, 'Asia/Tokyo')::date"),
        ("duckdb", "timezone('Asia/Tokyo', seen)::date", "at_time_zone(seen, 'Asia/Tokyo')::date"),
        ("duckdb", "date_sub('month', day, seen)", "elapsed('month', day, seen)"),
        ("duckdb", "time_bucket(interval '15 minutes', seen)", "date_bin(interval '15 minutes', seen)"),
        ("spark", "date_format(seen, 'dd.MM.yyyy HH:mm')", "date_format(seen, '%d.%m.%Y %H:%M')"),
        ("spark", "next_day(day, 'MO')", "next_day(day, 'monday')"),
        ("spark", "substring_index('a.b', '.', 1)", "substring_index('a.b', '.', 1)"),
        ("spark", "try_add(id, 1)", "try_add(id, 1)"),
        ("mysql", "date_format(seen, '%d.%m.%Y %H:%i')", "date_format(seen, '%d.%m.%Y %H:%M')"),
        ("postgres", "to_char(seen, 'YYYY-MM')", "date_format(seen, '%Y-%m')"),
        ("postgres", "overlay('abc' placing 'x' from 2 for 1)", "overlay('abc', 'x', 2, 1)"),
        ("snowflake", "equal_null(id, 1)", "equal_null(id, 1)"),
    ],
)
def test_functions_of_dialects_become_ours(dialect: str, written: str, meant: str) -> None:
    query = "select id, {} as x from orders order by id"
    assert ours(query.format(written), dialect) == ours(query.format(meant), "duckdb")


@pytest.mark.parametrize(
    ("dialect", "written", "code"),
    [
        ("spark", "date_format(seen, 'd.M.yyyy')", "wrong-argument-type"),
        ("spark", "from_utc_timestamp(seen, 'Asia/Tokyo')", "no-one-meaning"),
        ("duckdb", "strftime(seen, '%Q')", "wrong-argument-type"),
        ("duckdb", "seen at time zone 'Mars/Base'", "wrong-argument-type"),
    ],
)
def test_what_has_no_one_meaning_is_refused(dialect: str, written: str, code: str) -> None:
    assert [each for each, _ in told(f"select {written} as x from orders", dialect)] == [code]
