"""Templates of calls made plain: arithmetic of whole numbers done, conditions decided, needless parts left out."""

from __future__ import annotations

import operator
from typing import Any

from sqlglot import exp

from odibi_sql.lower.typed import BINDS, COMPARISON, HIGHEST, number, within

ARITHMETIC = {exp.Add: operator.add, exp.Sub: operator.sub, exp.Mul: operator.mul}
COMPARISONS = {
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
}


def fold(tree: Any) -> Any:
    """Return the tree with what is known of it computed; parentheses only where they are needed."""
    plain = tree.transform(_unwrapped, copy=False)
    for node in reversed(list(plain.bfs())):  # the innermost first
        known = _folded(node)
        if node is plain:
            plain = known
        elif known is not node:
            node.replace(known)
    for node in list(plain.walk()):
        if node is not plain:
            parenthesized(node)
    return plain


def parenthesized(node: Any) -> None:
    """Put parentheses around a node where its place needs them."""
    parent, key, place = node.parent, node.arg_key, node.index
    if not isinstance(parent, exp.Binary | exp.Unary | exp.Between | exp.In) or isinstance(parent, exp.Paren | exp.Is):
        return
    if isinstance(parent, exp.Func) and type(parent) not in BINDS:
        return
    binds = BINDS.get(type(parent), HIGHEST)
    if key == "expression" or (binds <= COMPARISON and isinstance(parent, exp.Binary)):
        binds += 1
    wrapped = within(node, min(binds, HIGHEST))
    if wrapped is not node:
        parent.set(key, wrapped, place)


def _unwrapped(node: Any) -> Any:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _folded(node: Any) -> Any:
    match node:
        case exp.Add() | exp.Sub() | exp.Mul():
            return _arithmetic(node)
        case exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.EQ() | exp.NEQ():
            return _comparison(node)
        case exp.Case():
            return _case(node)
        case exp.If():
            return _if(node)
        case exp.And() | exp.Or():
            return _logic(node)
        case exp.Not(this=exp.Is(this=operand, expression=exp.Null())):
            return exp.Is(this=operand, expression=exp.Not(this=exp.Null()))
        case exp.Cast(to=exp.DataType(this=exp.DataType.Type.INT)):
            value = whole(node.this)
            return node if value is None or abs(value) >= 2**31 else node.this
        case exp.Anonymous():
            return _function(node)
    return node


def _function(node: Any) -> Any:
    known = [each.this if each.is_string else whole(each) for each in node.expressions]
    match node.name.upper(), known:
        case "NULLIF", [str() as left, str() as right]:
            return exp.Null() if left == right else node.expressions[0]
        case "NULLIF", [int() as left, int() as right]:
            return exp.Null() if left == right else number(left)
        case "TRUNC", [int() as value]:
            return number(value)
        case "LEAST", [int() as left, int() as right]:
            return number(min(left, right))
    return node


def _logic(node: Any) -> Any:
    decisive = exp.Boolean(this=isinstance(node, exp.Or))
    for one, other in ((node.this, node.expression), (node.expression, node.this)):
        if isinstance(one, exp.Boolean):
            return decisive if one == decisive else other
    return node


def whole(node: Any) -> int | None:
    """Return the value of a literal whole number, or None."""
    if isinstance(node, exp.Paren):
        return whole(node.this)
    if isinstance(node, exp.Neg):
        inner = whole(node.this)
        return None if inner is None else -inner
    is_whole = isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit()
    return int(node.this) if is_whole else None


def _arithmetic(node: Any) -> Any:
    left, right = whole(node.this), whole(node.expression)
    if left is not None and right is not None:
        return number(ARITHMETIC[type(node)](left, right))
    inside = node.this
    if right is None or not isinstance(node, exp.Add) or not isinstance(inside, exp.Sub):
        return node
    return inside.this if whole(inside.expression) == right else node


def _comparison(node: Any) -> Any:
    left, right = whole(node.this), whole(node.expression)
    if left is None or right is None:
        return node
    return exp.Boolean(this=COMPARISONS[type(node)](left, right))


def _case(node: Any) -> Any:
    """Leave out branches that are never taken, and ELSE NULL; the value itself where only one is left."""
    if node.this is not None:
        return node
    branches: list[Any] = []
    for branch in node.args["ifs"]:
        if branch.this == exp.false():
            continue
        if branch.this == exp.true():
            return branch.args["true"] if not branches else _case_of(branches, branch.args["true"])
        branches.append(branch)
    default = node.args.get("default")
    if not branches:
        return default or exp.Null()
    return _case_of(branches, default)


def _case_of(branches: list[Any], default: Any) -> Any:
    return exp.Case(ifs=branches, default=None if is_null(default) else default)


def _if(node: Any) -> Any:
    """IF(condition, value, other) is written as CASE."""
    if isinstance(node.parent, exp.Case):
        return node
    branch = exp.If(this=node.this, true=node.args["true"])
    return _case(exp.Case(ifs=[branch], default=node.args.get("false")))


def is_null(node: Any) -> bool:
    """Whether a node is NULL, of whatever type, or not there at all."""
    return node is None or isinstance(node, exp.Null) or (isinstance(node, exp.Cast) and is_null(node.this))
