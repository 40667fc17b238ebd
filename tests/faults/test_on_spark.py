"""Stores on Spark are killed, and Spark goes on; `python -m faults --engine spark` kills it as well, and at length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import spark_local

from faults.harness import Trials
from faults.model import Case
from faults.victims import Victims

pytestmark = pytest.mark.skipif(bool(spark_local.missing()), reason=spark_local.missing() or "there")


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    started = Victims(shares_spark=True)
    yield started
    started.close()


@pytest.mark.parametrize(
    ("mode", "place", "how"),
    [
        ("merge", "h", {"step": "stores.versions:exchange_whole", "at": 1, "side": "after"}),
        ("scd2", "o.parquet", {"step": "stores.ledger:Ledger.announce", "at": 1, "side": "after"}),
        ("overwrite partitions", "h", {"step": "engines.spark_writing:_move", "at": 1, "side": "after"}),
        ("append", "f", {"after_first": 2.0}),
    ],
)
def test_a_store_on_spark_is_killed(tmp_path: Path, victims: Victims, mode: Any, place: str, how: Any) -> None:
    """What DuckDB stores next is what Spark would have stored."""
    trials = Trials(Case(tmp_path / "p", mode, place), victims, "spark")
    trials.store(**how)
    assert trials.kills == 1 or "after_first" in how
