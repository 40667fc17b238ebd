"""DuckDB gives what the reference gives."""

from __future__ import annotations

import pytest

from conformance.engines import DuckDB
from conformance.suite import KNOWN, names, run


@pytest.fixture(scope="module")
def duckdb_engine() -> DuckDB:
    return DuckDB()


@pytest.mark.parametrize("name", names())
def test_duckdb(name: str, duckdb_engine: DuckDB) -> None:
    outcome = run(name, duckdb_engine)
    assert outcome.rows + outcome.failures > 0
    if name in KNOWN:
        assert outcome.differences, f"`{name}` agrees now: it is known no more"
        return
    assert not outcome.differences, "\n".join(map(str, outcome.differences[:20]))
