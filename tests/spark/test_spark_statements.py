"""Statements of all shapes give on Spark the rows, names and types that they give on DuckDB."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from interpreter.values import identity

from odibi_sql import api
from odibi_sql.diagnostics import CompileError

TABLES = """
ingest a from values (id int64, s string, v float64, d date)
  (1, 'x', 1.5, date '2025-01-31'), (2, null, null, null), (1, 'z', 9.0, date '1500-02-28'), (null, 'x', -0.0, null),
  (3, 'it''s \\\\ "${x}"', 0.0, date '9999-12-31')
ingest b from values (id int64, w int8, `two words` string)
  (1, 1, 'p'), (3, 2, null), (null, null, 'q'), (1, 3, 'p'), (null, 0, 'r')
ingest t from values (at timestamp, due date, took duration, big decimal(38, 10))
  ('2025-01-31 22:30:00', '2025-03-01', 90 minutes, 1.5), ('1969-12-31 23:59:59.999999', '1500-01-01', 1 month, null),
  (null, null, null, -0.0000000001)
ingest empty from values (id int64) (1)
"""
TRANSFORMS = {
    "left": "from a | join left b on id match many",
    "full": "from a | join full b on id match many",
    "right": "from a | join right b on id match many",
    "semi": "from a | join semi b on id",
    "anti": "from a | join anti b on id",
    "unequal": "from a | join left b (w) on a.id < b.w  # odibi: allow join-is-cartesian\n",
    "crossed": "from a | select id | join cross b (w)",
    "renamed": "from b | select `select` = id, `a.b` = w, `tick``s` = `two words`, `Ä` = w + 1 | filter `a.b` > 0",
    "few": "from a | sort id desc, v | limit 2 offset 1",
    "latest": "from a | dedupe by id keep last v",
    "one_each": "from a | sort v desc | limit 1 per id",
    "kept": "from a | derive is_kept = v > 1, order_0 = s | dedupe by id keep first v | sort is_kept, order_0",
    "different": "from a | select id, z = v * 0 | distinct",
    "numbered": "from a | derive n = row_number() over (partition by s order by v, id)",
    "times": "from t | select later = at + 90 minutes, sooner = due - 1 month, days = due - cast(at as date)",
    "moved": "from t | select next = at + took, long = took > 29 days, instant = cast(at as timestamptz) - 1 month",
    "durations": "from t | select left = due - at, twice = took * 2, sum = took + 1 day, minus = - took",
    "ends": "from t | sort took desc | select at, third = big / 3, whole = big // 0.7, negative = -big",
}
QUERIES = {
    "in_list": "select id, id in (select id from b) as is_in, id not in (select w from b) as is_out from a",
    "in_or": "select id from a where v > 1 or not (id in (select id from b))",
    "not_in": "select id from a where id not in (select id from b where id is not null)",
    "not_in_null": "select id from a where id not in (select id from b)",
    "is_null": "select id, (id in (select id from b)) is null as unknown from a",
    "exists": "select id, exists (select 1 from b where b.w > a.id) as e from a",
    "not_exists": "select id from a where not exists (select 1 from b where b.w = a.id)",
    "scalar": "select id, (select max(w) from b where b.id = a.id) as most from a",
    "counted": "select id, (select count(*) from b where b.w < a.v) as n from a",
    "in_case": "select case when id in (select id from b) then 'in' else 'out' end as place from a",
    "in_join": "select a.id, w from a join b on a.id = b.id and w = (select max(w) from b as c where c.id = a.id)",
    "left_query": "select a.id, w from a left join b on a.id = b.id and w in (select w from b where w > 1)",
    "both_all": "select id from a intersect all select id from b",
    "but_all": "select id from a except all select id from b",
    "both": "select id from a intersect select id from b",
    "all_of": "select id, s from a union all select w, `two words` from b union all select null, 'c'",
    "same": "select a.id, b.w from a join b on a.id is not distinct from b.id",
    "having": "select id, count(*) as n from a group by id having count(*) > 1 or max(v) in (select w from b)",
    "nested": "with c as (select id, v from a), d as (select id from c) select d.id from d join c using (id)",
    "clash": "with b as (select id as w from a) select w from b where w in (select id from a)",
    "window": "select id from a qualify row_number() over (partition by s order by v) = 1 and id in (select id from b)",
}


def text() -> str:
    steps = [TABLES]
    steps += [f"transform {name} {step}" for name, step in TRANSFORMS.items()]
    for name, query in QUERIES.items():
        used = [each for each in ("a", "b") if f" {each} " in f"{query} ".replace(")", " ").replace(",", " ")]
        allowed, written = "# odibi: allow query-may-multiply, join-is-cartesian", query.replace("`", '"')
        steps.append(f'{allowed}\nsql {name} from {", ".join(used)} """{written}"""')
    return "\n".join(steps)


@pytest.fixture(scope="module")
def both(spark: Any) -> Any:
    pipeline = api.from_text(text())
    names = [*TRANSFORMS, *QUERIES]
    found = api.run(pipeline, datasets=names, engine="spark", session=spark)
    return api.run(pipeline, datasets=names), found


@pytest.mark.parametrize("name", [*TRANSFORMS, *QUERIES])
def test_spark_gives_what_duckdb_gives(name: str, both: Any) -> None:
    one, other = (each.dataset(name).arrow() for each in both)
    assert other.schema.equals(one.schema)
    wanted, found = one.to_pylist(), other.to_pylist()
    assert bool(wanted) == (name != "not_in_null")  # whatever is not there may be the null
    assert Counter(map(_key, found)) == Counter(map(_key, wanted))


def _key(row: dict[str, Any]) -> Any:
    """Return a row with one zero: DuckDB gives 0.0 for a -0.0 that it sorted by."""
    return tuple((name, repr(identity(value))) for name, value in row.items())


def test_groups_of_durations_are_refused() -> None:
    pipeline = api.from_text(f"{TABLES}\ntransform x from t | aggregate n = count() group by took")
    with pytest.raises(CompileError) as caught:
        api.compile(pipeline, goals=["x"], engine="spark")
    assert [each.code for each in caught.value.diagnostics] == ["not-on-this-engine"]
