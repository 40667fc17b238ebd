"""What a run has stored is what its later stages read: the same rows and types as without the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from odibi_sql import api
from odibi_sql.plan import Materialize, Write

ROWS = """
ingest raw from values (
  id int64, day date, kind string, price decimal(10, 2), at timestamp, list array<int32>, pair struct<a int64, b string>
) (1, date '2025-01-01', 'x', 1.50, timestamp '2025-01-01 10:00:00', [1, 2], {a: 1, b: 'one'}),
  (1, date '2025-01-01', 'y', 2.50, null, null, null),
  (2, null, '', 3.25, timestamp '1969-12-31 23:59:59.999999', [], {a: null, b: ''}),
  (3, date '2025-02-01', null, null, null, [null], {a: 3, b: null})

transform kept from raw
  | filter id < LIMIT
  | dedupe by id, kind keep last price

transform counted from kept
  | aggregate n = count(), total = sum(price), first_at = min(at) group by day, kind

transform listed from kept
  | derive size = array_length(list), part = pair.b
"""
STORES = {
    "a folder of days": 'store kept to parquet "lake/kept" mode overwrite partition by day',
    "one file": 'store kept to parquet "lake/kept.parquet" mode overwrite',
    "a plain folder": 'store kept to parquet "lake/kept" mode overwrite',
}


def tables(text: str, root: Path) -> dict[str, list[dict[str, object]]]:
    result = api.run(api.from_text(text, root=root), datasets=["counted", "listed", "kept"])
    assert result.success, result.run.problems
    rows = {name: result.dataset(name).arrow() for name in ("counted", "listed", "kept")}
    return {name: sorted(table.to_pylist(), key=repr) + [{"types": table.schema}] for name, table in rows.items()}


@pytest.mark.parametrize("below", ["4", "3", "0"])
@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
def test_the_rows_are_the_same(store: str, below: str, tmp_path: Path) -> None:
    text = ROWS.replace("LIMIT", below)
    without = tables(text, tmp_path)
    for _ in range(2):
        assert tables(f"{text}\n{store}\n", tmp_path) == without


def test_no_copy_is_kept_in_memory(tmp_path: Path) -> None:
    store = STORES["a folder of days"]
    plan = api.compile(
        api.from_text(ROWS.replace("LIMIT", "9") + store, root=tmp_path), goals=["store kept", "counted"]
    )
    assert [stage.table for stage in plan.stages if isinstance(stage, Write)] == ["kept"]
    assert not [stage for stage in plan.stages if isinstance(stage, Materialize)]


@pytest.mark.parametrize(
    "store",
    ['store kept to parquet "lake/k" partition by kind', 'store kept to parquet "lake/k" mode append'],
)
def test_what_does_not_come_back_as_it_is_is_not_read(store: str, tmp_path: Path) -> None:
    plan = api.compile(
        api.from_text(f"{ROWS.replace('LIMIT', '9')}\n{store}", root=tmp_path), goals=["store kept", "counted"]
    )
    assert [stage.table for stage in plan.stages if isinstance(stage, Write)] == [None]


def test_a_store_of_another_dataset_is_none_of_this_one(tmp_path: Path) -> None:
    """A table is made of `counted`, which has no column that the store of another dataset is partitioned by."""
    text = ROWS.replace("LIMIT", "9") + 'transform many from kept\nstore many to parquet "lake/many" partition by id\n'
    text += "transform first from counted | sort n\ntransform last from counted | sort n desc\n"
    result = api.run(api.from_text(text, root=tmp_path), datasets=["first", "last"])
    assert result.success, result.run.problems
    assert len(result.dataset("first").arrow()) == len(result.dataset("last").arrow()) == 4
