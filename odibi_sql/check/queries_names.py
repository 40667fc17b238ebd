"""Names that a select list gives, where another part of the query uses them: `select a + b as c … where c > 0`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from odibi_sql import syntax

Aliases = Mapping[str, syntax.Expr]


def with_aliases(expr: syntax.Expr, aliases: Aliases, known: Collection[str]) -> syntax.Expr:
    """Return the expression with what each alias stands for in its place, unless a column has that name (`known`).

    Subqueries are not entered: names in them are those of their own tables first.
    """
    wanted = {name: value for name, value in aliases.items() if name not in known}
    if not wanted or not any(_alias(each, wanted) is not None for each in _expressions(expr)):
        return expr
    found = _replaced(expr, wanted)
    assert isinstance(found, syntax.Expr)
    return found


def _alias(node: object, aliases: Aliases) -> syntax.Expr | None:
    if not isinstance(node, syntax.Reference):
        return None
    return aliases.get(node.parts[0].text) if len(node.parts) == 1 else None


def _replaced(node: Any, aliases: Aliases) -> Any:
    if isinstance(node, tuple):
        return tuple(_replaced(each, aliases) for each in node)
    found = _alias(node, aliases)
    if found is not None:
        return found
    if not isinstance(node, syntax.Node) or isinstance(node, syntax.Query | syntax.Reference):
        return node
    if isinstance(node, syntax.Binary):
        return _replaced_chain(node, aliases)
    return replace(node, **{name: _replaced(getattr(node, name), aliases) for name in node.__struct_fields__})


def _replaced_chain(node: syntax.Binary, aliases: Aliases) -> syntax.Expr:
    """A chain of operators is as deep as it is long, so it is gone through without recursion."""
    chain = [node]
    while isinstance(chain[-1].left, syntax.Binary):
        chain.append(chain[-1].left)
    current: syntax.Expr = _replaced(chain[-1].left, aliases)
    for each in reversed(chain):
        current = replace(each, left=current, right=_replaced(each.right, aliases))
    return current


def _expressions(expr: syntax.Expr) -> Iterator[object]:
    pending: list[object] = [expr]
    while pending:
        each = pending.pop()
        if isinstance(each, tuple):
            pending += each
        elif isinstance(each, syntax.Node) and not isinstance(each, syntax.Query):
            yield each
            pending += (getattr(each, name) for name in each.__struct_fields__)
