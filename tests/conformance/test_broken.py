"""The suite finds what is broken: five lowerings, each made to answer otherwise than the page says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlglot import exp

from conformance.engines import DuckDB
from conformance.suite import run
from odibi_sql.lower import arithmetic, calls, casts, load_dialect

BROKEN: dict[str, dict[str, Any]] = {
    "round": {"sql": {"integer": "{x}", "else": "ROUND_EVEN({x}, {digits})"}, "cast": ["float", "decimal"]},
    "array_sort": {"sql": "LIST_SORT({array}, {order}, 'NULLS FIRST')"},
    "date_diff": {"sql": "DATE_DIFF({unit}, {start}, {end})", "by": "unit"},
}


@pytest.fixture(autouse=True)
def forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the forms that are made already; those that are made here are forgotten after."""
    monkeypatch.setattr(calls, "_TEMPLATES", {})


@pytest.mark.parametrize("name", BROKEN)
def test_another_form_of_a_function_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(load_dialect("duckdb").functions, name, BROKEN[name])
    assert _first_difference(name)


def test_a_whole_quotient_that_is_cut_off_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "_floored", lambda left, right: exp.IntDiv(this=left, expression=right))
    assert _first_difference("//")


def test_a_text_that_is_read_as_the_engine_reads_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casts, "text_form", lambda to: None)
    assert _first_difference("cast to int64")


def _first_difference(name: str) -> str:
    """Return a row whose value is another; "" where all agree. That a statement fails as a whole does not count."""
    differences = run(name, DuckDB()).differences
    return next((str(each) for each in differences if each.row is not None and "Error" not in str(each.found)), "")
