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
from faults.victims import Victims


def main() -> None:
    """Kill until the count is reached, or something is broken."""
    parser = argparse.ArgumentParser(prog="faults")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb")
    asked = parser.parse_args()
    started, victims = time.monotonic(), Victims()
    print(f"seed {asked.seed}, {asked.engine}", flush=True)
    with tempfile.TemporaryDirectory(prefix="odibi-faults-") as folder:
        try:
            trials = kill(Path(folder), victims, asked)
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
    for case in cases(folder):
        each = Trials(case, victims, asked.engine)
        trials.append(each)
        at_steps = deaths(each.store()["steps"])
        for death in at_steps if asked.engine == "duckdb" else chance.sample(at_steps, 1):
            each.store(**death)
        print(f"{each.case}: {each.kills} kills at its steps, {each.readings} readings", flush=True)
    while sum(each.kills for each in trials) < asked.kills:
        for each in trials:
            for death in some_deaths(chance, 3 if asked.engine == "duckdb" else 1, asked.engine):
                each.store(**death)
        print(f"{sum(each.kills for each in trials)} kills", flush=True)
    return trials


if __name__ == "__main__":
    main()
