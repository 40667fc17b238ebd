"""Where everything stands, in pixels: columns from left to right, in each the order that was found, edges straight
where they can be."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import msgspec

from odibi_sql.draw.order import Columns, Item, columns_of
from odibi_sql.draw.picture import Node, Picture
from odibi_sql.draw.ranks import ranks_of

WIDTH, HEIGHT, STORE_HEIGHT, LINE = 240, 52, 40, 16
GAP, SIDE, TOP = 20, 28, 76  # between nodes of a column, at the edges of the picture, above the first node
CHANNEL = 56  # between columns, and for each edge that crosses it a little more
MOST_CHANNEL = 140
PASSES = 16
STRAIGHT = 8.0  # how much more a long edge wants to be straight than a node to be beside another


class Box(msgspec.Struct, frozen=True):
    """A place: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float


class Band(msgspec.Struct, frozen=True):
    """The columns of a layer."""

    layer: str
    x: float
    width: float


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The whole picture. `ways`: of each edge the points that it goes through, left to right."""

    width: float
    height: float
    boxes: dict[str, Box]
    ways: tuple[tuple[tuple[float, float], ...], ...]
    bands: tuple[Band, ...]


def height_of(node: Node, columns: int) -> int:
    """Return the height of a node that shows so many of its columns."""
    return (STORE_HEIGHT if node.kind == "store" else HEIGHT) + (LINE * columns + 8 if columns else 0)


def _head(name: str, heights: Mapping[str, int]) -> float:
    """Return how far below the top of a node edges reach it: at the middle of what is above its columns."""
    return min(heights.get(name, 0), HEIGHT) / 2


def laid_out(picture: Picture, shown: Mapping[str, int]) -> Layout:
    """Return where everything stands; `shown` says of how many columns each node shows the names."""
    ranks = ranks_of(picture)
    found = columns_of(picture, ranks)
    heights = {each.name: height_of(each, shown.get(each.name, 0)) for each in picture.nodes}
    lefts = _lefts(found)
    middles = _middles(found, heights)
    top = min((middles[Item(name)] - _head(name, heights) for name in heights), default=0.0)
    top = min([top, *(middle - 6 for item, middle in middles.items() if not item.name)])
    middles = {item: middle - top + TOP for item, middle in middles.items()}
    boxes = {
        name: Box(lefts[ranks[name]], middles[Item(name)] - _head(name, heights), WIDTH, height)
        for name, height in heights.items()
    }
    bottom = max((box.y + box.height for box in boxes.values()), default=TOP)
    bottom = max([bottom, *(middle + 6 for item, middle in middles.items() if not item.name)])
    return Layout(
        width=(lefts[-1] + WIDTH if lefts else 0) + SIDE,
        height=bottom + SIDE,
        boxes=boxes,
        ways=_points(picture, found, boxes, middles, lefts),
        bands=tuple(_bands(picture, ranks, lefts)),
    )


def _lefts(found: Columns) -> list[float]:
    """Return where each column begins; where many edges go, there is more room between two."""
    counts = [0] * len(found.columns)
    places = {item: number for number, column in enumerate(found.columns) for item in column}
    for way in found.ways:
        for one in way[:-1]:
            counts[places[one]] += 1
    lefts, left = [], float(SIDE)
    for count in counts:
        lefts.append(left)
        left += WIDTH + min(MOST_CHANNEL, CHANNEL + 2 * count)
    return lefts


def _middles(found: Columns, heights: Mapping[str, int]) -> dict[Item, float]:
    """Return the height of the middle of everything: near to the middle of what it is joined with."""
    middles: dict[Item, float] = {}
    gaps = [_gaps(column, heights) for column in found.columns]
    for column, apart in zip(found.columns, gaps, strict=True):
        middles.update(zip(column, _kept_apart([0.0] * len(column), [1.0] * len(column), apart), strict=True))
    pulls = _pulls(found)
    order = range(len(found.columns))
    for number in range(PASSES):
        for rank in order if number % 2 == 0 else reversed(order):
            column = found.columns[rank]
            wanted, weights = [], []
            for item in column:
                pulled = pulls.get(item, ())
                weight = sum(each for _, each in pulled)
                wanted.append(
                    sum(middles[other] * each for other, each in pulled) / weight if weight else middles[item]
                )
                weights.append(weight or 0.1)
            middles.update(zip(column, _kept_apart(wanted, weights, gaps[rank]), strict=True))
    return middles


def _gaps(column: Sequence[Item], heights: Mapping[str, int]) -> list[float]:
    """Return how far each item has to be below the one before it; the first: 0."""
    above = [_head(item.name, heights) for item in column]
    below = [heights.get(item.name, 0) - head for item, head in zip(column, above, strict=True)]
    gaps = [GAP if one and other else GAP * 0.7 for one, other in itertools.pairwise(above)]
    return [0.0, *map(sum, zip(below, above[1:], gaps, strict=False))]


def _pulls(found: Columns) -> dict[Item, list[tuple[Item, float]]]:
    pulls: dict[Item, list[tuple[Item, float]]] = {}
    for way in found.ways:
        for one, other in itertools.pairwise(way):
            bends = (not one.name) + (not other.name)
            weight = (1.0, 2.0, STRAIGHT)[bends]
            pulls.setdefault(one, []).append((other, weight))
            pulls.setdefault(other, []).append((one, weight))
    return pulls


def _kept_apart(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return the places nearest to those wanted (least squares) that keep the order and the gaps.

    Pool adjacent violators: without the gaps, places must rise; those that do not share their mean.
    """
    offsets, offset = [], 0.0
    for gap in gaps:
        offset += gap
        offsets.append(offset)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, weight, off in zip(wanted, weights, offsets, strict=True):
        mean, total, count = want - off, weight, 1
        while pools and pools[-1][0] > mean:
            before, more, others = pools.pop()
            mean = (mean * total + before * more) / (total + more)
            total, count = total + more, count + others
        pools.append((mean, total, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + off for mean, off in zip(means, offsets, strict=True)]


def _points(
    picture: Picture, found: Columns, boxes: Mapping[str, Box], middles: Mapping[Item, float], lefts: Sequence[float]
) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return the way of each edge: out of the right side of a node, through its places, into the left side."""
    leaving = _ports(found, boxes, middles, first=True)
    coming = _ports(found, boxes, middles, first=False)
    ways = []
    for number, (edge, way) in enumerate(zip(picture.edges, found.ways, strict=True)):
        one, other = boxes[edge.source], boxes[edge.target]
        points = [(one.x + one.width, leaving[number])]
        for item in way[1:-1]:
            points += [(lefts[item.rank], middles[item]), (lefts[item.rank] + WIDTH, middles[item])]
        ways.append((*points, (other.x, coming[number])))
    return tuple(ways)


def _ports(found: Columns, boxes: Mapping[str, Box], middles: Mapping[Item, float], *, first: bool) -> dict[int, float]:
    """Return how high each edge leaves (or reaches) its node: side by side, in the order of where they go."""
    at: dict[str, list[tuple[float, int]]] = {}
    for number, way in enumerate(found.ways):
        node, beside = (way[0], way[1]) if first else (way[-1], way[-2])
        at.setdefault(node.name, []).append((middles[beside], number))
    ports: dict[int, float] = {}
    for name, edges in at.items():
        box = boxes[name]
        head = min(box.height, HEIGHT)
        step = min(9.0, (head - 16) / len(edges))
        start = box.y + head / 2 - step * (len(edges) - 1) / 2
        ports.update({number: start + step * place for place, (_, number) in enumerate(sorted(edges))})
    return ports


def _bands(picture: Picture, ranks: Mapping[str, int], lefts: Sequence[float]) -> list[Band]:
    found = []
    for layer in picture.layers:
        of = [ranks[each.name] for each in picture.nodes if each.layer == layer]
        left = lefts[min(of)]
        found.append(Band(layer, left - 18, lefts[max(of)] + WIDTH + 18 - (left - 18)))
    return found
