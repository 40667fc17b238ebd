"""A long run: `python -m keys --count 2000 --seed 1`, from `tests/`.

It prints how often a change that left the rows as they were changed the key, and the smallest pipeline for which a key
is wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from generated.engines import DuckDB
from generated.pipelines import Written, pipelines
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from keys.hold import hold_mutations, hold_rewrites


def main() -> None:
    """Make pipelines until the count is reached, or a key is wrong."""
    parser = argparse.ArgumentParser(prog="keys")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutations", type=int, default=10, help="of each pipeline")
    parser.add_argument("--no-shrink", action="store_true")
    asked = parser.parse_args()
    seen: Counter[str] = Counter()
    pipelines_seen, started, engine = 0, time.monotonic(), DuckDB()

    @seed(asked.seed)
    @settings(
        max_examples=asked.count,
        database=None,
        deadline=None,
        phases=[Phase.generate] if asked.no_shrink else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(pipelines(), st.integers(0, 2**32))
    def go(written: Written, number: int) -> None:
        nonlocal pipelines_seen
        chance = random.Random(number)
        seen["rewritten"] += hold_rewrites(written, chance)
        seen.update(hold_mutations(written, chance, engine, asked.mutations, measure=True))
        pipelines_seen += 1
        if pipelines_seen % 50 == 0:
            print(f"{pipelines_seen} pipelines, {dict(seen)} after {time.monotonic() - started:.0f} s", flush=True)

    try:
        go()
    except AssertionError as wrong:
        print(f"{type(wrong).__name__}: {wrong}")
        raise SystemExit(1) from None
    print(f"{pipelines_seen} pipelines, {dict(seen)}, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
