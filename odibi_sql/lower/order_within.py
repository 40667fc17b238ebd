"""Arrays and structs in the order of the language, on an engine that orders what is within them otherwise.

There a null within an array or a struct is above every value; an engine can take it for the least. And a duration that
is a struct is equal to, and above, what its length says, wherever it is. So such values are compared by a key:

    an array    TRANSFORM(a, e -> STRUCT(e IS NULL, key of e))
    a struct    STRUCT(s.x IS NULL, key of s.x, …)
    a duration  its length

What a function takes out of several values by their order goes through it as a pair of the key and the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.casts import member, transformed
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.times import has_structs, measured
from odibi_sql.lower.typed import function, text

# What takes values, or the elements of arrays, by their order; and what of these gives an array of them.
OF_VALUES = frozenset(
    ["greatest", "least", "min", "max", "arg_min", "arg_max", "mode", "percentile_disc", "collect_set"]
)
OF_ELEMENTS = frozenset(
    ["array_sort", "array_min", "array_max", "array_distinct", "array_intersect", "array_union", "array_except"]
)
GIVES_ARRAY = (OF_ELEMENTS - {"array_min", "array_max"}) | {"collect_set"}


def has_key(type_: ir.Type, dialect: Dialect, is_order_asked: bool = True) -> bool:
    """Whether values of the type are compared by a key: for their order, or only for whether they are equal."""
    if is_order_asked and isinstance(type_, ir.Array | ir.Struct) and not dialect.can.order_null_within:
        return True
    return has_structs(dialect) and ir.has_part(type_, ir.Duration)


def key_of(sql: Any, type_: ir.Type, dialect: Dialect) -> Any:
    """Return what values of the type are compared, sorted and partitioned by; `sql` itself where that is the value."""
    if not has_key(type_, dialect):
        return sql
    match type_:
        case ir.Array(element=element):
            return transformed(sql, lambda each: _above_null([each], [element], dialect), dialect)
        case ir.Struct(members=members):
            parts = [member(sql.copy(), each.name) for each in members]
            return _where_there(sql, _above_null(parts, [each.type for each in members], dialect))
    return measured(sql, dialect)


def through_pairs(name: str, args: Sequence[Any], types: Sequence[ir.Type], dialect: Dialect) -> tuple[list[Any], bool]:
    """Return the arguments of a function that goes by the order of values, as pairs where they have a key; and whether
    what it gives is then a pair, or an array of pairs."""
    made = [_through(name, arg, type_, dialect) for arg, type_ in zip(args, types, strict=True)]
    given = [new is not arg for new, arg in zip(made, args, strict=True)]
    return made, any(given[:1] if name in ("arg_min", "arg_max") else given)


def out_of_pairs(name: str, sql: Any, dialect: Dialect) -> Any:
    """Return what a function gave of pairs without their keys."""
    if name in GIVES_ARRAY:
        return transformed(sql, lambda each: member(each, "v"), dialect)
    return exp.Dot(this=exp.Paren(this=sql), expression=exp.Identifier(this="v"))


def _through(name: str, arg: Any, type_: ir.Type, dialect: Dialect) -> Any:
    if isinstance(arg, exp.Null):  # it is a NULL of whatever stands beside it
        return arg
    if name in OF_VALUES and has_key(type_, dialect):
        return _pair(arg, type_, dialect)
    if name in OF_ELEMENTS and isinstance(type_, ir.Array) and has_key(type_.element, dialect):
        return transformed(arg, lambda each: _pair(each, type_.element, dialect), dialect)
    return arg


def _pair(sql: Any, type_: ir.Type, dialect: Dialect) -> Any:
    return _where_there(sql, _struct({"k": key_of(sql.copy(), type_, dialect), "v": sql.copy()}))


def _above_null(parts: list[Any], types: list[ir.Type], dialect: Dialect) -> Any:
    """Return a struct of the parts in which a null is above every value."""
    members = {}
    for place, (part, type_) in enumerate(zip(parts, types, strict=True)):
        members[f"n{place}"] = exp.Is(this=part.copy(), expression=exp.Null())
        members[f"v{place}"] = key_of(part.copy(), type_, dialect)
    return _struct(members)


def _struct(members: dict[str, Any]) -> Any:
    return function("NAMED_STRUCT", *(each for name, value in members.items() for each in (text(name), value)))


def _where_there(sql: Any, made: Any) -> Any:
    is_there = exp.Is(this=exp.Paren(this=sql.copy()), expression=exp.Null(), negate=True)
    return exp.Case(ifs=[exp.If(this=is_there, true=made)])
