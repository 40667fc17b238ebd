"""`odibi graph`: what it prints and writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli_tools import odibi, pipeline

TEXT = 'ingest a from values (x int64) (1)\ntransform b from a | derive y = x\nstore b to csv "b.csv"\n'


def test_each_format(tmp_path: Path) -> None:
    pipeline(tmp_path, TEXT)
    drawn = odibi("graph", "p.odibi", cwd=tmp_path)
    assert (drawn.code, drawn.err) == (0, "")
    ElementTree.fromstring(drawn.out)
    assert odibi("graph", "p.odibi", "--format", "mermaid", cwd=tmp_path).out.startswith("flowchart LR\n")
    assert odibi("graph", "p.odibi", "--format", "dot", "--columns", cwd=tmp_path).out.startswith('digraph "p" {\n')


@pytest.mark.parametrize(("name", "begins"), [("g.svg", "<svg"), ("g.mmd", "flowchart"), ("g.gv", "digraph")])
def test_the_ending_of_a_file_says_the_format(tmp_path: Path, name: str, begins: str) -> None:
    pipeline(tmp_path, TEXT)
    done = odibi("graph", "p.odibi", "-o", name, cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-o", "g.png"], 2, "the ending of `g.png` names no format"),
        (["-o", "no/g.svg"], 1, "cannot write `no/g.svg`: no such file or directory"),
        (["--format", "png"], 2, "png"),
    ],
)
def test_what_is_refused(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    pipeline(tmp_path, TEXT)
    told = odibi("graph", "p.odibi", *arguments, cwd=tmp_path)
    assert (told.code, told.out) == (code, "")
    assert words in told.err
