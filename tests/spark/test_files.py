"""Files mean the same on both engines."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from both import agree
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odibi_sql import ir
from odibi_sql.plan import View
from odibi_sql.run.engines.spark_reading import frame_of
from odibi_sql.sources import LocalCatalog

COLUMNS = "schema (i int64, s string, f float64, d decimal(10, 2), at timestamp, on date, b bool)"
CELLS = st.sampled_from(
    ["1", "-7", " 3 ", "1.5", "1e3", "007", "", '""', "NA", '"NA"', "x", '"a ""b"""', '"x, y"', '"two\nlines"', "é"]
    + ["2025-01-02", "2025-01-02 03:04:05", "2025-1-2", "true", "f", "99999999999999999999", "NaN", "12.345", "#x"]
)
OPTIONS = ["", "(null: 'NA')", "(null: 'NA', quoted_null: true)", "(comment: '#')", "(quoted_null: true)"]


@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6),
    types=st.lists(
        st.sampled_from(["int64", "string", "float64", "decimal(6, 2)", "date", "bool"]), min_size=3, max_size=3
    ),
    options=st.sampled_from(OPTIONS),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_csv_reads_the_same_or_fails_the_same(
    tmp_path: Path, spark: Any, rows: list[list[str]], types: list[str], options: str, end: str
) -> None:
    lines = ["one,two,three", *(",".join(row) for row in rows)]
    (tmp_path / "a.csv").write_text(end.join(lines) + end, newline="")
    schema = ", ".join(f"{name} {type_}" for name, type_ in zip(("one", "two", "three"), types, strict=True))
    agree(tmp_path, spark, f'ingest a from csv "a.csv" {options} schema ({schema})')


@settings(max_examples=5, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.sampled_from(
            ["1", "1.5", '"x"', '"2025-01-02"', "null", "true", "[1, 2]", '{"x": 1, "y": "q"}', "1e400", '""']
        )
        | st.text(alphabet="ab1{}[]:,\"' ", max_size=8),
        min_size=1,
        max_size=4,
    ),
    type_=st.sampled_from(["int64", "string", "float64", "date", "json", "array<int64>", "struct<x int64, y string>"]),
    form=st.sampled_from(["json", "ndjson"]),
)
def test_any_json_reads_the_same_or_fails_the_same(
    tmp_path: Path, spark: Any, values: list[str], type_: str, form: str
) -> None:
    objects = [f'{{"id": {place}, "v": {value}}}' for place, value in enumerate(values)]
    text = "[" + ",\n".join(objects) + "]" if form == "json" else "\n".join(objects)
    (tmp_path / f"a.{form}").write_text(text)
    agree(tmp_path, spark, f'ingest a from {form} "a.{form}" schema (id int64, v {type_})')


@pytest.mark.parametrize("name", ["two words.csv", "a*b.csv", "a[1].csv", "a{1}.csv", "a,b.csv", "a=b.csv", "ü'.csv"])
def test_odd_names(tmp_path: Path, spark: Any, name: str) -> None:
    (tmp_path / name).write_text("i\n1\n")
    _, rows = agree(
        tmp_path, spark, f'ingest a from csv "{name.replace("{", "{{").replace("}", "}}")}" schema (i int64)'
    )
    assert rows == ["{'i': 1}"]


def test_layouts_that_differ_compressed_and_encoded(tmp_path: Path, spark: Any) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f/1.csv").write_text("a,b\n1,x\n")
    (tmp_path / "f/2.csv").write_text("b,c\ny,2025-01-02\n")
    (tmp_path / "f/3.csv.gz").write_bytes(gzip.compress(b"c,a\n,3\n"))
    _, rows = agree(tmp_path, spark, 'ingest a from csv "f"')
    assert len(rows) == 3
    (tmp_path / "l.csv").write_bytes("\ufeffs\r\nx\r\n".encode())
    agree(tmp_path, spark, 'ingest a from csv "l.csv" schema (s string)')
    (tmp_path / "skip.csv").write_text("made by hand\n# so\ns\nx\n")
    _, rows = agree(tmp_path, spark, 'ingest a from csv "skip.csv" (skip: 1, comment: "#") schema (s string)')
    assert rows == ["{'s': 'x'}"]
    (tmp_path / "latin.txt").write_bytes(gzip.compress("s;n\né;1,5\n".encode("latin-1")))
    options = "(encoding: 'latin-1', compression: gzip, delimiter: ';', decimal: ',')"
    _, rows = agree(tmp_path, spark, f'ingest a from csv "latin.txt" {options} schema (s string, n decimal(4, 2))')
    assert rows == ["{'s': 'é', 'n': Decimal('1.50')}"]


def test_folders_are_columns(tmp_path: Path, spark: Any) -> None:
    for place, day in enumerate(["2025-01-02", "__HIVE_DEFAULT_PARTITION__"]):
        for name, write in {"c": lambda file: file.write_text("i\n1\n"), "p": _write_parquet}.items():
            folder = tmp_path / name / f"k={place}" / f"day={day}" / "s=a%2Fb c"
            folder.mkdir(parents=True)
            write(folder / f"f.{'csv' if name == 'c' else 'parquet'}")
    for name, form in (("c", "csv"), ("p", "parquet")):
        schema, rows = agree(tmp_path, spark, f'ingest a from {form} "{name}" transform t from a | filter k = 1', "t")
        assert schema.field("day").type == pa.date32()
        assert rows == ["{'i': 1, 'k': 1, 'day': None, 's': 'a/b c'}"]
    agree(tmp_path, spark, 'ingest a from parquet "p" transform n from a | aggregate n = count()', "n")


def _write_parquet(file: Path) -> None:
    pq.write_table(pa.table({"i": pa.array([1], pa.int64())}), file)


PARQUET = """
select 1::utinyint u8, 2::uinteger u32, 3::ubigint u64, 4::tinyint i8, 5.5::float f4, 1.25::decimal(38, 2) d,
  timestamp_ms '2025-01-02 03:04:05.123' ms, timestamp_s '1400-01-02 03:04:05' sec,
  timestamptz '2025-01-02 03:04:05+02' tz,
  uuid '01234567-89ab-cdef-0123-456789abcdef' id, interval '1 month 2 days 3.004 seconds' dur, '{"a":1}'::json j,
  [{'x': 1::bigint, 'm': map {'k': date '1200-01-01'}}] nested, 'x'::blob bin, null::integer missing,
  [interval '1 day'] durs, map {'j': '2'::json} js
"""


def test_every_type_of_parquet(tmp_path: Path, spark: Any) -> None:
    duckdb.sql(f"copy ({PARQUET}) to '{tmp_path}/a.parquet'")
    duckdb.sql(f"copy (select 6::smallint i8, 'new' extra) to '{tmp_path}/b.parquet'")
    _, rows = agree(tmp_path, spark, 'ingest a from parquet "a.parquet"')
    assert "MonthDayNano(months=1, days=2, nanoseconds=3004000000)" in rows[0]
    agree(tmp_path, spark, 'ingest a from parquet "a.parquet" transform t from a | select i8, nested, d, tz', "t")
    _, rows = agree(tmp_path, spark, 'ingest a from parquet "?.parquet" transform t from a | select i8, extra', "t")
    assert rows == ["{'i8': 4, 'extra': None}", "{'i8': 6, 'extra': 'new'}"]
    table = pa.table({"ns": pa.array([1_000_000_001], pa.timestamp("ns"))})
    pq.write_table(table, tmp_path / "ns.parquet")
    text = 'ingest a from parquet "ns.parquet" schema (ns timestamp)'
    assert "nanoseconds" in agree(tmp_path, spark, text)[0][0]
    pq.write_table(
        pa.table({"t": pa.array([0], pa.timestamp("us"))}),
        tmp_path / "old.parquet",
        use_deprecated_int96_timestamps=True,
    )
    agree(tmp_path, spark, 'ingest a from parquet "old.parquet" schema (t timestamp)')


@pytest.mark.parametrize(
    ("sql", "is_native"),
    [("select 1::bigint i, 'x' s, timestamp '1200-01-01' t", True), ("select 1::utinyint i", False)],
)
def test_what_spark_reads_as_it_is_meant_it_reads_itself(tmp_path: Path, spark: Any, sql: str, is_native: bool) -> None:
    duckdb.sql(f"copy ({sql}) to '{tmp_path}/a b.parquet'")
    found = LocalCatalog(tmp_path).describe(ir.SourceRequest(format="parquet", location="a b.parquet"))
    frame = frame_of(spark, View(name="a", source=found.source, schema=found.schema), tmp_path, 2)
    assert bool(frame.inputFiles()) == is_native
    assert frame.count() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("i,s\n1,x\n1.5,y\n", "`a.csv` line 3: `1.5` in column `i` is no int64"),
        ("i,s\n1,x\n2\n", "`a.csv` line 3 has 1 values, 2 are wanted: 2"),
        ("i,s\n1,x\n2,y,z\n", "`a.csv` line 3 has 3 values, 2 are wanted: 2,y,z"),
        ('i,s\n"",y\n', "`a.csv` line 2: the empty text in column `i` is no int64"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_its_place(tmp_path: Path, spark: Any, text: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    ((said, _),) = agree(tmp_path, spark, 'ingest a from csv "a.csv" schema (i int64, s string)')
    assert said == message


def test_a_file_that_went_away(tmp_path: Path, spark: Any) -> None:
    from odibi_sql import api
    from odibi_sql.run import Settings, execute

    (tmp_path / "a.csv").write_text("i\n1\n")
    duckdb.sql(f"copy (select 1::bigint i) to '{tmp_path}/b.parquet'")
    for name in ("a.csv", "b.parquet"):
        form = name.partition(".")[2]
        plan = api.compile(
            api.from_text(f'ingest a from {form} "{name}" schema (i int64)', tmp_path), goals=["a"], engine="spark"
        )
        (tmp_path / name).unlink()
        (problem,) = execute(plan, Settings(root=tmp_path, session=spark)).problems
        assert f"`{name}`" in problem.message
        assert "\n" not in problem.message
