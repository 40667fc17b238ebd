"""Every example runs from a copy of its folder, as a reader would run it, and its results are what its data says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


def odibi(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "odibi_sql", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each example's folder after a run of it."""
    folders = {}
    for name in NAMES:
        folder = tmp_path_factory.mktemp("examples") / name
        shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("lake", ".odibi"))
        done = odibi("run", f"{name}.odibi", cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
        folders[name] = folder
    return folders


def rows(query: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(query).fetchall()


@pytest.mark.parametrize("name", NAMES)
def test_the_data_is_what_its_script_makes(name: str, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / name / "make_data.py", tmp_path)
    subprocess.run([sys.executable, "make_data.py"], cwd=tmp_path, check=True)
    for made in (path for path in (tmp_path / "data").rglob("*") if path.is_file()):
        kept = EXAMPLES / name / made.relative_to(tmp_path)
        assert kept.read_bytes() == made.read_bytes(), kept


@pytest.mark.parametrize("name", NAMES)
def test_it_is_formatted_and_has_no_warning(name: str) -> None:
    file = str(EXAMPLES / name / f"{name}.odibi")
    assert odibi("fmt", "--check", file, cwd=EXAMPLES).returncode == 0
    checked = odibi("check", "--strict", "--quiet", file, cwd=EXAMPLES)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_tests_of_smart_grid_pass_without_its_data(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "smart_grid" / "smart_grid.odibi", tmp_path)
    done = odibi("test", "smart_grid.odibi", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 passed in" in done.stdout


def test_smart_grid_keeps_the_latest_reading_of_each_instant(ran: dict[str, Path]) -> None:
    folder = ran["smart_grid"]
    raw = f"read_csv('{folder}/data/meters/*/*.csv')"
    good = f"(from {raw} where ts is not null and kwh between 0 and 500)"
    latest = f"select meter_id, ts, arg_max(kwh, received_at) as kwh from {good} group by all"
    stored = f"select meter_id, ts, kwh from '{folder}/lake/silver/readings/*/*.parquet'"
    assert rows(f"({latest}) except ({stored})") == []
    assert rows(f"select count(*) from ({stored})") == rows(f"select count(*) from ({latest})")
    broken = rows(f"select count(*) from {raw} where ts is not null and not kwh between 0 and 500")
    assert broken[0][0] > 0
    assert rows(f"select count(*) from '{folder}/lake/quarantine/readings.parquet'") == broken


def test_flights_counts_every_departure_once(ran: dict[str, Path]) -> None:
    folder = ran["flights"]
    counted = rows(f"select sum(flights) from '{folder}/lake/by_wind.csv'")
    assert counted == rows(f"select count(*) from read_csv('{folder}/data/flights/*.csv', nullstr = 'NA')")
    worst = rows(f"select max(dep_delay) from read_csv('{folder}/data/flights/*.csv', nullstr = 'NA')")
    assert rows(f"select max(dep_delay) from '{folder}/lake/latest.json'") == worst


def test_sensors_finds_what_was_planted(ran: dict[str, Path]) -> None:
    folder = ran["sensors"]
    found = rows(f"select machine, \"at\" from '{folder}/lake/anomalies.csv' where is_planted order by all")
    assert found == rows(f"select machine, \"at\" from '{folder}/data/planted.csv' order by all")
