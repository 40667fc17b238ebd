"""What is appended has the columns of what is there, on both engines: else the run is refused before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.result import Result
from odibi_sql.run.state.database import Database

FORMATS = ["csv", "json", "ndjson", "parquet"]


def run(root: Path, columns: str, store: str, **more: Any) -> Result:
    row = ", ".join("1" if "int" in each else "'x'" for each in columns.split(", "))
    text = f"ingest a from values ({columns}) ({row})\nstore a to {store} mode append\n"
    text += 'store a to csv "other.csv" mode overwrite\n'
    return api.run(api.from_text(text, root), cache=False, **more)


def refused(root: Path, columns: str, store: str, **more: Any) -> str:
    """Return why a run is refused, that leaves everything as it is."""
    before = {each: each.read_bytes() for each in root.rglob("*") if each.is_file() and ".odibi" not in each.parts}
    result = run(root, columns, store, **more)
    (problem,) = result.run.problems
    assert {each.status for each in result.run.stages} == {"failed", "skipped"}
    after = {each: each.read_bytes() for each in root.rglob("*") if each.is_file() and ".odibi" not in each.parts}
    assert before == after
    return problem.message


def forgotten(root: Path) -> None:
    """Have the project know nothing of its targets: their files alone tell their columns."""
    database = Database(root)
    with database.transaction() as connection:
        connection.execute("DELETE FROM targets")
    database.close()


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("format_", FORMATS)
def test_other_columns_are_refused(tmp_path: Path, format_: str, *, is_known: bool) -> None:
    store = f'{format_} "t"'
    for _ in range(2):
        assert run(tmp_path, "x int64, y string", store).success
    if not is_known:
        forgotten(tmp_path)
    told = refused(tmp_path, "x int64, z string", store)
    assert told == "`t` has the columns x, y; what is stored has x, z"
    assert refused(tmp_path, "x int64", store) == "`t` has the columns x, y; what is stored has x"
    assert refused(tmp_path, "x int64, y string, z string", store).endswith("what is stored has x, y, z")
    assert run(tmp_path, "x int64 not null, y string", store).success
    assert len(list((tmp_path / "t").iterdir())) == 3


@pytest.mark.parametrize("format_", FORMATS)
def test_on_spark_too(tmp_path: Path, format_: str, spark: Any) -> None:
    store = f'{format_} "t"'
    assert run(tmp_path, "x int64, y string", store, engine="spark", session=spark).success
    told = refused(tmp_path, "x int64, z string", store, engine="spark", session=spark)
    assert told == "`t` has the columns x, y; what is stored has x, z"
    assert run(tmp_path, "x int64, y string", store, engine="spark", session=spark).success


def test_types_count_where_the_files_have_some_and_order_where_it_tells_columns_apart(tmp_path: Path) -> None:
    assert run(tmp_path, "x int64, y string", 'parquet "p"').success
    assert refused(tmp_path, "x string, y string", 'parquet "p"') == (
        "`p` has `x` as bigint; what is stored has it as string"
    )
    assert run(tmp_path, "y string, x int64", 'parquet "p"').success
    assert run(tmp_path, "x int64, y string", 'csv "c"').success
    assert refused(tmp_path, "y string, x int64", 'csv "c"') == (
        "`c` has its columns in the order x, y; what is appended has y, x"
    )
    assert run(tmp_path, "x string, y string", 'csv "c"').success


def test_columns_that_are_in_the_names_of_folders_are_those_of_the_target(tmp_path: Path) -> None:
    store = 'csv "h" partition by k'
    for _ in range(2):
        assert run(tmp_path, "x int64, k int64, y string", store).success
    forgotten(tmp_path)
    assert run(tmp_path, "x int64, k int64, y string", store).success
    assert refused(tmp_path, "x int64, k int64", store) == "`h` has the columns x, y; what is stored has x"
    assert refused(tmp_path, "x int64, y string", 'csv "h" partition by y') == (
        "`h` has the columns x, y; what is stored has x"
    )


def test_files_of_others_are_looked_at_and_what_is_no_data_is_not(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t/_SUCCESS").write_text("")
    (tmp_path / "t/one.csv").write_text("x,y\n7,q\n")
    assert refused(tmp_path, "x int64", 'csv "t"') == "`t` has the columns x, y; what is stored has x"
    assert run(tmp_path, "x int64, y string", 'csv "t"').success
    (tmp_path / "p").mkdir()
    (tmp_path / "p/one.parquet").write_text("no parquet at all")
    assert "`p` cannot be read" in refused(tmp_path, "x int64", 'parquet "p"')
    (tmp_path / "e").mkdir()
    assert run(tmp_path, "x int64", 'parquet "e"').success
