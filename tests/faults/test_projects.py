"""Whole projects are killed, rolled back, and have their clocks set back; `python -m faults` does it at length."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.projects import Project, death
from faults.victims import Victims

HOUR = 3600.0
FORWARD = ["stores.pending:put_staged", "stores.pending:exchange_whole", "stores.ledger:Ledger.confirm"]


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    started = Victims()
    yield started
    started.close()


def chance() -> random.Random:
    return random.Random(os.environ.get("ODIBI_RANDOM", "1"))


def test_a_run_is_killed_again_and_again_and_resumed(tmp_path: Path, victims: Victims) -> None:
    project, lots = Project(tmp_path / "p", victims, is_together=False), chance()
    usual = project.trial()
    for count in (1, 3):
        project.trial(*[death(lots, usual["steps"], usual["seconds"]) for _ in range(count)])
    assert project.kills >= 2


def test_stores_that_are_published_together_are_killed(tmp_path: Path, victims: Victims) -> None:
    """After the next run, whatever that is of, they are all old or all new."""
    project = Project(tmp_path / "p", victims, is_together=True)
    steps = project.trial()["steps"]
    assert steps["stores.together:put_staged"] == steps["stores.pending:exchange_whole"] == 5
    for step, at, side in [
        ("stores.together:moved_in", 3, "after"),
        ("stores.ledger:Ledger._write", 1, "before"),
        ("stores.ledger:Ledger.write", 1, "after"),
        ("stores.pending:exchange_whole", 3, "after"),
    ]:
        project.trial({"step": step, "at": at, "side": side}, is_ended_by_other=True)
    assert project.ends["some of both"] == 1
    assert project.kills == 4


def test_the_run_that_ends_what_was_published_together_is_killed(tmp_path: Path, victims: Victims) -> None:
    project = Project(tmp_path / "p", victims, is_together=True)
    project.trial()
    for at, step in enumerate(FORWARD):
        first = {"step": "stores.together:put_staged", "at": 1 + at, "side": "before"}
        assert project.killed_forward(first, {"step": step, "at": 2, "side": "after"})
    assert project.kills == 2 * len(FORWARD)


def test_rollbacks_are_killed(tmp_path: Path, victims: Victims) -> None:
    project = Project(tmp_path / "p", victims, is_together=False)
    project.trial()
    for place, step, side in [
        ("o.csv", "stores.ledger:Ledger.announce", "after"),
        ("f", "stores.rollback:exchange_whole", "before"),
        ("h", "stores.rollback:exchange_whole", "after"),
        ("g", "stores.ledger:Ledger.confirm", "after"),
    ]:
        project.killed_back(place, {"step": step, "at": 1, "side": side})
    assert project.kills == 4
    project.trial()


def test_a_clock_is_set_back_between_runs_and_within_them(tmp_path: Path, victims: Victims) -> None:
    """Nothing is taken for what it is not, a killed run is known to be dead and goes on with its own clock; and only a
    history, which goes forward alone, refuses a clock that is before it."""
    project = Project(tmp_path / "p", victims, is_together=False, has_history=False)
    project.trial()
    usual = project.trial(clock=-HOUR)
    for at, clock in [(1, -HOUR), (25, -HOUR), (25, HOUR)]:
        project.trial({"step": "stores.versions:exchange_whole", "at": 3, "side": "after"}, clock=clock, clock_at=at)
    lots = chance()
    project.trial(death(lots, usual["steps"], usual["seconds"]), clock=-2 * HOUR)
    assert project.kills >= 3


def test_a_history_refuses_a_clock_that_was_set_back(tmp_path: Path, victims: Victims) -> None:
    project = Project(tmp_path / "p", victims, is_together=False)
    project.next_version()
    answer = victims.command(project.root, "run", "p.odibi", clock=-HOUR)
    assert answer["code"] == 1
    assert "was the clock set back? A history goes forward alone" in answer["said"]
    assert project.found()[-1] == "old"
