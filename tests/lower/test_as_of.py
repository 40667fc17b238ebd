"""As-of joins: a window over both sides gives the rows of the join, and DuckDB's own join those of the language."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import ir_build as build
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from interpreter import Row, RunFailure, World, rows_of
from interpreter.values import identity
from ir_generate import Making, nearest, rich
from lower_build import CLOCK, DUCKDB, connect, rows

from odibi_sql import api, ir
from odibi_sql.lower import lower
from odibi_sql.lower.as_of import as_window, without_null_times

OPERATORS = (">=", ">", "<=", "<")


def bag(found: list[Row]) -> Counter[Any]:
    return Counter(tuple(identity(value) for value in row.values()) for row in found)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=150)
@given(st.data())
def test_a_window_gives_the_same_rows(data: st.DataObject) -> None:
    from ir_generate import SCANS

    join = nearest(Making(data.draw, can_fail=False), SCANS[0])
    assume(isinstance(join, ir.AsOfJoin))
    assert isinstance(join, ir.AsOfJoin)
    world = World(rich(), CLOCK)
    try:
        expected = rows_of(join, world)
    except RunFailure:
        assume(False)
    assert bag(rows_of(as_window(without_null_times(join)), world)) == bag(expected)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("kind", ["left", "inner"])
def test_many_rows_with_null_times(operator: Any, kind: Any) -> None:
    """DuckDB's join of more than 64 rows takes a null for the greatest time."""
    chance = random.Random(7)
    keys, times = ["a", "b", None], [None, *range(12)]
    left = rows(
        {"k": ir.STRING, "t": ir.INT64, "i": ir.INT64},
        *((chance.choice(keys), chance.choice(times), i) for i in range(200)),
    )
    there = sorted({(chance.choice(keys), chance.choice(times)) for _ in range(40)}, key=str)
    right = rows({"k2": ir.STRING, "t2": ir.INT64, "v": ir.INT64}, *((k, t, i) for i, (k, t) in enumerate(there)))
    join = ir.AsOfJoin(
        schema=ir.Schema((*left.schema, *right.schema)),
        left=left,
        right=right,
        kind=kind,
        equal=(("k", "k2"),),
        times=("t", "t2"),
        operator=operator,
    )
    (stage,) = lower(build.graph(build.dataset("d", join)), DUCKDB, ("d",)).stages
    assert "ASOF" in stage.sql
    found = connect().sql(stage.sql).fetchall()
    expected = rows_of(join, World({}, CLOCK))
    assert Counter(found) == Counter(tuple(row.values()) for row in expected)


@pytest.mark.parametrize("constant", ["left", "right"])
def test_a_time_can_be_a_constant(constant: str) -> None:
    """DuckDB takes no inequality of ASOF JOIN of which a side is no column."""
    left = "k, t = 5" if constant == "left" else "k, t = v"
    right = "k, t2 = 1" if constant == "right" else "k, t2 = v"
    text = f"""
        ingest a from values (k string, v int64) ('x', 5), ('y', 0) with (materialize: true)
        transform l from a | select {left}
        transform r from a | select {right}
        transform j from l | join asof r (found = t2) on k and t >= r.t2
    """
    result = api.run(api.from_text(text), datasets=["j"])
    assert result.success, result.run.problems
    found = {row["k"]: row["found"] for row in result.dataset("j").arrow().to_pylist()}
    assert found == ({"x": 5, "y": 0} if constant == "left" else {"x": 1, "y": None})
