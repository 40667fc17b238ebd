"""What the parts of a story ask of a record."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from odibi_sql.draw import id_of
from odibi_sql.story.markup import Html, el, joined
from odibi_sql.track import Status, Track, TrackedRule, TrackedStage, TrackedStep

MARKS: dict[Status, str] = {
    "done": "✓",
    "cached": "=",
    "failed": "✕",
    "skipped": "↷",
    "cancelled": "■",
    "running": "▸",
    "pending": "·",
}
WORDS: dict[Status, str] = {
    "done": "done",
    "cached": "as before",
    "failed": "failed",
    "skipped": "skipped",
    "cancelled": "cancelled",
    "running": "unfinished",
    "pending": "did not begin",
}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A record, with what is looked up in it often. Of steps with one name the first is known."""

    track: Track
    steps: Mapping[str, TrackedStep]
    stages: Mapping[str, TrackedStage]
    homes: Mapping[str, str]  # of a stage, the step whose card tells of it
    readers: Mapping[str, tuple[str, ...]]
    asides: Mapping[str, tuple[str, TrackedRule]]  # of a dataset that is put aside, the step and its rule
    notes: Mapping[str, str]  # of a step, what is said of it beside its doc comment
    failures: Mapping[str, tuple[TrackedStage, ...]]  # of a step, the stages that failed and that its card tells of


def known_of(track: Track, notes: Mapping[str, str] | None = None) -> Known:
    """Return the record with what is looked up in it."""
    steps = {each.name: each for each in reversed(track.steps)}
    readers: dict[str, list[str]] = {}
    for step in steps.values():
        for name in dict.fromkeys(step.reads):
            readers.setdefault(name, []).insert(0, step.name)
    homes = {each.name: _home(each, track) for each in track.stages}
    failures = {
        name: tuple(each for each in track.stages if each.status == "failed" and homes[each.name] == name)
        for name in steps
    }
    return Known(
        track=track,
        steps={name: replace(each, status=_status(each, failures, track)) for name, each in steps.items()},
        stages={each.name: each for each in reversed(track.stages)},
        homes=homes,
        readers={name: tuple(each) for name, each in readers.items()},
        asides={
            rule.quarantine: (step.name, rule)
            for step in track.steps
            for rule in step.rules
            if rule.quarantine is not None
        },
        notes=notes or {},
        failures={name: each for name, each in failures.items() if each},
    )


def _status(step: TrackedStep, failures: Mapping[str, tuple[TrackedStage, ...]], track: Track) -> Status:
    """Return how a step is shown: failed where what its card tells of did, and only there.

    A step that was computed within a check that counted broken rows of another one gave its rows to that.
    """
    if failures.get(step.name):
        return "failed"
    if step.status != "failed" or step.stage is not None:
        return step.status
    failed = [each for each in track.stages if each.name in step.within and each.status == "failed"]
    return "done" if failed and all(_has_counted(each, failures, track) for each in failed) else "failed"


def _has_counted(stage: TrackedStage, failures: Mapping[str, tuple[TrackedStage, ...]], track: Track) -> bool:
    owner = next((name for name, each in failures.items() if stage in each), "")
    step = track.step(owner)
    return stage.kind == "check" and step is not None and any(rule.holds is False for rule in step.rules)


def _home(stage: TrackedStage, track: Track) -> str:
    """Return the step whose card has the SQL of a stage; "" where there is none."""
    own = next((each.name for each in track.steps if each.stage == stage.name), None)
    if own is not None:
        return own
    within = [each for each in track.steps if each.name in stage.steps]
    ruled = [each.name for each in within if each.rules and stage.name.startswith(each.name)]
    ruled += [each.name for each in reversed(within) if each.rules]
    return next(iter([*ruled, *(each.name for each in reversed(within))]), "")


def in_order(known: Known) -> list[TrackedStep]:
    """Return the steps as they stand in the record."""
    return [known.steps[name] for name in dict.fromkeys(each.name for each in known.track.steps)]


def anchor(step: str) -> str:
    """Return the id of the card of a step."""
    return id_of(step)


def step_link(known: Known, name: str, label: str = "") -> Html:
    """Return the name of a step as a link to its card, if there is one."""
    shown = el("code", label or name)
    step = known.asides[name][0] if name in known.asides and name not in known.steps else name
    return el("a", shown, href=f"#{anchor(step)}", class_="step") if step in known.steps else shown


def stage_link(known: Known, name: str) -> Html:
    """Return the name of a stage as a link to the card that tells of it."""
    home = known.homes.get(name, "")
    return el("a", el("code", name), href=f"#{anchor(home)}", class_="step") if home else el("code", name)


def status_mark(status: Status, *, words: bool = False) -> Html:
    """Return the sign of a status; its word is there for all, or for who cannot see the sign."""
    word = WORDS[status]
    sign = el("span", MARKS[status], class_="sign", aria_hidden="true")
    return el("span", sign, el("span", word, class_="word" if words else "sr"), class_=f"status is-{status}")


def with_code(text: str) -> Html:
    """Return a message of ours: what stands between backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return joined(text)
    return joined(el("code", part) if place % 2 else part for place, part in enumerate(parts))


def one_line(text: str, most: int = 300) -> str:
    """Return the first line of a text, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
