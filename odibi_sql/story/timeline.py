"""What ran beside what: a bar for each stage, on one scale."""

from __future__ import annotations

import math

from odibi_sql.story.facts import Known, stage_link, status_mark
from odibi_sql.story.markup import Html, el, joined
from odibi_sql.story.numbers import many, seconds
from odibi_sql.story.prose import listed
from odibi_sql.track import TrackedStage

_WIDE = 1000  # of a bar's picture, which is stretched
_LEAST = 3  # of a bar, to be seen
_FOLDED = 40  # rows; more are folded away


def timeline(known: Known) -> Html:
    """Return the section with the times of all stages; where none has a time there is none."""
    timed = [each for each in known.track.stages if each.began is not None and math.isfinite(each.began)]
    timed.sort(key=lambda each: (each.began or 0.0, each.name))
    if not timed:
        return joined()
    end = max([known.track.seconds or 0.0, *((each.began or 0.0) + each.seconds for each in timed)])
    step = _nice(end / 4)
    table = el(
        "table",
        el("caption", "Stages in the order in which they began", class_="sr"),
        el(
            "thead",
            el(
                "tr",
                el("th", "Stage", scope="col"),
                el("th", _scale(step), scope="col"),
                el("th", "Time", scope="col", class_="n"),
            ),
        ),
        el("tbody", (_row(known, each, step * 4) for each in timed)),
        class_="timeline",
    )
    return el(
        "section",
        el("h2", "What ran when", id="timeline-title"),
        el("p", _key(), class_="key"),
        table if len(timed) <= _FOLDED else el("details", el("summary", f"{many(len(timed), 'stage')}"), table),
        _untimed(known),
        id="timeline",
        aria_labelledby="timeline-title",
    )


def _nice(step: float) -> float:
    if step <= 0:
        return 0.001
    unit = 10.0 ** math.floor(math.log10(step))
    return next(each * unit for each in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if each * unit >= step * 0.9999)


def _scale(step: float) -> Html:
    said = ("0" if not place else seconds(place * step) for place in range(5))
    return el("span", (el("span", each) for each in said), class_="scale", aria_hidden="true")


def _key() -> Html:
    parts = (("wait", "could begin, and waits"), ("work", "computes"), ("store", "flushes, checks and puts in place"))
    return joined([el("span", el("span", class_=f"swatch {name}", aria_hidden="true"), words) for name, words in parts])


def _row(known: Known, stage: TrackedStage, whole: float) -> Html:
    began = stage.began or 0.0
    kind = {"write": "store", "check": "check", "materialize": "table", "answer": "answer"}[stage.kind]
    return el(
        "tr",
        el(
            "th",
            status_mark(stage.status),
            " ",
            stage_link(known, stage.name),
            el("span", kind, class_="kind-word"),
            scope="row",
        ),
        el(
            "td",
            _bar(stage, whole),
            el("span", f"from {seconds(began)} to {seconds(began + stage.seconds)}", class_="sr"),
        ),
        el("td", seconds(stage.seconds), class_="n"),
    )


def _bar(stage: TrackedStage, whole: float) -> Html:
    def at(value: float) -> float:
        return round(min(max(value / whole, 0.0), 1.0) * _WIDE, 1)

    began = stage.began or 0.0
    left, right = at(began), at(began + stage.seconds)
    width = max(right - left, _LEAST)
    left = min(left, _WIDE - width)
    ready = at(stage.ready) if stage.ready is not None and math.isfinite(stage.ready) else left
    storing = at(min(stage.storing or 0.0, stage.seconds))
    return el(
        "svg",
        (el("path", d=f"M{place} 0V14", class_="grid") for place in (250, 500, 750)),
        el("rect", x=f"{ready:g}", y=6, width=f"{left - ready:g}", height=2, class_="wait")
        if left - ready > 1
        else None,
        el("rect", x=f"{left:g}", y=2, width=f"{width:g}", height=10, class_=f"work of-{stage.status}"),
        el("rect", x=f"{left + width - storing:g}", y=2, width=f"{storing:g}", height=10, class_="store")
        if storing
        else None,
        viewBox=f"0 0 {_WIDE} 14",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def _untimed(known: Known) -> Html | None:
    rest = [each for each in known.track.stages if each.began is None]
    if not rest:
        return None
    if len(rest) > 12:
        return el("p", f"{many(len(rest), 'stage')} did not run, or have no times in the record.", class_="hint")
    return el(
        "p",
        "Without times: ",
        listed(joined(stage_link(known, each.name), f" ({each.status})") for each in rest),
        ".",
        class_="hint",
    )
