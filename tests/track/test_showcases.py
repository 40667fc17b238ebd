"""A condition, windows of time, a fan-in: each run reports its own true numbers, and the second run its own."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from odibi_sql import api
from odibi_sql.run.events import event_file, read_events
from odibi_sql.run.state.database import Database
from odibi_sql.track import Counts, Track, counts_of, read_track

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(params=["grid_alarms", "device_uptime", "fleet"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / request.param
    shutil.copytree(EXAMPLES / request.param, folder, ignore=shutil.ignore_patterns("lake", ".odibi"))
    return folder


def _run(project: Path) -> Track:
    result = api.run(api.load(project / f"{project.name}.odibi"))
    assert result.success, result.run.problems
    with closing(Database(project)) as database:
        return read_track(project, database)


def _lines(file: Path) -> int:
    with file.open(newline="", encoding="utf-8") as text:
        return sum(1 for _ in csv.reader(text)) - 1


FIRST = {
    "grid_alarms": Counts(
        steps={"done": 5, "skipped": 2},
        stages={"done": 6, "skipped": 1},
        events=None,
        snapshots=2,
        validations=2,
        broken=0,
        attempts=6,
        rows=4,
    ),
    "device_uptime": Counts(
        steps={"done": 8}, stages={"done": 4}, events=None, snapshots=2, validations=2, broken=1, attempts=4, rows=12
    ),
    "fleet": Counts(
        steps={"done": 9}, stages={"done": 8}, events=None, snapshots=3, validations=5, broken=1, attempts=8, rows=620
    ),
}


def test_the_numbers_are_those_of_the_run(project: Path) -> None:
    track = _run(project)
    counts = counts_of(track)
    expected = FIRST[project.name]
    assert {name: getattr(counts, name) for name in counts.__struct_fields__ if name != "events"} == {
        name: getattr(expected, name) for name in expected.__struct_fields__ if name != "events"
    }
    events = Counter(each.name for each in read_events(event_file(project, track.run)))
    assert counts.events == sum(events.values())
    assert events["node_start"] == events["node_complete"] == counts.stages["done"]
    assert events["node_skipped"] == counts.stages.get("skipped", 0)
    assert (events["pipeline_start"], events["pipeline_complete"]) == (1, 1)
    assert events["quality_failed"] == counts.broken
    stored = {each.target: each.rows for each in track.stages if each.kind == "write" and each.status == "done"}
    for target, rows in stored.items():
        if target is not None and target.endswith(".csv"):
            assert rows == _lines(project / target)


def test_a_second_run_has_nothing_to_do_and_says_so(project: Path) -> None:
    first, second = counts_of(_run(project)), counts_of(_run(project))
    assert (second.rows, second.attempts, second.snapshots) == (0, 0, 0)
    assert second.validations == first.validations
    assert second.cache_hits > 0
