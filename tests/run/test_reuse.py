"""What has not changed is not computed again, and what has, is: by whole pipelines, their files and their stores."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odibi_sql import api
from odibi_sql.result import Result
from odibi_sql.run import executor

PIPELINE = """
pipeline shop

layer bronze
ingest orders from csv "orders.csv" schema (id int64 not null, client string, amount int64)
  | expect sane: amount >= 0 else warn

layer silver
transform good from orders
  | filter amount > 1
  | derive double = amount * 2, tax = amount * 3
  | sort id
store good to parquet "good.parquet"

layer gold
transform totals from good
  | aggregate total = sum(double) group by client
  | sort client
store totals to csv "totals.csv"

transform counts from good
  | aggregate n = count() group by client
  | sort client
store counts to csv "counts.csv"
"""
ORDERS = "id,client,amount\n1,a,1\n2,a,5\n3,b,7\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


def run(root: Path, text: str = PIPELINE, **more: Any) -> Result:
    result = api.run(api.from_text(text, root), **more)
    assert result.success, result.run.problems
    return result


def ran(result: Result) -> list[str]:
    """Return the stages that ran."""
    return [each.stage for each in result.run.stages if each.status == "done"]


def test_what_has_not_changed_needs_no_engine(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(ran(run(root))) == 4
    before = {each.name: (each.stat().st_mtime_ns, each.stat().st_ino) for each in root.iterdir() if each.is_file()}
    monkeypatch.setattr(executor, "_engine", lambda *_: pytest.fail("an engine was opened"))
    again = run(root)
    assert {each.status for each in again.run.stages} == {"cached"}
    assert [each.rows for each in again.run.stages if each.kind == "write"] == [2, 2, 2]
    assert [(each.rule, each.count) for each in again.run.rules] == [("sane", 0)]
    assert before == {
        each.name: (each.stat().st_mtime_ns, each.stat().st_ino) for each in root.iterdir() if each.is_file()
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("double", "twice"),
        (
            "transform good from orders\n  | filter amount > 1\n",
            "# a word\ntransform good from orders | filter 1 < amount\n",
        ),
        ("  | sort id", "  | sort id with (owner: 'me')"),
        ("| expect sane: amount >= 0 else warn", "| expect fine: amount >= 0 else warn"),
    ],
)
def test_what_changes_nothing_computes_nothing(root: Path, old: str, new: str) -> None:
    run(root)
    text = PIPELINE.replace(old, new)
    assert text != PIPELINE
    assert ran(run(root, text)) == (["store good"] if old == "double" else [])


def test_a_changed_step_is_computed_alone(root: Path) -> None:
    run(root)
    assert ran(run(root, PIPELINE.replace("sum(double)", "sum(double) + 1"))) == ["store totals"]
    assert (root / "totals.csv").read_text() == "client,total\na,11\nb,15\n"


def test_a_column_that_a_step_does_not_read_wakes_it_not(root: Path) -> None:
    run(root)
    assert ran(run(root, PIPELINE.replace("amount * 3", "amount * 4"))) == ["store good"]


def test_what_comes_out_the_same_wakes_nobody(root: Path) -> None:
    """The filter is another one, its rows are the same: `good` is computed, and nothing that reads it."""
    run(root)
    text = PIPELINE.replace("amount > 1", "amount > 2")
    again = run(root, text)
    assert ran(again) == ["store good"]
    assert [each.message for each in again.run.stages if each.stage == "store good"] == ["it holds the same already"]
    assert ran(run(root, text)) == []


def test_files_are_told_by_their_content(root: Path) -> None:
    run(root)
    (root / "orders.csv").write_text(ORDERS)
    os.utime(root / "orders.csv", (1, 1))
    assert ran(run(root)) == []
    (root / "orders.csv").write_text(ORDERS + "4,b,9\n")
    assert len(ran(run(root))) == 4
    assert (root / "counts.csv").read_text() == "client,n\na,1\nb,2\n"
    (root / "orders.csv").write_text(ORDERS)
    assert len(ran(run(root))) > 1
    assert (root / "counts.csv").read_text() == "client,n\na,1\nb,1\n"


def test_a_store_that_is_gone_or_changed_is_made_again(root: Path) -> None:
    run(root)
    (root / "counts.csv").unlink()
    assert ran(run(root)) == ["store counts"]
    text = PIPELINE.replace('"counts.csv"', '"counts.csv" mode overwrite')
    run(root, text)
    (root / "counts.csv").write_text("client,n\na,7\nb,1\n")
    assert ran(run(root, text)) == ["store counts"]
    assert (root / "counts.csv").read_text() == "client,n\na,1\nb,1\n"


def test_appends_are_done_in_each_run(root: Path) -> None:
    text = 'ingest a from values (i int64) (1)\nstore a to csv "o" mode append\n'
    run(root, text)
    assert ran(run(root, text)) == ["store a"]
    assert [each.read_text() for each in (root / "o").iterdir()] == ["i\n1\n"] * 2


def test_steps_that_are_to_be_computed_each_time(root: Path) -> None:
    text = PIPELINE.replace(
        "| aggregate n = count() group by client\n  | sort client",
        "| aggregate n = count() group by client\n  | sort client\n  with (cache: false)",
    )
    run(root, text)
    assert ran(run(root, text)) == ["store counts"]
    assert len(ran(run(root, cache=False))) == 4


def test_what_reads_the_clock_is_computed_each_time(root: Path) -> None:
    text = 'ingest a from values (i int64) (1)\ntransform b from a | derive at = now()\nstore b to csv "o.csv"\n'
    run(root, text)
    time.sleep(0.01)
    assert ran(run(root, text)) == ["store b"]


def test_a_rule_that_fails_is_counted_again(root: Path) -> None:
    text = PIPELINE.replace("amount >= 0 else warn", "amount >= 2 else fail")
    for _ in range(2):
        result = api.run(api.from_text(text, root))
        assert [each.status for each in result.run.stages if each.kind == "check"] == ["failed"]
    assert not (root / "good.parquet").exists()


def test_a_rule_that_is_new_is_counted_though_the_rows_are_known(root: Path) -> None:
    run(root)
    text = PIPELINE.replace("  | derive double", "  | expect few: amount < 6 else fail\n  | derive double")
    result = api.run(api.from_text(text, root))
    assert [each.message for each in result.run.problems] == ["1 row breaks `few`: `amount < 6`"]
    assert ran(run(root)) == []


def test_files_that_change_while_they_are_read_are_not_taken_for_what_they_were(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = executor._engine

    def opening(*args: Any) -> Any:
        (root / "orders.csv").write_text(ORDERS + "4,b,9\n")
        return opened(*args)

    monkeypatch.setattr(executor, "_engine", opening)
    result = run(root)
    assert any("changed while it ran" in each for each in result.run.warnings)
    monkeypatch.setattr(executor, "_engine", opened)
    assert len(ran(run(root))) > 0
    assert (root / "counts.csv").read_text() == "client,n\na,1\nb,2\n"


def test_rows_of_other_files_are_not_taken_for_those_of_a_key_that_is_known(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is known from a sound run; then the store is lost, and made anew while its files change."""
    run(root)
    for name in ("good.parquet", "totals.csv", "counts.csv"):
        (root / name).unlink()
    opened = executor._engine

    def opening(*args: Any) -> Any:
        (root / "orders.csv").write_text(ORDERS + "4,b,9\n")
        return opened(*args)

    monkeypatch.setattr(executor, "_engine", opening)
    run(root)
    monkeypatch.setattr(executor, "_engine", opened)
    (root / "orders.csv").write_text(ORDERS)
    run(root)
    assert (root / "counts.csv").read_text() == "client,n\na,1\nb,1\n"


EDITS = [
    ("amount > 1", "amount > 2"),
    ("amount > 2", "amount > 6"),
    ("amount > 6", "amount > 1"),
    ("sum(double)", "sum(double + tax)"),
    ("sum(double + tax)", "max(tax)"),
    ("max(tax)", "sum(double)"),
    ("n = count()", "n = count(amount), m = min(id)"),
    ("n = count(amount), m = min(id)", "n = count()"),
    ("amount * 3", "amount * 4"),
    ("amount * 4", "amount * 3"),
    (
        "group by client\n  | sort client\nstore counts",
        "group by client\n  | filter n > 0\n  | sort client\nstore counts",
    ),
    ("\n  | filter n > 0", ""),
    ('csv "totals.csv"', "csv \"totals.csv\" (delimiter: ';')"),
    (" (delimiter: ';')", ""),
    ("double", "twice"),
    ("twice", "double"),
]
FILES = [ORDERS, ORDERS + "4,b,9\n", ORDERS.replace("5", "6"), "id,client,amount\n", ORDERS.replace("b", "c")]


def content(root: Path) -> dict[str, Any]:
    tables = {"good": duckdb.sql(f"from '{root}/good.parquet'").fetchall()}
    return {**tables, **{name: (root / f"{name}.csv").read_text() for name in ("totals", "counts")}}


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.sampled_from(EDITS), st.sampled_from(FILES), st.just("lost")), min_size=1, max_size=6))
def test_cached_is_as_uncached_over_any_edits(tmp_path_factory: pytest.TempPathFactory, edits: list[Any]) -> None:
    one, other = tmp_path_factory.mktemp("cached"), tmp_path_factory.mktemp("anew")
    text, orders = PIPELINE, ORDERS
    for edit in [None, *edits]:
        if edit == "lost":
            (one / "counts.csv").unlink()
        elif isinstance(edit, str):
            orders = edit
        elif edit is not None:
            text = text.replace(*edit)
        for root, cache in ((one, True), (other, False)):
            (root / "orders.csv").write_text(orders)
            run(root, text, cache=cache)
        assert content(one) == content(other)


KEPT = """
ingest orders from csv "orders.csv" schema (id int64 not null, client string, amount int64)
transform good from orders
  | filter amount > 1
  | derive double = amount * 2
  with (cache: true)
transform totals from good | aggregate total = sum(double) group by client | sort client
store totals to csv "totals.csv"
"""


def kept_files(root: Path) -> list[Path]:
    return [each for each in (root / ".odibi/cache").rglob("*") if each.is_file()]


def test_rows_are_kept_for_what_is_changed_after_them(root: Path) -> None:
    assert ran(run(root, KEPT)) == ["good", "store totals"]
    assert len(kept_files(root)) == 1
    again = run(root, KEPT.replace("sum(double)", "max(double)"))
    assert ran(again) == ["store totals"]
    assert [each.message for each in again.run.stages if each.stage == "good"] == ["its rows were kept"]
    assert (root / "totals.csv").read_text() == "client,total\na,10\nb,14\n"


@pytest.mark.parametrize("damage", ["gone", "changed", "cut", "unreadable record"])
def test_what_was_kept_and_is_damaged_is_computed_again(root: Path, damage: str) -> None:
    run(root, KEPT)
    (file,) = kept_files(root)
    whole = file.read_bytes()
    if damage == "gone":
        file.unlink()
    elif damage == "unreadable record":
        (root / ".odibi/state.db").write_bytes(b"no database" * 500)
    else:
        file.write_bytes(whole[:-5] if damage == "cut" else whole.replace(b"a", b"b"))
    (root / "totals.csv").unlink()
    result = run(root, KEPT)
    assert ran(result) == ["good", "store totals"]
    assert any("damaged" in each for each in result.run.warnings)
    assert (root / "totals.csv").read_text() == "client,total\na,10\nb,14\n"
    (root / "totals.csv").unlink()
    assert ran(run(root, KEPT)) == ["store totals"]


def test_what_was_not_used_for_longest_makes_room(root: Path) -> None:
    from odibi_sql.run import Settings

    run(root, KEPT)
    (first,) = kept_files(root)
    limited = Settings(root=root, cache_limit=int(2.5 * first.stat().st_size))
    for least in (2, 3):
        run(root, KEPT.replace("amount > 1", f"amount > {least}"), settings=limited)
    assert len(kept_files(root)) == 2
    assert not first.exists()


def test_what_was_used_last_stays_though_the_clock_was_set_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rows seem to be used an hour later than those that come after them."""
    import datetime

    from odibi_sql.run import Settings, kept

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return datetime.datetime.now(tz) + datetime.timedelta(hours=1)

    monkeypatch.setattr(kept, "datetime", SimpleNamespace(datetime=Later, UTC=datetime.UTC))
    run(root, KEPT)
    (first,) = kept_files(root)
    monkeypatch.undo()
    limited = Settings(root=root, cache_limit=int(1.5 * first.stat().st_size))
    run(root, KEPT.replace("amount > 1", "amount > 2"), settings=limited)
    assert len(kept_files(root)) == 1
    assert not first.exists()


def test_what_is_kept_again_replaces_nothing_that_another_process_reads(root: Path) -> None:
    """It is removed a day later, once nothing is known of it any more; and so is what a killed process left."""
    run(root, KEPT)
    (first,) = kept_files(root)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]
    (first.parent / f".odibi-{host}-{dead.pid}-0123456789ab-x.parquet").write_text("left")
    run(root, KEPT, cache=False)
    both = kept_files(root)
    assert len(both) == 2
    assert first in both
    os.utime(first, (1, 1))
    run(root, KEPT)
    assert [each for each in both if each.exists()] == kept_files(root) == [each for each in both if each != first]


def test_rows_that_no_file_can_hold_are_not_kept() -> None:
    from odibi_sql.diagnostics import CompileError

    rows = "ingest a from values (t timestamp) (null)"
    with pytest.raises(CompileError, match="Parquet cannot hold `d`"):
        api.check(api.from_text(f"{rows}\ntransform b from a | derive d = t - t with (cache: true)"))
