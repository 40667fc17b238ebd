"""The 22 queries of TPC-H, as sql steps and as transforms, on Spark: the rows that DuckDB gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_sql_tpch import QUERIES, TRANSFORMS, pipeline
from tpch_data import COLUMNS, write_tables

from odibi_sql import api

INGESTS = "".join(f'ingest {name} from parquet "{name}.parquet"\n' for name in COLUMNS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tpch")
    write_tables(made)
    return made


def answer(text: str, folder: Path, **engine: Any) -> Any:
    result = api.run(api.from_text(text, root=folder), datasets=["answer"], **engine)
    assert result.success, result.run.problems
    return result.dataset("answer").arrow()


@pytest.mark.parametrize("file", [*QUERIES, *TRANSFORMS], ids=lambda file: file.name)
def test_answer(file: Path, folder: Path, spark: Any) -> None:
    written = file.read_text()
    text = pipeline(written) if file.suffix == ".sql" else f"pipeline tpch\n\n{INGESTS}\n{written}"
    wanted, found = answer(text, folder), answer(text, folder, engine="spark", session=spark)
    assert found.schema.equals(wanted.schema)
    assert found.num_rows == wanted.num_rows > 0
    for one, other in zip(found.to_pylist(), wanted.to_pylist(), strict=True):
        close = {
            name: pytest.approx(each, rel=1e-9) if isinstance(each, float) else each for name, each in other.items()
        }
        assert one == close
