"""The engines: a plan in, an Arrow table out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from odibi_sql.lower import load_dialect
from odibi_sql.plan import Plan


class EngineFailed(Exception):
    """The engine's words of why the run failed."""


class Engine(Protocol):
    """What a suite needs of an engine."""

    name: str

    def answer(self, plan: Plan, root: Path) -> pa.Table:
        """Return the rows of the plan's last stage. Raises EngineFailed."""


class DuckDB:
    """One connection, held to the settings of the dialect."""

    name = "duckdb"

    def __init__(self) -> None:
        import duckdb

        self.connection = duckdb.connect()
        for setting in load_dialect("duckdb").settings.values():
            if setting.name:
                self.connection.execute(f"SET {setting.name} = '{setting.value}'")

    def answer(self, plan: Plan, root: Path) -> pa.Table:
        """Return the rows of the plan's last stage. Raises EngineFailed."""
        import duckdb

        failures = (duckdb.Error, UnicodeDecodeError)  # DuckDB cuts its message within a character
        self.connection.execute(f"SET file_search_path = '{root}'")
        try:
            for stage in plan.stages[:-1]:
                self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{stage.name}" AS {stage.sql}')
            return self.connection.execute(plan.stages[-1].sql).to_arrow_table()
        except failures as problem:
            raise EngineFailed(str(problem)) from problem


class Spark:
    """The local session of the tests; files become views."""

    name = "spark"

    def __init__(self, session: Any = None) -> None:
        import spark_local

        self.session = session or spark_local.session()

    def answer(self, plan: Plan, root: Path) -> pa.Table:
        """Return the rows of the plan's last stage. Raises EngineFailed."""
        try:
            for stage in plan.stages:
                for view in stage.views:
                    files = [str(root / file) for group in view.source.groups for file in group.files]
                    read = self.session.read.option("datetimeRebaseMode", "CORRECTED").parquet(*files)
                    read.createOrReplaceTempView(view.name)
            for stage in plan.stages[:-1]:
                self.session.sql(stage.sql).createOrReplaceTempView(stage.name)
            return self.session.sql(plan.stages[-1].sql).toArrow()
        except Exception as problem:
            raise EngineFailed(str(problem).partition("\nJVM stacktrace")[0].partition("\n== SQL")[0]) from problem


def engine(name: str) -> Engine:
    """Return an engine by its name."""
    return {"duckdb": DuckDB, "spark": Spark}[name]()
