"""A long run: `python -m faults --kills 1000 --seed 1`, from `tests/`; `--engine spark`, where a start takes seconds.

Every mode on every kind of place is killed at each step of its commit (on Spark, at some of them), then at any time
until the count is reached. Then come whole projects, which are killed too: see `projects.py`.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from faults.harness import Broken, Trials, cases, deaths, some_deaths
from faults.projects import Project, death
from faults.victims import Victims


def main() -> None:
    """Kill until the count is reached, or something is broken."""
    parser = argparse.ArgumentParser(prog="faults")
    parser.add_argument("--kills", type=int, default=300, help="of single stores; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--projects", type=int, help="kills of whole projects; else a third of --kills")
    parser.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb")
    parser.add_argument("--share-spark", action="store_true", help="victims use one Spark, which goes on")
    asked = parser.parse_args()
    started, victims = time.monotonic(), Victims(shares_spark=asked.share_spark)
    print(f"seed {asked.seed}, {asked.engine}", flush=True)
    with tempfile.TemporaryDirectory(prefix="odibi-faults-") as folder:
        try:
            trials = [*kill(Path(folder), victims, asked), *kill_projects(Path(folder), victims, asked)]
        except Broken as broken:
            print(f"BROKEN: {broken}")
            raise SystemExit(1) from broken
        finally:
            victims.close()
    kills, readings = sum(each.kills for each in trials), sum(each.readings for each in trials)
    missed, late = sum((each.missed for each in trials), Counter[str]()), sum(each.late for each in trials)
    print(f"{kills} kills; {readings} readings, {late} that were late, {dict(missed)} that failed as documented")
    print(f"none broken; {time.monotonic() - started:.0f} s")


def kill(folder: Path, victims: Victims, asked: argparse.Namespace) -> list[Trials]:
    """Kill stores of all modes on all kinds of places, until the count is reached."""
    chance = random.Random(asked.seed)
    trials = []
    for case in cases(folder) if asked.kills else ():
        each = Trials(case, victims, asked.engine)
        trials.append(each)
        at_steps = deaths(each.store(ends_on=asked.engine)["steps"])
        for how in at_steps if asked.engine == "duckdb" else chance.sample(at_steps, 1):
            each.store(**how)
        print(f"{each.case}: {each.kills} kills at its steps, {each.readings} readings", flush=True)
    while sum(each.kills for each in trials) < asked.kills:
        for each in trials:
            for how in some_deaths(chance, 3 if asked.engine == "duckdb" else 1, asked.engine):
                each.store(ends_on=chance.choice(["duckdb", asked.engine]), **how)
        print(f"{sum(each.kills for each in trials)} kills", flush=True)
    return trials


def kill_projects(folder: Path, victims: Victims, asked: argparse.Namespace) -> list[Project]:
    """Kill runs of whole projects, the runs that end them, and rollbacks, until the count is reached."""
    chance = random.Random(asked.seed)
    count = asked.kills // 3 if asked.projects is None else asked.projects
    projects: list[Project] = []
    while sum(each.kills for each in projects) < count:
        for is_together, has_history in ((True, True), (False, False), (False, True)):
            root, how = folder / f"project {len(projects)}", {"has_history": has_history, "engine": asked.engine}
            project = Project(root, victims, is_together=is_together, **how)
            projects.append(project)
            usual = project.trial()
            for _ in range(6):
                _kill_project(project, chance, usual["steps"], usual["seconds"])
            print(f"{project}: {project.kills} kills, targets were {dict(project.ends)}", flush=True)
    return projects


def _kill_project(project: Project, chance: random.Random, steps: dict[str, int], seconds: float) -> None:
    deaths = [death(chance, steps, seconds) for _ in range(3)]
    match chance.randint(1, 4 if project.is_together else 3):
        case 1 if not project.has_history:  # which goes forward alone
            project.trial(deaths[0], clock=chance.choice([-7200.0, -3600.0, 3600.0]), clock_at=chance.randint(0, 60))
        case 1 | 2:
            project.trial(*deaths[: chance.randint(1, 3)])
        case 3:
            step = chance.choice(["stores.ledger:Ledger.announce", "stores.rollback:exchange_whole"])
            side = chance.choice(["before", "after"])
            project.killed_back(chance.choice(project.cases).place, {"step": step, "at": 1, "side": side})
        case _:
            put = {"step": "stores.pending:exchange_whole", "at": chance.randint(1, 5), "side": "before"}
            step = chance.choice([each for each in steps if each.startswith(("stores.pending", "stores.ledger"))])
            project.killed_forward(put, {"step": step, "at": chance.randint(1, 3), "side": "after"})


if __name__ == "__main__":
    main()
