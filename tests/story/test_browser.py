"""The page of a run in a real browser: nothing is refused, everything can be reached, it fits where it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from odibi_sql.story import story_of
from story.browser import Browser, browser, found
from story.records import everything, many, with_texts

pytestmark = pytest.mark.skipif(found() is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stories")
    (folder / "shop.html").write_text(story_of(everything()))
    (folder / "fifty.html").write_text(story_of(many(50)))
    (folder / "failed.html").write_text(story_of(replace(everything(), status="failed")))
    (folder / "long.html").write_text(story_of(with_texts(everything(), lambda text: text + "x" * 150)))
    return folder


@pytest.fixture(scope="module")
def shared() -> Iterator[Browser]:
    with browser() as found_one:
        yield found_one


@pytest.fixture
def page(shared: Browser, pages: Path) -> Iterator[Browser]:
    """Give the page of the shop, wide, to a reader who prefers light and no motion; in the end nothing was said."""
    shared.size(1400)
    shared.prefer(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    shared.complaints.clear()
    shared.open(pages / "shop.html")
    yield shared
    assert not shared.complaints


def _middle(page: Browser, selector: str) -> tuple[float, float]:
    box = page.evaluate(
        f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'center'}});"
        " const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
    )
    return box[0], box[1]


def _is_open(page: Browser, step: str) -> bool:
    return bool(page.evaluate(f"document.querySelector('article[data-step=\"{step}\"] details').open"))


def _fold(page: Browser) -> None:
    page.evaluate("document.querySelector('[data-fold=shut]').click()")


def test_a_page_says_nothing_to_the_console_and_asks_the_network_for_nothing(page: Browser, pages: Path) -> None:
    for name in ("shop", "fifty", "failed"):
        page.open(pages / f"{name}.html")
        assert page.evaluate("document.documentElement.classList.contains('js')")
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") != "32px"  # the style is taken
    assert page.complaints == []


@pytest.mark.parametrize(
    "smuggled", ['<p style="color:red">x</p>', "<script>window.x=1</script>", '<img src="https://example.org/x.png">']
)
def test_what_is_not_of_the_page_is_refused_and_seen_here(
    shared: Browser, pages: Path, tmp_path: Path, smuggled: str
) -> None:
    doctored = tmp_path / "doctored.html"
    doctored.write_text((pages / "shop.html").read_text().replace("<h1", f"{smuggled}<h1", 1))
    shared.complaints.clear()
    shared.open(doctored)
    assert shared.evaluate("window.x") is None
    assert any("Content Security Policy" in each for each in shared.complaints), shared.complaints


def test_a_click_on_a_step_in_the_picture_leads_to_its_card(page: Browser) -> None:
    _fold(page)
    assert not _is_open(page, "sold")
    page.click(*_middle(page, "#g-step-sold"))
    page.until("location.hash === '#step-sold'")
    page.until("document.querySelector('article[data-step=sold] details').open")
    assert _is_open(page, "sold") and not _is_open(page, "priced")
    top = page.evaluate("document.getElementById('step-sold').getBoundingClientRect().top")
    assert 0 <= top < 300
    assert page.evaluate("document.activeElement.closest('article').dataset.step") == "sold"


def test_the_keyboard_alone_reaches_a_card(page: Browser) -> None:
    _fold(page)
    page.evaluate("document.querySelector('.canvas').focus()")
    page.press("Tab", 9)
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#step-orders"
    assert "orders" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.press("Enter", 13, "\r")
    page.until("document.activeElement.closest('article')?.dataset.step === 'orders'")
    assert _is_open(page, "orders")
    page.press("Enter", 13, "\r")
    page.until("!document.querySelector('article[data-step=orders] details').open")


def test_the_first_key_offers_to_skip_what_is_above(page: Browser) -> None:
    page.press("Tab", 9)
    assert page.evaluate("document.activeElement.className") == "skip"
    page.press("Enter", 13, "\r")
    page.until("document.activeElement.id === 'story'")


def test_the_picture_can_be_passed_by_keyboard(page: Browser) -> None:
    page.evaluate("document.querySelector('.past').focus()")
    assert page.evaluate("document.querySelector('.past').getBoundingClientRect().left") >= 0
    page.press("Enter", 13, "\r")
    page.until("document.activeElement.id === 'flow'")


def test_the_arrows_move_the_picture_and_signs_zoom_it(page: Browser) -> None:
    box = "document.querySelector('.view:not([hidden]) svg').getAttribute('viewBox').split(' ').map(Number)"
    before = page.evaluate(box)
    page.evaluate("document.querySelector('.canvas').focus()")
    page.press("ArrowRight", 39)
    moved = page.evaluate(box)
    assert moved[0] > before[0] and moved[2] == before[2]
    page.press("+", 187, "+")
    assert page.evaluate(box)[2] < before[2]


def _colour(page: Browser) -> tuple[int, int, int]:
    red, green, blue = re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
    return int(red), int(green), int(blue)


def test_it_is_dark_for_who_prefers_that_and_light_again_on_a_click(page: Browser, pages: Path) -> None:
    assert min(_colour(page)) > 200
    page.prefer(prefers_color_scheme="dark")
    assert max(_colour(page)) < 60
    page.until("document.querySelector('#theme').getAttribute('aria-pressed') === 'true'")
    page.evaluate("document.querySelector('#theme').click()")
    assert min(_colour(page)) > 200
    page.evaluate("document.querySelector('#theme').click(); localStorage.clear()")
    assert max(_colour(page)) < 60


@pytest.mark.parametrize("width", [360, 390, 768, 1400])
@pytest.mark.parametrize("name", ["shop", "fifty", "failed", "long"])
def test_it_never_has_to_be_moved_sideways(page: Browser, pages: Path, name: str, width: int) -> None:
    page.size(width)
    page.open(pages / f"{name}.html")
    page.evaluate("document.querySelector('[data-fold=open]').click()")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


_CONTRAST = """
(() => {
  const parts = c => { const m = c.match(/[\\d.]+/g).map(Number); return [m[0], m[1], m[2], m[3] ?? 1]; };
  const linear = v => (v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4);
  const light = c => { const [r, g, b] = parts(c).map(linear); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (c.startsWith('rgb') && parts(c)[3] === 1) return c;
    }
    return 'rgb(255,255,255)';
  };
  document.querySelectorAll('details').forEach(e => { e.open = true; });
  const bad = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg, .top, .sign') || !e.checkVisibility()) continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const colour = getComputedStyle(e).color, a = light(colour), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.add(`${e.tagName}.${e.className} ${colour} on ${behind(e)}: ${ratio.toFixed(2)}`);
  }
  return [...bad];
})()
"""  # what has less than 4.5


def test_text_can_be_read_against_what_is_behind_it(page: Browser) -> None:
    for scheme in ("light", "dark"):
        page.prefer(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
        assert page.evaluate(_CONTRAST) == []


def test_resting_on_a_column_shows_what_it_is_made_of(page: Browser) -> None:
    page.evaluate("document.querySelector('[data-show=columns]').click()")
    assert page.evaluate("document.querySelector('[data-view=steps]').hidden")
    page.rest(*_middle(page, "#c-step-sold [data-column=twice]"))
    assert page.evaluate("document.querySelector('#flow').textContent") == "sold.twice · made of priced.price."
    lit = page.evaluate("[...document.querySelectorAll('.canvas .node.on')].map(each => each.dataset.step)")
    assert set(lit) == {"orders", "priced", "sold"}
    assert page.evaluate("document.querySelectorAll('.canvas .flow').length") == 2
    page.rest(5, 5)
    assert page.evaluate("document.querySelectorAll('.canvas .flow, .canvas.lit').length") == 0


def test_resting_on_a_step_shows_where_it_comes_from(page: Browser) -> None:
    page.rest(*_middle(page, "#g-step-priced"))
    assert page.evaluate("document.querySelector('#flow').textContent") == "priced: comes from 1 step, goes to 4 steps."


def test_steps_are_found_by_name_and_by_how_they_went(page: Browser, pages: Path) -> None:
    seen = "[...document.querySelectorAll('article')].filter(each => !each.hidden).map(each => each.dataset.step)"
    page.evaluate("document.querySelector('#find').value = 'STORE'")
    page.evaluate("document.querySelector('#find').dispatchEvent(new Event('input')) && null")
    assert page.evaluate(seen) == ["store sold", "store odd"]
    page.evaluate("document.querySelector('[data-filter=failed]').click()")
    assert page.evaluate(seen) == ["store odd"]
    page.evaluate("location.hash = '#step-sold'")
    page.until(f"{seen}.length === 5")  # a link finds what was sifted out


def test_a_text_is_copied(page: Browser) -> None:
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async text => { window.copied = text; }}})"
    )
    page.evaluate("document.querySelector('#step-priced .copy').click()")
    assert page.evaluate("window.copied").startswith("transform priced from orders\n  | expect dear")


def test_paper_has_every_card_and_no_controls(page: Browser, tmp_path: Path) -> None:
    _fold(page)
    page.prefer(media="print", prefers_color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("[...document.querySelectorAll('details')].every(each => each.open)")
    assert page.evaluate("getComputedStyle(document.querySelector('.top')).display") == "none"
    assert page.evaluate("getComputedStyle(document.querySelector('.copy')).display") == "none"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(23, 33, 47)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not _is_open(page, "sold")
    page.paper(tmp_path / "story.pdf")
    assert (tmp_path / "story.pdf").read_bytes().startswith(b"%PDF")


def test_who_hears_the_page_is_told_what_is_what(page: Browser) -> None:
    page.ask("Accessibility.enable")
    nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
    told = [(each["role"]["value"], each.get("name", {}).get("value", "")) for each in nodes if not each["ignored"]]
    page.ask("Accessibility.disable")
    roles = {role for role, _ in told}
    assert {"banner", "navigation", "main", "contentinfo", "table", "heading"} <= roles
    assert next(name for role, name in told if role == "heading") == "shop"
    links = [name for role, name in told if role == "link"]
    assert any(name.startswith("sold — ") for name in links), links  # a step in the picture
    assert all(name.strip() for role, name in told if role in ("link", "button", "table", "region", "searchbox")), told


def test_three_hundred_steps_are_there_at_once(page: Browser, tmp_path: Path) -> None:
    file = tmp_path / "large.html"
    file.write_text(story_of(many(300, rows=5)))
    page.open(file)
    assert page.evaluate("document.querySelectorAll('article').length") == 300
    assert page.evaluate("performance.getEntriesByType('navigation')[0].domComplete") < 15_000
    page.evaluate("location.hash = '#step-step_5f_250'")
    page.until("document.querySelector('article[data-step=step_250] details').open")
