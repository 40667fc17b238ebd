"""What whole pipelines become: `pictures/NAME.sql` is what `pictures/NAME.odibi` gives, as if written by hand.

`ODIBI_DRAW=1 pytest tests/lower/test_pictures.py` draws them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from lower_build import connect

from odibi_sql.api import compile, load
from odibi_sql.plan import Check, Materialize, Plan, Write

PICTURES = Path(__file__).resolve().parent / "pictures"
ORDERS = (
    "SELECT range AS order_id, range % 7 AS customer_id, CAST(range * 10 AS DOUBLE) AS amount, 'paid' AS status,"
    " TIMESTAMP '2025-01-01 00:00:00' + range * INTERVAL '1' DAY AS ordered_at FROM range(100)"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pipelines and the files that they read."""
    root = tmp_path_factory.mktemp("pictures")
    (root / "data" / "older").mkdir(parents=True)
    connection = duckdb.connect()
    connection.execute(f"COPY ({ORDERS}) TO '{root / 'data' / 'orders.parquet'}'")
    connection.execute(f"COPY ({ORDERS}) TO '{root / 'data' / 'older' / '2024.parquet'}'")
    people = "customer_id,name,segment\n" + "".join(f"{number},name {number},retail\n" for number in range(7))
    (root / "data" / "customers.csv").write_text(people)
    for each in PICTURES.glob("*.odibi"):
        (root / each.name).write_text(each.read_text())
    return root


def drawn(plan: Plan) -> str:
    return "\n\n".join(f"-- {type(stage).__name__.lower()} {stage.name}\n{stage.sql};" for stage in plan.stages) + "\n"


@pytest.mark.parametrize("name", sorted(each.stem for each in PICTURES.glob("*.odibi")))
def test_a_pipeline_becomes(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = compile(load(folder / f"{name}.odibi"))
    picture = PICTURES / f"{name}.sql"
    if os.environ.get("ODIBI_DRAW"):
        picture.write_text(drawn(plan))
    assert drawn(plan) == picture.read_text()
    monkeypatch.chdir(folder)
    run(plan)


def run(plan: Plan) -> None:
    """Let DuckDB say that it takes the statements, and that they have the columns and the types that they should."""
    connection = connect()
    for stage in plan.stages:
        table = stage.table if isinstance(stage, Write) else stage.name
        if isinstance(stage, Materialize) or (isinstance(stage, Write) and table is not None):
            connection.execute(f'CREATE TABLE "{table}" AS {stage.sql}')
            continue
        result = connection.sql(stage.sql)
        assert tuple(result.columns) == stage.schema.names
        assert not isinstance(stage, Check) or len(result.fetchall()) == 1
