"""The term of an expression: what it computes, whatever its columns are called and however it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from odibi_sql import functions, ir
from odibi_sql.ir import walk
from odibi_sql.keys.digest import CONSTANT, Term, digest, literal_parts, type_text

Columns = Mapping[str, Term]

_COMMUTING = frozenset(["=", "<>", "is distinct from", "+", "*"])
_MIRRORED = {">": "<", ">=": "<="}


class Query(msgspec.Struct, frozen=True):
    """What stands for the relation of a subquery: its rows, and its columns in order."""

    rows: str
    columns: tuple[Term, ...]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the expressions of a node see."""

    columns: Columns
    rows: Callable[[], str]  # those that its windows are over
    around: tuple[Columns, ...] = ()  # of the queries around it, the nearest first
    query: Callable[[ir.Relation, tuple[Columns, ...]], Query]
    moment: Callable[[str], str]  # what a function that reads the clock gives


def term_of(expr: ir.Expr, view: View) -> Term:
    """Return the term of an expression. Raises TypeError for a kind that is not known.

    Without recursion: a chain `a + b + c + …` is as deep as it is long.
    """
    if isinstance(expr, ir.Column):
        return view.columns[expr.name]
    if isinstance(expr, ir.Literal):
        return _literal(expr)
    inside: list[tuple[ir.Expr, Sequence[ir.Expr]]] = []
    done: dict[int, Term] = {}
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ir.Column):
            done[id(part)] = view.columns[part.name]
        elif isinstance(part, ir.Literal):
            done[id(part)] = _literal(part)
        else:
            parts = _parts(part)
            inside.append((part, parts))
            waiting.extend(parts)
    for part, parts in reversed(inside):
        done[id(part)] = _term(part, [done[id(each)] for each in parts], view)
    return done[id(expr)]


def _literal(literal: ir.Literal) -> Term:
    return CONSTANT, digest("literal", literal_parts(literal))


def conjuncts_of(condition: ir.Expr, view: View) -> frozenset[Term]:
    """Return the terms of what `and` puts together."""
    return frozenset(term_of(each, view) for each in _chain(condition, "and"))


def order_of(keys: Iterable[ir.SortKey], view: View) -> list[Any]:
    """Return the terms of sort keys with their directions."""
    return [(term_of(key.value, view), key.descending, key.nulls_first) for key in keys]


def _parts(expr: ir.Expr) -> Sequence[ir.Expr]:
    """Return what an expression is made of; a chain of `and`, `or`, or of sums of whole numbers is one."""
    if not isinstance(expr, ir.Call):
        return walk.parts(expr)
    function = expr.function
    if function in ("and", "or", "between"):
        return _chain(expr, "or" if function == "or" else "and")
    if function in ("+", "*") and isinstance(expr.type, ir.Integer):
        return _chain(expr, function)
    return expr.args


def _chain(expr: ir.Expr, function: str) -> list[ir.Expr]:
    """Return what calls of one function within each other put together; `between` is an `and`."""
    found: list[ir.Expr] = []
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ir.Call) and part.function == function and part.type == expr.type:
            waiting.extend(reversed(part.args))
        elif function == "and" and isinstance(part, ir.Call) and part.function == "between":
            operand, low, high = part.args
            found.append(ir.Call(type=ir.BOOL, function="<=", args=(low, operand)))
            found.append(ir.Call(type=ir.BOOL, function="<=", args=(operand, high)))
        else:
            found.append(part)
    return found


def _term(expr: ir.Expr, parts: list[Term], view: View) -> Term:
    if isinstance(expr, ir.Call):
        return _call(expr, parts, view)
    match expr:
        case ir.Outer(name=name, depth=depth):
            return CONSTANT, digest("outer", depth, view.around[depth - 1][name])
        case ir.Cast(operand=operand, type=type_, is_try=is_try):
            return parts[0] if operand.type == type_ else made("try cast" if is_try else "cast", type_, parts)
        case ir.Case(branches=branches):
            return made(f"case {len(branches)}", expr.type, parts)
        case ir.MakeStruct():
            return made("struct", expr.type, parts)
        case ir.GetMember(name=name):
            return made(("member", name), expr.type, parts)
        case ir.AggregateCall():
            where, keys = expr.where is not None, [(key.descending, key.nulls_first) for key in expr.order]
            return made(("aggregate", expr.function, expr.is_distinct, where, keys), expr.type, parts)
        case ir.WindowCall():
            return _window(expr, parts, view)
        case ir.Exists(relation=relation) | ir.InQuery(relation=relation) | ir.ScalarQuery(relation=relation):
            return _subquery(expr, relation, parts, view)
    raise TypeError(expr)


def _call(call: ir.Call, parts: list[Term], view: View) -> Term:
    function = call.function
    match function:
        case "and" | "or" | "between":
            return made("or" if function == "or" else "and", call.type, [], set(parts))
        case "in":
            return made("in", call.type, parts[:1], set(parts[1:]))
        case ">" | ">=":
            return made(_MIRRORED[function], call.type, parts[::-1])
    if function in _COMMUTING:
        return made(function, call.type, [], parts)
    if reads_clock(function):
        return CONSTANT, digest("clock", type_text(call.type), view.moment(function))
    return made(function if function in ir.OPERATORS else ("function", function), call.type, parts)


def _window(call: ir.WindowCall, parts: list[Term], view: View) -> Term:
    """Return the term of a window call, which is one of its rows: the same words over other rows are another."""
    start = len(parts) - len(call.order) - len(call.partition)
    flags = (call.function, type_text(call.type), call.is_distinct, call.where is not None, call.ignore_nulls)
    partition = sorted(set(parts[start : start + len(call.partition)]))
    order = [
        (part, key.descending, key.nulls_first)
        for part, key in zip(parts[len(parts) - len(call.order) :], call.order, strict=True)
    ]
    return "", digest("window", view.rows(), flags, call.frame, parts[:start], partition, order)


def _subquery(expr: ir.Expr, relation: ir.Relation, parts: list[Term], view: View) -> Term:
    query = view.query(relation, (view.columns, *view.around))
    columns = () if isinstance(expr, ir.Exists) else query.columns[:1]
    return "", digest(type(expr).__name__, query.rows, columns, parts)


def made(what: Any, type_: ir.Type, parts: Iterable[Term], in_any_order: Iterable[Term] = ()) -> Term:
    """Return the term of what is made of others: on the innermost rows that all of them are on."""
    ordered, free = list(parts), list(in_any_order)
    paths = {path for path, _ in ordered}.union([path for path, _ in free])
    paths.discard(CONSTANT)
    path = _common(paths)
    if path not in ("", CONSTANT):
        ordered, free = _within(ordered, len(path)), _within(free, len(path))
    return path, digest(what, type_text(type_), ordered, sorted(free))


def _common(paths: set[str]) -> str:
    """Return what all paths begin with."""
    if len(paths) <= 1:
        return next(iter(paths), CONSTANT)
    least, most = min(paths), max(paths)
    same = (place for place, (one, other) in enumerate(zip(least, most, strict=False)) if one != other)
    return least[: next(same, len(least))]


def _within(terms: list[Term], length: int) -> list[Term]:
    return [(path if path == CONSTANT else path[length:], each) for path, each in terms]


@cache
def reads_clock(function: str) -> bool:
    """Whether a function gives what the clock says."""
    found = functions.lookup(function)
    return found is not None and found.reads_clock


@cache
def is_volatile(function: str) -> bool:
    """Whether a function gives something else each time."""
    found = functions.lookup(function)
    return found is not None and found.is_volatile
