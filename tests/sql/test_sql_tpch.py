"""The 22 queries of TPC-H as sql steps: each is read and typed, and gives what DuckDB gives for the same text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from test_sql_rows import rows_of
from tpch_data import COLUMNS, write_tables

from odibi_sql import api

QUERIES = sorted((Path(__file__).parent / "tpch").glob("q*.sql"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tpch")
    write_tables(made)
    return made


def pipeline(query: str) -> str:
    used = [name for name in COLUMNS if re.search(rf"\b{name}\b", query)]
    ingests = "".join(f'ingest {name} from parquet "{name}.parquet"\n' for name in used)
    return f'pipeline tpch\n\n{ingests}\nsql answer from {", ".join(used)} """\n{query}"""\n'


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_answer(file: Path, folder: Path) -> None:
    query = file.read_text()
    con = duckdb.connect()
    con.execute(f"set file_search_path = '{folder}'")
    for name in COLUMNS:
        con.execute(f"create view {name} as from '{folder / name}.parquet'")
    expected = con.execute(query)
    names, wanted = [each[0] for each in expected.description], rows_of(expected.fetchall())
    assert wanted, "the data is too small to tell anything"
    assert any(value is not None for row in wanted for value in row)

    plan = api.compile(api.from_text(pipeline(query), root=folder), goals=["answer"])
    for stage in plan.stages[:-1]:
        con.execute(f'create table "{stage.name}" as {stage.sql}')
    found = con.execute(plan.stages[-1].sql)
    assert [each[0] for each in found.description] == names
    assert rows_of(found.fetchall()) == wanted


TRANSFORMS = sorted((Path(__file__).parent / "tpch").glob("q*.odibi"))


def test_each_query_is_written_as_a_transform_too() -> None:
    assert [file.stem for file in TRANSFORMS] == [file.stem for file in QUERIES] == [f"q{n:02}" for n in range(1, 23)]


def answer_of(text: str, folder: Path) -> Any:
    result = api.run(api.from_text(text, root=folder), datasets=["answer"])
    assert result.success, result.run.problems
    return result.dataset("answer").arrow()


@pytest.mark.parametrize("file", TRANSFORMS, ids=lambda file: file.stem)
def test_a_transform_gives_what_the_sql_step_gives(file: Path, folder: Path) -> None:
    ingests = "".join(f'ingest {name} from parquet "{name}.parquet"\n' for name in COLUMNS)
    written = answer_of(f"pipeline tpch\n\n{ingests}\n{file.read_text()}", folder)
    asked = answer_of(pipeline(file.with_suffix(".sql").read_text()), folder)
    assert written.column_names == asked.column_names
    assert written.num_rows == asked.num_rows > 0
    for one, other in zip(written.to_pylist(), asked.to_pylist(), strict=True):
        assert one == {name: pytest.approx(each) if isinstance(each, float) else each for name, each in other.items()}
