"""What the command line costs before any row is touched: processor time beyond that of the bare interpreter.

    python benchmarks/startup.py [--times 9]

`compile` of pipelines of 10, 250, 500 and 1,000 steps shows whether its cost grows with the steps and no faster.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import cost_of, middle

PIPELINE = """pipeline measured

ingest events from csv "events.csv"
  schema (device_id int64 not null, ts timestamp not null, value string, status string, region string)
"""
STEP = """
transform step_{number} from {source}
  | filter status is distinct from 'v{number}' and ts > timestamp '2025-11-01 00:00:00'
  | derive hour_{number} = date_trunc('hour', ts), label_{number} = upper(coalesce(region, 'none'))
  | set value = trim(value)
"""
GROUP = """
transform total_{number} from step_{number}
  | aggregate rows_seen = count(), latest = max(ts) group by region
  | sort region

store total_{number} to parquet "lake/total_{number}.parquet"
"""


def pipeline(steps: int) -> str:
    """Return the text of a pipeline of so many steps: chains of nine, each closed by an aggregate that is stored."""
    parts, source = [PIPELINE], "events"
    for number in range(1, steps):
        if number % 10:
            parts.append(STEP.format(number=number, source=source))
            source = f"step_{number}"
        else:
            parts.append(GROUP.format(number=number - 1))
            source = "events"
    return "".join([*parts, GROUP.format(number=steps - 1)])


def main() -> None:
    """Print a line for each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=9)
    times = parser.parse_args().times
    bare = _cpu([sys.executable, "-c", "pass"], times)
    print(f"{'bare interpreter':28}{bare:8.3f} s")
    odibi = [sys.executable, "-m", "odibi_sql"]
    with tempfile.TemporaryDirectory() as folder:
        files = {steps: Path(folder) / f"steps_{steps}.odibi" for steps in (10, 250, 500, 1000)}
        for steps, file in files.items():
            file.write_text(pipeline(steps))
        (Path(folder) / "events.csv").write_text("device_id,ts,value,status,region\n1,2025-11-01 00:00:00,1,ok,north\n")
        _line("odibi --help", [*odibi, "--help"], times, bare)
        _line("odibi check, 10 steps", [*odibi, "check", str(files[10])], times, bare)
        for steps, file in files.items():
            _line(f"odibi compile, {steps} steps", [*odibi, "compile", str(file)], min(times, 3), bare)


def _line(name: str, command: Sequence[str], times: int, bare: float) -> None:
    print(f"{name:28}{_cpu(command, times) - bare:8.3f} s beyond it")


def _cpu(command: Sequence[str], times: int) -> float:
    return middle([cost_of(command) for _ in range(times)]).cpu


if __name__ == "__main__":
    main()
