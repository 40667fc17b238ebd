"""The whole page: one text, which needs nothing else and lets nothing in."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from odibi_sql.draw import DARK, LIGHT, RULES
from odibi_sql.story.card import card, failure
from odibi_sql.story.comparison import comparison, faster
from odibi_sql.story.facts import MARKS, WORDS, Known, in_order, known_of, status_mark, with_code
from odibi_sql.story.graph import graph
from odibi_sql.story.markdown import doc
from odibi_sql.story.markup import Child, Html, el, joined
from odibi_sql.story.numbers import counted, many, rows, seconds, size
from odibi_sql.story.prose import told
from odibi_sql.story.source import source
from odibi_sql.story.timeline import timeline
from odibi_sql.track import Track, TrackedStep

_MOST_FAILURES = 5
_MOST_OPEN = 5  # steps; of more the cards are folded, but for what failed
_RUN_WORDS = {"done": "done", "failed": "failed", "cancelled": "cancelled", "dead": "killed", "running": "running"}


def story_of(track: Track, notes: Mapping[str, str] | None = None) -> str:
    """Return the record of a run as one page of HTML, the same for the same record.

    It needs no network, and its content security policy allows none: the style and the script are known by their
    digests. `notes` say more of steps, by their names, in the Markdown of doc comments.
    """
    known = known_of(track, notes)
    style, script = style_of_pages(), _script()
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy(style, script)),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="generator", content=f"odibi {track.version}".strip()),
        el("link", rel="icon", href=_icon(track.status)),
        el("title", f"{track.pipeline}: {_RUN_WORDS.get(track.status, track.status)} – {track.run}"),
        el("style", Html(style)),
    )
    body = el(
        "body",
        el("a", "Skip to what happened", href="#story", class_="skip"),
        _top(known),
        el("main", _main(known), id="story", tabindex="-1", class_="page"),
        _foot(track),
        el("script", Html(script)),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def policy(style: str, script: str = "") -> str:
    """Return the content security policy: nothing but this style, this script, and pictures in the page."""
    scripts = f" script-src '{_digest(script)}';" if script else ""
    return (
        f"default-src 'none'; style-src '{_digest(style)}';{scripts} img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def style_of_pages() -> str:
    """Return how pages look, light and dark."""
    rules = files("odibi_sql.story").joinpath("story.css").read_text(encoding="utf-8")
    light, dark = (variables.replace("\n", "") for variables in (LIGHT, DARK))
    found = rules.replace("/*light*/", light).replace("/*dark*/", dark) + RULES
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", found, flags=re.DOTALL)).strip()


@cache
def _script() -> str:
    return files("odibi_sql.story").joinpath("story.js").read_text(encoding="utf-8").strip()


def _icon(status: str) -> str:
    colour = {"done": "1c9a55", "failed": "d63a3a", "running": "d99a06"}.get(status, "8d97a5")
    return (
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        f"%3Ccircle cx='8' cy='8' r='7' fill='%23{colour}'/%3E%3C/svg%3E"
    )


def _top(known: Known) -> Html:
    track = known.track
    return el(
        "header",
        el("span", el("b", "odibi"), " story", class_="brand"),
        el("span", track.pipeline, class_="crumb"),
        _contents(track),
        el(
            "div",
            el("button", "Dark", type="button", id="theme", aria_pressed="false"),
            el("button", "Print", type="button", id="print"),
            class_="tools needs-script",
        ),
        class_="top",
    )


def _main(known: Known) -> Iterator[Child]:
    track = known.track
    yield el(
        "section",
        el(
            "p",
            el("span", _RUN_WORDS.get(track.status, track.status), class_=f"pill is-{track.status}"),
            _when(track),
            class_="over",
        ),
        el("h1", track.pipeline),
        doc(track.doc) if track.doc else None,
        told(known),
        _tiles(known),
        _problems(known),
        _about(track),
        class_="hero",
    )
    yield graph(known)
    yield timeline(known)
    yield comparison(known)
    yield _steps(known)
    yield source(known)


def _when(track: Track) -> Child:
    said: list[Child] = []
    if track.started is not None:
        said.append(
            el("time", f"{track.started:%Y-%m-%d %H:%M:%S} UTC", datetime=f"{track.started:%Y-%m-%dT%H:%M:%SZ}")
        )
    engine = f"{track.engine} {track.engine_version}".strip()
    said += [el("span", engine)] if engine else []
    return said


def _tiles(known: Known) -> Html:
    return el(
        "dl",
        (
            el("div", el("dt", name), el("dd", value), el("dd", more, class_="more") if more else None)
            for name, value, more in _numbers(known)
        ),
        class_="tiles",
    )


def _numbers(known: Known) -> Iterator[tuple[str, Child, Child]]:
    """Give what is told in large numbers: a name, the number, and what to say below it."""
    track = known.track
    if track.seconds is not None:
        last = "" if track.seconds_last is None else f"last run {seconds(track.seconds_last)}{faster(track)}"
        yield "Time", seconds(track.seconds), last
    counts = Counter(each.status for each in track.stages)
    if track.stages:
        told_ = ", ".join(f"{counts[each]} {WORDS[each]}" for each in MARKS if counts[each])
        yield "Stages", counted(len(track.stages)), told_
    stored = [each for each in track.stages if each.kind == "write" and each.status == "done"]
    if stored and all(each.rows is not None for each in stored):
        sizes = [each.bytes for each in stored if each.bytes is not None]
        more = (
            f"{size(sum(sizes))} in {many(len(stored), 'store')}"
            if len(sizes) == len(stored)
            else many(len(stored), "store")
        )
        yield "Rows stored", rows(sum(each.rows or 0 for each in stored)), more
    aside = [
        rule.count
        for step in track.steps
        for rule in step.rules
        if rule.quarantine is not None and rule.count is not None
    ]
    if aside:
        yield "Rows put aside", rows(sum(aside)), many(len(aside), "expectation")
    if track.memory is not None:
        yield "Memory", size(track.memory), "the most that the process held"


def _problems(known: Known) -> Iterator[Html]:
    track = known.track
    for message, hint in track.problems:
        yield el(
            "div",
            el("pre", message, class_="reason"),
            el("p", el("b", "What to do: "), hint) if hint else None,
            class_="failure",
        )
    for warning in track.warnings:
        yield el("p", el("b", "Warning: "), with_code(warning), class_="warning")
    failed = [each for each in track.stages if each.status == "failed"]
    for stage in failed[:_MOST_FAILURES]:
        yield failure(known, stage, with_step=True)
    if len(failed) > _MOST_FAILURES:
        yield el("p", f"{len(failed) - _MOST_FAILURES} more stages failed: their cards say why.", class_="because")


def _about(track: Track) -> Html:
    facts: list[tuple[str, Child]] = [("Run", el("code", track.run))]
    facts += [("File", el("code", track.file))] if track.file else []
    facts += (
        [
            (
                "Parameters",
                [el("code", f"{name} = {value}", class_="parameter") for name, value in track.parameters.items()],
            )
        ]
        if track.parameters
        else []
    )
    facts += [("Clock", f"{track.clock:%Y-%m-%d %H:%M:%S} UTC")] if track.clock is not None else []
    facts += [("Compiled in", seconds(track.compiling))] if track.compiling is not None else []
    facts += [("Resumed from", el("code", track.resumed_from))] if track.resumed_from else []
    return el("dl", (el("div", el("dt", name), el("dd", value)) for name, value in facts), class_="facts about-run")


def _steps(known: Known) -> Html:
    steps = in_order(known)
    numbers = {
        (step.name, column.name): number
        for number, (step, column) in enumerate(
            (step, column) for step in _laid_out(known, steps) for column in step.columns
        )
    }
    is_open = len(steps) <= _MOST_OPEN
    groups = []
    for layer, members in _by_layer(known, steps):
        heading = el("h3", layer, class_="layer-name") if layer else None
        groups.append(
            joined(
                heading, [card(known, each, numbers, is_open=is_open or each.status == "failed") for each in members]
            )
        )
    return el(
        "section",
        el("h2", f"{'The' if len(steps) != 1 else ''} {many(len(steps), 'step')}".strip(), id="steps-title"),
        _find(steps),
        groups,
        el("p", "No step is called so.", class_="hint", id="nothing-found", hidden=True),
        id="steps",
        aria_labelledby="steps-title",
    )


def _laid_out(known: Known, steps: list[TrackedStep]) -> list[TrackedStep]:
    """Return steps as their cards follow each other."""
    return [each for _, members in _by_layer(known, steps) for each in members]


def _by_layer(known: Known, steps: list[TrackedStep]) -> Iterator[tuple[str | None, list[TrackedStep]]]:
    layers = [None, *dict.fromkeys(known.track.layers)]
    for layer in layers:
        members = [each for each in steps if (each.layer if each.layer in layers else None) == layer]
        if members:
            yield layer, members


def _find(steps: list[TrackedStep]) -> Html:
    found = Counter(each.status for each in steps)
    chips = (
        el(
            "button",
            status_mark(each),
            f" {found[each]} {WORDS[each]}",
            type="button",
            data_filter=each,
            aria_pressed="false",
        )
        for each in MARKS
        if found[each]
    )
    return el(
        "div",
        el(
            "label",
            el("span", "Find a step", class_="sr"),
            el("input", type="search", id="find", placeholder="Find a step", autocomplete="off"),
        ),
        el("div", chips, class_="switch", role="group", aria_label="Show only") if len(found) > 1 else None,
        el(
            "div",
            el("button", "Open all", type="button", data_fold="open"),
            el("button", "Fold all", type="button", data_fold="shut"),
            class_="switch",
            role="group",
            aria_label="Cards",
        ),
        class_="tools find needs-script",
    )


def _contents(track: Track) -> Html:
    parts: list[tuple[str, str]] = [("#graph", "Picture")] if track.steps else []
    parts += [("#timeline", "Times")] if any(each.began is not None for each in track.stages) else []
    parts += [("#comparison", "Last run")] if track.compared_with is not None else []
    parts += [("#steps", "Steps")]
    parts += [("#source", "Pipeline")] if track.text else []
    items = (el("li", el("a", name, href=place)) for place, name in parts)
    return el("nav", el("ul", items), aria_label="Contents")


def _foot(track: Track) -> Html:
    return el(
        "footer",
        el(
            "p",
            f"Made of the record of run {track.run} by odibi {track.version}. ".replace("odibi .", "odibi."),
            "Every number was counted in that run, or says of which run it is; a dash stands for what was not counted.",
        ),
    )
