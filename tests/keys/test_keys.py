"""What changes a key, and what does not."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import pytest

from odibi_sql import api, ir
from odibi_sql.keys import Key, Keys, changes
from odibi_sql.keys.expressions import term_of
from odibi_sql.keys.relations import shape_of
from odibi_sql.sources import fingerprint

CLOCK = datetime.datetime(2025, 11, 1, 10, 30)
HEAD = """
param least float64 = 1.0
ingest orders from values (id int64, amount float64, city string, day date)
  (1, 2.5, 'a', '2025-11-01'), (2, 3.5, 'b', '2025-11-02'), (3, 1.0, 'a', '2025-11-03')
ingest sites from values (city string, region string) ('a', 'x'), ('b', 'y'), ('c', 'z'), ('d', 'z')
transform cities from sites | select city
"""
TAIL = '\nstore result to parquet "lake/result.parquet"'


def keys(text: str, clock: datetime.datetime = CLOCK, **more: object) -> Keys:
    graph = api.check(api.from_text(text), clock=clock).graph
    return Keys(api.optimized(graph), lambda source: "", written=graph, **more)


def store(steps: str, head: str = HEAD, tail: str = TAIL) -> Key:
    return keys(f"{head}\n{steps}{tail}").store("store result")


SAME = [
    ("filter amount > 1 and id < 3", "filter id < 3 and 1 < amount"),
    ("filter amount > 1 and id < 3", "filter amount > 1\n| filter id < 3"),
    ("filter amount > 1", "filter amount > 1 # odibi is a bear\n| filter amount > 1"),
    ("filter city in ('a', 'b')", "filter city in ('b', 'a', 'b')"),
    ("filter id between 1 and 2", "filter id <= 2 and id >= 1"),
    ("filter id > 1 or amount = 2 or city = 'a'", "filter city = 'a' or 2 = amount or id > 1"),
    ("select id, x = id + 1 + 2", "select id, x = 2 + id + 1"),
    ("derive x = amount * 2", "derive y = amount\n| derive x = 2 * y\n| drop y"),
    ("select id | filter id > 1", "filter id > 1 | select id"),
    (
        "join sites (region) on city\n| filter region = 'x'",
        "filter city <> city || 'x' or true\n| join sites (region) on city | filter region = 'x'",
    ),
    ("aggregate n = count() group by city, day | select n", "aggregate x = count() group by day, city | select n = x"),
    ("dedupe by city, day keep first id", "dedupe by day, city keep first id"),
    ("sort amount | sort id | limit 2", "sort id | limit 2"),
    ("expect id > 1 else warn", "expect big: id > 1 else warn"),
    ("select id", "select id with (owner: 'me', tags: ['x'], materialize: true)"),
]


@pytest.mark.parametrize(("one", "other"), SAME, ids=[one for one, _ in SAME])
def test_the_same_meaning(one: str, other: str) -> None:
    first, second = (store(f"transform result from orders\n| {each}") for each in (one, other))
    assert first.digest == second.digest


ANOTHER = [
    ("filter amount > 1", "filter amount >= 1"),
    ("filter id = 1", "filter id = 2"),
    ("filter id in (1, 2)", "filter id not in (1, 2)"),
    ("filter amount > 1 and id > 2", "filter amount > 1 or id > 2"),
    ("select x = id > 1 and amount > 2", "select x = id > 1 or amount > 2"),
    ("select x = id + 1 + 2", "select x = id * 1 * 2"),
    ("select x = id in (1, 2)", "select x = 1 in (id, 2)"),
    ("select x = id between 1 and 2", "select x = id between 2 and 1"),
    ("select x = 1", "select x = 1.0"),
    ("select x = 1", "select x = '1'"),
    ("select x = 0.0", "select x = -0.0"),
    ("select x = 'null'", "select x = cast(null as string)"),
    ("select x = id", "select y = id"),
    ("select id, x = id", "select x = id, id"),
    ("select x = id - 1", "select x = 1 - id"),
    ("select x = 'a' || city", "select x = city || 'a'"),
    ("select x = {a: id}", "select x = {b: id}"),
    ("select x = cast(city as int64)", "select x = try_cast(city as int64)"),
    ("select x = cast(id as int32)", "select x = cast(id as int16)"),
    ("select x = case when id > 1 then 1 else 2 end", "select x = case when id > 1 then 2 else 1 end"),
    ("join sites (region) on city", "join left sites (region) on city"),
    ("join left sites (region) on city", "join right sites (region) on city"),
    ("join semi sites on city", "join anti sites on city"),
    ("aggregate x = min(id) group by city", "aggregate x = max(id) group by city"),
    ("aggregate x = count(id) group by city", "aggregate x = count(distinct id) group by city"),
    ("aggregate x = count() group by city", "aggregate x = count() filter (where id > 1) group by city"),
    ("aggregate x = string_agg(city, ',' order by id)", "aggregate x = string_agg(city, ',' order by id desc)"),
    ("dedupe by city keep first id", "dedupe by city keep last id"),
    ("select city", "select city | distinct"),
    ("sort id", "sort id desc"),
    ("sort city", "sort city nulls first"),
    ("sort id", "filter true"),
    ("sort id | limit 1", "sort id | limit 2"),
    ("sort id | limit 1", "sort id | limit 1 offset 1"),
    ("sort id | limit 1", "sort id | limit 1 per city"),
    (
        "derive x = sum(id) over (order by id)",
        "derive x = sum(id) over (order by id rows between 1 preceding and current row)",
    ),
    ("derive x = sum(id) over (partition by city order by id)", "derive x = sum(id) over (order by id)"),
    (
        "derive x = rank() over (order by amount)\n| filter id > 1",
        "filter id > 1\n| derive x = rank() over (order by amount)",
    ),
    ("derive x = [id, 2] | explode x as e", "derive x = [id, 3] | explode x as e"),
    ("select city | union cities", "select city | except cities"),
    ("select city | union cities", "select city | union distinct cities"),
    ("expect id > 1 else drop", "expect id > 1 else warn"),
    ("filter amount > least", "filter amount > least + 1"),
    ("filter id > 1", "filter id > 1 with (when: 1 > 2)"),
]


@pytest.mark.parametrize(("one", "other"), ANOTHER, ids=[f"{one} / {other}" for one, other in ANOTHER])
def test_another_meaning(one: str, other: str) -> None:
    first, second = (store(f"transform result from orders\n| {each}") for each in (one, other))
    assert first.digest != second.digest
    assert changes(first.parts, second.parts)


def test_windows_over_other_rows_differ_within_one_pipeline() -> None:
    twice = "derive x = rank() over (order by amount) | filter id > 1 | derive y = {} | select id, x, y"
    again = store(f"transform result from orders | {twice.format('rank() over (order by amount)')}")
    assert again.digest != store(f"transform result from orders | {twice.format('x')}").digest


@pytest.mark.parametrize("word", ["union distinct", "intersect", "except", "distinct"])
def test_where_columns_decide_which_rows_are_one_they_count_unseen(word: str) -> None:
    """How many rows there are depends on columns that nobody looks at above."""
    line = "| distinct" if word == "distinct" else f"| {word} other"
    steps = "transform other from orders | select x = {0}\ntransform a from orders | select x = {0} {1}\n"
    steps += "transform result from a | aggregate n = count()"
    assert store(steps.format("id", line)).digest != store(steps.format("id % 2", line)).digest


def test_names_of_steps_and_unrelated_steps_change_nothing() -> None:
    first = store("transform a from orders | filter id > 1\ntransform result from a | select id")
    other = store(
        "transform b from orders | filter id > 1\ntransform result from b | select id\ntransform c from sites"
    )
    assert first.digest == other.digest


def test_a_join_of_a_step_with_itself_keeps_its_sides_apart() -> None:
    joined = "transform result from orders | join orders as o (x = id) on {} | select id, x"
    first, second = store(joined.format("amount < o.amount")), store(joined.format("o.amount < orders.amount"))
    assert first.digest != second.digest


def test_sides_of_an_inner_join_and_inputs_of_a_union_change_places() -> None:
    heads = "transform small from orders | filter id < 3 | select id, city\n"
    one = store(heads + "transform result from small | join sites (region) on city | select id, region")
    other = store(heads + "transform result from sites | join small (id) on city | select id, region")
    assert one.digest == other.digest
    union = "transform result from {} | select city | union {}"
    names = "transform a from orders | select city\ntransform b from sites | select city\n"
    assert store(names + union.format("a", "b")).digest == store(names + union.format("b", "a")).digest


def test_a_filter_is_the_same_above_and_below_a_join() -> None:
    """The optimizer moves a filter into a step only where no other step reads it."""
    steps = "transform a from orders | join {} sites (region) on city\ntransform result from a | filter id > 1"
    other = '\ntransform b from a | filter amount > 2\nstore b to csv "b.csv"'
    for kind in ("inner", "left", "semi", "anti"):
        text = steps.format(kind) if kind in ("inner", "left") else steps.format(kind).replace("(region) ", "")
        assert store(text).digest == store(text, tail=TAIL + other).digest, kind


def test_what_is_made_of_a_column_that_a_join_made_null_is_not_what_was_made_before() -> None:
    """`coalesce` above a left join fills what was not found, below it does not."""
    result, x = "transform result from orders | join left", "derive x = coalesce(region, '')"
    above = f"{result} sites (region) on city | {x} | drop region"
    below = f"transform s from sites | {x}\n{result} s (x) on city"
    assert store(above).digest != store(below).digest
    inner = [each.replace("join left", "join") for each in (above, below)]
    assert store(inner[0]).digest == store(inner[1]).digest


def test_correlated_queries_tell_the_inside_from_the_outside() -> None:
    query = 'sql result from orders """select id from orders o where exists (select 1 from orders i where {})"""'
    first, second = store(query.format("i.id < o.id")), store(query.format("o.id < i.id"))
    assert first.digest != second.digest
    assert first.digest == store(query.format("o.id > i.id")).digest


TARGETS = [
    'to parquet "lake/other.parquet"',
    'to csv "lake/result.parquet"',
    'to parquet "lake/result"',
    'to parquet "lake/result" partition by city',
    'to parquet "lake/result.parquet" (compression: zstd)',
    'to parquet "lake/result.parquet" mode overwrite',
]


def test_the_keys_of_a_merge_count() -> None:
    tails = [f'\nstore result to parquet "lake/result.parquet" mode merge on {keys}' for keys in ("id", "id, city")]
    first, second = (store("transform result from orders", tail=each) for each in tails)
    assert first.digest != second.digest
    assert changes(first.parts, second.parts) == ["mode: merge on id became merge on id, city"]


@pytest.mark.parametrize("target", TARGETS)
def test_where_it_is_written_counts(target: str) -> None:
    step = "transform result from orders"
    first, second = store(step), store(step, tail=f"\nstore result {target}")
    assert first.digest != second.digest
    assert {each.split(":")[0] for each in changes(first.parts, second.parts)} <= {"target", "mode"}


def test_an_option_that_says_what_holds_anyway_changes_nothing() -> None:
    step = "transform result from orders"
    assert store(step).digest == store(step, tail=f"{TAIL} (compression: snappy)").digest


def test_gates_have_keys_of_their_own() -> None:
    def gate(rule: str) -> Key:
        text = f"{HEAD}\ntransform result from orders | filter amount > 0 | expect {rule}{TAIL}"
        found = keys(text)
        return found.gate("result_checks")

    assert gate("id > 1 else warn").digest == gate("large: id > 1 else warn").digest
    assert gate("id > 1 else warn").digest == gate("1 < id else warn").digest
    assert gate("id > 1 else warn").digest != gate("id > 2 else warn").digest
    assert gate("id > 1 else warn").digest != gate("id > 1 else fail").digest
    assert changes(gate("id > 1").parts, gate("id > 2").parts) == ["checks of result: its rules changed"]


def test_the_clock_counts_where_it_is_read() -> None:
    later = CLOCK + datetime.timedelta(hours=1)

    def at(step: str, clock: datetime.datetime) -> Key:
        return keys(f"{HEAD}\n{step}{TAIL}", clock).store("store result")

    reading = "transform a from orders | derive x = now(), y = today(), z = id\ntransform result from a | select {}"
    assert at(reading.format("z"), CLOCK).digest == at(reading.format("z"), later).digest
    assert at(reading.format("z"), CLOCK).is_pinned
    now = at(reading.format("x"), CLOCK)
    assert not now.is_pinned
    assert changes(now.parts, at(reading.format("x"), later).parts) == [
        "now(): 2025-11-01T10:30:00 became 2025-11-01T11:30:00"
    ]
    assert now.digest != at(reading.format("x"), later).digest
    day = at(reading.format("y"), CLOCK)
    assert (day.is_pinned, day.digest) == (False, at(reading.format("y"), later).digest)


def test_context_and_parameters_are_told() -> None:
    text = f"{HEAD}\ntransform result from orders | filter amount > least{TAIL}"
    old = keys(text, context=(("engine", "duckdb 1.5.5"),)).store("store result")
    new = keys(text, context=(("engine", "duckdb 1.5.6"),)).store("store result")
    assert old.digest != new.digest
    assert changes(old.parts, new.parts) == ["engine: duckdb 1.5.5 became duckdb 1.5.6"]
    other = keys(text.replace("= 1.0", "= 2.0"), context=(("engine", "duckdb 1.5.5"),)).store("store result")
    assert changes(old.parts, other.parts) == ["parameter least: 1.0 became 2.0", "step result: its operators changed"]


def test_the_content_of_a_dataset_stands_for_how_it_is_made() -> None:
    steps = f"{HEAD}\ntransform a from orders | filter id > {{}}\ntransform result from a | select id{TAIL}"
    one, other = keys(steps.format(1)), keys(steps.format(2))
    assert one.store("store result").digest != other.store("store result").digest
    for name in ("a", "result"):
        known = one.store("store result", {name: "x"})
        assert known.digest == other.store("store result", {name: "x"}).digest
        assert known.digest != one.store("store result", {name: "y"}).digest
        assert changes(known.parts, one.store("store result", {name: "y"}).parts) == [f"rows of {name}: changed"]
    assert one.dataset("a", {"a": "x"}).digest == one.dataset("a").digest != other.dataset("a", {"a": "x"}).digest


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_a_byte_of_a_file_that_is_read_counts(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a,b\n1,2\n")
    write(tmp_path, "u.csv", "a,b\n1,2\n")
    text = """
    ingest t from csv "t.csv"
    ingest u from csv "u.csv"
    transform of_t from t | select a
    store of_t to csv "of_t.csv"
    store u to csv "of_u.csv"
    """
    graph = api.check(api.from_text(text, tmp_path)).graph

    def both() -> tuple[Key, Key]:
        found = Keys(api.optimized(graph), lambda source: fingerprint(source, tmp_path), written=graph)
        return found.store("store of_t"), found.store("store u")

    before = both()
    assert before == both()
    write(tmp_path, "t.csv", "a,b\n1,3\n")
    after = both()
    assert (before[0].digest != after[0].digest, before[1].digest == after[1].digest) == (True, True)
    assert changes(before[0].parts, after[0].parts) == ["source t: its files changed"]


def scanned(root: Path, source: str, select: str = "select a") -> Key:
    text = f'ingest t from {source}\ntransform result from t | {select}\nstore result to parquet "r.parquet"'
    graph = api.optimized(api.check(api.from_text(text, root)).graph)
    return Keys(graph, lambda source: str(sum(len(each.files) for each in source.groups))).store("store result")


def test_how_files_are_read_counts(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a,b\n1,2\n")
    first = scanned(tmp_path, 'csv "t.csv" schema (a int64, b int64)')
    assert first.digest == scanned(tmp_path, 'csv "t.csv" (header: true, null: "") schema (a int64, b string)').digest
    for other in (
        'csv "t.csv" schema (a int32, b int64)',
        'csv "t.csv" (null: "1") schema (a int64, b int64)',
        'csv "t.csv" (header: false) schema (a int64, b int64)',
    ):
        assert first.digest != scanned(tmp_path, other).digest, other


def test_columns_of_files_without_names_are_places(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "1,2\n")
    one, other, renamed = (
        scanned(tmp_path, f'csv "t.csv" (header: false) schema ({names})', f"select x = {column}").digest
        for names, column in (("a int64, b int64", "a"), ("b int64, a int64", "a"), ("b int64, a int64", "b"))
    )
    assert one != other
    assert one == renamed


def test_a_kind_that_is_not_known_is_refused() -> None:
    class Odd(ir.Relation, frozen=True, kw_only=True):
        pass

    class OddExpr(ir.Expr, frozen=True, kw_only=True):
        pass

    with pytest.raises(TypeError):
        shape_of(Odd(schema=ir.Schema(())), None)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        term_of(OddExpr(type=ir.INT64), None)  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        keys(HEAD + "transform result from orders" + TAIL).store("orders")


def test_a_thousand_steps_are_quick() -> None:
    steps = [
        f"transform s{n} from s{n - 1} | filter id > {-n} | set amount = amount * {n} + id, city = upper(city) || 'x'"
        for n in range(1, 1001)
    ]
    text = "\n".join([HEAD, "transform s0 from orders", *steps, 'store s1000 to parquet "s.parquet"'])
    graph = api.optimized(api.check(api.from_text(text)).graph)
    started = time.process_time()
    key = Keys(graph, lambda source: "").store("store s1000")
    assert time.process_time() - started < 1.0  # 0.15 s on a machine of today
    assert len(key.parts) > 1000
