"""A long run: `python -m lineage --count 2000 --seed 1`, from `tests/`. It prints what came of it."""

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

from lineage.hold import Unsound, hold_sources


def main() -> None:
    """Make pipelines until the count is reached, or one of them has a column that lineage forgets."""
    parser = argparse.ArgumentParser(prog="lineage")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    engine, seen, started = DuckDB(), Counter[str](), time.monotonic()
    phases = [Phase.generate, Phase.shrink]

    @seed(asked.seed)
    @settings(
        max_examples=asked.count,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(pipelines(), st.integers(0, 2**32))
    def go(written: Written, chance: int) -> None:
        seen.update(hold_sources(written, random.Random(chance), engine))

    try:
        go()
    except Unsound as unsound:
        print(unsound)
        raise SystemExit(1) from None
    print(f"{dict(seen)}, seed {asked.seed}, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
