from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from source_tools import columns, describe, problem, rows

from odibi_sql import ir
from odibi_sql.ir import SourceProblem
from odibi_sql.sources import LocalCatalog


def write(root, name, text="a\n1\n"):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_globs(tmp_path):
    for place, name in enumerate(["d/a1.csv", "d/a2.csv", "d/b1.csv", "d/in/a3.csv", "d/.hidden.csv", "d/_tmp.csv"]):
        write(tmp_path, name, f"a\n{place}\n")
    assert rows(tmp_path, "csv 'd/*.csv'") == [(0,), (1,), (2,)]
    assert rows(tmp_path, "csv 'd/a?.csv'") == [(0,), (1,)]
    assert rows(tmp_path, "csv 'd/[b-z]1.csv'") == [(2,)]
    assert rows(tmp_path, "csv 'd/**/*.csv'") == [(0,), (1,), (2,), (3,)]
    assert rows(tmp_path, "csv 'd'") == [(0,), (1,), (2,), (3,)]
    assert rows(tmp_path, f"csv '{tmp_path}/d/in/*.csv'") == [(3,)]


def test_a_folder_takes_the_files_of_the_format(tmp_path):
    write(tmp_path, "d/a.csv")
    write(tmp_path, "d/readme.md", "# no data")
    assert describe(tmp_path, "csv", "d/").source.groups[0].files == ("d/a.csv",)


def test_names_with_the_characters_of_patterns(tmp_path):
    root = tmp_path / "we[ir]d * k=v"
    write(root, "d/x[1].csv", "a\n1\n")
    write(root, "d/x1.csv", "a\n2\n")
    write(root, "d/it's.csv", "a\n3\n")
    assert rows(root, 'csv "d/x[1].csv"') == [(1,)]
    assert rows(root, "csv 'd/*.csv'") == [(1,), (2,), (3,)]


def test_a_relative_location_starts_at_the_root_wherever_the_process_stands(tmp_path, monkeypatch):
    write(tmp_path, "project/a.csv", "a\n1\n")
    write(tmp_path, "elsewhere/a.csv", "a\n2\n")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert rows(tmp_path / "project", "csv 'a.csv'") == [(1,)]


def test_hive_folders_are_typed_columns(tmp_path):
    for year, day, region in [(2024, "2024-05-01", "north"), (2025, "2025-05-01", "a%2Fb")]:
        write(tmp_path, f"d/year={year}/day={day}/region={region}/f.csv", "a\n1\n")
    described = describe(tmp_path, "csv", "d")
    assert columns(described) == [
        "a int64",
        "year int64 not null",
        "day date not null",
        "region string not null",
    ]
    assert rows(tmp_path, "csv 'd'") == [
        (1, 2024, datetime.date(2024, 5, 1), "north"),
        (1, 2025, datetime.date(2025, 5, 1), "a/b"),
    ]
    assert rows(tmp_path, "csv 'd/**/*.csv' schema (year string, a int64)") == [("2024", 1), ("2025", 1)]
    assert columns(describe(tmp_path, "csv", "d", ("hive", False))) == ["a int64"]


def test_the_hive_default_partition_is_null(tmp_path):
    write(tmp_path, "d/k=__HIVE_DEFAULT_PARTITION__/f.csv")
    write(tmp_path, "d/k=7/f.csv")
    assert columns(describe(tmp_path, "csv", "d")) == ["a int64", "k int64"]
    assert rows(tmp_path, "csv 'd'") == [(1, 7), (1, None)]


def test_hive_folders_of_parquet_and_json(tmp_path):
    (tmp_path / "p/k=1").mkdir(parents=True)
    duckdb.sql("select 'x' a").write_parquet(str(tmp_path / "p/k=1/f.parquet"))
    write(tmp_path, "j/k=1/f.json", '[{"a":"x"}]')
    assert rows(tmp_path, "parquet 'p'") == [("x", 1)]
    assert rows(tmp_path, "json 'j'") == [("x", 1)]


def test_folders_of_different_columns_are_a_problem(tmp_path):
    write(tmp_path, "d/year=2024/f.csv")
    write(tmp_path, "d/month=5/f.csv")
    with pytest.raises(SourceProblem, match=r"give different columns"):
        describe(tmp_path, "csv", "d")


def test_a_folder_that_does_not_fit_its_declared_type(tmp_path):
    write(tmp_path, "d/year=new/f.csv")
    with pytest.raises(SourceProblem, match=r"the folder `year=new` is no int64"):
        describe(tmp_path, "csv", "d", schema="a int64, year int64")


def test_nothing_there_suggests_the_nearest(tmp_path):
    write(tmp_path, "data/meters.csv")
    with pytest.raises(SourceProblem, match=r"nothing is at `data/meter.csv`") as caught:
        describe(tmp_path, "csv", "data/meter.csv")
    assert caught.value.hint == "did you mean `data/meters.csv`?"
    with pytest.raises(SourceProblem) as caught:
        describe(tmp_path, "csv", "dta/*.csv")
    assert caught.value.hint == "did you mean `data/*.csv`?"


def test_nothing_there_yet_is_no_rows_where_the_schema_is_declared(tmp_path):
    described = describe(tmp_path, "csv", "in/*.csv", schema="a int64")
    assert described.source.groups == ()
    assert described.warnings == ("`in/*.csv` has no files yet, so there are no rows",)
    assert rows(tmp_path, "csv 'in/*.csv' schema (a int64)") == []


@pytest.mark.parametrize("location", ["", "  ", "a\x00b", "s3://bucket/x.csv"])
def test_strange_locations_are_problems(tmp_path, location):
    with pytest.raises(SourceProblem):
        describe(tmp_path, "csv", location, schema="a int64")


def test_an_unknown_format_is_a_problem(tmp_path):
    with pytest.raises(SourceProblem, match=r"`cvs` is no format"):
        describe(tmp_path, "cvs", "a.csv")


def test_a_second_check_needs_no_engine(tmp_path):
    write(tmp_path, "a.csv")
    request = ir.SourceRequest(format="csv", location="a.csv")
    first, second = LocalCatalog(tmp_path), LocalCatalog(tmp_path)
    known = first.describe(request)
    assert first.has_asked
    assert second.describe(request) == known
    assert not second.has_asked


def test_what_is_remembered_is_forgotten_when_the_files_change(tmp_path):
    file = write(tmp_path, "a.csv", "a\n1\n")
    assert columns(describe(tmp_path, "csv", "a.csv")) == ["a int64"]
    file.write_text("a\nx\n")
    os.utime(file, ns=(1, 1))
    assert columns(describe(tmp_path, "csv", "a.csv")) == ["a string"]


def test_every_type_is_remembered(tmp_path):
    duckdb.sql(
        "select {'a b': 1, 'c': [1.5::decimal(5,2)]} s, map {'k': 1} m, '{}'::json j, interval 1 day i, 'x'::blob b"
    ).write_parquet(str(tmp_path / "a.parquet"))
    request = ir.SourceRequest(format="parquet", location="a.parquet")
    known, catalog = LocalCatalog(tmp_path).describe(request), LocalCatalog(tmp_path)
    assert catalog.describe(request) == known
    assert not catalog.has_asked


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version":2,"entries":[]}', '{"version":2,"entries":{"KEY":3}}', "\x00"]
)
def test_a_damaged_memory_is_no_memory(tmp_path, content):
    from odibi_sql.sources.remembered import key_of

    write(tmp_path, "a.csv")
    request = ir.SourceRequest(format="csv", location="a.csv")
    write(tmp_path, ".odibi/schemas.json", content.replace("KEY", key_of(request)))
    assert LocalCatalog(tmp_path).describe(request).schema.names == ("a",)
    assert json.loads((tmp_path / ".odibi/schemas.json").read_text())["version"] == 2


def test_a_memory_that_cannot_be_written_is_no_problem(tmp_path):
    write(tmp_path, "a.csv")
    write(tmp_path, ".odibi", "a file in the way")
    assert columns(describe(tmp_path, "csv", "a.csv")) == ["a int64"]


def test_one_catalog_answers_the_same_as_long_as_it_lives(tmp_path):
    file = write(tmp_path, "a.csv")
    request = ir.SourceRequest(format="csv", location="a.csv")
    catalog = LocalCatalog(tmp_path)
    known = catalog.describe(request)
    file.write_text("b\nx\n")
    assert catalog.describe(request) == known


def test_a_declared_csv_needs_no_engine(tmp_path):
    write(tmp_path, "a.csv")
    code = (
        "import sys; from pathlib import Path; from odibi_sql import ir; from odibi_sql.sources import LocalCatalog;"
        "s = ir.schema_of([ir.Field('a', ir.INT64)]);"
        "LocalCatalog(Path(sys.argv[1])).describe(ir.SourceRequest(format='csv', location='a.csv', declared=s));"
        "assert not {'duckdb', 'pyarrow', 'ibis', 'sqlglot'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)


def test_a_file_that_is_gone_since_the_check(tmp_path):
    from odibi_sql import api
    from odibi_sql.run import Settings, execute

    file = write(tmp_path, "a.csv")
    plan = api.compile(api.from_text("ingest x from csv 'a.csv'", tmp_path), goals=["x"])
    file.unlink()
    result = execute(plan, Settings(root=tmp_path), None)
    assert [each.message for each in result.problems] == ["`a.csv` is not there any more"]
    assert Path.cwd()


def test_too_many_types_of_a_problem_are_not_tracebacks(tmp_path):
    write(tmp_path, "a.csv.gz", "not gzip")
    with pytest.raises(SourceProblem, match=r"cannot be read"):
        describe(tmp_path, "csv", "a.csv.gz")
    write(tmp_path, "b.csv", "a,b\n1\n")
    with pytest.raises(SourceProblem, match=r"`b.csv` line 2 has"):
        describe(tmp_path, "csv", "b.csv")
    assert "line 2" in problem(tmp_path, "csv 'b.csv' schema (a int64, b string)")
