"""Tables of a card: columns, first rows, rules and the rows that broke them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from odibi_sql.run.measured import Sample
from odibi_sql.story.facts import Known, step_link
from odibi_sql.story.markup import Child, Html, el, joined
from odibi_sql.story.numbers import counted, many, not_counted
from odibi_sql.story.prose import listed
from odibi_sql.track import Change, Column, MadeOf, TrackedRule, TrackedStep

Numbers = Mapping[tuple[str, str], int]  # of columns, by step and name
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")
_LONGEST = 160  # characters of a cell
_DIRECT = ("IDENTITY", "TRANSFORMATION", "AGGREGATION")
_DONE = {
    "fail": "stops the run",
    "warn": "warns",
    "drop": "drops the row",
    "quarantine": "puts the row aside",
    "skip": "skips the step",
}


def scrolled(table: Html, name: str) -> Html:
    """Return a table that is moved sideways where it is wide."""
    return el("div", table, class_="scroll", tabindex="0", role="region", aria_label=name)


def columns(known: Known, step: TrackedStep, numbers: Numbers) -> Html:
    """Return the columns of a step: types, nulls, what they are made of, what is new."""
    has_nulls = any(each.nulls is not None for each in step.columns)
    has_origins = step.kind != "store" and any(each.made_of or each.made for each in step.columns)
    changed = {each.column: each for each in step.changes}
    drifted = {each.column: each for each in step.drift}
    heads = ["Column", "Type", *(["Nulls"] if has_nulls else []), *(["Made of"] if has_origins else [])]
    rows = [
        el(
            "tr",
            el("th", el("code", each.name), _marks(each, changed.get(each.name), drifted.get(each.name)), scope="row"),
            el("td", el("code", each.type), "" if each.nullable else el("span", " not null", class_="quiet")),
            el("td", not_counted() if each.nulls is None else counted(each.nulls), class_="n") if has_nulls else None,
            el("td", _origin(known, each)) if has_origins else None,
            data_column=each.name,
            data_of=_of(each, numbers),
        )
        for each in step.columns
    ]
    gone = [_gone(each, len(heads)) for each in step.drift if each.kind == "removed"]
    left = [each for each in step.changes if each.kind == "removed"]
    name = f"{many(len(step.columns), 'column')} of {step.name}"
    table = el(
        "table",
        el("caption", name, class_="sr"),
        el("thead", el("tr", (el("th", each, scope="col", class_="n" if each == "Nulls" else None) for each in heads))),
        el("tbody", rows, gone),
        class_="grid-table columns",
    )
    return joined(scrolled(table, name), _left(known, step, left) if left and step.reads else None)


def _left(known: Known, step: TrackedStep, left: Iterable[Change]) -> Html:
    names = [el("code", each.column, title=each.before) for each in left]
    return el("p", "Not kept of ", step_link(known, step.reads[0]), ": ", listed(names), ".", class_="caption")


def _of(column: Column, numbers: Numbers) -> str:
    """Return the numbers of the columns that one is made of; those that only decide are marked by `~`."""
    found: dict[int, str] = {}
    for each in column.made_of:
        number = numbers.get((each.step, each.column))
        if number is not None:
            found.setdefault(number, "" if each.kind in _DIRECT else "~")
    return " ".join(f"{sign}{number}" for number, sign in found.items())


def _marks(column: Column, change: Change | None, drift: Change | None) -> list[Html]:
    marks = []
    if column.is_sensitive:
        marks.append(el("span", "masked", class_="tag masked", title="Its values are written down nowhere"))
    if change is not None:
        words = {
            "added": "new",
            "type": "other type",
            "nullability": "never null" if not column.nullable else "can be null",
        }
        title = f"was {change.before}" if change.before else "not in what the step reads first"
        marks.append(el("span", words.get(change.kind, change.kind), class_=f"tag {change.kind}", title=title))
    if drift is not None:
        before = f"was {drift.before}" if drift.before else "was not there"
        marks.append(el("span", f"{before} in the last run", class_="tag drift"))
    return marks


def _gone(change: Change, width: int) -> Html:
    said = f" the last run had it: {change.before}"
    marks = [el("span", "gone", class_="tag removed"), el("span", said, class_="quiet")]
    return el("tr", el("th", el("code", change.column), scope="row"), el("td", marks, colspan=width - 1), class_="gone")


def _origin(known: Known, column: Column) -> Html:
    """Return the expression of a column, and those that it is made of."""
    direct = [each for each in column.made_of if each.kind in _DIRECT]
    decides = [each for each in column.made_of if each.kind not in _DIRECT]
    is_taken = not column.made and len(direct) == 1 and direct[0].kind == "IDENTITY"
    said: list[Child] = [el("code", column.made, class_="made")] if column.made else []
    if direct:
        said.append(el("span", _refs(known, direct, "" if is_taken else "from "), class_="refs"))
    if decides:
        said.append(el("span", _refs(known, decides, "decided by "), class_="refs quiet"))
    return joined(said) if said else el("span", "–", class_="quiet")


def _refs(known: Known, refs: Iterable[MadeOf], lead: str) -> Html:
    found = list(dict.fromkeys((each.step, each.column) for each in refs))
    shown = [step_link(known, step, f"{step}.{column}") for step, column in found[:6]]
    more = f" and {len(found) - 6} more" if len(found) > 6 else ""
    return joined(lead, [[", " if place else "", each] for place, each in enumerate(shown)], more)


def sample(found: Sample, name: str, caption: str) -> Html:
    """Return rows as a table; what is masked says so."""
    masked = [each in found.masked for each in found.columns]
    numeric = [
        all(_is_number(cell) for row in found.rows for cell in row[place : place + 1])
        for place in range(len(found.columns))
    ]
    heads = (
        el(
            "th",
            el("code", each),
            el("span", "masked", class_="tag masked") if hidden else None,
            scope="col",
            class_="n" if is_number and not hidden else None,
        )
        for each, hidden, is_number in zip(found.columns, masked, numeric, strict=True)
    )
    table = el(
        "table",
        el("caption", caption, class_="sr"),
        el("thead", el("tr", heads)),
        el("tbody", (el("tr", map(_cell, row, masked, numeric)) for row in found.rows)),
        class_="grid-table sample",
    )
    return joined(el("p", caption, class_="caption"), scrolled(table, name) if found.columns else None)


def _cell(value: str | None, hidden: bool, is_number: bool) -> Html:
    if hidden:
        return el("td", "masked", class_="void")
    if value is None:
        return el("td", "null", class_="void n" if is_number else "void")
    if not value:
        return el("td", "empty text", class_="void")
    if len(value) > _LONGEST:
        return el("td", f"{value[:_LONGEST]}…")
    return el("td", value, class_="n" if is_number else None)


def _is_number(value: str | None) -> bool:
    """Whether a cell is a number, or none: of a column of such cells all stand to the right."""
    return value is None or (len(value) < 40 and _NUMBER.fullmatch(value) is not None)


def rules(step: TrackedStep) -> Html | None:
    """Return the expectations of a step: what they found, and rows that broke them."""
    if not step.rules:
        return None
    name = f"Expectations of {step.name}"
    heads = (("Expectation", ""), ("Says", ""), ("Where it is not met", ""), ("Found", ""))
    table = el(
        "table",
        el("caption", name, class_="sr"),
        el("thead", el("tr", (el("th", each, scope="col", class_=side or None) for each, side in heads))),
        el("tbody", map(_rule, step.rules)),
        class_="grid-table rules",
    )
    broken = [
        sample(rule.broken, f"Rows that break {rule.name}", f"Rows that break {rule.name}: {_shown(rule)}")
        for rule in step.rules
        if rule.broken is not None and rule.broken.rows
    ]
    return joined(el("h4", "Expectations"), scrolled(table, name), broken)


def _shown(rule: TrackedRule) -> str:
    shown = len(rule.broken.rows) if rule.broken is not None else 0
    if rule.count is None or rule.counts != "rows":
        return f"{shown} of them"
    return f"{shown} of {counted(rule.count)}"


def _rule(rule: TrackedRule) -> Html:
    deed = _DONE.get(rule.action, rule.action)
    aside: list[Child] = [" in ", el("code", rule.quarantine)] if rule.quarantine else []
    match rule.holds:
        case None:
            found = el("span", "not counted", class_="quiet")
        case True:
            found = el("span", el("span", "✓", aria_hidden="true"), " met", class_="met")
        case False:
            noun = "row" if rule.counts == "rows" else "failure"
            found = el(
                "span",
                el("span", "✕", aria_hidden="true"),
                f" {many(rule.count or 0, noun)}",
                class_=f"unmet by-{rule.action}",
            )
    return el(
        "tr",
        el("th", el("code", rule.name), scope="row"),
        el("td", el("code", rule.text)),
        el("td", deed, aside),
        el("td", found),
    )
