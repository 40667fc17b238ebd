"""The pages of docs/ say what the program does: their pipelines parse, check and give the rows that are shown."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from click.testing import CliRunner

from odibi_sql import api
from odibi_sql.cli.show_command import command as show
from odibi_sql.diagnostics import Source
from odibi_sql.ir.formats import FORMATS, LATER_FORMATS
from odibi_sql.run import events
from odibi_sql.syntax.format import format_source
from odibi_sql.syntax.parse import parse

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
LANGUAGE = REPOSITORY / "docs" / "language.md"
DATA = REPOSITORY / "examples" / "smart_grid"  # what the pipelines on the pages read
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(msgspec.Struct, frozen=True):
    """A block of code of a page: the words behind its fence, its text, the whole pipeline that it follows."""

    place: str
    info: tuple[str, ...]
    text: str
    pipeline: str


def blocks() -> Iterator[Block]:
    """Give the blocks of all pages."""
    for page in PAGES:
        content, pipeline = page.read_text(), ""
        for found in _FENCE.finditer(content):
            line = content.count("\n", 0, found.start()) + 1
            info = tuple(found["info"].split())
            pipeline = found["text"] if info == ("odibi", "run") else pipeline
            yield Block(f"{page.name}:{line}", info, found["text"], pipeline)


def named(kind: str, second: str | None = None) -> list[object]:
    """Return the blocks of a kind as parameters of a test."""
    chosen = [each for each in blocks() if each.info[:1] == (kind,) and second in (None, *each.info[1:])]
    return [pytest.param(each, id=each.place) for each in chosen]


@pytest.mark.parametrize("block", named("odibi"))
def test_a_block_parses_and_its_layout_stays(block: Block) -> None:
    parse(Source(block.place, block.text))
    once = format_source(Source(block.place, block.text))
    assert format_source(Source(block.place, once)) == once


@pytest.mark.parametrize("block", named("odibi", "run"))
def test_a_whole_pipeline_has_no_finding(block: Block) -> None:
    assert api.check(api.from_text(block.text, root=DATA)).warnings == ()


@pytest.mark.parametrize("block", named("rows"))
def test_the_rows_are_those_that_are_shown(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "page.odibi"
    file.write_text(block.pipeline)
    shown = CliRunner().invoke(show, [str(file), block.info[1]])
    assert (shown.exit_code, shown.output) == (0, block.text)


@pytest.mark.parametrize("block", [each for each in blocks() if each.info == ("python",) and "runs.md" in each.place])
def test_python_does_what_the_page_says(block: Block, tmp_path: Path) -> None:
    folder = tmp_path / DATA.name
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("lake", ".odibi"))
    done = subprocess.run([sys.executable, "-c", block.text], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_each_option_of_a_format_is_on_the_page() -> None:
    first_cells = [line.split(" | ")[0] for line in LANGUAGE.read_text().splitlines() if line.startswith("| `")]
    words = set(re.findall(r"`(\w+)`", " ".join(first_cells)))
    options = {name for each in FORMATS.values() for option in each.options for name in (option.name, *option.aliases)}
    assert {*FORMATS, *options} - words == set()


def test_each_event_is_on_the_page_with_all_that_it_has() -> None:
    rows = {
        line.split("`")[1]: line for line in LANGUAGE.read_text().splitlines() if re.match(r"\| `\w+_\w+` \|", line)
    }
    for event in get_args(events.OneEvent):
        common = events.NodeEvent if issubclass(event, events.NodeEvent) else events.Event
        row = rows[event.__struct_config__.tag].split("|")[3]
        assert re.findall(r"`(\w+)`", row) == [
            each for each in event.__struct_fields__ if each not in common.__struct_fields__
        ]


def test_each_format_of_a_later_version_is_on_the_page() -> None:
    (line,) = [each for each in LANGUAGE.read_text().splitlines() if each.startswith("| formats |")]
    assert sorted(re.findall(r"`(\w+)`", line)) == sorted(LATER_FORMATS)
