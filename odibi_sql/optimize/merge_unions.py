"""Make one union of unions in unions.

    before   union (union a, b), c
    after    union a, b, c

Inside a `union distinct` a union of either kind dissolves; inside one of all rows only one of all rows does.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.optimize.rule import Keys, NodeRule


def merge_unions(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return the rows of nested unions as those of one."""
    match relation:
        case ir.SetOperation(kind="union", inputs=inputs) if any(_dissolves(each, relation) for each in inputs):
            return replace(relation, inputs=tuple(part for each in inputs for part in _parts(each, relation)))
    return relation


def _dissolves(each: ir.Relation, outer: ir.SetOperation) -> bool:
    if not isinstance(each, ir.SetOperation) or each.kind != "union":
        return False
    return outer.is_distinct or not each.is_distinct


def _parts(each: ir.Relation, outer: ir.SetOperation) -> tuple[ir.Relation, ...]:
    return each.inputs if isinstance(each, ir.SetOperation) and _dissolves(each, outer) else (each,)


MERGE_UNIONS = NodeRule(name="merge-unions", change=merge_unions)
