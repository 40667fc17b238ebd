from __future__ import annotations

import re
from pathlib import Path

import duckdb
import msgspec
import pytest
from plans import done, names, rows, run, write

from odibi_sql import ir
from odibi_sql.run import Settings, execute
from odibi_sql.run.stores import swap

ALL_TYPES = """
select 1::tinyint i8, 9223372036854775807 i64, 0.1::double f, 'NaN'::double nan, 0.1::float f4, 1e300 big,
  12345678901234567890.12::decimal(38, 2) d, '' empty, null::varchar missing, 'a,"b"' || chr(10) || 'c' words, true b,
  date '2025-01-02' as day, timestamp '2025-01-02 03:04:05.123456' as ts, timestamptz '2025-01-02 03:04:05+00' as tz
"""
NESTED = "select [1, 2] list, {'x': 1, 'y': 'q'} st, map {'k': 1.5::double} m, '{\"a\":1}'::json j, '007' s"


def schema(**types: ir.Type) -> ir.Schema:
    return ir.schema_of(ir.Field(name, type_) for name, type_ in types.items())


@pytest.mark.parametrize("name", ["o.csv", "o.csv.gz", "o.csv.zst"])
def test_csv_gives_back_what_was_written(tmp_path, name):
    done(run(tmp_path, write("w", name, ALL_TYPES, format_="csv")))
    types = (
        "{'i8': 'TINYINT', 'i64': 'BIGINT', 'f': 'DOUBLE', 'nan': 'DOUBLE', 'f4': 'FLOAT', 'big': 'DOUBLE',"
        " 'd': 'DECIMAL(38, 2)', 'empty': 'VARCHAR', 'missing': 'VARCHAR', 'words': 'VARCHAR', 'b': 'BOOLEAN',"
        " 'day': 'DATE', 'ts': 'TIMESTAMP', 'tz': 'TIMESTAMPTZ'}"
    )
    back = rows(
        f"select * from read_csv('{tmp_path / name}', auto_detect = false, header = true, allow_quoted_nulls = false,"
        f" columns = {types})"
    )
    assert repr(back) == repr(rows(ALL_TYPES))


def test_csv_is_discovered_as_it_was_written(tmp_path):
    from odibi_sql.sources import LocalCatalog

    done(run(tmp_path, write("w", "o.csv", ALL_TYPES, format_="csv")))
    found = LocalCatalog(tmp_path).describe(ir.SourceRequest(format="csv", location="o.csv")).schema
    assert [str(each) for each in found] == [
        "i8 int64",
        "i64 int64",
        "f float64",
        "nan float64",
        "f4 float64",
        "big float64",
        "d float64",
        "empty string",
        "missing string",
        "words string",
        "b bool",
        "day date",
        "ts timestamp",
        "tz timestamptz",
    ]


def test_csv_options(tmp_path):
    options = (("delimiter", ";"), ("null", "NA"), ("header", False), ("date_format", "%d.%m.%Y"))
    sql = "select 1 a, null b, 'NA' c, date '2025-01-02' d"
    done(run(tmp_path, write("w", "o.csv", sql, format_="csv", options=options)))
    assert (tmp_path / "o.csv").read_text() == '1;NA;"NA";02.01.2025\n'


@pytest.mark.parametrize(("format_", "name"), [("json", "o.json"), ("ndjson", "o.ndjson"), ("ndjson", "o.ndjson.gz")])
def test_json_gives_back_what_was_written(tmp_path, format_, name):
    done(run(tmp_path, write("w", name, NESTED, format_=format_)))
    types = (
        "{'list': 'INTEGER[]', 'st': 'STRUCT(x INTEGER, y VARCHAR)', 'm': 'MAP(VARCHAR, DOUBLE)', 'j': 'JSON',"
        " 's': 'VARCHAR'}"
    )
    assert rows(f"select * from read_json('{tmp_path / name}', columns = {types})") == rows(NESTED)
    if format_ == "json":
        assert (tmp_path / name).read_text().startswith("[")


@pytest.mark.parametrize("codec", ["zstd", "none", "snappy", "gzip"])
def test_parquet_gives_back_what_was_written(tmp_path, codec):
    sql = f"select * from ({ALL_TYPES}), ({NESTED}), (select 'x'::blob bin, interval '1 month 2 days' dur)"
    options = (("compression", codec), ("row_group_size", 2048))
    done(run(tmp_path, write("w", "o.parquet", sql, options=options)))
    assert repr(rows(f"from '{tmp_path}/o.parquet'")) == repr(rows(sql))
    (used,) = set(rows(f"select distinct compression from parquet_metadata('{tmp_path}/o.parquet')"))
    assert used == ("UNCOMPRESSED" if codec == "none" else codec.upper(),)


def test_a_folder_has_files(tmp_path):
    result = done(run(tmp_path, write("w", "out/f", "select range a from range(1000)", is_folder=True)))
    (name,) = names(tmp_path)
    assert re.fullmatch(r"out/f/part-0-[0-9a-f]{8}\.parquet", name)
    (stage,) = result.stages
    assert (stage.rows, stage.files, stage.target) == (1000, 1, "out/f")
    assert stage.bytes == (tmp_path / name).stat().st_size


@pytest.mark.parametrize("is_ordered", [False, True])
def test_hive_folders(tmp_path, is_ordered):
    values = "(1, 'a/b=c é', date '2025-01-02'), (2, null, null), (3, '', date '2025-01-03')"
    sql = f"select * from (values {values}) t(v, k, d)"
    sql += " order by v desc" if is_ordered else ""
    done(run(tmp_path, write("w", "h", sql, partition=("k", "d"), is_ordered=is_ordered)))
    assert sorted({str(Path(each).parent) for each in names(tmp_path)}) == [
        "h/k=/d=2025-01-03",
        "h/k=__HIVE_DEFAULT_PARTITION__/d=__HIVE_DEFAULT_PARTITION__",
        "h/k=a%2Fb%3Dc%20%C3%A9/d=2025-01-02",
    ]
    (file,) = (tmp_path / "h/k=/d=2025-01-03").iterdir()
    assert duckdb.sql(f"select * from read_parquet('{file}', hive_partitioning = false)").columns == ["v"]
    back = f"select v, k, d from read_parquet('{tmp_path}/h/**/*.parquet', hive_types = {{'k': VARCHAR, 'd': DATE}})"
    assert rows(back) == rows(sql)


@pytest.mark.parametrize("format_", ["csv", "ndjson", "json"])
def test_hive_folders_of_text(tmp_path, format_):
    sql = "select range v, range / 4 f, ['a', 'b', null][range % 3 + 1] k from range(9)"
    done(run(tmp_path, write("w", "h", sql, partition=("k",), format_=format_, mode="overwrite")))
    reader = "read_csv" if format_ == "csv" else "read_json"
    back = f"select v, f, k from {reader}('{tmp_path}/h/**/*.{format_}', hive_types = {{'k': VARCHAR}})"
    assert rows(back) == rows(sql)


@pytest.mark.parametrize("partition", [(), ("b",)])
def test_an_order_is_kept_in_the_files(tmp_path, partition):
    sql = "select (range * 7919) % 1000003 k, range % 3 b from range(1000003) order by k"
    stage = write("w", "o", sql, partition=partition, is_folder=True, is_ordered=True)
    assert done(run(tmp_path, stage)).stages[0].rows == 1000003
    for file in names(tmp_path):
        (steps,) = rows(
            "select count(*) from (select k - lag(k) over (order by file_row_number) d"
            f" from read_parquet('{tmp_path / file}', file_row_number = true)) where d < 0"
        )
        assert steps == (0,), file


def test_default_replaces_what_the_project_wrote_and_nothing_else(tmp_path):
    done(run(tmp_path, write("w", "o.csv", "select 1 a", format_="csv")))
    done(run(tmp_path, write("w", "o.csv", "select 2 a", format_="csv")))
    assert (tmp_path / "o.csv").read_text() == "a\n2\n"
    (tmp_path / "other.csv").write_text("precious")
    result = run(tmp_path, write("w", "other.csv", "select 1 a", format_="csv"))
    assert result.status == "failed"
    assert result.problems[0].message == "`other.csv` is there, and not by this project"
    assert result.problems[0].hint == "`mode overwrite` replaces it"
    assert (tmp_path / "other.csv").read_text() == "precious"
    done(run(tmp_path, write("w", "other.csv", "select 1 a", format_="csv", mode="overwrite")))
    done(run(tmp_path, write("w", "other.csv", "select 3 a", format_="csv")))


def test_default_refuses_what_was_changed_since(tmp_path):
    for is_folder in (False, True):
        path = "f" if is_folder else "o.parquet"
        done(run(tmp_path, write("w", path, "select 1 a", is_folder=is_folder)))
    (tmp_path / "o.parquet").write_text("mine now")
    (tmp_path / "f/more.parquet").write_text("mine too")
    for path, is_folder in (("o.parquet", False), ("f", True)):
        result = run(tmp_path, write("w", path, "select 1 a", is_folder=is_folder))
        assert result.problems[0].message == f"`{path}` has changed since this project wrote it"


def test_refusals_come_before_anything_runs(tmp_path):
    (tmp_path / "b.csv").write_text("precious")
    result = run(
        tmp_path,
        write("w1", "a.csv", "select 1 a", format_="csv"),
        write("w2", "b.csv", "select 1 a", format_="csv"),
    )
    assert [stage.status for stage in result.stages] == ["skipped", "failed"]
    assert names(tmp_path) == ["b.csv"]


def test_fail_if_exists(tmp_path):
    stage = write("w", "o.csv", "select 1 a", format_="csv", mode="fail if exists")
    done(run(tmp_path, stage))
    assert run(tmp_path, stage).problems[0].message == "`o.csv` exists"


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_file_is_no_folder(tmp_path, is_folder):
    (tmp_path / "o").write_text("") if is_folder else (tmp_path / "o").mkdir()
    result = run(tmp_path, write("w", "o", "select 1 a", is_folder=is_folder, mode="overwrite"))
    assert "and the store is" in result.problems[0].message


@pytest.mark.parametrize(
    ("format_", "name", "reader"),
    [
        ("csv", "o.csv", "read_csv"),
        ("csv", "o.csv.gz", "read_csv"),
        ("csv", "o.csv.zst", "read_csv"),
        ("ndjson", "o.ndjson", "read_json"),
        ("json", "o.json", "read_json"),
        ("parquet", "o.parquet", "read_parquet"),
    ],
)
def test_append_to_a_file(tmp_path, format_, name, reader):
    columns = schema(a=ir.INT64, s=ir.STRING)
    for number in (1, 2, 3):
        sql = f"select {number}::bigint a, 'x' s"
        result = done(run(tmp_path, write("w", name, sql, format_=format_, mode="append", schema=columns)))
        assert result.stages[0].rows == 1
    assert rows(f"select a, s from {reader}('{tmp_path / name}')") == [(1, "x"), (2, "x"), (3, "x")]
    assert names(tmp_path) == [name]


def test_append_to_a_text_without_a_last_line_end(tmp_path):
    (tmp_path / "o.csv").write_text("a\n1")
    done(run(tmp_path, write("w", "o.csv", "select 2 a", format_="csv", mode="append", schema=schema(a=ir.INT64))))
    assert (tmp_path / "o.csv").read_text() == "a\n1\n2\n"


@pytest.mark.parametrize(
    ("format_", "name"), [("csv", "o.csv"), ("parquet", "o.parquet"), ("json", "o.json"), ("ndjson", "o.ndjson")]
)
def test_append_of_other_columns_is_refused(tmp_path, format_, name):
    done(run(tmp_path, write("w", name, "select 1 a", format_=format_)))
    before = (tmp_path / name).read_bytes()
    result = run(tmp_path, write("w", name, "select 2 b", format_=format_, mode="append", schema=schema(b=ir.INT64)))
    assert result.problems[0].message == f"`{name}` has the columns a; what is stored has b"
    assert (tmp_path / name).read_bytes() == before


def test_append_to_folders(tmp_path):
    for number in (1, 2, 3):
        sql = f"select {number} a, {number} % 2 k"
        done(run(tmp_path, write("f", "f", sql, is_folder=True, mode="append")))
        done(run(tmp_path, write("h", "h", sql, partition=("k",), mode="append")))
    assert rows(f"select a from '{tmp_path}/f/*.parquet'") == [(1,), (2,), (3,)]
    assert rows(f"select a, k from '{tmp_path}/h/**/*.parquet'") == [(1, 1), (2, 0), (3, 1)]
    assert len(names(tmp_path)) == 6


def test_overwrite_partitions_leaves_the_others(tmp_path):
    def store(sql, mode):
        return done(run(tmp_path, write("h", "h", sql, partition=("k", "d"), mode=mode)))

    store("select * from (values (1, 'x', 1), (2, 'y', 1), (3, 'y', 2)) t(a, k, d)", "default")
    store("select * from (values (9, 'y', 1), (8, 'z', 1)) t(a, k, d)", "overwrite partitions")
    assert rows(f"select a, k, d from '{tmp_path}/h/**/*.parquet'") == [
        (1, "x", 1),
        (3, "y", 2),
        (8, "z", 1),
        (9, "y", 1),
    ]
    store("select 0 a, 'x' k, 1 d", "default")
    assert rows(f"select a from '{tmp_path}/h/**/*.parquet'") == [(0,)]


def test_a_partitioned_store_without_rows_is_an_empty_folder(tmp_path):
    done(run(tmp_path, write("h", "h", "select 1 a, 2 k where false", partition=("k",))))
    assert (tmp_path / "h").is_dir()
    assert names(tmp_path) == []


def test_links_are_followed_and_permissions_kept(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "real.csv").chmod(0o640)
    (tmp_path / "link.csv").symlink_to("real.csv")
    done(run(tmp_path, write("w", "link.csv", "select 1 a", format_="csv", mode="overwrite")))
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "a\n1\n"
    assert (tmp_path / "real.csv").stat().st_mode & 0o777 == 0o640


def test_names_that_sql_could_trip_over(tmp_path):
    root = tmp_path / "it's [odd] * k=v"
    root.mkdir()
    for path in ("a'b.csv", "x[1].csv", "q?.csv", "ü/é.csv"):
        done(run(root, write("w", path, "select 1 a", format_="csv", mode="append", schema=schema(a=ir.INT64))))
        done(run(root, write("w", path, "select 2 a", format_="csv", mode="append", schema=schema(a=ir.INT64))))
        assert (root / path).read_text() == "a\n1\n2\n"
    done(run(root, write("p", "p[1].parquet", "select 1 a")))
    done(run(root, write("p", "p[1].parquet", "select 2::int a", mode="append", schema=schema(a=ir.INT32))))


def test_the_two_step_swap_where_names_cannot_be_exchanged(tmp_path, monkeypatch):
    monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    for number in (1, 2):
        done(run(tmp_path, write("f", "f", f"select {number} a", is_folder=True)))
    assert rows(f"from '{tmp_path}/f/*.parquet'") == [(2,)]
    assert len(names(tmp_path)) == 1


def test_the_first_step_is_undone_where_the_second_fails(tmp_path, monkeypatch):
    done(run(tmp_path, write("f", "f", "select 1 a", is_folder=True)))
    monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    rename = Path.rename

    def failing(self, target):
        if Path(target) == tmp_path / "f" and not (tmp_path / "f").exists():
            failing.calls += 1
            if failing.calls == 1:
                raise OSError(28, "No space left on device", str(target))
        return rename(self, target)

    failing.calls = 0
    monkeypatch.setattr(Path, "rename", failing)
    result = run(tmp_path, write("f", "f", "select 2 a", is_folder=True))
    assert failing.calls >= 1
    assert "no space left" in result.problems[0].message
    assert rows(f"from '{tmp_path}/f/*.parquet'") == [(1,)]
    assert len(names(tmp_path)) == 1


@pytest.mark.parametrize(("path", "is_folder"), [("o.csv", False), ("f", True)])
def test_what_fails_leaves_the_old_data_and_nothing_else(tmp_path, path, is_folder):
    done(run(tmp_path, write("w", path, "select 1 a", format_="csv", is_folder=is_folder)))
    before = names(tmp_path)
    sql = "select case when range = 900000 then error('late') else range end a from range(1000000)"
    result = run(tmp_path, write("w", path, sql, format_="csv", is_folder=is_folder))
    assert result.problems[0].message == "late"
    assert names(tmp_path) == before
    assert (tmp_path / before[0]).read_text() == "a\n1\n"
    assert not list(tmp_path.glob(".odibi-*"))


def test_a_target_that_cannot_be_made_is_a_problem(tmp_path):
    (tmp_path / "file").write_text("")
    result = run(tmp_path, write("w", "file/o.csv", "select 1 a", format_="csv"))
    assert result.status == "failed"
    assert "file" in result.problems[0].message


def test_paths_start_at_the_root_wherever_the_process_stands(tmp_path, monkeypatch):
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path)
    stage = write("w", "out/o.csv", "select 1 a", format_="csv")
    from plans import plan

    done(execute(plan(stage), Settings(root=Path("project")), None))
    assert names(tmp_path / "project") == ["out/o.csv"]


@pytest.mark.parametrize("path", [".", "..", "x/..", ".odibi/x.parquet", "/", "{root}", "{root}/data", "link"])
def test_a_store_never_replaces_the_project_or_what_the_run_reads(tmp_path, path):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path)
    file = tmp_path / "data" / "a.csv"
    file.write_text("x\n1\n")
    group = ir.FileGroup(pattern=None, files=("data/a.csv",), header=("x",))
    source = ir.FileSource(format="csv", groups=(group,), columns=schema(x=ir.INT64))
    stage = write("w", path.format(root=tmp_path), "select 1 x", mode="overwrite", is_folder="parquet" not in path)
    result = run(tmp_path, msgspec.structs.replace(stage, sources=(source,)))
    assert not result.success
    assert "pipeline" in result.problems[0].message or "read" in result.problems[0].message or "odibi" in path
    assert file.read_text() == "x\n1\n"


def test_a_name_that_no_file_can_have_is_a_problem(tmp_path):
    result = run(tmp_path, write("w", "n" * 300 + ".parquet", "select 1 x"))
    assert result.problems[0].message.endswith("cannot be written: file name too long")
