"""WINDOW w AS (…): what several window calls of a statement are over is written once."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

PARTS = ("partition_by", "order", "spec")
LONG = 50  # characters of what is over: shorter ones stay where they are


def name_windows(statement: exp.Select) -> None:
    """Give a name to what at least two calls are over, if it is long."""
    groups: dict[str, list[exp.Window]] = {}
    for node in statement.walk(prune=lambda each: isinstance(each, exp.Query) and each is not statement):
        if isinstance(node, exp.Window):
            groups.setdefault(_over(node).sql(), []).append(node)
    shared = [calls for text, calls in groups.items() if len(calls) > 1 and len(text) > LONG]
    named = []
    for number, calls in enumerate(shared, start=1):
        name = "w" if len(shared) == 1 else f"w{number}"
        named.append(_named(calls[0], name))
        for call in calls:
            for part in PARTS:
                call.set(part, None)
            call.set("alias", exp.Identifier(this=name))
    if named:
        statement.set("windows", named)


def _over(call: exp.Window) -> exp.Window:
    return _named(call, "w")


def _named(call: exp.Window, name: str) -> exp.Window:
    parts: dict[str, Any] = {part: _copied(call.args.get(part)) for part in PARTS}
    return exp.Window(this=exp.Identifier(this=name), alias=None, over="AS", **parts)


def _copied(part: Any) -> Any:
    if isinstance(part, list):
        return [each.copy() for each in part]
    return part.copy() if isinstance(part, exp.Expression) else part
