"""How much an expression costs to write and to compute again."""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.ir.walk import every, parts

FREE = (ir.Column, ir.Literal, ir.Outer)
DEAR_FUNCTIONS = ("regexp", "json", "hash", "md5", "sha", "st_", "strftime", "strptime")  # by how their names start
VOLATILE = frozenset(["random", "uuid"])


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
            return function in VOLATILE or function.startswith(DEAR_FUNCTIONS)
    return False


def is_volatile(expr: ir.Expr) -> bool:
    """Whether it can give another answer each time that it is asked."""
    return any(isinstance(part, ir.Call) and part.function in VOLATILE for part in every(expr))


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
