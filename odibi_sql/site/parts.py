"""Parts of the page of a pipeline: its picture, its steps, its tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from odibi_sql.draw import draw, picture_of
from odibi_sql.site.collect import Documented, DocumentedTest
from odibi_sql.story.colours import coloured
from odibi_sql.story.facts import Known, anchor, known_of, step_link
from odibi_sql.story.markdown import doc, inline
from odibi_sql.story.markup import Child, Html, el, joined
from odibi_sql.story.numbers import counted, many
from odibi_sql.story.source import source
from odibi_sql.story.tables import columns, scrolled
from odibi_sql.track import Track, TrackedStep

_WIDEST = 2400  # pixels of a picture that is made as small as the page
_ACTIONS = {
    "fail": "stops the run",
    "warn": "warns",
    "drop": "drops the row",
    "quarantine": "puts the row aside",
    "skip": "skips the step",
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline with what is looked up in it often."""

    documented: Documented
    known: Known
    numbers: Mapping[tuple[str, str], int]

    def anchor(self, step: str) -> str:
        """Return where a step is on its page."""
        return anchor(step)

    def last_words(self) -> str:
        """Return when the pipeline ran last and how that ended; "" where nothing is known of it."""
        last = self.documented.last
        if last is None or last.started is None:
            return ""
        return f"It ran last on {last.started:%Y-%m-%d %H:%M} UTC: {last.status}."


def shown_of(documented: Documented) -> Shown:
    """Return a pipeline as its page shows it."""
    graph = documented.graph
    track = Track(
        run="",
        pipeline=graph.pipeline,
        file=documented.file,
        text=documented.text,
        layers=graph.layers,
        steps=documented.steps,
    )
    pairs = ((step.name, column.name) for step in documented.steps for column in step.columns)
    return Shown(
        documented=documented,
        known=known_of(track),
        numbers={pair: number for number, pair in enumerate(pairs)},
    )


def picture(shown: Shown) -> Html:
    """Return the steps as a picture whose nodes lead to them."""
    drawn = picture_of(shown.documented.graph)
    plain = msgspec.structs.replace(
        drawn, nodes=tuple(msgspec.structs.replace(each, columns=()) for each in drawn.nodes)
    )
    steps = {each.name for each in shown.documented.steps}
    asides = {name: step for name, (step, _) in shown.known.asides.items()}
    links = {
        each.name: f"#{anchor(asides.get(each.name, each.name))}"
        for each in plain.nodes
        if each.name in steps or each.name in asides
    }
    svg = draw(plain, None, links, prefix="g-")
    width = re.search(r' width="(\d+)', svg)
    return el("div", Html(svg), class_="view fits" if width and int(width[1]) <= _WIDEST else "view")


def dataset(shown: Shown, step: TrackedStep) -> Html:
    """Return the card of a step."""
    about = (step.doc or "").strip().split("\n\n")[0]
    return el(
        "article",
        el(
            "details",
            el(
                "summary",
                el("h3", step.name),
                el("span", step.kind, class_="kind"),
                el("span", inline(about), class_="about"),
                class_="plain",
            ),
            el(
                "div",
                doc(step.doc) if step.doc else None,
                el(
                    "dl",
                    (el("div", el("dt", name), el("dd", value)) for name, value in _facts(shown, step)),
                    class_="facts",
                ),
                joined(el("h4", many(len(step.columns), "column")), columns(shown.known, step, shown.numbers)),
                _rules(step),
                el("figure", el("pre", el("code", coloured(step.text, "pipeline")), tabindex="0"), class_="text"),
                class_="inside",
            ),
            open=step.kind != "store" and len(shown.documented.steps) <= 12,
        ),
        id=anchor(step.name),
        class_=f"card-of kind-{step.kind}",
        tabindex="-1",
    )


def _facts(shown: Shown, step: TrackedStep) -> Iterator[tuple[str, Child]]:
    if step.input is not None:
        yield "Reads", joined(el("code", step.input.location), f" {step.input.format}")
    if step.reads:
        yield "Reads", _links(shown, (step.dataset,) if step.dataset else step.reads)
    if step.target is not None:
        mode = f", {step.mode}" if step.mode and step.mode != "default" else ""
        yield "Stores", joined(el("code", step.target), mode)
    readers = shown.known.readers.get(step.name, ())
    if readers:
        yield "Read by", _links(shown, readers)
    if step.owner:
        yield "Owner", step.owner
    if step.tags:
        yield "Tags", [el("span", each, class_="tag") for each in step.tags]
    ran = shown.documented.last.step(step.name) if shown.documented.last is not None else None
    if ran is not None and ran.rows is not None:
        yield "Rows in the last run", counted(ran.rows)


def _links(shown: Shown, names: tuple[str, ...]) -> Html:
    return joined([", " if place else "", step_link(shown.known, each)] for place, each in enumerate(names))


def _rules(step: TrackedStep) -> Html | None:
    rules = [each for each in step.rules if each.action != "skip"]
    if not rules:
        return None
    rows = (
        el(
            "tr",
            el("th", el("code", rule.name), scope="row"),
            el("td", el("code", rule.text) if rule.text != rule.name else None),
            el("td", _ACTIONS[rule.action], [" in ", el("code", rule.quarantine)] if rule.quarantine else None),
        )
        for rule in rules
    )
    name = f"Expectations of {step.name}"
    heads = ("Expectation", "Says", "Where it is not met")
    table = el(
        "table",
        el("caption", name, class_="sr"),
        el("thead", el("tr", (el("th", each, scope="col") for each in heads))),
        el("tbody", rows),
        class_="grid-table rules",
    )
    return joined(el("h4", "Expectations"), scrolled(table, name))


def sources_and_tests(shown: Shown) -> Iterator[Html]:
    """Give the section of the tests, and that of the text."""
    if shown.documented.tests:
        tests = [_test(shown, each) for each in shown.documented.tests]
        yield el("section", el("h2", "Tests"), tests, id="tests")
    yield source(shown.known)


def _test(shown: Shown, test: DocumentedTest) -> Html:
    return el(
        "article",
        el(
            "details",
            el("summary", el("h3", test.title), class_="plain"),
            el(
                "div",
                el(
                    "dl",
                    el("div", el("dt", "Given"), el("dd", _links(shown, test.given) or "nothing")),
                    el("div", el("dt", "Expected"), el("dd", _links(shown, test.expected))),
                    class_="facts",
                ),
                el("figure", el("pre", el("code", coloured(test.text, "pipeline")), tabindex="0"), class_="text"),
                class_="inside",
            ),
        ),
        class_="card-of",
    )
