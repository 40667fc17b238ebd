"""What is not computed again: the job of 20 million events, run once, then unchanged, then with one step changed.

    python benchmarks/rerun.py [FOLDER] [--rows 20000000] [--times 3]

The record of the runs costs what `recorded` takes more than `bare`: the same plan, run without one, and without the
counters of the engine. `no samples` is with the record and without rows in it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from events import make
from measure import Cost, cost_of, job_options, middle

HERE = Path(__file__).resolve().parent
NAMES = ("bare", "recorded", "no samples", "unchanged", "one step changed")
CHANGE = ("min(battery)", "max(battery)")
BARE = """
import sys
from odibi_sql import api
from odibi_sql.run import Settings, execute
from odibi_sql.run.engines import duckdb
duckdb.count_from_here = lambda cursor: None
pipeline = api.load(sys.argv[1], data=sys.argv[2])
result = execute(api.compile(pipeline), Settings(root=pipeline.root))
assert result.success, result.problems
"""


def main() -> None:
    """Make the data, run the job in each way, print a line for each."""
    options = job_options(__doc__)
    folder = Path(options.folder or tempfile.mkdtemp(prefix="odibi-rerun-")).resolve()
    make(folder, options.rows)
    job = (HERE / "job.odibi").read_text()
    file = folder / "job.odibi"
    found: dict[str, list[Cost]] = {name: [] for name in NAMES}
    for _ in range(options.times):
        file.write_text(job)
        found["bare"].append(_anew(folder, [sys.executable, "-c", BARE, str(file), str(folder)]))
        found["recorded"].append(_anew(folder, _run(file, folder)))
        found["no samples"].append(_anew(folder, [*_run(file, folder), "--sample", "0"]))
        found["unchanged"].append(cost_of(_run(file, folder)))
        file.write_text(job.replace(*CHANGE))
        found["one step changed"].append(cost_of(_run(file, folder)))
    print(f"{'':20}{'cpu, s':>10}{'wall, s':>10}")
    for name, costs in found.items():
        cost = middle(costs)
        print(f"{name:20}{cost.cpu:10.2f}{cost.wall:10.2f}")


def _run(file: Path, folder: Path) -> list[str]:
    return [sys.executable, "-m", "odibi_sql", "run", str(file), "--param", f"data={folder}"]


def _anew(folder: Path, command: list[str]) -> Cost:
    for name in ("lake", ".odibi"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return cost_of(command)


if __name__ == "__main__":
    main()
