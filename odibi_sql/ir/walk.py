"""Going through expressions and relations: parts, rewriting from the leaves up, which columns are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from odibi_sql.ir.expressions import (
    AggregateCall,
    Branch,
    Call,
    Case,
    Cast,
    Column,
    Exists,
    Expr,
    GetMember,
    InQuery,
    MakeStruct,
    Outer,
    ScalarQuery,
    SortKey,
    WindowCall,
)
from odibi_sql.ir.relations import (
    Aggregate,
    AggregateAssignment,
    AsOfJoin,
    Assignment,
    Dedupe,
    Distinct,
    Explode,
    Filter,
    Join,
    Limit,
    Project,
    Read,
    Relation,
    Rows,
    Scan,
    SetOperation,
    Sort,
)

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


def parts(expr: Expr) -> tuple[Expr, ...]:
    """Return the expressions directly inside `expr`, in the order written; subqueries are not entered."""
    match expr:
        case Call(args=args):
            return args
        case Cast(operand=operand) | GetMember(operand=operand) | InQuery(operand=operand):
            return (operand,)
        case Case(branches=branches, otherwise=otherwise):
            inside = tuple(each for branch in branches for each in (branch.condition, branch.value))
            return inside if otherwise is None else (*inside, otherwise)
        case MakeStruct(values=values):
            return values
        case AggregateCall(args=args, where=where, order=order):
            return (*args, *(() if where is None else (where,)), *(key.value for key in order))
        case WindowCall(args=args, where=where, partition=partition, order=order):
            return (*args, *(() if where is None else (where,)), *partition, *(key.value for key in order))
    return ()


def map_parts(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return `expr` with `change` done to each of its parts; the same object where nothing changed."""
    new: dict[str, Any]
    match expr:
        case Call(args=args) | MakeStruct(values=args):
            new = {"values" if isinstance(expr, MakeStruct) else "args": _each(args, change)}
        case Cast(operand=operand) | GetMember(operand=operand) | InQuery(operand=operand):
            new = {"operand": change(operand)}
        case Case(branches=branches, otherwise=otherwise):
            new = {
                "branches": _same_or(branches, tuple(_branch(each, change) for each in branches)),
                "otherwise": otherwise if otherwise is None else change(otherwise),
            }
        case AggregateCall(where=where):
            new = {
                "args": _each(expr.args, change),
                "where": where if where is None else change(where),
                "order": map_keys(expr.order, change),
            }
        case WindowCall(where=where):
            new = {
                "args": _each(expr.args, change),
                "where": where if where is None else change(where),
                "partition": _each(expr.partition, change),
                "order": map_keys(expr.order, change),
            }
        case _:
            return expr
    return replace_changed(expr, **new)


def map_keys(keys: tuple[SortKey, ...], change: Callable[[Expr], Expr]) -> tuple[SortKey, ...]:
    """Return the keys with `change` done to their values."""
    return _same_or(keys, tuple(replace_changed(key, value=change(key.value)) for key in keys))


def replace_changed(node: S, **new: Any) -> S:
    """Return `node` with these fields, and `node` itself where they are what it has already."""
    if all(getattr(node, name) is value for name, value in new.items()):
        return node
    return replace(node, **new)


def _each(exprs: tuple[Expr, ...], change: Callable[[Expr], Expr]) -> tuple[Expr, ...]:
    return _same_or(exprs, tuple(change(each) for each in exprs))


def _branch(branch: Branch, change: Callable[[Expr], Expr]) -> Branch:
    return replace_changed(branch, condition=change(branch.condition), value=change(branch.value))


def _same_or(old: tuple[T, ...], new: tuple[T, ...]) -> tuple[T, ...]:
    return old if all(one is other for one, other in zip(old, new, strict=True)) else new


def rewrite(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return `expr` with `change` done to every expression in it, the innermost first. Subqueries are not entered.

    Without recursion: a chain `a + b + c + …` is as deep as it is long.
    """
    done: dict[int, Expr] = {}
    for each in reversed(list(every(expr))):
        done[id(each)] = change(map_parts(each, lambda part: done[id(part)]))
    return done[id(expr)]


def every(expr: Expr) -> Iterator[Expr]:
    """Give `expr` and every expression in it, the outermost first. Subqueries are not entered."""
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(parts(part)))


def substitute(expr: Expr, values: dict[str, Expr]) -> Expr:
    """Return `expr` with each column that `values` names replaced, in subqueries too (as their outer columns).

    Where a subquery refers to a column outside of it, the value for it must itself be a column.
    """

    def change(part: Expr) -> Expr:
        if isinstance(part, Column):
            return values.get(part.name, part)
        if isinstance(part, Exists | InQuery | ScalarQuery):
            relation = map_outer(part.relation, lambda outer: _renamed_outer(outer, values))
            return replace_changed(part, relation=relation)
        return part

    return rewrite(expr, change)


def _renamed_outer(outer: Outer, values: dict[str, Expr]) -> Outer:
    value = values.get(outer.name)
    if value is None:
        return outer
    assert isinstance(value, Column)
    return replace(outer, name=value.name)


def columns_used(expr: Expr) -> frozenset[str]:
    """Return the names of the input columns that `expr` needs, those that subqueries reach for among them."""
    names = set()
    for part in every(expr):
        if isinstance(part, Column):
            names.add(part.name)
        elif isinstance(part, Exists | InQuery | ScalarQuery):
            names |= outer_columns(part.relation)
    return frozenset(names)


def has_window(expr: Expr) -> bool:
    """Whether a window call is in it."""
    return any(isinstance(part, WindowCall) for part in every(expr))


def has_subquery(expr: Expr) -> bool:
    """Whether a subquery is in it."""
    return any(isinstance(part, Exists | InQuery | ScalarQuery) for part in every(expr))


def inputs(relation: Relation) -> tuple[Relation, ...]:
    """Return the relations directly under this one; those of subqueries are not among them."""
    match relation:
        case Join(left=left, right=right) | AsOfJoin(left=left, right=right):
            return (left, right)
        case SetOperation(inputs=inputs):
            return inputs
        case Scan() | Rows() | Read():
            return ()
        case Filter() | Project() | Aggregate() | Dedupe() | Distinct() | Sort() | Limit() | Explode():
            return (relation.input,)
    raise TypeError(relation)


def map_inputs(relation: Relation, change: Callable[[Relation], Relation]) -> Relation:
    """Return `relation` with `change` done to each of its inputs; the same object where nothing changed."""
    match relation:
        case Join(left=left, right=right) | AsOfJoin(left=left, right=right):
            return replace_changed(relation, left=change(left), right=change(right))
        case SetOperation(inputs=inside):
            return replace_changed(relation, inputs=_same_or(inside, tuple(change(each) for each in inside)))
        case Filter() | Project() | Aggregate() | Dedupe() | Distinct() | Sort() | Limit() | Explode():
            return replace_changed(relation, input=change(relation.input))
    return relation


def expressions(relation: Relation) -> tuple[Expr, ...]:
    """Return the expressions of this node itself, not those of its inputs."""
    match relation:
        case Filter(condition=condition):
            return (condition,)
        case Explode(value=value):
            return (value,)
        case Project(columns=columns):
            return tuple(column.value for column in columns)
        case Join(condition=condition):
            return () if condition is None else (condition,)
        case Aggregate(keys=keys, aggregates=aggregates):
            return (*(key.value for key in keys), *(each.value for each in aggregates))
        case Dedupe(order=order) | Sort(keys=order) | Limit(order=order):
            return tuple(key.value for key in order)
    return ()


def map_expressions(relation: Relation, change: Callable[[Expr], Expr]) -> Relation:
    """Return this node with `change` done to its own expressions; schemas stay as they are."""
    match relation:
        case Filter(condition=condition):
            return replace_changed(relation, condition=change(condition))
        case Explode(value=value):
            return replace_changed(relation, value=change(value))
        case Project(columns=columns):
            return replace_changed(
                relation, columns=_same_or(columns, tuple(_assigned(each, change) for each in columns))
            )
        case Join(condition=condition):
            return relation if condition is None else replace_changed(relation, condition=change(condition))
        case Aggregate(keys=keys, aggregates=aggregates):
            return replace_changed(
                relation,
                keys=_same_or(keys, tuple(_assigned(each, change) for each in keys)),
                aggregates=_same_or(aggregates, tuple(_aggregated(each, change) for each in aggregates)),
            )
        case Dedupe(order=order) | Limit(order=order):
            return replace_changed(relation, order=map_keys(order, change))
        case Sort(keys=order):
            return replace_changed(relation, keys=map_keys(order, change))
    return relation


def _assigned(assignment: Assignment, change: Callable[[Expr], Expr]) -> Assignment:
    return replace_changed(assignment, value=change(assignment.value))


def _aggregated(assignment: AggregateAssignment, change: Callable[[Expr], Expr]) -> AggregateAssignment:
    return replace_changed(assignment, value=change(assignment.value))


def subqueries(relation: Relation) -> Iterator[Relation]:
    """Give the relations of the subqueries in this node's own expressions."""
    for expr in expressions(relation):
        if isinstance(expr, Column):
            continue
        for part in every(expr):
            if isinstance(part, Exists | InQuery | ScalarQuery):
                yield part.relation


def relations(relation: Relation) -> Iterator[Relation]:
    """Give `relation` and every relation under it and in its subqueries, the outermost first."""
    waiting = [relation]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed((*inputs(each), *subqueries(each))))


def datasets_read(relation: Relation) -> tuple[str, ...]:
    """Return the names of the datasets that `relation` reads, each once, in the order of their first use."""
    return tuple(dict.fromkeys(each.dataset for each in relations(relation) if isinstance(each, Read)))


def map_outer(relation: Relation, change: Callable[[Outer], Expr], depth: int = 1) -> Relation:
    """Return the relation of a subquery with `change` done to each reference to the query around it."""

    def inside(part: Expr) -> Expr:
        if isinstance(part, Outer) and part.depth == depth:
            return change(part)
        if isinstance(part, Exists | InQuery | ScalarQuery):
            return replace_changed(part, relation=map_outer(part.relation, change, depth + 1))
        return part

    here = map_inputs(relation, lambda each: map_outer(each, change, depth))
    return map_expressions(here, lambda expr: rewrite(expr, inside))


def outer_columns(relation: Relation, depth: int = 1) -> frozenset[str]:
    """Return the columns of the query around it that the relation of a subquery reaches for."""
    names: set[str] = set()
    for each in _with_inputs(relation):
        for expr in expressions(each):
            for part in every(expr):
                if isinstance(part, Outer) and part.depth == depth:
                    names.add(part.name)
                elif isinstance(part, Exists | InQuery | ScalarQuery):
                    names |= outer_columns(part.relation, depth + 1)
    return frozenset(names)


def _with_inputs(relation: Relation) -> Iterator[Relation]:
    waiting = [relation]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(inputs(each))
