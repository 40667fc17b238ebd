"""This run beside the last one: rows, times, columns."""

from __future__ import annotations

from odibi_sql.story.facts import Known, in_order, step_link
from odibi_sql.story.markup import Html, el, joined
from odibi_sql.story.numbers import difference, many, rows, seconds, share
from odibi_sql.track import Change, Track, TrackedStep

_FOLDED = 30  # steps; more are folded away


def comparison(known: Known) -> Html:
    """Return the section; without a run to compare with there is none."""
    track = known.track
    if track.compared_with is None:
        return joined()
    steps = [each for each in in_order(known) if each.rows is not None or each.rows_last is not None or each.drift]
    other = [each for each in steps if each.drift or (_is_counted(each) and each.rows != each.rows_last)]
    same = [each for each in steps if each not in other and _is_counted(each)]
    once = [each for each in steps if each not in other and not _is_counted(each)]
    return el(
        "section",
        el("h2", "Against the last run", id="comparison-title"),
        el("p", "Compared with ", el("code", track.compared_with), _times(known), class_="hint"),
        _table(known, other, "Steps with other rows or other columns than in the last run") if other else None,
        _folded(known, same, f"{many(len(same), 'step')} with as many rows and the same columns", is_open=not other),
        _folded(known, once, f"{many(len(once), 'step')} of which one of both runs has no count", is_open=False),
        id="comparison",
        aria_labelledby="comparison-title",
    )


def faster(track: Track) -> str:
    """Return by how much this run is faster or slower, ` (−14 %)`; "" where the last one ran other stages."""
    ran = [each for each in track.stages if each.status in ("done", "failed")]
    is_like = track.status == "done" and ran and all(each.seconds_last is not None for each in ran)
    if not is_like or track.seconds is None or track.seconds_last is None:
        return ""
    by = share(track.seconds, track.seconds_last)
    return f" ({by})" if by else ""


def _is_counted(step: TrackedStep) -> bool:
    return step.rows is not None and step.rows_last is not None


def _times(known: Known) -> str:
    now, before = known.track.seconds, known.track.seconds_last
    if now is None or before is None:
        return "."
    return f", which took {seconds(before)}; this one {seconds(now)}{faster(known.track)}."


def _folded(known: Known, steps: list[TrackedStep], said: str, *, is_open: bool) -> Html | None:
    if not steps:
        return None
    table = _table(known, steps, said)
    return el("details", el("summary", said), table, open=is_open and len(steps) <= _FOLDED)


def _table(known: Known, steps: list[TrackedStep], caption: str) -> Html:
    heads = (
        ("Step", ""),
        ("Rows then", "n"),
        ("Rows now", "n"),
        ("", "n"),
        ("Time then", "n"),
        ("Time now", "n"),
        ("Columns", ""),
    )
    return el(
        "div",
        el(
            "table",
            el("caption", caption, class_="sr"),
            el(
                "thead",
                el(
                    "tr",
                    (
                        el("th", name or el("span", "Difference", class_="sr"), scope="col", class_=side or None)
                        for name, side in heads
                    ),
                ),
            ),
            el("tbody", (_row(known, each) for each in steps)),
            class_="grid-table",
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def _row(known: Known, step: TrackedStep) -> Html:
    stage = known.stages.get(step.stage or "")
    now = "–" if stage is None or stage.status != "done" else seconds(stage.seconds)
    before = "–" if stage is None or stage.seconds_last is None else seconds(stage.seconds_last)
    both = _is_counted(step)
    moved = difference(step.rows or 0, step.rows_last or 0) if both else ""
    by = share(step.rows or 0, step.rows_last or 0) if both else ""
    sign = "up" if moved.startswith("+") else "down" if moved.startswith("−") else "same"
    return el(
        "tr",
        el("th", step_link(known, step.name), scope="row"),
        el("td", rows(step.rows_last), class_="n"),
        el("td", rows(step.rows), class_="n"),
        el("td", moved, f" ({by})" if by else None, class_=f"n moved {sign}"),
        el("td", before, class_="n"),
        el("td", now, class_="n"),
        el(
            "td",
            el("ul", map(change, step.drift), class_="changes")
            if step.drift
            else el("span", "the same", class_="quiet"),
        ),
    )


def change(each: Change) -> Html:
    """Return what is other about a column, as an item of a list."""
    name = el("code", each.column)
    match each.kind:
        case "added":
            said = joined("+ ", name, f" {each.after}")
        case "removed":
            said = joined("− ", name, f" {each.before}")
        case _:
            wider = " (wider)" if each.is_wider else ""
            said = joined("~ ", name, f" {each.before} → {each.after}{wider}")
    return el("li", said, class_=f"change {each.kind}")
