"""Whatever the graph and its rows: Spark gives what the language means.

A few graphs in each run, for each takes seconds: `ODIBI_SPARK_EXAMPLES=300 pytest tests/spark/test_spark_rows.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from interpreter import Row, RunFailure, run_graph
from ir_generate import FIELDS, graphs, tables
from spark_build import FAILS, SPARK, rows_of, type_text
from test_same_rows import bag, is_in_order

from odibi_sql import ir
from odibi_sql.ir.show import show_graph
from odibi_sql.lower import lower
from odibi_sql.optimize import optimize
from odibi_sql.plan import Answer, Check, Materialize, Plan, Write

EXAMPLES = int(os.environ.get("ODIBI_SPARK_EXAMPLES", "4"))
FEW = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES)


def fill(spark: Any, plan: Plan, there: dict[str, list[Row]]) -> None:
    """Make the views of the files."""
    for view in (view for stage in plan.stages for view in stage.views):
        rows = there[view.source.groups[0].pattern or ""]
        kinds = {field.name: field.type for fields in FIELDS.values() for field in fields}
        types = ", ".join(f"{name} {type_text(kinds[name])}" for name in view.schema.names)
        values = [tuple(row[name] for name in view.schema.names) for row in rows]
        spark.createDataFrame(values, types or "none int").createOrReplaceTempView(view.name)


def answers(spark: Any, plan: Plan) -> Iterator[tuple[str, Any]]:
    """Give the rows of what is stored or asked for, and of the checks, by name."""
    for stage in plan.stages:
        if isinstance(stage, Materialize) or (isinstance(stage, Write) and stage.table is not None):
            kept = stage.name if isinstance(stage, Materialize) else stage.table
            spark.sql(stage.sql).createOrReplaceTempView(kept)
        if isinstance(stage, Materialize):
            continue
        found = rows_of(spark, stage.sql, stage.schema)
        assume(found != FAILS)
        rows = [dict(zip(stage.schema.names, row, strict=True)) for row in found]
        yield (stage.dataset if isinstance(stage, Write | Answer) else stage.name), rows


def hold(spark: Any, graph: ir.Graph, there: dict[str, list[Row]]) -> None:
    try:
        rows, gates = run_graph(graph, there)
    except RunFailure:
        assume(False)
    plan = lower(graph, SPARK)
    sql = "\n\n".join(f"-- {type(stage).__name__} {stage.name}\n{stage.sql}" for stage in plan.stages)
    picture = f"\n{show_graph(graph)}\n{there}\n\n{sql}"
    fill(spark, plan, there)
    checks = {stage.name for stage in plan.stages if isinstance(stage, Check)}
    for name, found in answers(spark, plan):
        if name in checks:
            assert found[0] == gates[name], picture
            continue
        assert bag(found) == bag(rows[name]), f"{name}: {found} instead of {rows[name]}{picture}"
        assert is_in_order(found, graph.dataset(name).order), picture


@FEW
@given(graphs(), tables())
def test_as_written(spark: Any, graph: ir.Graph, there: dict[str, list[Row]]) -> None:
    hold(spark, graph, there)


@FEW
@given(graphs(), tables())
def test_optimized(spark: Any, graph: ir.Graph, there: dict[str, list[Row]]) -> None:
    hold(spark, optimize(graph, None), there)
