"""A step: what it is for, what went in and came out, how it ran, its text beside its SQL."""

from __future__ import annotations

from collections.abc import Iterator

from odibi_sql.story import tables
from odibi_sql.story.colours import coloured
from odibi_sql.story.comparison import change
from odibi_sql.story.facts import WORDS, Known, anchor, one_line, stage_link, status_mark, step_link, with_code
from odibi_sql.story.markdown import doc, inline
from odibi_sql.story.markup import Child, Html, el, joined
from odibi_sql.story.numbers import counted, difference, many, seconds, size
from odibi_sql.story.prose import listed
from odibi_sql.track import TrackedStage, TrackedStep


def card(known: Known, step: TrackedStep, numbers: tables.Numbers, *, is_open: bool) -> Html:
    """Return the card of a step, folded or not."""
    return el(
        "article",
        el(
            "details",
            el("summary", _summary(known, step)),
            el(
                "div",
                [failure(known, each, with_step=False) for each in known.failures.get(step.name, ())],
                _because(known, step),
                doc(step.doc) if step.doc else None,
                doc(known.notes[step.name]) if step.name in known.notes else None,
                _facts(known, step),
                tables.rules(step),
                _columns(known, step, numbers),
                _sample(step),
                _texts(known, step),
                class_="inside",
            ),
            open=is_open,
        ),
        id=anchor(step.name),
        class_=f"card-of kind-{step.kind} was-{step.status}",
        data_step=step.name,
        data_status=step.status,
        tabindex="-1",
    )


def _summary(known: Known, step: TrackedStep) -> Html:
    stage = known.stages.get(step.stage or "")
    time = (
        seconds(stage.seconds)
        if stage is not None and stage.status in ("done", "failed") and _is_home(known, step)
        else ""
    )
    moved = ""
    if step.rows is not None and step.rows_last is not None and step.rows != step.rows_last:
        moved = difference(step.rows, step.rows_last)
    about = known.notes.get(step.name) or step.doc or ""
    return joined(
        status_mark(step.status),
        el("h3", step.name),
        el("span", step.kind, class_="kind"),
        el("span", inline(one_line(about.strip().split("\n\n")[0], 140)), class_="about"),
        el(
            "span",
            many(step.rows, "row") if step.rows is not None else "",
            el("i", moved) if moved else None,
            class_="rows",
        ),
        el("span", time, class_="time"),
    )


def _is_home(known: Known, step: TrackedStep) -> bool:
    return known.homes.get(step.stage or "") == step.name


def failure(known: Known, stage: TrackedStage, *, with_step: bool) -> Html:
    """Return why a stage failed, where that stands in the pipeline, and what to do."""
    step = known.steps.get(known.homes.get(stage.name, ""))
    line, excerpt = _where(step, stage) if step is not None else (0, None)
    place = f"{known.track.file}:{line}" if line else known.track.file
    store = known.steps.get(stage.name)
    if store is not None and store is not step and store.line:
        place += f", stored at line {store.line}"
    name = stage_link(known, stage.name) if with_step else el("strong", f"{stage.name} failed")
    return el(
        "div",
        el("p", name, el("span", place, class_="place") if place else None),
        el("pre", stage.because or "no reason was recorded", class_="reason"),
        excerpt,
        el("p", el("b", "What to do: "), with_code(stage.hint)) if stage.hint else None,
        class_="failure",
    )


def _where(step: TrackedStep, stage: TrackedStage) -> tuple[int, Html | None]:
    """Return the line that a failure is of: that of the rule which stops the run, or else where the step begins."""
    lines = step.text.split("\n")
    broken = [rule for rule in step.rules if rule.action == "fail" and rule.holds is False]
    if stage.kind != "check" or not broken or not step.line:
        return step.line, None
    place = next((number for number, line in enumerate(lines) if _is_in(broken[0].text, line)), None)
    if place is None:
        return step.line, None
    shown = range(max(0, place - 1), min(len(lines), place + 2))
    width = len(str(step.line + len(lines)))
    rows = [f"{step.line + number:>{width}}  {lines[number]}" for number in shown]
    marked = [el("b", row) if number == place else row for number, row in zip(shown, rows, strict=True)]
    return step.line + place, el("pre", [[each, "\n"] for each in marked], class_="excerpt", tabindex="0")


def _is_in(rule: str, line: str) -> bool:
    return bool(rule.strip()) and "".join(rule.split()) in "".join(line.split())


def _because(known: Known, step: TrackedStep) -> Html | None:
    if not step.because or step.status == "done" or step.name in known.failures:
        return None
    return el("p", el("b", f"{WORDS[step.status].capitalize()}: "), with_code(step.because), class_="because")


def _facts(known: Known, step: TrackedStep) -> Html:
    found = [*_flow(known, step), *_run(known, step)]
    return el("dl", (el("div", el("dt", name), el("dd", value)) for name, value in found), class_="facts")


def _flow(known: Known, step: TrackedStep) -> Iterator[tuple[str, Child]]:
    """Give what goes in and where it goes."""
    if step.input is not None:
        bytes_ = f", {size(step.input.bytes)}" if step.input.bytes is not None else ""
        said = f" {step.input.format}, {many(step.input.files, 'file')}{bytes_}"
        yield "Reads", joined(el("code", step.input.location), said)
    if step.reads:
        yield "Reads", listed(step_link(known, each) for each in ([step.dataset] if step.dataset else step.reads))
    if step.target is not None:
        mode = f", {step.mode}" if step.mode and step.mode != "default" else ""
        yield "Stores", joined(el("code", step.target), mode)
    readers = known.readers.get(step.name, ())
    if readers:
        yield "Read by", listed(step_link(known, each) for each in readers)
    if step.kind != "store":
        yield "Rows", _rows(known, step)
    elif step.rows is not None:
        yield "Rows", counted(step.rows)
    if step.owner:
        yield "Owner", step.owner
    if step.tags:
        yield "Tags", [el("span", each, class_="tag") for each in step.tags]
    if step.line:
        yield "Place", f"{known.track.file}:{step.line}" if known.track.file else f"line {step.line}"


def _rows(known: Known, step: TrackedStep) -> Child:
    """Return how many rows a step gave, beside what went in, where both were counted."""
    if step.rows is None:
        within = [stage_link(known, each) for each in step.within]
        if step.status in ("done", "cached") and within:
            return joined("not counted: computed within ", listed(within), ", without a table of its own")
        return "not counted"
    first = known.steps.get(step.reads[0]) if step.reads else None
    if first is not None and first.rows is not None:
        return joined(counted(step.rows), f", of {counted(first.rows)} in ", step_link(known, first.name))
    return counted(step.rows)


def _run(known: Known, step: TrackedStep) -> Iterator[tuple[str, Child]]:
    """Give how it ran: the cost of its stage, told once, or where else it was computed."""
    stage = known.stages.get(step.stage or "")
    if stage is None:
        if step.within and step.rows is not None:
            yield "Computed within", listed(stage_link(known, each) for each in step.within)
        return
    if not _is_home(known, step):
        yield "Computed with", stage_link(known, stage.name)
        return
    yield from _cost(stage)
    if stage.why:
        yield "Ran because", el("ul", (el("li", each) for each in stage.why), class_="why")
    if stage.needs:
        yield "Waits for", listed(stage_link(known, each) for each in stage.needs)


def _cost(stage: TrackedStage) -> Iterator[tuple[str, Child]]:
    if stage.attempts:
        attempts = f" in {many(stage.attempts, 'attempt')}" if stage.attempts > 1 else ""
        storing = f", {seconds(stage.storing)} of it to put it in place" if stage.storing is not None else ""
        yield "Time", f"{seconds(stage.seconds)}{attempts}{storing}"
    if stage.seconds_last is not None and stage.status == "done":
        yield "Last run", seconds(stage.seconds_last)
    cost = stage.cost
    if cost.cpu is not None:
        yield "Processor", seconds(cost.cpu)
    if cost.memory is not None:
        yield "Memory", f"{size(cost.memory)} at most"
    if cost.spilled:
        yield "Spilled", size(cost.spilled)
    if cost.scanned is not None:
        yield "Scanned", many(cost.scanned, "row")
    if stage.bytes is not None:
        files = f" in {many(stage.files, 'file')}" if stage.files is not None else ""
        yield "Written", f"{size(stage.bytes)}{files}"
    if stage.key:
        yield "Key", el("code", stage.key[:12], title=stage.key)


def _columns(known: Known, step: TrackedStep, numbers: tables.Numbers) -> Html | None:
    if not step.columns:
        return None
    table = tables.columns(known, step, numbers)
    if step.kind != "store":
        return joined(el("h4", "Columns"), table)
    since = el("ul", map(change, step.drift), class_="changes") if step.drift else None
    other = joined(el("p", "Other than in the last run:", class_="caption"), since) if since else None
    return joined(other, el("details", el("summary", many(len(step.columns), "column")), table, class_="fold"))


def _sample(step: TrackedStep) -> Html | None:
    if step.sample is None:
        return None
    found = step.sample
    taken = f", taken by run {step.sample_from}" if step.sample_from else ""
    if not found.rows:
        caption = f"There is no row{taken}."
    elif step.rows is not None and step.rows <= len(found.rows):
        caption = f"All {many(len(found.rows), 'row')}{taken}" if len(found.rows) > 1 else f"Its one row{taken}"
    else:
        of = f" of {counted(step.rows)}" if step.rows is not None else ""
        caption = f"First {many(len(found.rows), 'row')}{of}{taken}"
    return joined(el("h4", "Rows"), tables.sample(found, f"Rows of {step.name}", caption))


def _texts(known: Known, step: TrackedStep) -> Html | None:
    """Return the text of a step beside the SQL of the stages that this card tells of."""
    stages = [each for each in known.track.stages if known.homes.get(each.name) == step.name]
    stages.sort(key=lambda each: each.name != step.stage)
    left = _text("In the pipeline", step.text, "pipeline") if step.text else None
    right: list[Child] = [_text(f"SQL of {each.name}", each.sql, "sql") for each in stages if each.sql]
    if stages and not right:
        is_idle = not any(each.sql for each in known.track.stages)
        why = "nothing in this run had to be computed" if is_idle else "it did not have to be computed"
        right.append(el("p", f"No SQL is recorded: {why}.", class_="hint elsewhere"))
    if not stages:
        others = [each for each in (step.stage, *step.within) if each]
        if others:
            right.append(
                el(
                    "p",
                    "Its SQL is part of ",
                    listed(stage_link(known, each) for each in others),
                    ".",
                    class_="hint elsewhere",
                )
            )
    if left is None and not right:
        return None
    return joined(el("h4", "Text and SQL"), el("div", el("div", left), el("div", right), class_="texts"))


def _text(title: str, text: str, language: str) -> Html:
    return el(
        "figure",
        el(
            "figcaption",
            title,
            el("button", "Copy", type="button", class_="copy needs-script", aria_label=f"Copy: {title}"),
        ),
        el("pre", el("code", coloured(text, language)), tabindex="0"),
        class_="text",
    )
