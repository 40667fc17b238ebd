"""What is cheaper to compute again than to keep."""

from __future__ import annotations

from collections.abc import Callable

from odibi_sql import ir
from odibi_sql.functions import lookup
from odibi_sql.ir.walk import every, expressions, has_subquery, has_window


def is_cheap(relation: ir.Relation, is_cheap_dataset: Callable[[str], bool]) -> bool:
    """Whether it is columns and conditions over files, over a table of the run, or over what is cheap itself.

    What gives another answer each time is never cheap: all who read it must see the same rows.
    """
    while isinstance(relation, ir.Filter | ir.Project):
        if any(_is_dear(expr) for expr in expressions(relation)):
            return False
        relation = relation.input
    match relation:
        case ir.Scan() | ir.Rows():
            return True
        case ir.Read(dataset=name):
            return is_cheap_dataset(name)
    return False


def _is_dear(expr: ir.Expr) -> bool:
    if has_window(expr) or has_subquery(expr):
        return True
    for part in every(expr):
        if isinstance(part, ir.Call) and part.function not in ir.OPERATORS:
            function = lookup(part.function)
            if function is not None and function.is_volatile:
                return True
    return False
