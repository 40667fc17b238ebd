"""Every example of a function holds on Spark too: all of a group in one statement."""

from __future__ import annotations

from typing import Any

import pytest
from function_harness import checked_graph

from odibi_sql.functions import CATALOGUE
from odibi_sql.lower import load_dialect, lower

GROUPS = ["text", "number", "cast", "condition", "hash", "json"]


@pytest.mark.parametrize("group", GROUPS)
def test_examples_hold_on_spark(group: str, spark: Any) -> None:
    functions = [each for each in CATALOGUE.values() if each.group == group and each.kind == "scalar"]
    examples = [example for function in functions for example in function.examples]
    columns = ", ".join(f"c{place} = {example}" for place, example in enumerate(examples))
    graph = checked_graph(f"ingest t from values (x int64) (1)\ntransform r from t | select {columns}")
    (stage,) = lower(graph, load_dialect("spark"), ("r",)).stages
    (row,) = spark.sql(stage.sql).collect()
    assert [example for example, holds in zip(examples, row, strict=True) if holds is not True] == []
