"""Two processes on one project at one time: both come to their end, or one is killed while the other waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from faults.model import rows_of
from faults.projects import Project
from faults.victims import Victims
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import Runs

Both = tuple[Victims, Victims]


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    started = Victims(), Victims()
    yield started
    for each in started:
        each.close()


def at_once(
    project: Project, both: Both, seconds: float, other: str = "p.odibi", **how: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a pipeline, killed as `how` says, and another one, or the same, so many seconds later."""
    project.next_version()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(both[0].command, project.root, "run", "p.odibi", **how)
        time.sleep(seconds)
        two = pool.submit(both[1].command, project.root, "run", other)
        answers = one.result(), two.result()
    for each in answers:
        assert each["is_killed"] or each["code"] == 0, each["said"]
        assert "Traceback" not in each["said"]
    assert answers[0]["is_killed"] == bool(how)
    return answers


def runs(project: Project) -> list[Any]:
    with closing(Database(project.root)) as database:
        return [each for each in Runs(database).list() if each.pipeline == "faults"]


def hold(project: Project, appended: int) -> None:
    """Hold each target to what one run leaves after the other; a history has the clock of one of the two."""
    ways = []
    for run in runs(project)[:2]:
        after = [
            case.after(rows, project.number, run.clock) for case, rows in zip(project.cases, project.rows, strict=True)
        ]
        ways.append(after)
    found = [case.read() for case in project.cases]
    for case, rows, *wanted in zip(project.cases, found, *ways, strict=True):
        if case.mode == "append":
            more = rows_of(project.number) * (appended - 1)
            assert rows == sorted([*wanted[0], *more], key=repr), case
        else:
            assert rows in wanted, case
    assert list(project.root.rglob(".odibi-*")) == []
    project.rows = found


@pytest.mark.parametrize("is_together", [False, True])
def test_the_same_pipeline_at_once(tmp_path: Path, both: Both, is_together: bool) -> None:
    project = Project(tmp_path / "p", both[0], is_together=is_together)
    for seconds, order in ((0.0, both), (0.2, both[::-1])):
        at_once(project, order, seconds)
        hold(project, 2)


def test_other_pipelines_at_once(tmp_path: Path, both: Both) -> None:
    project = Project(tmp_path / "p", both[0], is_together=True)
    (tmp_path / "p/other.odibi").write_text(
        'ingest a from csv "in.csv" schema (id int64, v int64, k int64)\n'
        'transform b from a | filter id >= 0 with (cache: true)\nstore b to csv "other.csv" mode overwrite\n'
    )
    for seconds in (0.0, 0.2):
        at_once(project, both, seconds, "other.odibi")
        hold(project, 1)
        assert (tmp_path / "p/other.csv").read_text().count("\n") == 1 + len(rows_of(project.number))


@pytest.mark.parametrize("step", ["stores.store:put_and_keep", "stores.versions:exchange_whole"])
def test_one_is_killed_while_the_other_waits_for_its_target(tmp_path: Path, both: Both, step: str) -> None:
    """Who waited does all of its work, and the other one, resumed, what was left of its own, nothing twice."""
    project = Project(tmp_path / "p", both[0], is_together=False)
    project.trial()
    at_once(project, both, 0.3, step=step, at=2, side="after", pause=1.0)
    both[0].command(project.root, "runs")
    (dead,) = [each for each in runs(project) if each.status == "dead"]
    answer = both[0].command(project.root, "run", "p.odibi", "--resume", dead.run)
    assert answer["code"] == 0, answer["said"]
    hold(project, 2)


@pytest.mark.parametrize("seconds", [0.0, 0.8])
def test_one_is_killed_that_publishes_together_while_the_other_waits(
    tmp_path: Path, both: Both, seconds: float
) -> None:
    """It had written down what all become: the other one's rows come after, whether or not it saw that as it began."""
    project = Project(tmp_path / "p", both[0], is_together=True)
    project.trial()
    at_once(project, both, seconds, step="stores.pending:exchange_whole", at=1, side="before", pause=1.0)
    if project.found()[2] == "new":  # the other one was the first, and came to its end before
        assert both[0].command(project.root, "run", "other.odibi")["code"] == 0
    hold(project, 2)
