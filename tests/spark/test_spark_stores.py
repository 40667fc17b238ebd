"""Stores of Spark are those of DuckDB: text to the byte, Parquet to the type, in every mode."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
import spark_local
from both import agree, run_on

ALL = """
select 1::bigint k, true b, -1::tinyint i8, 2::smallint i16, 3::integer i32, 0.1::float f4, 0.1::double f,
  'NaN'::double nan,
  '-inf'::double inf, 1e300::double big, -12345678901234567890.12::decimal(38, 2) d, '' empty, null::varchar missing,
  'a,"b"' || chr(10) || 'c' words, date '0001-01-01' as day, timestamp '2025-01-02 03:04:05.123456' ts,
  timestamptz '1200-01-02 03:04:05+00' tz, interval '1 month 2 days 3.000004 seconds' dur, '{"a": 1.0}'::json j,
  [1.5, null, 'NaN'::double] list, {'x': 1::bigint, 'y': ['q']} st, map {'k': interval '1 day'} m,
  '\\x00\\xFF'::blob bin
union all by name select 2::bigint k, 'é' words
"""
FLAT = "k, b, i8, i16, i32, f4, f, nan, inf, big, d, empty, missing, words, day, ts, tz, dur"
DEEP = f"{FLAT}, j, list, st, m"
HELD = {"csv": FLAT, "json": DEEP, "ndjson": DEEP, "parquet": f"{DEEP}, bin"}
NAMES = ["o.csv", "o.csv.gz", "o.json", "o.ndjson", "o.ndjson.zst", "o.parquet", "folder"]


def form_of(name: str) -> str:
    return name.split(".")[1] if "." in name else "parquet"


def pipeline(name: str, mode: str = "", options: str = "") -> str:
    form = form_of(name)
    return f"""
        ingest a from parquet "a.parquet"
        transform t from a | select {HELD[form]} | sort k desc
        store t to {form} "{{out}}/{name}" {options} {mode}
    """


def content(place: Path) -> Any:
    """Return what is stored: a text as its bytes, Parquet as rows with types."""
    if place.is_file() and not place.name.endswith(".parquet"):
        return place.read_bytes()
    files = f"{place}/**/*.parquet" if place.is_dir() else str(place)
    table = duckdb.sql(f"from read_parquet('{files}', hive_partitioning = false)").to_arrow_table()
    return table.schema, repr(table.to_pylist())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stores")
    duckdb.sql(f"copy ({ALL}) to '{folder}/a.parquet'")
    return folder


def stored(root: Path, spark: Any, text: str, *, is_whole: bool = True) -> dict[str, list[str]]:
    """Run a pipeline on both engines, each into a folder of its own; return what went wrong."""
    wrong = {}
    for engine in ("duckdb", "spark"):
        result = run_on(root, engine, spark if engine == "spark" else None, text.format(out=engine))
        wrong[engine] = [each.message.replace(f"{engine}/", "") for each in result.run.problems]
        assert result.success == is_whole, result.run.problems
    assert wrong["spark"] == wrong["duckdb"]
    return wrong


@pytest.mark.parametrize("name", NAMES)
def test_every_type_in_every_mode(root: Path, spark: Any, name: str) -> None:
    for mode, is_whole in (("", True), ("mode append", True), ("mode fail if exists", False), ("mode overwrite", True)):
        if mode == "mode append" and "." in name:
            continue  # of a folder alone
        stored(root, spark, pipeline(name, mode), is_whole=is_whole)
        assert content(root / "spark" / name) == content(root / "duckdb" / name)
    form = form_of(name)
    types = "" if form == "parquet" else schema(root, HELD[form])
    for writer in ("duckdb", "spark"):
        agree(root, spark, f'ingest a from {form} "{writer}/{name}" {types}')
    left = [each.name for each in (root / "spark").rglob("*")]
    assert not [each for each in left if each.startswith((".", "_"))]


def schema(root: Path, names: str) -> str:
    from odibi_sql import ir
    from odibi_sql.sources import LocalCatalog

    found = LocalCatalog(root).describe(ir.SourceRequest(format="parquet", location="a.parquet")).schema
    return f"schema ({', '.join(f'{name} {found[name].type}' for name in names.split(', '))})"


def test_options_of_csv(root: Path, spark: Any) -> None:
    options = (
        "(header: false, delimiter: ';', null: 'NA', date_format: '%d.%m.%Y', timestamp_format: '%H:%M', quote: '''')"
    )
    stored(root, spark, pipeline("options.csv", options=options))
    assert content(root / "spark/options.csv") == content(root / "duckdb/options.csv")


def test_options_of_parquet(root: Path, spark: Any) -> None:
    for codec in ("none", "gzip", "zstd", "lz4", "brotli"):
        stored(root, spark, pipeline(f"{codec}.parquet", options=f"(compression: {codec})"))
        used = [
            duckdb.sql(f"select distinct compression from parquet_metadata('{root}/{each}/{codec}.parquet')").fetchall()
            for each in ("duckdb", "spark")
        ]
        assert used[0] == used[1]


def test_no_rows(root: Path, spark: Any) -> None:
    for name in ("none.csv", "none.json", "none.parquet", "nothing"):
        stored(root, spark, pipeline(name).replace("| sort k desc", "| filter k > 100"))
        assert content(root / "spark" / name) == content(root / "duckdb" / name)


PARTITIONED = """
ingest a from values (v int64, k string, d date)
  (1, 'a/b=c é', '2025-01-02'), (2, null, null), (3, '', '2025-01-03'), (4, 'a/b=c é', '2025-01-02'), (5, '%', null)
transform t from a | filter v {which} | sort v desc
store t to parquet "{{out}}/hive" partition by k, d {mode}
"""


def test_folders_of_partitions(root: Path, spark: Any) -> None:
    for which, mode in (("> 0", ""), ("> 3", "mode append"), ("< 3", "mode overwrite partitions")):
        stored(root, spark, PARTITIONED.format(which=which, mode=mode))
        folders = [
            sorted(
                (str(each.parent.relative_to(root / out)), content(each)) for each in (root / out).glob("hive/*/*/*")
            )
            for out in ("duckdb", "spark")
        ]
        assert [each[0] for each in folders[1]] == [each[0] for each in folders[0]]
        assert repr(folders[1]) == repr(folders[0])
    agree(root, spark, 'ingest a from parquet "spark/hive" schema (v int64, k string, d date)')


ORDERED = """
ingest a from parquet "many.parquet"
transform t from a | sort v desc
store t to csv "{out}/many.csv"
store t to parquet "{out}/many"
store t to parquet "{out}/many by k" partition by k
"""


def test_an_order_is_kept(root: Path, spark: Any) -> None:
    duckdb.sql(f"copy (select (range * 7919) % 100003 v, range % 3 k from range(100003)) to '{root}/many.parquet'")
    result = run_on(root, "spark", spark, ORDERED.format(out="spark"))
    assert result.success, result.run.problems
    sorted_down = list(range(100002, -1, -1))
    assert [int(line.split(",")[0]) for line in (root / "spark/many.csv").read_text().split()[1:]] == sorted_down
    files = sorted((root / "spark/many").iterdir())
    assert [
        v for each in files for v in duckdb.sql(f"select v from '{each}'").to_arrow_table()["v"].to_pylist()
    ] == sorted_down
    for folder in (root / "spark/many by k").iterdir():
        values = [v for file in sorted(folder.iterdir()) for (v,) in duckdb.sql(f"select v from '{file}'").fetchall()]
        assert values == sorted(values, reverse=True)
    assert [each.rows for each in result.run.stages if each.kind == "write"] == [100003] * 3


def test_what_is_stored_is_read_by_later_stages(root: Path, spark: Any) -> None:
    text = """
        ingest a from parquet "a.parquet"
        transform t from a | aggregate n = count(), w = max(words) group by k
        transform u from t | aggregate total = sum(n)
        store t to parquet "{out}/adopted" partition by k
        store u to csv "{out}/u.csv"
        store t to csv "{out}/t.csv"
    """
    stored(root, spark, text)
    assert content(root / "spark/u.csv") == b"total\n2\n"


WRITER = """
import sys
from pathlib import Path
from odibi_sql import api
number = 0
while True:
    number += 1
    text = f'''
      ingest a from parquet "a.parquet"
      transform t from a | derive version = {number} | drop k
      transform h from a | derive version = {number}
      store t to parquet "o.parquet"
      store h to parquet "h" partition by k
    '''
    result = api.run(api.from_text(text, sys.argv[1]), engine="spark")
    assert result.success, result.run.problems
    print(number, flush=True)
"""


@pytest.mark.skipif(bool(spark_local.missing()), reason=spark_local.missing() or "there")
def test_a_killed_run_leaves_whole_stores(tmp_path: Path) -> None:
    duckdb.sql(f"copy (select range i, range % 4 k from range(100000)) to '{tmp_path}/a.parquet'")
    for attempt in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "SPARK_LOCAL_DIRS": str(tmp_path / "local")},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        time.sleep(0.4 + 0.7 * attempt)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for place in ("o.parquet", "h/*/*.parquet"):
            query = f"select max(version) - min(version), count(*), count(distinct i) from '{tmp_path}/{place}'"
            assert duckdb.sql(query).fetchall() == [(0, 100000, 100000)]
    text = """
        ingest a from values (i int64, k int64) (1, 2)
        store a to parquet "o.parquet"
        store a to parquet "h" partition by k
    """
    assert run_on(tmp_path, "duckdb", None, text).success
    assert list(tmp_path.glob(".odibi-*")) == []
