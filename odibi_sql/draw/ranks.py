"""In which column of the picture a node stands: behind all that lead to it, each layer behind the one before."""

from __future__ import annotations

from collections.abc import Mapping

from odibi_sql.draw.picture import Picture


def ranks_of(picture: Picture) -> dict[str, int]:
    """Return the column of each node, from 0: the longest path that leads there, within its layer's columns."""
    into: dict[str, list[str]] = {each.name: [] for each in picture.nodes}
    out: dict[str, list[str]] = {each.name: [] for each in picture.nodes}
    for edge in picture.edges:
        into[edge.target].append(edge.source)
        out[edge.source].append(edge.target)
    layers = {each.name: _layer(picture, each.layer) for each in picture.nodes}
    ranks: dict[str, int] = {}
    start = 0
    for layer in range(-1, len(picture.layers)):
        names = [each.name for each in picture.nodes if layers[each.name] == layer]
        for name in names:
            ranks[name] = max([start, *(ranks[each] + 1 for each in into[name] if each in ranks)])
        start = max([start, *(ranks[name] + 1 for name in names)])
    return _nearer(ranks, layers, into, out)


def _layer(picture: Picture, name: str | None) -> int:
    return -1 if name is None else picture.layers.index(name)


def _nearer(
    ranks: dict[str, int], layers: Mapping[str, int], into: Mapping[str, list[str]], out: Mapping[str, list[str]]
) -> dict[str, int]:
    """Return the ranks with what nothing leads to beside the first that reads it, where that is of the same layer."""
    for name, targets in out.items():
        if targets and not into[name] and all(layers[each] == layers[name] for each in targets):
            ranks[name] = max(ranks[name], min(ranks[each] for each in targets) - 1)
    return ranks
