"""What DuckDB gives for a query is what a sql step gives that holds it: same names, same rows, same order."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sql_tables import ours, theirs

QUERIES = [each.strip() for each in (Path(__file__).parent / "queries.sql").read_text().split(";\n") if each.strip()]


def plain(value: Any) -> Any:
    """Return a value so that a decimal and a float that say the same are equal."""
    if isinstance(value, bool) or value is None or isinstance(value, str | datetime.date):
        return value
    if isinstance(value, int | float | Decimal):
        return "nan" if math.isnan(value) else float(f"{float(value):.10g}")
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return value


def rows_of(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [[plain(value) for value in row] for row in rows]


@pytest.mark.parametrize("query", QUERIES)
def test_rows(query: str) -> None:
    names, rows = ours(query)
    expected_names, expected = theirs(query)
    assert names == expected_names
    assert rows_of(rows) == rows_of(expected)
