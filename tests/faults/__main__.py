"""A long run: `python -m faults --kills 1000 --seed 1`, from `tests/`.

Every mode on every kind of place is killed at each step of its commit, then at any time until the count is reached.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from faults.harness import Broken, Trials, cases, deaths, some_deaths
from faults.victims import Victims


def main() -> None:
    """Kill until the count is reached, or something is broken."""
    parser = argparse.ArgumentParser(prog="faults")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance, started, victims = random.Random(asked.seed), time.monotonic(), Victims()
    print(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory(prefix="odibi-faults-") as folder:
        trials = [Trials(case, victims) for case in cases(Path(folder))]
        try:
            for each in trials:
                for death in deaths(each.store()["steps"]):
                    each.store(**death)
                print(f"{each.case}: {each.kills} kills at its steps, {each.readings} readings", flush=True)
            while sum(each.kills for each in trials) < asked.kills:
                for each in trials:
                    for death in some_deaths(chance, 3):
                        each.store(**death)
        except Broken as broken:
            print(f"BROKEN: {broken}")
            raise SystemExit(1) from broken
        finally:
            victims.close()
    kills, readings = sum(each.kills for each in trials), sum(each.readings for each in trials)
    misses, late = sum(each.misses for each in trials), sum(each.late for each in trials)
    print(f"{kills} kills; {readings} readings, {misses} more that failed, {late} that were late; none broken")
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
