"""What hooks are told when a run is over and its record on the disk, or when it could not begin."""

from __future__ import annotations

import sys

import pytest

from odibi_sql import api
from odibi_sql.run.bus import EventBus
from odibi_sql.run.events import PipelineError, RunRecorded, event_file, read_events
from odibi_sql.run.state.database import Database
from odibi_sql.track import read_track

TEXT = 'ingest a from values (x int64) (1)\nstore a to csv "a.csv"\n'
BROKEN = TEXT.replace(
    "store", "transform b from a | derive y = cast('x' || cast(x as string) as int64)\nstore"
).replace("store a", "store b")


def run(text, root, hook, **more):
    bus = EventBus()
    bus.register("*", hook)
    result = api.run(api.from_text(text, root=root), bus=bus, **more)
    bus.close()
    return result


@pytest.mark.parametrize(("text", "status"), [(TEXT, "done"), (BROKEN, "failed")])
def test_it_is_the_last_and_the_record_is_whole(tmp_path, text, status):
    seen = []

    def hook(event):
        if isinstance(event, RunRecorded):
            seen.append((event, read_track(tmp_path, Database(tmp_path), event.run).status))
        else:
            seen.append((event, None))

    run(text, tmp_path, hook)
    event, of_record = seen[-1]
    assert (event.name, event.status, event.root, of_record) == ("run_recorded", status, str(tmp_path), status)
    names = [each.name for each in read_events(event_file(tmp_path, event.run))]
    assert names == [each.name for each, _ in seen[:-1]]
    run(text, tmp_path, hook)
    assert seen[-1][1] == status  # of one that had nothing to do, too


def test_a_run_that_cannot_begin_is_told_as_failed(tmp_path):
    seen = []
    (tmp_path / ".odibi").write_text("no folder")
    result = run(TEXT, tmp_path, seen.append)
    assert not result.success
    (event,) = seen
    assert isinstance(event, PipelineError)
    assert event.message == result.run.problems[0].message
    assert event.at.year > 2000


def test_a_hook_of_a_pipeline_can_ask_for_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "folder_hooks.py").write_text(
        "seen = []\n"
        "class Where:\n"
        "    def of_project(self, root):\n"
        "        return lambda event: seen.append((event.name, root))\n"
        "    def __call__(self, event): raise AssertionError\n"
        "where = Where()\n"
    )
    result = api.run(api.from_text(f'{TEXT}on run_recorded call "folder_hooks:where"\n', root=tmp_path))
    assert (result.success, result.run.warnings) == (True, ())
    assert sys.modules.pop("folder_hooks").seen == [("run_recorded", tmp_path)]
