"""The picture as SVG: one text that needs nothing else, for a file or within a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from odibi_sql.draw.picture import Edge, Node, Picture, id_of
from odibi_sql.draw.place import HEIGHT, LINE, STORE_HEIGHT, WIDTH, Box, Layout, laid_out
from odibi_sql.draw.style import CSS, ICONS, STATES
from odibi_sql.draw.words import escaped, fitted, width_of

MOST_COLUMNS = 14
_BANDS = 46  # where the layers begin, below the heading


def draw(
    picture: Picture,
    states: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    *,
    columns: bool = False,
    prefix: str | None = None,
) -> str:
    """Return the picture as SVG, the same for the same arguments.

    `states` says of nodes, by their names, how they are (`done`, `cached`, `running`, `failed`, `cancelled`, `skipped`;
    another word is a class `state-…` without a colour); `links` where they lead (`#card-1`). The group of a node has
    the id `id_of(name)`, the classes `node`, `kind-…` and `state-…`, and its name as `data-step`. `columns`: names and
    types of columns are in it.

    `prefix` is for a picture within a page: the ids in it begin so, links and columns can be reached, and paper,
    heading and style (`draw.RULES` and its colours) are left to the page.
    """
    states, links = states or {}, links or {}
    shown = {each.name: _lines(each) for each in picture.nodes} if columns else {}
    layout = laid_out(picture, shown)
    parts = [
        *(_opened(picture, states, layout) if prefix is None else _opened_within(picture, layout, prefix)),
        *_bands(layout),
        '<g class="edges">',
        *(_edge(edge, way, prefix) for edge, way in zip(picture.edges, layout.ways, strict=True)),
        '</g>\n<g class="nodes">',
        *(
            _node(
                each,
                layout.boxes[each.name],
                states.get(each.name),
                links.get(each.name),
                columns=columns,
                prefix=prefix,
            )
            for each in picture.nodes
        ),
        "</g>\n</svg>\n",
    ]
    return "\n".join(parts)


def _opened(picture: Picture, states: Mapping[str, str], layout: Layout) -> Iterator[str]:
    """Give the begin of a picture that stands alone."""
    head = _heading(picture, states)
    width = max(layout.width, width_of(re.sub(r"<[^>]*>", "", head), 13) + 60)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="odibi-graph" viewBox="0 0 {_n(width)} {_n(layout.height)}"'
        f' width="{_n(width)}" height="{_n(layout.height)}" role="img" aria-label="{escaped(picture.pipeline)}">'
    )
    yield f"<style>{CSS}</style>"
    yield _tip("")
    yield f'<rect class="paper" width="{_n(width)}" height="{_n(layout.height)}"/>'
    yield head


def _opened_within(picture: Picture, layout: Layout, prefix: str) -> Iterator[str]:
    """Give the begin of a picture within a page: what is above the layers is cut off, and its links can be reached."""
    top = _BANDS - 8
    yield (
        f'<svg class="odibi-graph" viewBox="0 {top} {_n(layout.width)} {_n(layout.height - top)}"'
        f' width="{_n(layout.width)}" height="{_n(layout.height - top)}" role="group"'
        f' aria-label="{escaped(picture.pipeline)}">'
    )
    yield _tip(prefix)


def _tip(prefix: str) -> str:
    return (
        f'<defs><marker id="{prefix}odibi-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6"'
        ' orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>'
    )


def _lines(node: Node) -> int:
    return min(len(node.columns), MOST_COLUMNS + 1)


def _heading(picture: Picture, states: Mapping[str, str]) -> str:
    stores = sum(each.kind == "store" for each in picture.nodes)
    counts = f"{_count(len(picture.nodes) - stores, 'dataset')}, {_count(stores, 'store')}"
    found = Counter(states[each.name] for each in picture.nodes if each.name in states)
    told = "".join(
        f'<tspan dx="14" class="told {state}">●</tspan> {count} {state}' for state in STATES if (count := found[state])
    )
    name = escaped(fitted(picture.pipeline, 600, 16))
    said = f'<tspan class="heading">{name}</tspan><tspan class="type" dx="12">{counts}</tspan>{told}'
    return f'<text x="28" y="32">{said}</text>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _bands(layout: Layout) -> Iterator[str]:
    for band in layout.bands:
        yield (
            f'<g><rect class="band" x="{_n(band.x)}" y="{_BANDS}" width="{_n(band.width)}"'
            f' height="{_n(layout.height - 60)}" rx="12"/><text class="layer" x="{_n(band.x + 18)}" y="{_BANDS + 19}">'
            f"{escaped(fitted(band.layer, band.width - 30, 12).upper())}</text></g>"
        )


def _edge(edge: Edge, way: tuple[tuple[float, float], ...], prefix: str | None) -> str:
    (x, y), *others = way
    drawn = [f"M{_n(x)} {_n(y)}"]
    for place, (to_x, to_y) in enumerate(others):
        if place % 2 and to_y == y:  # along its place in a column
            drawn.append(f"H{_n(to_x)}")
        else:
            bend = (to_x - x) / 2
            drawn.append(f"C{_n(x + bend)} {_n(y)} {_n(to_x - bend)} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
        x, y = to_x, to_y
    kind = "edge side" if edge.is_side else "edge"
    ends = f'data-from="{escaped(edge.source)}" data-to="{escaped(edge.target)}"'
    return f'<path class="{kind}" marker-end="url(#{prefix or ""}odibi-tip)" d="{"".join(drawn)}" {ends}/>'


def _node(node: Node, box: Box, state: str | None, link: str | None, *, columns: bool, prefix: str | None) -> str:
    classes = f"node kind-{node.kind}" + ("" if state is None else f" state-{_class(state)}")
    head, round_ = (STORE_HEIGHT, 20) if node.kind == "store" else (HEIGHT, 10)
    parts = [
        f'<g id="{prefix or ""}{id_of(node.name)}" class="{classes}" data-step="{escaped(node.name)}"'
        f' transform="translate({_n(box.x)} {_n(box.y)})">',
        f"<title>{_told(node, state)}</title>",
        f'<rect class="card" width="{_n(box.width)}" height="{_n(box.height)}" rx="{round_}"/>',
        _badge(node, head),
        *_texts(node, head, state),
        *(_columns(node, is_within=prefix is not None) if columns and node.columns else ()),
        "</g>",
    ]
    drawn = "".join(parts)
    return drawn if link is None else f'<a href="{escaped(link)}" aria-label="{_told(node, state)}">{drawn}</a>'


def _class(word: str) -> str:
    return re.sub(r"[^a-z0-9-]", "-", word.lower())


def _told(node: Node, state: str | None) -> str:
    """Return what is told of a node where the pointer rests on it."""
    said = [node.name, "" if node.label == node.name else node.label, _detail(node), state or "", node.doc or ""]
    return " — ".join(escaped(each) for each in said if each)


def _detail(node: Node) -> str:
    said = [node.detail]
    said += [_count(len(node.columns), "column")] if node.columns else []
    said += [_count(node.checks, "check")] if node.checks else []
    return " · ".join(said)


def _badge(node: Node, head: int) -> str:
    top = (head - 28) / 2
    icon = ICONS.get(node.kind)
    inside = (
        f'<path class="icon" d="{icon}"/>'
        if icon
        else '<text class="word" x="14" y="17.5" text-anchor="middle">SQL</text>'
    )
    radius = 14 if node.kind == "store" else 7
    return (
        f'<g transform="translate({_n(top)} {_n(top)})">'
        f'<rect class="badge" width="28" height="28" rx="{radius}"/>{inside}</g>'
    )


def _texts(node: Node, head: int, state: str | None) -> Iterator[str]:
    left = head if node.kind != "store" else head + 2
    room = WIDTH - left - (24 if state else 12) - (6 if node.kind == "store" else 0)
    middle = head / 2
    label = fitted(node.label, room, 14.2, keep_end=node.kind == "store")
    yield f'<text class="label" x="{left}" y="{_n(middle - 2)}">{escaped(label)}</text>'
    detail = fitted(_detail(node), WIDTH - left - 8, 10.8)
    yield f'<text class="detail" x="{left}" y="{_n(middle + 13)}">{escaped(detail)}</text>'
    if state:
        yield f'<circle class="dot" cx="{WIDTH - 14}" cy="{_n(middle - 6)}" r="4.5"/>'


def _columns(node: Node, *, is_within: bool) -> Iterator[str]:
    yield f'<path class="rule" d="M0 {HEIGHT}H{WIDTH}"/>'
    y = HEIGHT + LINE
    shown = node.columns if len(node.columns) <= MOST_COLUMNS + 1 else node.columns[:MOST_COLUMNS]
    for name, type_ in shown:
        written = fitted(name, WIDTH - 80, 11)
        room = WIDTH - 24 - width_of(written, 11) - 12
        drawn = (
            f'<text class="column" x="12" y="{y}">{escaped(written)}'
            f'<tspan class="type" x="{WIDTH - 12}" text-anchor="end">{escaped(fitted(type_, room, 11))}</tspan></text>'
        )
        yield (
            drawn
            if not is_within
            else (
                f'<g class="of-column" data-column="{escaped(name)}">'
                f'<rect class="hit" x="4" y="{y - 12}" width="{WIDTH - 8}" height="{LINE}" rx="4"/>{drawn}</g>'
            )
        )
        y += LINE
    if len(shown) < len(node.columns):
        yield f'<text class="column type" x="12" y="{y}">… {len(node.columns) - len(shown)} more</text>'


def _n(number: float) -> str:
    """Return a number of pixels with one digit at most."""
    return (
        f"{number:.1f}".removesuffix(".0").replace("-0", "0")
        if abs(number) < 0.05
        else f"{number:.1f}".removesuffix(".0")
    )
