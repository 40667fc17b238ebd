"""`odibi checkpoints`: what a run that is resumed starts from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_tools import odibi

PIPELINE = """
pipeline shared
param least int64 = 0
layer silver
ingest a from csv "a.csv" schema (x int64, c string)
transform s from a | filter x > least | derive at = now() | distinct with (materialize: true)
layer gold
transform t from s | aggregate n = count()
  with (cache: true)
transform u from t | derive m = n + 1
store u to csv "u.csv"
transform w from s | join cross t | derive y = cast(c as int64) + n
store w to csv "w.csv"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("x,c\n1,1\n2,x\n")
    (tmp_path / "p.odibi").write_text(PIPELINE)
    assert odibi("run", "p.odibi", "--checkpoint", "auto", "-p", "least=1", "--keep-going", cwd=tmp_path).code == 1
    return tmp_path


def listed(folder: Path, *words: str) -> dict[str, dict[str, Any]]:
    ended = odibi("checkpoints", *words, "--json", cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    return {each["stage"]: each for each in json.loads(ended.out)}


def test_what_is_saved_with_its_run_and_its_reason(project: Path) -> None:
    run = json.loads(odibi("runs", "latest", "--json", cwd=project).out)["run"]
    found = listed(project, "p.odibi")
    facts = {name: (each["layer"], each["mode"], each["rows"], each["is_whole"]) for name, each in found.items()}
    assert facts == {
        "s": ("silver", "auto", 1, True),
        "t": ("gold", "manual", 1, True),
        "store u": ("gold", "store", 1, True),
    }
    for each in found.values():
        assert each["run"] == run
        assert (project / each["place"]).stat().st_size == each["bytes"]
    head, *lines = odibi("checkpoints", "p.odibi", cwd=project).out.splitlines()
    assert head.split() == ["run", "step", "layer", "mode", "rows", "size", "saved", "(UTC)", "whole", "taken"]
    assert [line.split()[-2:] for line in lines] == [["yes", "yes"]] * 3


def test_what_is_taken_is_what_a_resumed_run_takes(project: Path) -> None:
    """The run had another parameter and another clock: it is resumed with them."""
    taken = {name for name, each in listed(project, "p.odibi").items() if each["is_current"]}
    assert taken == {"s", "t", "store u"}
    assert not any(each["is_current"] for each in listed(project, "p.odibi", "-p", "least=0").values())
    out = odibi("run", "p.odibi", "--resume", cwd=project).out
    kept = [line.split()[1] for line in out.splitlines() if "its rows were kept" in line]
    assert kept == ["s", "t"]
    assert "what it would store is there" in out


def test_a_pipeline_that_changed_takes_what_is_still_its_own(project: Path) -> None:
    (project / "p.odibi").write_text(PIPELINE.replace("m = n + 1", "m = n + 2"))
    assert {name: each["is_current"] for name, each in listed(project, "p.odibi").items()} == {
        "s": True,
        "t": True,
        "store u": False,
    }
    (project / "a.csv").write_text("x,c\n5,1\n")
    assert not any(each["is_current"] for each in listed(project, "p.odibi").values())


def test_what_is_damaged_is_told_and_stays_told(project: Path) -> None:
    found = listed(project)
    assert {each["is_current"] for each in found.values()} == {None}
    with (project / found["s"]["place"]).open("ab") as file:
        file.write(b"x")
    (project / "u.csv").write_text("n,m\n1,7\n")
    (project / found["t"]["place"]).unlink()
    for _ in range(2):
        found = listed(project, "p.odibi")
        assert {(each["is_whole"], each["is_current"]) for each in found.values()} == {(False, False)}
        assert set(found) == {"s", "t", "store u"}


def test_other_pipelines_of_the_folder_are_not_mixed_in(project: Path) -> None:
    (project / "q.odibi").write_text('ingest b from values (y int64) (1)\nstore b to csv "b.csv"\n')
    assert odibi("run", "q.odibi", cwd=project).code == 0
    assert set(listed(project, "p.odibi")) == {"s", "t", "store u"}
    assert set(listed(project, "q.odibi")) == {"store b"}
    assert set(listed(project)) == {"s", "t", "store u", "store b"}


def test_where_nothing_is_saved(tmp_path: Path) -> None:
    assert (ended := odibi("checkpoints", cwd=tmp_path)).code == 2
    assert "no run of a pipeline is known" in ended.err
    assert not (tmp_path / ".odibi").exists()
    (tmp_path / "p.odibi").write_text('ingest a from csv "a.csv" schema (x int64)\nstore a to csv "b.csv"\n')
    (tmp_path / "a.csv").write_text("x\n1\nz\n")
    assert odibi("run", "p.odibi", cwd=tmp_path).code == 1
    assert odibi("checkpoints", "p.odibi", cwd=tmp_path).out == "nothing is saved\n"
    ended = odibi("checkpoints", "-p", "x=1", cwd=tmp_path)
    assert (ended.code, ended.err) == (2, "error: `--param` and `--strict` are about a pipeline; name its FILE\n")
