"""`match one` on every join that pairs rows: broken, it fails the run on both engines, and says what broke it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from both import agree, run_on

HEAD = """
ingest x from values (k KIND, a int64) (V1, 1), (V1, 2), (V2, 3), (null, 4)
ingest y from values (k KIND, b int64) (V1, 10), (V1, 11), (V2, 20), (null, 30), (null, 31)
ingest once from values (k KIND, b int64) (V1, 10), (V2, 20), (null, 30), (null, 31)
"""
KINDS = ("inner", "left", "right", "full")
TYPES = {
    "int64": ("1", "2"),
    "float64": ("0.0", "-1.5"),
    "decimal(10, 2)": ("1.50", "2.50"),
    "string": ("'é'", "''"),
    "date": ("'2024-02-29'", "'1970-01-01'"),
}


def head(type_: str) -> str:
    one, two = TYPES[type_]
    return HEAD.replace("KIND", type_).replace("V1", one).replace("V2", two)


def steps(kinds: tuple[str, ...], other: str, on: str = "k") -> str:
    return "".join(f"transform {kind}_ from x | join {kind} {other} (b) on {on} match one\n" for kind in kinds)


@pytest.mark.parametrize("type_", TYPES)
def test_one_match_or_none_is_held_to_be_so(type_: str, tmp_path: Path, spark: Any) -> None:
    text = head(type_) + steps(KINDS, "once")
    text += "transform a from inner_ | union all left_, right_, full_\n"
    assert len(agree(tmp_path, spark, text)[1]) == 3 + 4 + 5 + 6


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_second_match_fails_the_run(kind: str, engine: str, tmp_path: Path, spark: Any) -> None:
    text = head("string") + steps((kind,), "y") + f'store {kind}_ to csv "out.csv"\n'
    result = run_on(tmp_path, engine, spark, text)
    assert not result.success
    words = f"`one match in y`: `join {kind} y (b) on k match one`"
    assert [each.message for each in result.run.problems] == [f"2 rows break {words}"]
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_ends_with_1_and_says_what_broke_it(kind: str, tmp_path: Path) -> None:
    (tmp_path / "p.odibi").write_text(head("int64") + steps((kind,), "y") + f'store {kind}_ to csv "out.csv"\n')
    command = [sys.executable, "-m", "odibi_sql", "run", "p.odibi"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"2 rows break `one match in y`: `join {kind} y (b) on k match one`" in done.stdout + done.stderr
    assert not (tmp_path / "out.csv").exists()
