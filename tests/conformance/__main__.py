"""`python -m conformance NAME… [--engine ENGINE]`, from the folder of the tests: where an engine differs."""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from conformance.engines import ENGINES
from conformance.suite import names, run


def main() -> int:
    """Print what differs of each function; all of them where none is named."""
    parser = argparse.ArgumentParser(prog="python -m conformance")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--engine", choices=ENGINES, default="duckdb")
    parser.add_argument("--most", type=int, default=8, help="differences to show of each")
    given = parser.parse_args()
    on, differs = ENGINES[given.engine](), 0
    for name in given.names or names():
        start = time.monotonic()
        try:
            outcome = run(name, on)
        except Exception:  # noqa: BLE001 (one function must not hide the others)
            print(f"{name}: the suite itself failed\n{traceback.format_exc()[-800:]}")
            differs += 1
            continue
        seconds = time.monotonic() - start
        said = f"{len(outcome.differences)} differ" if outcome.differences else "agree"
        print(f"{name}: {outcome.rows} rows and {outcome.failures} failures {said}, {seconds:.1f} s")
        for each in outcome.differences[: given.most]:
            print(f"    {each}")
        differs += bool(outcome.differences)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
