"""A long run: `python -m generated --count 20000 --engine duckdb --seed 1`, from `tests/`.

It prints how many pipelines agreed, and the smallest one that does not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import spark_local
from hypothesis import HealthCheck, Phase, given, seed, settings

from generated.engines import Difference, DuckDB, Engine, Spark, compare
from generated.pipelines import Written, pipelines


def main() -> None:
    """Make pipelines until the count is reached, or one of them differs."""
    parser = argparse.ArgumentParser(prog="generated")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", action="append", choices=["duckdb", "spark"])
    parser.add_argument("--no-shrink", action="store_true")
    asked = parser.parse_args()
    engines = tuple(_engine(name) for name in asked.engine or ["duckdb"])
    seen: Counter[str] = Counter()
    started = time.monotonic()
    phases = [Phase.generate] if asked.no_shrink else [Phase.generate, Phase.shrink]

    @seed(asked.seed)
    @settings(
        max_examples=asked.count,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(pipelines())
    def go(written: Written) -> None:
        seen[compare(written.text, written.last, engines, optimized=(True, False))] += 1
        if sum(seen.values()) % 100 == 0:
            print(f"{dict(seen)} after {time.monotonic() - started:.0f} s", flush=True)

    try:
        go()
    except Difference as difference:
        print(difference)
        print(f"differs: seed {asked.seed}, after {dict(seen)}")
        raise SystemExit(1) from None
    print(f"{dict(seen)}, seed {asked.seed}, {time.monotonic() - started:.0f} s")


def _engine(name: str) -> Engine:
    return DuckDB() if name == "duckdb" else Spark(spark_local.session())


if __name__ == "__main__":
    main()
