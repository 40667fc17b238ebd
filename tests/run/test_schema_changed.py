"""A store that has other columns than the run before tells it: to hooks, in its events, and who looks on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.cli.progress import lines_of
from odibi_sql.result import Result
from odibi_sql.run.bus import EventBus
from odibi_sql.run.events import SchemaChanged, event_file, read_events

COLUMNS = "id int64 not null, a int64, b string"
BEFORE = ("id int64 not null", "a int64", "b string")


def text(columns: str, store: str) -> str:
    values = ", ".join("1" if "int" in each else "'x'" for each in columns.split(", "))
    return f"ingest t from values ({columns}) ({values})\nstore t to {store}\n"


def run(root: Path, columns: str, store: str = 'parquet "t.parquet"', **more: Any) -> Result:
    result = api.run(api.from_text(text(columns, store), root), **more)
    assert result.success, result.run.problems
    return result


def changes(root: Path, result: Result) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    events = list(read_events(event_file(root, result.run.run)))
    names = [each.name for each in events]
    for place, name in enumerate(names):
        assert name != "schema_changed" or names[place + 1] == "node_complete"
    return [(each.dataset, each.before, each.after) for each in events if isinstance(each, SchemaChanged)]


@pytest.mark.parametrize(
    "columns",
    [
        "id int64 not null, a int64",
        "id int64 not null, a int64, b string, c string",
        "id int64 not null, a int32, b string",
        "id int64 not null, a int64 not null, b string",
        "id int64 not null, b string, a int64",
        "id int64 not null, a int64, B string",
    ],
)
def test_names_types_nulls_and_order_are_told(tmp_path: Path, columns: str) -> None:
    assert changes(tmp_path, run(tmp_path, COLUMNS)) == []
    result = run(tmp_path, columns, cache=False)
    assert changes(tmp_path, result) == [("t", BEFORE, tuple(columns.split(", ")))]
    assert changes(tmp_path, run(tmp_path, columns, cache=False)) == []


def test_it_is_told_on_both_engines(tmp_path: Path, spark: Any) -> None:
    run(tmp_path, COLUMNS, engine="spark", session=spark)
    changed = run(tmp_path, "id int64 not null, a string", engine="spark", session=spark)
    assert changes(tmp_path, changed) == [("t", BEFORE, ("id int64 not null", "a string"))]
    again = run(tmp_path, "id int64 not null, a string", cache=False)  # on the other engine
    assert changes(tmp_path, again) == []


@pytest.mark.parametrize(
    "store",
    [
        'csv "t" partition by a',
        'json "t.json" mode overwrite',
        'parquet "t" mode append',
        'parquet "t" mode scd2 on id',
        'parquet "t" with (publish: together)',
    ],
)
def test_every_mode_tells_it(tmp_path: Path, store: str) -> None:
    run(tmp_path, COLUMNS, store)
    after = COLUMNS.replace("a int64", "a int64 not null")
    ((name, had, has),) = changes(tmp_path, run(tmp_path, after, store, cache=False))
    assert (name, had[1], has[1]) == ("t", "a int64", "a int64 not null")
    assert ("is_current bool not null" in has) == ("scd2" in store)


def test_a_run_between_that_failed_or_was_left_out_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path, COLUMNS)
    failing = (
        text(COLUMNS, 'parquet "t.parquet"').replace("'x')", "'x')\n  | expect a > 1\n").replace("b string", "c string")
    )
    assert not api.run(api.from_text(failing, tmp_path)).success
    assert changes(tmp_path, run(tmp_path, COLUMNS, cache=False)) == []


def test_hooks_of_a_pipeline_and_of_python_hear_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "seen_columns.py").write_text("seen = []\ndef tell(event): seen.append((event.dataset, event.after))\n")
    run(tmp_path, COLUMNS)
    seen: list[Any] = []
    bus = EventBus()
    bus.register("schema_changed", lambda event: seen.append((event.dataset, event.after)))
    hooked = text("id int64 not null", 'parquet "t.parquet"') + 'on schema_changed call "seen_columns:tell"\n'
    assert api.run(api.from_text(hooked, tmp_path), bus=bus).run.warnings == ()
    import seen_columns  # type: ignore[import-not-found]

    assert seen == seen_columns.seen == [("t", ("id int64 not null",))]


def test_the_line_of_the_store_says_which(tmp_path: Path) -> None:
    run(tmp_path, COLUMNS)
    (outcome,) = run(tmp_path, "id int64 not null, a int32, b string").run.stages
    assert lines_of(outcome)[1:] == ["      columns: - a int64, + a int32"]
    (outcome,) = run(tmp_path, "a int32, id int64 not null, b string").run.stages
    assert lines_of(outcome)[1:] == ["      columns: in another order"]
