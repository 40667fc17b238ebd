"""Going through what was written, whatever kind of node it is; without recursion, for chains can be long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from odibi_sql.syntax.expressions import Node

Change = Callable[[Node], object]


def every(node: object) -> Iterator[Node]:
    """Give a node and all nodes in it (or in a tuple of nodes), in the order written."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Node):
            yield each
        waiting += reversed(_parts(each))


def mapped(node: Any, change: Change, kept: Mapping[type[Node], str]) -> Any:
    """Return a node (or a tuple) with every part for which `change` gives something replaced by that.

    `change` gives None where a part is to be looked into; what it gives is not looked into again. `kept`: the field of
    a kind of node that stays as it is.
    """
    done: dict[int, Any] = {}
    waiting = [(node, False)]
    while waiting:
        each, has_parts = waiting.pop()
        if has_parts:
            done[id(each)] = _rebuilt(each, done, kept)
            continue
        changed = change(each) if isinstance(each, Node) else None
        if changed is not None or not isinstance(each, Node | tuple):
            done[id(each)] = each if changed is None else changed
            continue
        waiting.append((each, True))
        waiting += [(part, False) for part in _parts(each)]
    return done[id(node)]


def _parts(node: object) -> list[object]:
    if isinstance(node, tuple):
        return list(node)
    return [getattr(node, name) for name in node.__struct_fields__] if isinstance(node, Node) else []


def _rebuilt(node: Any, done: Mapping[int, Any], kept: Mapping[type[Node], str]) -> Any:
    if isinstance(node, tuple):
        parts = tuple(done[id(each)] for each in node)
        return node if all(one is other for one, other in zip(parts, node, strict=True)) else parts
    old = {name: getattr(node, name) for name in node.__struct_fields__ if name != kept.get(type(node))}
    new = {name: done[id(value)] for name, value in old.items() if done[id(value)] is not value}
    return msgspec.structs.replace(node, **new) if new else node
