"""`odibi docs`: pages that name what there is, lead where they say, hold no tag of a user, and are put in one step."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from odibi_sql import api

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
TEXT = """pipeline shop "What was sold."

param least int64 = 1

## Orders, *as they come*.
ingest orders from values (id int64, price decimal(9, 2)) (1, 2.50), (2, null)

transform sold from orders
  | expect priced: price is not null else quarantine odd
  | filter id >= least
  | derive twice = price * 2
  with (owner: "shop team", tags: ["sales"])

store sold to csv "sold.csv"

test "twice is twice"
  given orders (id, price) (1, 3)
  expect sold (id, twice) (1, 6)
"""


class Page(HTMLParser):
    """What a page holds: ids, links, tags, its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        found = dict(attrs)
        self.ids |= {found["id"] or ""} if "id" in found else set()
        self.links += [found["href"] or ""] if tag in ("a", "link") and "href" in found else []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def odibi(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odibi_sql", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop.odibi").write_text(TEXT)
    return tmp_path


def _pages(site: Path) -> dict[str, Page]:
    return {file.name: Page(file.read_text(encoding="utf-8")) for file in site.glob("*.html")}


def test_every_link_of_the_examples_leads_somewhere(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "project", ignore=shutil.ignore_patterns("lake", ".odibi"))
    done = odibi("docs", "-o", "site", cwd=tmp_path / "project")
    assert (done.returncode, done.stdout) == (0, "site/index.html\n"), done.stderr
    pages = _pages(tmp_path / "project" / "site")
    assert len(pages) == 1 + len([each for each in EXAMPLES.iterdir() if each.is_dir()])
    for name, page in pages.items():
        for link in page.links:
            file, _, anchor = link.partition("#")
            assert (file or name) in pages, link
            assert not anchor or anchor in pages[file or name].ids, link


def test_a_page_has_columns_types_origins_rules_tests_and_the_last_run(project: Path) -> None:
    assert odibi("docs", cwd=project).returncode == 0
    page = _pages(project / "site")["shop.html"]
    for words in (
        "What was sold.",
        "least int64",
        "decimal(9, 2)",
        "price * 2",
        "puts the row aside in odd",
        "shop team",
    ):
        assert words in page.text, words
    assert "twice is twice" in page.text
    assert "Rows in the last run" not in page.text
    assert "em" in page.tags
    api.run(api.load(project / "shop.odibi"))
    assert odibi("docs", cwd=project).returncode == 0
    page = _pages(project / "site")["shop.html"]
    assert "Rows in the last run 1" in page.text
    assert re.search(r"It ran last on \d{4}-\d\d-\d\d \d\d:\d\d UTC: done\.", page.text)


def test_nothing_that_is_written_becomes_a_tag(project: Path) -> None:
    quoted = EVIL.replace('"', '""')
    text = TEXT.replace("What was sold.", quoted).replace("Orders,", EVIL).replace("shop team", quoted)
    (project / "shop.odibi").write_text(
        text.replace("twice is twice", quoted).replace("derive twice", f"derive `{EVIL}` = 1, twice")
    )
    done = odibi("docs", "--title", EVIL, cwd=project)
    assert done.returncode == 0, done.stderr
    for page in _pages(project / "site").values():
        assert not {"script", "img"} & set(page.tags)
        assert "onerror" not in page.attributes
        assert EVIL in " ".join(page.words)


def test_a_folder_of_someone_else_is_left_alone(project: Path) -> None:
    (project / "site").mkdir()
    (project / "site" / "mine.txt").write_text("mine")
    done = odibi("docs", cwd=project)
    assert done.returncode == 2
    assert "`site` is there, and not by `odibi docs`" in done.stderr
    assert [each.name for each in (project / "site").iterdir()] == ["mine.txt"]


def test_pages_of_pipelines_that_are_gone_go_and_a_wrong_pipeline_changes_nothing(project: Path) -> None:
    (project / "other.odibi").write_text(TEXT.replace("pipeline shop", "pipeline other"))
    (project / "funcs.odibi").write_text("func double(x int64) = x * 2\n")
    assert odibi("docs", cwd=project).returncode == 0
    assert set(_pages(project / "site")) == {"index.html", "shop.html", "other.html"}
    (project / "other.odibi").unlink()
    assert odibi("docs", cwd=project).returncode == 0
    assert set(_pages(project / "site")) == {"index.html", "shop.html"}
    before = (project / "site" / "shop.html").read_bytes()
    (project / "shop.odibi").write_text(TEXT.replace("price * 2", "prize * 2"))
    done = odibi("docs", cwd=project)
    assert (done.returncode, "prize" in done.stdout + done.stderr) == (2, True)
    assert (project / "site" / "shop.html").read_bytes() == before


def test_a_project_without_a_pipeline_is_told(tmp_path: Path) -> None:
    done = odibi("docs", cwd=tmp_path)
    assert done.returncode == 2
    assert "no pipeline is in" in done.stderr
    assert not (tmp_path / "site").exists()
