"""How much an expression costs to write and to compute again."""

from __future__ import annotations

from odibi_sql import functions, ir
from odibi_sql.ir.walk import every, parts

FREE = (ir.Column, ir.Literal, ir.Outer)
DEAR_GROUPS = ("array", "struct", "json", "hash", "geo")


def is_free(expr: ir.Expr) -> bool:
    """Whether it costs nothing to have it twice: a column or a constant."""
    return isinstance(expr, FREE)


def is_cheap(expr: ir.Expr, most: int = 6) -> bool:
    """Whether it may be computed twice: few operators, none of them dear, over other rows, or volatile."""
    return size(expr, most + 1) <= most and not any(_is_dear(part) for part in every(expr))


def _is_dear(part: ir.Expr) -> bool:
    match part:
        case ir.WindowCall() | ir.AggregateCall() | ir.Exists() | ir.InQuery() | ir.ScalarQuery():
            return True
        case ir.Call(function=function):
            known = functions.lookup(function)
            is_dear = known is not None and (known.is_volatile or known.group in DEAR_GROUPS)
            return is_dear or function.startswith("regexp")
    return False


def is_volatile(expr: ir.Expr) -> bool:
    """Whether it can give another answer each time that it is asked."""
    known = [functions.lookup(part.function) for part in every(expr) if isinstance(part, ir.Call)]
    return any(each is not None and each.is_volatile for each in known)


def size(expr: ir.Expr, most: int = 10_000) -> int:
    """Return how many operators and calls are in `expr`, casts that lose nothing left out; no more than `most`."""
    count = 0
    waiting = [expr]
    while waiting and count < most:
        part = waiting.pop()
        if not is_free(part) and not (isinstance(part, ir.Cast) and part.is_implicit):
            count += 1
        waiting.extend(parts(part))
    return count
