"""What happened, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odibi_sql.story.facts import Known, in_order, one_line, stage_link, step_link, with_code
from odibi_sql.story.markup import Child, Html, el, joined
from odibi_sql.story.numbers import counted, many, seconds
from odibi_sql.track import Track, TrackedRule, TrackedStage, TrackedStep

_LISTED = 4  # names in a sentence; more are counted
_DEEDS = {
    "quarantine": ("was put aside", "were put aside"),
    "drop": ("was dropped", "were dropped"),
    "warn": ("breaks", "break"),
    "fail": ("breaks", "break"),
}


def told(known: Known) -> Html:
    """Return the story in short: the outcome, then what is worth to know."""
    first, *others = [*_outcome(known), *_rules(known), *_compared(known)]
    return joined(el("p", first, class_="lede"), el("p", _spaced(others), class_="more") if others else None)


def listed(items: Iterable[Child]) -> Html:
    """Return `a`, `a and b`, `a, b and c`."""
    found = list(items)
    parts: list[Child] = []
    for place, item in enumerate(found):
        parts += [item, "" if place == len(found) - 1 else " and " if place == len(found) - 2 else ", "]
    return joined(parts)


def _spaced(sentences: Iterable[Html]) -> Html:
    return joined([[each, " "] for each in sentences])


def _outcome(known: Known) -> Iterator[Html]:
    track = known.track
    name = el("b", track.pipeline)
    took = "" if track.seconds is None else seconds(track.seconds)
    match track.status:
        case "done" if track.stages and all(each.status == "cached" for each in track.stages):
            yield joined(name, " had nothing to do: all that it makes is there already", _in(took), ".")
        case "done":
            yield joined(name, f" ran in {took} and " if took else " ran and ", _stored(track), ".")
        case "failed":
            yield joined(name, f" failed after {took}" if took else " failed", _where(known), ".")
            yield from _so_far(track, "the others are as they were before it")
        case "cancelled":
            yield joined(name, f" was cancelled after {took}." if took else " was cancelled.")
            yield from _so_far(track, "the others are as they were before it")
        case "dead":
            yield joined(name, " was killed: its process ended before the run did.")
            yield from _so_far(track, "each of the others is as it was, or whole and new")
        case "running":
            yield joined(name, " had not ended when this page was made.")
            yield from _so_far(track, "the others are to come")
    if track.resumed_from:
        yield joined("It went on with run ", el("code", track.resumed_from), ".")
    yield from _cached(track)
    yield from _skipped(known)


def _in(took: str) -> str:
    return f" ({took})" if took else ""


def _stores(track: Track) -> list[TrackedStage]:
    return [each for each in track.stages if each.kind == "write"]


def _stored(track: Track) -> Html:
    """Return what was stored, and its rows."""
    done = [each for each in _stores(track) if each.status == "done"]
    if not done:
        return joined("stored nothing new") if _stores(track) else joined("stored nothing")
    rows = [each.rows for each in done]
    what = many(len(done), "dataset")
    known = [each for each in rows if each is not None]
    if len(known) < len(rows):
        return joined(f"stored {what}; not all of their rows were counted")
    if len(known) == 1:
        return joined(f"stored {what} of {many(known[0], 'row')}")
    if len(known) <= _LISTED + 1:
        return joined(f"stored {what} (", " + ".join(map(counted, known)), " rows)")
    return joined(f"stored {what}, {many(sum(known), 'row')} in all")


def _where(known: Known) -> Html:
    """Return in which steps a run failed, and why."""
    failed = [each for each in known.track.stages if each.status == "failed"]
    if not failed:
        whole = next(iter(known.track.problems), None)
        return joined(": ", with_code(one_line(whole[0]).rstrip("."))) if whole else joined()
    places = [stage_link(known, each.name) for each in failed[:_LISTED]]
    reason = one_line(failed[0].because).rstrip(".") if len(failed) == 1 else ""
    return joined(", in ", listed(places), [": ", with_code(reason)] if reason else None)


def _so_far(track: Track, others: str) -> Iterator[Html]:
    stores = _stores(track)
    done = sum(each.status in ("done", "cached") for each in stores)
    if not stores:
        return
    if done == len(stores):
        yield joined(f"{'Its one dataset was' if done == 1 else f'{_all(done)} datasets were'} in place by then.")
    elif not done:
        yield joined("Nothing was stored by then: every target is as it was." if "before" in others else "")
    else:
        yield joined(
            f"{done} of {many(len(stores), 'dataset')} {'was' if done == 1 else 'were'} in place by then; {others}."
        )


def _cached(track: Track) -> Iterator[Html]:
    cached = [each for each in track.stages if each.status == "cached"]
    if cached and len(cached) < len(track.stages):
        what = "what it makes" if len(cached) == 1 else "what they make"
        yield joined(f"{len(cached)} of {len(track.stages)} stages did not have to run: {what} was known already.")


def _skipped(known: Known) -> Iterator[Html]:
    skipped = [each.name for each in in_order(known) if each.status == "skipped"]
    if skipped:
        names = [step_link(known, each) for each in skipped[:_LISTED]]
        more = [f"{len(skipped) - _LISTED} more"] if len(skipped) > _LISTED else []
        yield joined(listed([*names, *more]), " was skipped." if len(skipped) == 1 else " were skipped.")


def _rules(known: Known) -> Iterator[Html]:
    counted_rules = [
        (step, rule)
        for step in in_order(known)
        for rule in step.rules
        if rule.action != "skip" and rule.count is not None and step.status in ("done", "cached", "failed")
    ]
    is_told = known.track.status == "failed"  # of what stopped the run
    broken = [
        (step, rule) for step, rule in counted_rules if rule.holds is False and not (is_told and rule.action == "fail")
    ]
    for step, rule in broken[:_LISTED]:
        yield _broken(known, step, rule)
    if len(broken) > _LISTED:
        yield joined(f"{many(len(broken) - _LISTED, 'more expectation was', 'more expectations were')} not met.")
    if counted_rules and all(rule.holds for _, rule in counted_rules):
        yield joined(
            "Its one expectation was met."
            if len(counted_rules) == 1
            else f"{_all(len(counted_rules))} expectations that were looked at were met."
        )


def _all(count: int) -> str:
    return "Both" if count == 2 else f"All {count:,}"


def _broken(known: Known, step: TrackedStep, rule: TrackedRule) -> Html:
    count = rule.count or 0
    deed = _DEEDS.get(rule.action, ("breaks", "break"))[count != 1]
    if step.status == "cached":  # it was counted before, and holds of what is there
        deed = deed.replace("was ", "is ").replace("were ", "are ")
    what = many(count, "row") if rule.counts == "rows" else many(count, "failure")
    name = el("code", rule.name)
    if rule.action in ("quarantine", "drop"):
        return joined(what, f" {deed} by ", name, " in ", step_link(known, step.name), ".")
    return joined(what, f" {deed} ", name, " in ", step_link(known, step.name), ".")


def _compared(known: Known) -> Iterator[Html]:
    track = known.track
    if track.compared_with is None:
        if track.status == "done":
            yield joined("There is no earlier run to compare it with.")
        return
    moved = [
        each.name for each in track.steps if None not in (each.rows, each.rows_last) and each.rows != each.rows_last
    ]
    drifted = [each.name for each in track.steps if each.drift]
    if not moved and not drifted:
        yield joined("Rows and columns, where both are known, are those of the last run.")
        return
    found = []
    if drifted:
        found.append(joined("the columns of ", _names(known, drifted)))
    if moved:
        found.append(joined("the number of rows of ", _names(known, moved)))
    yield joined("Since the last run, ", listed(found), " changed." if len(drifted) + len(moved) else "")


def _names(known: Known, names: list[str]) -> Html:
    if len(names) > _LISTED:
        return joined(many(len(names), "step"))
    return listed(step_link(known, each) for each in names)
