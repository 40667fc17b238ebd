"""The steps as a picture: how each went, and where to read on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from odibi_sql.draw import Edge, Node, NodeKind, Picture, draw, sources_first
from odibi_sql.story.facts import MARKS, WORDS, Known, anchor, in_order
from odibi_sql.story.markup import Html, el, joined
from odibi_sql.story.numbers import many, seconds, size
from odibi_sql.track import Status, TrackedRule, TrackedStep

_MOST_COLUMNS = 700  # of all steps, that are drawn one by one


def graph(known: Known) -> Html:
    """Return the section with the picture, and with a second one that shows columns where there are not too many."""
    picture = picture_of(known)
    if not picture.nodes:
        return joined()
    states = {each.name: _state(known, each.name) for each in picture.nodes}
    links = {each.name: f"#{anchor(_card(known, each.name))}" for each in picture.nodes}
    plain = replace(picture, nodes=tuple(replace(each, columns=()) for each in picture.nodes))
    views = [el("div", Html(draw(plain, states, links, prefix="g-")), class_="view", data_view="steps")]
    drawn = sum(len(each.columns) for each in picture.nodes)
    if 0 < drawn <= _MOST_COLUMNS:
        inside = Html(draw(picture, states, links, columns=True, prefix="c-"))
        views.append(el("div", inside, class_="view", data_view="columns", hidden=True))
    return el(
        "section",
        el("h2", "How it hangs together", id="graph-title"),
        el("a", "Go past the picture", href="#flow", class_="past"),
        _tools(len(views) > 1),
        el(
            "div",
            views,
            class_="canvas",
            tabindex="0",
            role="group",
            aria_label="Picture of the steps; arrow keys move it, plus and minus zoom",
        ),
        el("p", _hint(), class_="hint", id="flow", role="status", tabindex="-1"),
        _legend(states),
        id="graph",
        aria_labelledby="graph-title",
    )


def _hint() -> str:
    return (
        "Click a step to read on. Rest on a step, or on a column of one, to see what it comes from and where it goes."
    )


def _tools(has_columns: bool) -> Html:
    views = (
        el("button", name, type="button", data_show=view, aria_pressed="true" if view == "steps" else "false")
        for view, name in (("steps", "Steps"), ("columns", "Columns"))
    )
    return el(
        "div",
        el("div", views, class_="switch", role="group", aria_label="What the picture shows") if has_columns else None,
        el(
            "div",
            el("button", "−", type="button", data_zoom="out", aria_label="Zoom out"),
            el("button", "+", type="button", data_zoom="in", aria_label="Zoom in"),
            el("button", "Fit", type="button", data_zoom="fit"),
            class_="switch",
            role="group",
            aria_label="Zoom",
        ),
        class_="tools needs-script",
    )


def _legend(states: Mapping[str, Status]) -> Html:
    found = [each for each in MARKS if each in states.values()]
    items = (
        el("li", el("span", class_=f"dot is-{each}", aria_hidden="true"), f"{count} {WORDS[each]}")
        for each in found
        for count in [list(states.values()).count(each)]
    )
    return el("ul", items, class_="legend")


def picture_of(known: Known) -> Picture:
    """Return what is drawn of a record. An edge that no pipeline can have (a record can be anything) is left out."""
    track = known.track
    nodes = [_node(known, each) for each in in_order(known)]
    nodes += [_aside(known, name, step, rule) for name, (step, rule) in known.asides.items() if name not in known.steps]
    names = {each.name: each for each in nodes}
    order = {layer: number for number, layer in enumerate(track.layers)}
    edges, seen = [], set[tuple[str, str]]()
    for edge in _edges(known):
        if edge.source in names and edge.target in names and (edge.source, edge.target) not in seen:
            one, other = names[edge.source].layer, names[edge.target].layer
            if order.get(one or "", -1) <= order.get(other or "", -1):
                seen.add((edge.source, edge.target))
                edges.append(edge)
    kept = _without_circles(edges)
    return Picture(
        pipeline=f"{track.pipeline}: {many(len(nodes), 'step')}",
        nodes=tuple(sources_first(nodes, kept)),
        edges=kept,
        layers=tuple(each for each in dict.fromkeys(track.layers) if any(node.layer == each for node in nodes)),
    )


def _without_circles(edges: list[Edge]) -> tuple[Edge, ...]:
    leads: dict[str, set[str]] = {}
    kept = []
    for edge in edges:
        if not _reaches(leads, edge.target, edge.source):
            leads.setdefault(edge.source, set()).add(edge.target)
            kept.append(edge)
    return tuple(kept)


def _reaches(leads: dict[str, set[str]], start: str, end: str) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        more = leads.get(name, set()) - seen
        seen |= more
        waiting += more
    return False


def _edges(known: Known) -> Iterator[Edge]:
    asides = {name: step for name, (step, _) in known.asides.items() if name not in known.steps}
    for name, source in asides.items():
        yield Edge(source=source, target=name, is_side=True)
    for step in in_order(known):
        if step.dataset is not None:
            yield Edge(source=step.dataset, target=step.name)
            continue
        used = {each.step for column in step.columns for each in column.made_of}
        for name in step.reads:
            aside = [each for each, other in asides.items() if other == name and each in used]
            for each in [*aside, *([name] if name in used or not aside else [])]:
                yield Edge(source=each, target=step.name)


def _node(known: Known, step: TrackedStep) -> Node:
    return Node(
        name=step.name,
        label=step.target if step.kind == "store" and step.target else step.name,
        kind=step.kind,
        detail=_detail(known, step),
        layer=step.layer if step.layer in known.track.layers else None,
        columns=() if step.kind == "store" else tuple((each.name, each.type) for each in step.columns),
        doc=step.doc,
    )


def _aside(known: Known, name: str, step: str, rule: TrackedRule) -> Node:
    kind: NodeKind = "quarantine"
    layer = known.steps[step].layer
    count = "not counted" if rule.count is None else f"{many(rule.count, 'row')} put aside"
    return Node(name=name, label=name, kind=kind, detail=count, layer=layer if layer in known.track.layers else None)


def _detail(known: Known, step: TrackedStep) -> str:
    """Return what is written below the name of a step."""
    stage = known.stages.get(step.stage or "")
    if step.status in ("failed", "skipped", "cancelled", "pending", "running"):
        return WORDS[step.status]
    said = [] if step.rows is None else [many(step.rows, "row")]
    if step.status == "cached":
        said.append(WORDS["cached"])
    elif stage is not None and stage.status == "done":
        said.append(seconds(stage.seconds))
    elif step.input is not None:
        said.append(many(step.input.files, "file"))
        said += [] if step.input.bytes is None else [size(step.input.bytes)]
    elif step.within:
        more = f" +{len(step.within) - 1}" if len(step.within) > 1 else ""
        said.append(f"within {step.within[0]}{more}")
    return " · ".join(said) or step.kind


def _state(known: Known, name: str) -> Status:
    step = known.steps.get(name)
    return step.status if step is not None else known.steps[known.asides[name][0]].status


def _card(known: Known, name: str) -> str:
    return name if name in known.steps else known.asides[name][0]
