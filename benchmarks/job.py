"""The job of 20 million events: odibi beside the same job in SQL written by hand, in turn, and the ratio.

    python benchmarks/job.py [FOLDER] [--rows 20000000] [--times 3]

The data is made in FOLDER (a temporary one where none is named) unless it is there. The results of both are compared.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
from events import make
from measure import Cost, cost_of, job_options, middle

HERE = Path(__file__).resolve().parent
EXACT = {
    "readings/*/*.parquet": [
        "device_id",
        "ts",
        "reading",
        "battery",
        "firmware",
        "received_at",
        "device_type",
        "region",
    ],
    "per_minute.parquet": ["device_type", "minute", "readings", "devices", "highest"],
    "per_day.parquet": ["day", "region", "readings", "devices", "lowest_battery"],
}
NEARLY = {
    "per_minute.parquet": ["mean", "p95"],
    "per_day.parquet": ["mean"],
}  # the order of a sum changes its last bits


def main() -> None:
    """Make the data, run both in turn, print a line for each figure."""
    options = job_options(__doc__)
    folder = Path(options.folder or tempfile.mkdtemp(prefix="odibi-job-")).resolve()
    make(folder, options.rows)
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for _ in range(options.times):
        theirs.append(_expert(folder))
        ours.append(_odibi(folder))
    _compare(folder)
    _report(middle(ours), middle(theirs))


def _expert(folder: Path) -> Cost:
    shutil.rmtree(folder / "expert", ignore_errors=True)
    (folder / "expert").mkdir()
    script = (HERE / "expert.sql").read_text().replace("{data}", str(folder))
    return cost_of([sys.executable, "-c", "import sys, duckdb; duckdb.connect().execute(sys.argv[1])", script])


def _odibi(folder: Path) -> Cost:
    shutil.rmtree(folder / "lake", ignore_errors=True)
    return cost_of([sys.executable, "-m", "odibi_sql", "run", str(HERE / "job.odibi"), "--param", f"data={folder}"])


def _compare(folder: Path) -> None:
    """Hold both results to each other, row for row."""
    for table, columns in EXACT.items():
        ours, theirs = (f"read_parquet('{folder / name / table}')" for name in ("lake", "expert"))
        tests = [f"one.{each} is not distinct from other.{each}" for each in columns]
        tests += [f"abs(one.{each} - other.{each}) <= 1e-9 * abs(other.{each})" for each in NEARLY.get(table, [])]
        queries = [f"select count(*) from {each}" for each in (ours, theirs)]
        queries.append(f"{queries[0]} as one join {theirs} as other on {' and '.join(tests)}")
        counts = [duckdb.execute(query).fetchone() for query in queries]
        assert len(set(counts)) == 1, f"{table}: {counts} rows of odibi, by hand, of both"


def _report(ours: Cost, theirs: Cost) -> None:
    print(f"{'':16}{'odibi':>12}{'by hand':>12}{'ratio':>8}")
    for name, unit, scale in [("cpu", "s", 1), ("wall", "s", 1), ("memory", "GB", 1e9)]:
        one, other = getattr(ours, name) / scale, getattr(theirs, name) / scale
        print(f"{name + ', ' + unit:16}{one:12.2f}{other:12.2f}{one / other:8.2f}")


if __name__ == "__main__":
    main()
