"""The suite finds what is broken: lowerings, each made to answer otherwise than the page says."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from sqlglot import exp

from conformance.engines import DuckDB, Engine, Spark
from conformance.suite import run
from odibi_sql.lower import arithmetic, calls, casts, joins, load_dialect, operators, relations, windows

BROKEN: dict[str, dict[str, Any]] = {
    "round": {"sql": {"integer": "{x}", "else": "ROUND_EVEN({x}, {digits})"}, "cast": ["float", "decimal"]},
    "array_sort": {"sql": "LIST_SORT({array}, {order}, 'NULLS FIRST')"},
    "date_diff": {"sql": "DATE_DIFF({unit}, {start}, {end})", "by": "unit"},
}

BROKEN_ON_SPARK: dict[str, dict[str, Any]] = {
    "array_position": {"sql": "ARRAY_POSITION({array}, {value})"},
    "percentile_disc": {
        "sql": "GET(ARRAY_SORT(AGG(COLLECT_LIST({x}))), CAST(FLOOR(AGG(COUNT({x})) * {fraction}) AS INT))"
    },
    "lag": {"sql": {"1": "LAG({value}, 2)", "else": "LAG({value}, CAST({offset} AS INT))"}, "by": "default"},
}


@pytest.fixture(autouse=True)
def forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the forms that are made already; those that are made here are forgotten after."""
    monkeypatch.setattr(calls, "_TEMPLATES", {})


@pytest.mark.parametrize("name", BROKEN)
def test_another_form_of_a_function_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(load_dialect("duckdb").functions, name, BROKEN[name])
    assert _first_difference(name)


@pytest.mark.parametrize("name", BROKEN_ON_SPARK)
def test_another_form_of_a_function_is_found_on_spark(name: str, monkeypatch: pytest.MonkeyPatch, spark: Any) -> None:
    monkeypatch.setitem(load_dialect("spark").functions, name, BROKEN_ON_SPARK[name])
    assert _first_difference(name, Spark(spark))


def test_a_whole_quotient_that_is_cut_off_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "_floored", lambda left, right: exp.IntDiv(this=left, expression=right))
    assert _first_difference("//")


def test_a_text_that_is_read_as_the_engine_reads_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casts, "text_form", lambda to: None)
    assert _first_difference("cast to int64")


def test_a_join_of_another_kind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(joins.WORDS, "full", "LEFT")
    assert _first_difference("join full")


def test_nulls_that_match_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(operators.COMPARISONS, "=", exp.NullSafeEQ)
    assert _first_difference("join left")


@pytest.mark.parametrize("name", ["intersect all", "except all", "union distinct"])
def test_rows_that_are_counted_otherwise_are_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "lower_set_operation", _counting_otherwise(relations.lower_set_operation))
    assert _first_difference(name)


def test_a_frame_without_its_other_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = windows._bound
    monkeypatch.setattr(windows, "_bound", lambda bound: ("CURRENT ROW", None) if bound.offset == 9 else whole(bound))
    assert _first_difference("frames of rows")


def test_a_range_of_peers_that_is_one_of_rows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = windows._frame
    monkeypatch.setattr(windows, "_frame", lambda written, is_ordered: frame(replace(written, unit="rows"), is_ordered))
    assert _first_difference("frames of range")


def _counting_otherwise(lowered: Any) -> Any:
    """Return the lowering with `all` and `distinct` exchanged; the cases stand below each other by a `union all`."""

    def exchanged(node: Any, drafts: Any, place: Any) -> Any:
        is_distinct = node.kind != "union" and not node.is_distinct
        return lowered(replace(node, is_distinct=is_distinct), drafts, place)

    return exchanged


def _first_difference(name: str, engine: Engine | None = None) -> str:
    """Return a row whose value is another; "" where all agree. That a statement fails as a whole does not count."""
    differences = run(name, engine or DuckDB()).differences
    return next((str(each) for each in differences if each.row is not None and "Error" not in str(each.found)), "")
