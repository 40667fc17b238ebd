"""A long run: `python -m cached --edits 1000 --seed 1`, from `tests/`; `--spark`: one in ten changes the engine."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import spark_local

from cached.hold import Edits, Stale

EACH = 40  # edits of one project


def main() -> None:
    """Edit projects until the count is reached, or one of them holds what is stale."""
    parser = argparse.ArgumentParser(prog="cached")
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spark", action="store_true")
    asked = parser.parse_args()
    chance, started = random.Random(asked.seed), time.monotonic()
    session = spark_local.session() if asked.spark else None
    seen, stages, made = Counter[str](), Counter[str](), 0
    while made < asked.edits:
        with tempfile.TemporaryDirectory(prefix="odibi-cached-") as folder:
            try:
                project = Edits(Path(folder), chance, session)
                for _ in range(min(EACH, asked.edits - made)):
                    project.edit()
                    made += 1
            except Stale as stale:
                print(f"STALE, seed {asked.seed}, after {made} edits: {stale}")
                raise SystemExit(1) from None
        seen, stages = seen + project.seen, stages + project.stages
        print(f"{made} edits, stages were {dict(stages)}, {time.monotonic() - started:.0f} s", flush=True)
    print(f"seed {asked.seed}: {dict(seen)}; none stale")


if __name__ == "__main__":
    main()
