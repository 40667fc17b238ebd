"""Engines give what the reference gives."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.engines import DuckDB, Engine, Spark
from conformance.page import PAGE, page
from conformance.suite import KNOWN, REFUSED, is_of_relations, names, run


@pytest.fixture(scope="module")
def duckdb_engine() -> DuckDB:
    return DuckDB()


@pytest.fixture(scope="module")
def spark_engine(spark: Any) -> Spark:
    return Spark(spark)


@pytest.fixture(scope="module")
def interpreted(spark: Any) -> Spark:
    """Give a Spark that compiles nothing: the long statements of joins and frames would take it minutes."""
    return Spark(spark, is_interpreted=True)


@pytest.mark.parametrize("name", names())
def test_duckdb(name: str, duckdb_engine: DuckDB) -> None:
    _agrees(name, duckdb_engine)


@pytest.mark.parametrize("name", names())
def test_spark(name: str, spark_engine: Spark, interpreted: Spark) -> None:
    _agrees(name, interpreted if is_of_relations(name) else spark_engine)


def test_spark_where_it_sorts_both_sides(spark: Any) -> None:
    engine = Spark(spark)
    engine.session.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    _agrees("join full", engine)


def _agrees(name: str, engine: Engine) -> None:
    outcome = run(name, engine)
    assert bool(outcome.refused) == (name in REFUSED[engine.name]), outcome.refused
    assert outcome.rows + outcome.failures > 0
    if name in KNOWN[engine.name]:
        assert outcome.differences, f"`{name}` agrees now: it is known no more"
        return
    assert not outcome.differences, "\n".join(map(str, outcome.differences[:20]))


def test_the_page_says_what_is_held() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m conformance.page"
