"""The order of nodes within their columns: few edges cross. Barycentre sweeps; an edge over several columns has a
place in each of them.

Source: Sugiyama, Tagawa, Toda: "Methods for Visual Understanding of Hierarchical System Structures", 1981.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from odibi_sql.draw.picture import Picture

SWEEPS = 12
MOST_PLACES = 4000  # of long edges: with more, those over many columns are drawn straight


class Item(msgspec.Struct, frozen=True):
    """Something in a column: a node (its name), or the place of a long edge (its number, and the column)."""

    name: str = ""
    edge: int = -1
    rank: int = 0


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """The items of each column in their order, and the way of each edge: its items from source to target."""

    columns: tuple[tuple[Item, ...], ...]
    ways: tuple[tuple[Item, ...], ...]


def columns_of(picture: Picture, ranks: Mapping[str, int]) -> Columns:
    """Return what stands in each column, ordered so that few edges cross."""
    ways = _ways(picture, ranks)
    columns: list[list[Item]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for node in picture.nodes:
        columns[ranks[node.name]].append(Item(node.name))
    for way in ways:
        for item in way[1:-1]:
            columns[item.rank].append(item)
    before, after = _neighbours(ways)
    best = _swept(columns, before, after)
    return Columns(columns=tuple(map(tuple, best)), ways=tuple(ways))


def _ways(picture: Picture, ranks: Mapping[str, int]) -> list[tuple[Item, ...]]:
    spans = sorted(ranks[each.target] - ranks[each.source] for each in picture.edges)
    longest, total = 0, 0
    for span in spans:
        total += span
        longest = span if total <= MOST_PLACES else longest
    found = []
    for number, edge in enumerate(picture.edges):
        start, end = ranks[edge.source], ranks[edge.target]
        between = range(start + 1, end) if end - start <= longest else ()
        items = [Item(edge=number, rank=rank) for rank in between]
        found.append((Item(edge.source), *items, Item(edge.target)))
    return found


def _neighbours(ways: Iterable[tuple[Item, ...]]) -> tuple[dict[Item, list[Item]], dict[Item, list[Item]]]:
    before: dict[Item, list[Item]] = {}
    after: dict[Item, list[Item]] = {}
    for way in ways:
        for one, other in itertools.pairwise(way):
            before.setdefault(other, []).append(one)
            after.setdefault(one, []).append(other)
    return before, after


def _swept(
    columns: list[list[Item]], before: Mapping[Item, list[Item]], after: Mapping[Item, list[Item]]
) -> list[list[Item]]:
    """Return the order of all that was seen in which the fewest edges cross."""
    current = [list(each) for each in columns]
    best, fewest = current, _crossings(current, after)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        current = [list(each) for each in current]
        forward = sweep % 2 == 0
        numbers = range(1, len(current)) if forward else range(len(current) - 2, -1, -1)
        for number in numbers:
            beside = current[number - 1 if forward else number + 1]
            current[number] = _by_middle(current[number], beside, before if forward else after)
        count = _crossings(current, after)
        if count < fewest:
            best, fewest = current, count
    return best


def _by_middle(items: list[Item], beside: Sequence[Item], neighbours: Mapping[Item, list[Item]]) -> list[Item]:
    """Return items by the middle of those that they are joined with; who has none stays about where it is."""
    places = {item: place for place, item in enumerate(beside)}
    scale = len(beside) / len(items) if items else 1.0

    def middle(place: int, item: Item) -> float:
        known = [places[each] for each in neighbours.get(item, ()) if each in places]
        return sum(known) / len(known) if known else place * scale

    keyed = [(middle(place, item), place, item) for place, item in enumerate(items)]
    return [item for _, _, item in sorted(keyed, key=lambda each: each[:2])]


def _crossings(columns: Sequence[Sequence[Item]], after: Mapping[Item, list[Item]]) -> int:
    """Return how many pairs of edges cross between columns that follow each other."""
    total = 0
    for left, right in itertools.pairwise(columns):
        places = {item: place for place, item in enumerate(right)}
        ends = [
            place for item in left for place in sorted(places[each] for each in after.get(item, ()) if each in places)
        ]
        total += _inversions(ends, len(right))
    return total


def _inversions(values: Sequence[int], size: int) -> int:
    """Return how many pairs stand in falling order. Counts in a Fenwick tree."""
    tree = [0] * (size + 1)
    found = 0
    for seen, value in enumerate(values):
        below, place = 0, value + 1
        while place > 0:
            below += tree[place]
            place -= place & -place
        found += seen - below
        place = value + 1
        while place <= size:
            tree[place] += 1
            place += place & -place
    return found
