"""The condition of a join, typed and taken apart: which columns of one side have to equal which of the other."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from odibi_sql import ir
from odibi_sql.check.casts import coerce
from odibi_sql.ir.walk import columns_used, every, has_subquery


class Matching(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a condition, all of which have to hold."""

    pairs: tuple[tuple[ir.Expr, ir.Expr], ...] = ()  # of `=`: what is of the left side, what is of the right
    left: tuple[ir.Expr, ...] = ()  # conditions on the left side alone
    right: tuple[ir.Expr, ...] = ()  # conditions on the right side alone, and on no side
    others: tuple[ir.Expr, ...] = ()  # everything else

    @property
    def is_lookup(self) -> bool:
        """Whether the rows that belong together can be found by the values of columns."""
        return bool(self.pairs) and not self.others


def matching(condition: ir.Expr, left: ir.Schema, right: ir.Schema) -> Matching:
    """Return the parts of a join's condition; the names of the two sides are disjoint."""
    pairs, on_left, on_right, others = [], [], [], []
    for part in conjuncts(condition):
        used = columns_used(part)
        if has_subquery(part):
            others.append(part)
        elif all(name in right for name in used):
            on_right.append(part)
        elif all(name in left for name in used):
            on_left.append(part)
        elif (pair := _pair(part, left, right)) is not None:
            pairs.append(pair)
        else:
            others.append(part)
    return Matching(pairs=tuple(pairs), left=tuple(on_left), right=tuple(on_right), others=tuple(others))


def conjuncts(condition: ir.Expr) -> Iterator[ir.Expr]:
    """Give the conditions of which `condition` is the `and`, in the order written."""
    if isinstance(condition, ir.Call) and condition.function == "and":
        for each in condition.args:
            yield from conjuncts(each)
    else:
        yield condition


def columns_matched(match: Matching) -> tuple[frozenset[str], frozenset[str]]:
    """Return the columns of the left and of the right that the condition holds to one value for a row of the other."""
    left = {name for one, _ in match.pairs if (name := bare_column(one)) is not None}
    right = {name for _, other in match.pairs if (name := bare_column(other)) is not None}
    left |= {name for part in match.left if (name := _fixed(part)) is not None}
    right |= {name for part in match.right if (name := _fixed(part)) is not None}
    return frozenset(left), frozenset(right)


def equal(left: ir.Expr, right: ir.Expr) -> ir.Expr | None:
    """Return `left = right`, both brought to one type, or None where they have none."""
    common = ir.common_type(left.type, right.type)
    if common is None:
        return None
    args = (coerce(left, common), coerce(right, common))
    return ir.Call(type=ir.BOOL, nullable=left.nullable or right.nullable, function="=", args=args)


def has_unknown(expr: ir.Expr) -> bool:
    """Whether a part of an expression is wrong already."""
    return any(isinstance(part.type, ir.Unknown) for part in every(expr))


def bare_column(expr: ir.Expr) -> str | None:
    """Return the column that an expression is, or of which it tells all values apart (a widening cast), or None."""
    match expr:
        case ir.Column(name=name):
            return name
        case ir.Cast(is_implicit=True, type=type_, operand=operand) if not isinstance(type_, ir.Float):
            return bare_column(operand)
    return None


def _pair(part: ir.Expr, left: ir.Schema, right: ir.Schema) -> tuple[ir.Expr, ir.Expr] | None:
    match part:
        case ir.Call(function="=", args=(one, other)):
            for mine, theirs in ((one, other), (other, one)):
                if all(name in left for name in columns_used(mine)) and all(
                    name in right for name in columns_used(theirs)
                ):
                    return mine, theirs
    return None


def _fixed(part: ir.Expr) -> str | None:
    """Return the column that a condition on one side holds to a constant, or None."""
    match part:
        case ir.Call(function="=", args=(one, ir.Literal())):
            return bare_column(one)
        case ir.Call(function="=", args=(ir.Literal(), other)):
            return bare_column(other)
    return None
