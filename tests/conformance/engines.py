"""The engines: a plan in, an Arrow table out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from odibi_sql import ir
from odibi_sql.lower import load_dialect
from odibi_sql.plan import Plan
from odibi_sql.run.engines.exchange import from_spark, has_durations, selected


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
        for name, value in _settings("duckdb").items():
            self.connection.execute(f"SET {name} = '{value}'")

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


# What Spark otherwise compiles to Java it computes itself, as it does with constants and where code gets too long.
INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}


class Spark:
    """A session of its own beside the local one of the tests; files become views."""

    name = "spark"

    def __init__(self, session: Any = None, *, is_interpreted: bool = False) -> None:
        import spark_local

        self.session = (session or spark_local.session()).newSession()
        for name, value in {**_settings("spark"), **(INTERPRETED if is_interpreted else {})}.items():
            self.session.conf.set(name, value)

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
            return with_durations(self.session.sql(plan.stages[-1].sql).toArrow(), plan.stages[-1].schema)
        except Exception as problem:
            raise EngineFailed(str(problem).partition("\nJVM stacktrace")[0].partition("\n== SQL")[0]) from problem


def with_durations(table: pa.Table, schema: ir.Schema) -> pa.Table:
    """Return what Spark gave with durations in place of its structs of them."""
    import duckdb

    if not any(has_durations(each.type) for each in schema):
        return table
    connection = duckdb.connect()
    connection.register("answered", table)
    return connection.execute(selected(schema, from_spark, "answered")).to_arrow_table()


def _settings(name: str) -> dict[str, str]:
    return {each.name: each.value for each in load_dialect(name).settings.values() if each.name}


ENGINES: dict[str, Callable[[], Engine]] = {
    "duckdb": DuckDB,
    "spark": Spark,
    "spark-interpreted": lambda: Spark(is_interpreted=True),
}
