"""Compute what is known when compiling.

    before   day >= date '2025-01-01' and n > 2 * 3     cast('2025-11-01' as date)     null + a     1 / 0
    after    day >= date '2025-01-01' and n > 6         date '2025-11-01'              null         null

Exactly as the run would: what overflows, does not cast, or rounds is left to it. `now()` and `today()` are no
constants, parameters are. An operator over a null constant is null where its other operands cannot fail.
"""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.ir.walk import map_expressions, rewrite
from odibi_sql.optimize.can_fail import can_fail
from odibi_sql.optimize.constants import Answer, computed, converted
from odibi_sql.optimize.cost import is_free
from odibi_sql.optimize.rule import Keys, NodeRule

NULL_IF_ANY = frozenset(
    ["+", "-", "*", "/", "//", "%", "negate", "=", "<>", "<", "<=", ">", ">=", "||", "like", "ilike", "not"]
)


def fold_constants(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return this node with the constant parts of its expressions computed."""
    return map_expressions(relation, lambda expr: expr if is_free(expr) else rewrite(expr, folded))


def folded(expr: ir.Expr) -> ir.Expr:
    """Return what `expr` is, its parts being folded already; itself where it is no constant."""
    match expr:
        case ir.Call(function=function, args=args, type=type_):
            if all(isinstance(each, ir.Literal) and each.value is not None for each in args) and args:
                constants = tuple(each for each in args if isinstance(each, ir.Literal))
                return _literal(expr, computed(function, constants, type_))
            if function in NULL_IF_ANY and any(_is_null(each) for each in args) and not any(map(can_fail, args)):
                return _literal(expr, Answer(None))
        case ir.Cast(operand=ir.Literal() as literal, type=type_):
            return _literal(expr, converted(literal, type_))
    return expr


def _is_null(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Literal) and expr.value is None


def _literal(expr: ir.Expr, answer: Answer | None) -> ir.Expr:
    if answer is None:
        return expr
    return ir.Literal(type=expr.type, nullable=answer.value is None, value=answer.value)


FOLD_CONSTANTS = NodeRule(name="fold-constants", change=fold_constants)
