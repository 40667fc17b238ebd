"""`odibi run --keep-versions 0`: the version that a store replaces is not kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_tools import odibi

PIPELINE = """
param n int64 = 1
ingest a from values (x int64) (1)
transform b from a | derive y = n
store b to csv "b.csv"
store b to parquet "b" partition by y mode overwrite with (publish: together)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "p.odibi").write_text(PIPELINE)
    return tmp_path


def run(project: Path, number: int, *words: str) -> None:
    ended = odibi("run", "p.odibi", "-p", f"n={number}", *words, cwd=project)
    assert (ended.code, ended.err) == (0, "")
    assert (project / "b.csv").read_text() == f"x,y\n1,{number}\n"
    assert [each.name for each in (project / "b").iterdir()] == [f"y={number}"]


def kept(project: Path) -> int:
    return len(list((project / ".odibi/versions").glob("*/*")))


def test_versions_are_kept_unless_the_run_says_no(project: Path) -> None:
    run(project, 1)
    run(project, 2)
    assert kept(project) == 2
    run(project, 3, "--keep-versions", "0")
    assert kept(project) == 0
    ended = odibi("rollback", "p.odibi", "store b", cwd=project)
    assert (ended.code, "no version before of `b.csv` is kept" in ended.err) == (1, True)
    assert "help: one is, once a run has replaced another" in ended.err
    run(project, 3)  # it is all known still
    assert kept(project) == 0
    run(project, 4, "--keep-versions", "1")
    assert kept(project) == 2
    run(project, 4, "--keep-versions", "0")  # what is kept already goes, though nothing is stored
    assert kept(project) == 0


def test_versions_of_other_pipelines_of_the_folder_stay(project: Path) -> None:
    run(project, 1)
    run(project, 2)
    (project / "q.odibi").write_text('ingest o from values (x int64) (1)\nstore o to csv "o.csv"\n')
    assert odibi("run", "q.odibi", "--keep-versions", "0", cwd=project).code == 0
    assert kept(project) == 2


def test_two_versions_are_not_in_it(project: Path) -> None:
    assert odibi("run", "p.odibi", "--keep-versions", "2", cwd=project).code == 2
