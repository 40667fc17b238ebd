"""What is within arrays and structs has one order on both engines: a null is above every value, a duration has its
length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from both import run_on

from odibi_sql import api
from odibi_sql.diagnostics import CompileError

TABLES = """
ingest pairs from values (id int64 not null, x int64, y int64)
  (1, 1, null), (2, 1, 2), (3, null, null), (4, null, 2), (5, 1, 3), (6, 2, null), (7, null, 7), (8, 1, null)

transform t from pairs
  | derive
      a = case when id = 7 then null when id = 3 then array_compact([x]) when id = 4 then [x] else [x, y] end,
      s = case when id <> 7 then {x: x, rest: case when id > 0 then [y] end} end,
      n = case when id = 7 then null when id = 4 then [[y], null] else [[x], [x, y]] end,
      d = case when id <> 7 then [case when id % 2 = 0 then y * 30 * 1 day else y * 1 month end] end

transform least_first from t | sort a, id
transform greatest_first from t | sort a desc, id
transform by_struct from t | sort s desc nulls first, id
transform by_arrays from t | sort n, s, id
transform by_durations from t | sort d, id
transform first_two from t | sort s desc, id | limit 2 per x
transform ranked from t
  | derive
      place = row_number() over (order by a desc, id), rank = rank() over (order by s),
      again = dense_rank() over (order by d),
      top = max(a) over (order by id), low = min(s) over (partition by x), of_d = count() over (partition by d)
  | sort id
transform picked from t
  | aggregate
      low = min(a), high = max(a), low_s = min(s), high_s = max(s), low_n = min(n), high_n = max(n),
      who = arg_min(id, s), whose = arg_max(s, id), what = arg_max(a, s), middle = percentile_disc(a, 0.5),
      usual = mode(a), all = collect_set(s), some = array_agg(id order by a desc, id)
sql more from t "select l.id, r.id as other from t as l join t as r on l.a < r.a order by l.id, r.id"
transform compared from t
  | derive next = lead(a) over (order by id), next_s = lead(s) over (order by id), next_d = lead(d) over (order by id)
  | select
      id, b1 = a < next, b2 = a >= next, b3 = a between next and next, b4 = s > next_s, b5 = not (s <= next_s),
      b6 = d = next_d, b7 = d < next_d, b8 = d is distinct from next_d, b9 = d in (next_d, d), b10 = a = next,
      top = greatest(a, next, null), low = least(s, next_s), same = s is not distinct from next_s
  | sort id
transform collected from t
  | aggregate arrays = array_agg(a order by id), structs = array_agg(s order by id)
  | select
      up = array_sort(arrays), down = array_sort(structs, 'desc'), low = array_min(arrays), high = array_max(structs),
      different = array_distinct(arrays), both = array_intersect(structs, structs), all = array_union(arrays, arrays),
      none = array_except(arrays, arrays), has = array_contains(arrays, [1, 2])
"""
NAMES = ["least_first", "greatest_first", "by_struct", "by_arrays", "by_durations", "first_two", "ranked", "picked"]
NAMES += ["more", "compared", "collected"]


@pytest.fixture(scope="module")
def both(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("within")
    return tuple(run_on(root, engine, spark, TABLES, datasets=NAMES) for engine in ("duckdb", "spark"))


@pytest.mark.parametrize("name", NAMES)
def test_both_engines_have_the_same_order(name: str, both: Any) -> None:
    wanted, found = (each.dataset(name).arrow() for each in both)
    assert wanted.num_rows
    assert found.schema.equals(wanted.schema)
    assert found.to_pylist() == wanted.to_pylist()


def test_a_null_within_is_above_every_value(both: Any) -> None:
    for result in both:
        rows = result.dataset("least_first").arrow().to_pylist()
        assert [row["a"] for row in rows] == [[], [1, 2], [1, 3], [1, None], [1, None], [2, None], [None], None]


REFUSED = {
    "aggregate n = count() group by d": "groups of durations",
    "aggregate n = count() group by m": "groups of maps",
    "derive x = {a: 1, d: d} | distinct": "`distinct` of durations",
    "distinct": "`distinct` of maps",
    "dedupe by m keep first id": "`dedupe` of maps",
    "expect each_once: unique d": "groups of durations",
    "expect each_once: unique m": "groups of maps",
    "sort id | limit 1 per m": "`per` of maps",
    "aggregate n = count(distinct m)": "`distinct` of maps",
    "aggregate n = array_agg(distinct m)": "`distinct` of maps",
    "aggregate n = count(distinct {d: [d]})": "`distinct` of durations",
    "derive x = nullif(m, m)": "`nullif` of maps",
    "derive x = nullif(d, 1 day)": "`nullif` of durations",
    "derive x = array_contains([m], m)": "`array_contains` of maps",
    "derive x = array_position([d], d)": "`array_position` of durations",
    "derive x = map([d], [1])": "keys of durations",
}


@pytest.mark.parametrize("step", REFUSED)
def test_what_tells_durations_or_maps_apart_is_refused(step: str, tmp_path: Path) -> None:
    text = f"""
ingest o from values (id int64 not null, m map<string, int64>, d duration) (1, null, 1 day)
transform t from o | select id, {"m" if REFUSED[step].endswith("maps") else "d"} | {step}
"""
    refuses(text, REFUSED[step], tmp_path)


def test_a_query_of_durations_is_refused_in_a_condition(tmp_path: Path) -> None:
    text = """
ingest o from values (id int64 not null, d duration) (1, 1 day)
sql t from o "select id from o where d in (select d from o)"
"""
    refuses(text, "`in` of a query of durations", tmp_path)


def refuses(text: str, what: str, tmp_path: Path) -> None:
    api.compile(api.from_text(text, tmp_path), goals=["t"], engine="duckdb")
    with pytest.raises(CompileError) as caught:
        api.compile(api.from_text(text, tmp_path), goals=["t"], engine="spark")
    assert [(each.code, each.what) for each in caught.value.diagnostics] == [("not-on-this-engine", what)]


def test_maps_of_durations_and_durations_that_are_told_by_length_are_taken(tmp_path: Path) -> None:
    text = """
ingest o from values (id int64 not null, d duration) (1, 1 day)
transform t from o | derive m = map([id], [d]), r = rank() over (order by d), p = count() over (partition by [d])
  | dedupe by d keep first id
"""
    assert api.compile(api.from_text(text, tmp_path), goals=["t"], engine="spark").stages
