"""One pipeline in the reference, on DuckDB and on Spark: the rows of its last datasets, and what its checks count."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any, Protocol

import duckdb
import msgspec
from interpreter import Row, RunFailure, run_graph
from interpreter.values import Place, identity

from odibi_sql import api, ir
from odibi_sql.diagnostics import CompileError
from odibi_sql.lower import load_dialect, lower
from odibi_sql.optimize import optimize
from odibi_sql.plan import Answer, Check, Materialize, Plan

Rows = dict[str, list[Row]]


class Ran(msgspec.Struct, frozen=True):
    """What came out: rows by dataset, and the one row of each check."""

    rows: Rows
    checks: dict[str, Row]


class Engine(Protocol):
    """Something that runs plans."""

    dialect: str
    failures: tuple[type[Exception], ...]  # what it raises where a run fails, as an overflow does

    def keep(self, name: str, sql: str) -> None:
        """Let later statements read the rows of a query as a table."""

    def table(self, sql: str) -> Any:
        """Return the rows of a query as a pyarrow.Table."""


class DuckDB:
    """DuckDB, with the settings that its dialect pins."""

    dialect = "duckdb"
    failures = (duckdb.OutOfRangeException, duckdb.ConversionException, duckdb.InvalidInputException)

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        for setting in load_dialect("duckdb").settings.values():
            if setting.name:
                self.connection.execute(f"SET {setting.name} = '{setting.value}'")

    def keep(self, name: str, sql: str) -> None:
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')

    def table(self, sql: str) -> Any:
        return self.connection.execute(sql).to_arrow_table()


class Spark:
    """A session of Spark. `failures`: those of its errors that are about values."""

    dialect = "spark"

    def __init__(self, session: Any) -> None:
        from pyspark.errors import ArithmeticException, DateTimeException, NumberFormatException, SparkRuntimeException

        self.session = session
        self.failures = (ArithmeticException, DateTimeException, NumberFormatException, SparkRuntimeException)

    def keep(self, name: str, sql: str) -> None:
        self.session.sql(sql).createOrReplaceTempView(name)

    def table(self, sql: str) -> Any:
        return self.session.sql(sql).toArrow()


class Difference(AssertionError):
    """Two ways to run a pipeline disagree."""


def compare(text: str, goals: tuple[str, ...], engines: tuple[Engine, ...], *, optimized: tuple[bool, ...]) -> str:
    """Run a pipeline in the reference and on engines.

    Return "same", "failed" where the reference fails, "refused: CODE" where the compiler finds a mistake.

    Raises Difference with the pipeline, both results and the statements. A run that fails in the reference is not
    compared: an engine need not compute what nobody sees.
    """
    try:
        graph = api.check(api.from_text(text)).graph
    except CompileError as error:
        return f"refused: {error.diagnostics[0].code}"
    goals = tuple(name for name in goals if name in {each.name for each in graph.datasets})
    try:
        rows, gates = run_graph(graph, {})
    except RunFailure:
        return "failed"
    except (KeyError, NotImplementedError):
        return "unknown"
    for engine, is_optimized in itertools.product(engines, optimized):
        changed = optimize(graph, goals) if is_optimized else graph
        plan = lower(changed, load_dialect(engine.dialect), goals)
        how = f"{engine.dialect}{', optimized' if is_optimized else ''}"
        _hold(graph, goals, Ran({name: rows[name] for name in goals}, gates), plan, engine, f"{how}\n{text}")
    return "same"


def _hold(graph: ir.Graph, goals: tuple[str, ...], wanted: Ran, plan: Plan, engine: Engine, picture: str) -> None:
    sql = "\n\n".join(f"-- {type(stage).__name__} {stage.name}\n{stage.sql}" for stage in plan.stages)
    try:
        found = run(plan, engine)
    except Exception as error:  # whatever an engine raises is a difference
        raise Difference(f"{type(error).__name__} of {picture}\n{sql}\n{str(error)[:2000]}") from error
    for name in goals:
        one, other = bag(found.rows[name]), bag(wanted.rows[name])
        if one != other:
            difference = f"only the engine: {list((one - other).elements())[:5]}\nonly the reference: "
            difference += f"{list((other - one).elements())[:5]}"
            raise Difference(f"rows of {name} on {picture}\n{sql}\n{difference}")
        if not is_in_order(found.rows[name], graph.dataset(name).order):
            raise Difference(f"order of {name} on {picture}\n{sql}\n{found.rows[name]}")
    for name, row in found.checks.items():
        if row != wanted.checks[name]:
            raise Difference(f"check {name} on {picture}\n{sql}\n{row} instead of {wanted.checks[name]}")


def run(plan: Plan, engine: Engine) -> Ran:
    """Run the stages of a plan one after the other."""
    found: Rows = {}
    checks: dict[str, Row] = {}
    for stage in plan.stages:
        if isinstance(stage, Materialize):
            engine.keep(stage.name, stage.sql)
            continue
        table = engine.table(stage.sql)
        assert tuple(table.column_names) == stage.schema.names, f"{table.column_names} of {stage.name}"
        rows = table.to_pylist()
        if isinstance(stage, Check):
            checks[stage.name] = rows[0]
        elif isinstance(stage, Answer):
            found[stage.dataset] = rows
    return Ran(found, checks)


def bag(rows: list[Row]) -> Counter[Any]:
    """Return the rows without their order; the last bits of a sum of floats depend on it."""
    return Counter(tuple((name, _rounded(identity(value))) for name, value in row.items()) for row in rows)


def _rounded(value: Any) -> Any:
    return float(f"{value:.12g}") if isinstance(value, float) else value


def is_in_order(rows: list[Row], order: tuple[ir.SortKey, ...]) -> bool:
    """Whether the rows come as the order says."""
    if not all(isinstance(each.value, ir.Column) for each in order):
        return True
    places = [Place(order, [row[each.value.name] for each in order]) for row in rows]  # type: ignore[attr-defined]
    return all(not after < before for before, after in itertools.pairwise(places))
