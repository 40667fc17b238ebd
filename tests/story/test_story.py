"""The page of a run: what it says is what the record says, and no text of a run gets out of its place."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from odibi_sql import api
from odibi_sql.cli.run_command import command as run_command
from odibi_sql.cli.story_command import command as story_command
from odibi_sql.run.encoding import encoded
from odibi_sql.run.measured import Sample
from odibi_sql.story import story_of
from odibi_sql.story.markdown import doc
from odibi_sql.story.numbers import seconds, size
from odibi_sql.track import Track
from story.records import everything, many, with_texts

EMPTY = {"meta", "link", "br", "input"}
_TAGS = (
    "html head meta link title style script body a header span b div button nav ul li main section p h1 h2 h3 h4"
    " dl dt dd time pre code article details summary table caption thead tbody tr th td svg defs marker path rect"
    " g text tspan circle figure figcaption footer label input i strong em"
)
TAGS = set(_TAGS.split())
_INLINE = {"a", "b", "i", "em", "strong", "code", "span", "tspan"}
CANARY = "\"'><img src=x onerror=alert(1)><script>alert(2)</script></style></title><!--`**&lt;"


class Page(HTMLParser):
    """A page, as a parser sees it; it fails on what is not closed in its order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        self.tags.append((tag, dict(attrs)))
        self.texts += [] if tag in _INLINE else [" "]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.texts += [] if tag in _INLINE else [" "]
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def hold(page: Page, track: Track) -> None:
    """Hold a page to what every one is, whatever the texts of its record."""
    assert {name for name, _ in page.tags} <= TAGS
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        href = attributes.get("href")
        assert href is None or re.match(r"#|https?://|data:image/svg\+xml,", href), (tag, href)
        assert "src" not in attributes
    assert len(page.all("script")) == len(page.all("style")) == len(page.all("h1")) == len(page.all("main")) == 1
    assert len(page.all("article")) == len({each.name for each in track.steps})
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    places = {each["href"] for each in page.all("a") if (each["href"] or "").startswith("#")}
    assert places <= {f"#{each}" for each in ids}


def test_a_page_is_whole_and_every_link_in_it_leads_somewhere() -> None:
    hold(Page(story_of(everything())), everything())


@settings(max_examples=60)
@given(st.data())
def test_no_text_gets_out_of_its_place(data: st.DataObject) -> None:
    pieces = st.sampled_from(
        [
            CANARY,
            "<",
            ">",
            '"',
            "'",
            "&",
            "]]>",
            "<!--",
            "\x00",
            "\x1b",
            "\u202e",
            "\ufffe",
            "`",
            "*",
            "[a](javascript:x)",
            "#",
        ]
    )
    texts = st.one_of(st.text(max_size=12), st.lists(pieces, max_size=4).map("".join))
    others: dict[str, str] = {}

    def other(text: str) -> str:
        if text not in others:
            others[text] = data.draw(texts)
        return others[text]

    track = with_texts(everything(), other)
    hold(Page(story_of(track, {data.draw(texts): data.draw(texts)})), track)


def test_what_looks_like_html_is_shown_as_it_is_written() -> None:
    track = with_texts(everything(), lambda text: f"{text}{CANARY}")
    page = Page(story_of(track, {track.steps[0].name: CANARY}))
    hold(page, track)
    assert page.text.count("<img src=x onerror=alert(1)><script>alert(2)</script>") > 100


def test_names_that_are_the_same_or_empty_make_a_page() -> None:
    track = with_texts(everything(), lambda text: "")
    hold(Page(story_of(track)), track)


def test_the_policy_knows_the_style_and_the_script_and_allows_nothing_else() -> None:
    html = story_of(everything())
    policy = next(each["content"] for each in Page(html).all("meta") if each.get("http-equiv"))
    found = {}
    for tag in ("style", "script"):
        content = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(content) == 1
        found[tag] = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{found['style']}'; script-src 'sha256-{found['script']}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_a_page_names_no_place_on_the_network_but_those_of_doc_comments() -> None:
    html = story_of(everything()).replace("http://www.w3.org/2000/svg", "")
    assert set(re.findall(r"https?://[^\"'<) ]+", html)) == {"https://example.org/dear"}


def test_fifty_steps_are_less_than_a_megabyte() -> None:
    assert len(story_of(many(50)).encode()) < 1_000_000


def test_the_same_record_is_the_same_page() -> None:
    track = everything()
    again = msgspec.json.decode(encoded(track), type=Track)
    assert story_of(track) == story_of(track) == story_of(again)


def _text(track: Track) -> str:
    return Page(story_of(track)).text


def test_what_was_not_counted_has_no_number() -> None:
    text = _text(everything())
    assert "not counted: computed within priced_checks and sold, without a table of its own" in text
    assert "unseen id > 0 warns not counted".replace(" ", "") in text.replace(" ", "")
    assert "First 3 rows of 1,890, taken by run 20261120-000000-dddd" in text


def test_what_is_masked_says_so() -> None:
    html = story_of(everything())
    assert html.count('<td class="void">masked</td>') == 3
    assert '<td class="void">null</td>' in html and '<td class="void">empty text</td>' in html


def test_rows_that_broke_a_rule_stand_below_it() -> None:
    assert "Rows that break dear: 3 of 3" in _text(everything())


def test_the_top_tells_what_happened() -> None:
    track = everything()
    stages = [replace(each, status="done") if each.status == "failed" else each for each in track.stages]
    done = replace(track, stages=tuple(replace(each, rows=24) if each.name == "store odd" else each for each in stages))
    assert "shop ran in 750 ms and stored 2 datasets (1,890 + 24 rows)." in _text(done)
    assert "3 rows were put aside by dear in priced." in _text(done)
    assert "It went on with run 20261126-100000-aaaa." in _text(done)
    assert "the number of rows of sold changed." in _text(done)
    failed = _text(replace(track, status="failed"))
    assert "shop failed after 750 ms, in store odd: no room at all." in failed
    assert "1 of 2 datasets was in place by then; the others are as they were before it." in failed
    assert "What to do: make room" in failed
    cached = replace(track, stages=tuple(replace(each, status="cached") for each in track.stages), seconds=0.03)
    assert "shop had nothing to do: all that it makes is there already (30 ms)." in _text(cached)
    dead = replace(track, status="dead", seconds=None)
    assert "shop was killed: its process ended before the run did." in _text(dead)
    assert "shop was cancelled after 750 ms." in _text(replace(track, status="cancelled"))
    assert "There is no earlier run to compare it with." in _text(replace(done, compared_with=None))
    unknown = replace(done, stages=tuple(replace(each, rows=None) for each in done.stages))
    assert "stored 2 datasets; not all of their rows were counted" in _text(unknown)


def test_a_failed_check_shows_the_line_of_its_rule() -> None:
    track = everything()
    steps = list(track.steps)
    steps[1] = replace(steps[1], status="skipped", rules=(replace(steps[1].rules[0], action="fail", quarantine=None),))
    steps[0] = replace(steps[0], status="failed", within=("priced_checks",))
    stages = (replace(track.stages[0], status="failed", because="3 rows break `dear`"), *track.stages[1:3])
    track = replace(track, status="failed", steps=tuple(steps[:4]), stages=stages)
    page = Page(story_of(track))
    assert "priced_checksshop.odibi:6 3 rows break `dear` 5 transform priced from orders 6 | expect dear" in page.text
    states = {each["data-step"]: each["data-status"] for each in page.all("article")}
    assert states == {"orders": "done", "priced": "failed", "sold": "cached", "store sold": "done"}


@pytest.mark.parametrize("broken", ["circle", "later layer", "not there", "layer", "twice"])
def test_a_record_that_no_pipeline_can_have_makes_a_page(broken: str) -> None:
    track = everything()
    steps = list(track.steps)
    match broken:
        case "circle":
            steps[0] = replace(steps[0], reads=("sold", "orders"))
        case "later layer":
            steps[0] = replace(steps[0], layer="silver")
            steps[2] = replace(steps[2], layer="bronze")
        case "not there":
            steps[1] = replace(steps[1], reads=("nobody",), stage="nothing", within=("nowhere",))
        case "layer":
            steps[1] = replace(steps[1], layer="unheard of")
        case _:
            steps[1] = replace(
                steps[1], name="orders", sample=Sample(columns=("a", "b"), rows=(("1",), ("1", "2", "3")))
            )
    track = replace(track, steps=tuple(steps))
    hold(Page(story_of(track)), track)


def test_a_record_of_nothing_makes_a_page() -> None:
    hold(Page(story_of(Track(run="r", pipeline="p"))), Track(run="r", pipeline="p"))


def test_doc_comments_know_a_small_part_of_markdown() -> None:
    assert doc("a `b*` **c** *d* [e](https://x.org/?a=1&b)") == (
        '<div class="doc"><p>a <code>b*</code> <strong>c</strong> <em>d</em> '
        '<a href="https://x.org/?a=1&amp;b" rel="noopener noreferrer" target="_blank">e</a></p></div>'
    )
    assert doc("- one\n- two") == '<div class="doc"><ul><li>one</li><li>two</li></ul></div>'
    assert "<a " not in doc('[a](javascript:alert(1)) [b](data:x) [c](//x.org) [d](https://x.org/"onclick=)')
    assert doc("2 * 3 * 4, a_b, <b>") == '<div class="doc"><p>2 * 3 * 4, a_b, &lt;b&gt;</p></div>'


def test_numbers_are_written_as_they_are_read() -> None:
    told = [seconds(each) for each in (0.0, 0.0004, 0.26, 1.257, 12.34, 59.99, 125, 3600, 12000)]
    assert told == ["0.0 ms", "0.4 ms", "260 ms", "1.26 s", "12.3 s", "1 min", "2 min 5 s", "1 h", "3 h 20 min"]
    assert [size(each) for each in (0, 999, 98558, 1_500_000)] == ["0 B", "999 B", "98.6 kB", "1.5 MB"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop.odibi").write_text(
        'pipeline shop\ningest orders from csv "orders.csv" schema (id int64 not null, price float64)\n'
        "## What costs more than *two*.\ntransform dear from orders\n"
        "  | expect some: price > 0 else warn\n  | filter price > 2\n"
        'store dear to csv "out/dear.csv"\n'
    )
    (tmp_path / "orders.csv").write_text("id,price\n1,1.5\n2,3\n3,-1\n")
    return tmp_path


def _run(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(run_command, [str(project / "shop.odibi"), *arguments])


def _story(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(story_command, [*arguments, "--root", str(project)])


def test_a_run_has_its_story_later_and_a_failed_one_too(project: Path) -> None:
    _run(project)
    done = _story(project)
    assert done.exit_code == 0
    file = Path(done.output.strip())
    assert file.name == "story.html" and file.parent.parent == project / ".odibi" / "runs"
    page = Page(file.read_text())
    assert "and stored 1 dataset of 1 row." in page.text
    (project / "orders.csv").write_text("id,price\nx,9\n")
    assert _run(project).exit_code == 1
    failed = Page(_story(project, "-o", "-").output)
    assert "shop failed after" in failed.text and "orders.csv" in failed.text
    assert [each["data-status"] for each in failed.all("article") if each["data-step"] == "store dear"] == ["failed"]
    assert "shop failed after" in Page(api.story(project, notes={"dear": "More."})).text
    assert "shop.odibi:4, stored at line 7" in failed.text
    first = _story(project, file.parent.name, "-o", str(project / "first.html"))
    assert (project / "first.html").read_text() == file.read_text(), first.output


def test_a_run_writes_its_story_where_it_is_asked_to(project: Path) -> None:
    told = _run(project, "--story")
    assert told.exit_code == 0 and "story.html" in told.output.splitlines()[-1]
    assert _run(project, "--story", str(project / "s.html")).exit_code == 0
    assert "nothing to do" in Page((project / "s.html").read_text()).text
    away = _run(project, "--story", str(project / "no" / "s.html"))
    assert away.exit_code == 0 and "warning: the story is not written: no such file or directory" in away.output


def test_a_killed_run_tells_how_far_it_came(project: Path) -> None:
    script = (
        "import os, signal\nfrom odibi_sql import api\nfrom odibi_sql.run.bus import EventBus\nbus = EventBus()\n"
        "bus.register('node_complete', lambda event: os.kill(os.getpid(), signal.SIGKILL), priority='CRITICAL')\n"
        "api.run(api.load('shop.odibi'), bus=bus)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script], cwd=project, env={**os.environ}, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    page = Page(_story(project, "-o", "-").output)
    assert "shop was killed: its process ended before the run did." in page.text


def test_what_is_wrong_with_a_command_is_said(project: Path, tmp_path: Path) -> None:
    nothing = _story(project)
    assert nothing.exit_code == 2 and "no run of a pipeline is known" in nothing.output
    _run(project)
    unknown = _story(project, "1999")
    assert unknown.exit_code == 2 and "1999" in unknown.output
    unwritable = _story(project, "-o", str(project / "no" / "x.html"))
    assert unwritable.exit_code == 1 and "no such file or directory" in unwritable.output
    assert _story(project, "-o", "-", "--open").exit_code == 2
    record = next((project / ".odibi" / "runs").glob("*/track.json"))
    record.write_bytes(record.read_bytes().replace(b'"format":1', b'"format":99', 1))
    newer = _story(project)
    assert newer.exit_code == 2 and "written by a newer odibi" in newer.output
    record.write_bytes(b"{")
    damaged = _story(project)
    assert damaged.exit_code == 2 and "no record was kept" in damaged.output


def test_the_browser_is_asked_to_show_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    _run(project)
    told = _story(project, "--open", "-o", str(project / "s.html"))
    assert (told.exit_code, shown) == (0, [(project / "s.html").resolve().as_uri()])


def test_notes_say_more_of_steps(project: Path) -> None:
    _run(project)
    notes = project / "notes.md"
    notes.write_text("# dear\nWhat the *shop* needs.\n\n## `orders`\nFrom the till.\n")
    html = _story(project, "--notes", str(notes), "-o", "-").output
    assert "<p>What the <em>shop</em> needs.</p>" in html and "From the till." in html
    other = project / "notes.json"
    other.write_text('{"dear": "In <JSON>."}')
    assert "In &lt;JSON&gt;." in _story(project, "--notes", str(other), "-o", "-").output
    other.write_text('{"deer": "x"}')
    wrong = _story(project, "--notes", str(other))
    assert wrong.exit_code == 2 and "did you mean `dear`?" in wrong.output
    for content in ("[1]", '{"dear": 1}', "{", ""):
        other.write_text(content)
        assert _story(project, "--notes", str(other)).exit_code == 2
    notes.write_text("no heading")
    assert _story(project, "--notes", str(notes)).exit_code == 2
    assert _story(project, "--notes", str(project / "none.md")).exit_code == 2


def test_what_is_sensitive_is_masked_in_the_page_of_a_real_run(project: Path) -> None:
    (project / "shop.odibi").write_text(
        'pipeline shop\ningest orders from csv "orders.csv" schema (id int64, card string, price float64)\n'
        '  with (sensitive: ["card"])\n'
        "transform sold from orders | expect plausible: price between 0 and 100 else warn\n"
        'store sold to parquet "out/sold.parquet"\n'
    )
    (project / "orders.csv").write_text("id,card,price\n1,secret-4242,1.5\n2,secret-1111,300\n")
    _run(project, "--story", str(project / "s.html"))
    html = (project / "s.html").read_text()
    text = Page(html).text
    assert "Rows that break plausible: 1 of 1" in text and "300.0" in text
    assert html.count('<td class="void">masked</td>') >= 3
    assert "secret-" not in html
