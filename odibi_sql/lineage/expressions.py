"""What an expression is made of: columns, each with how it matters to the value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from odibi_sql import ir
from odibi_sql.diagnostics import Span
from odibi_sql.ir import walk
from odibi_sql.lineage.values import NOTHING, Column, Kind, Made, Uses, composed, through

Columns = Mapping[str, Column]
Part = tuple[ir.Expr, Kind]

_TAKEN_FROM_ROWS = frozenset(["lag", "lead", "first_value", "last_value", "nth_value"])  # the value of another row
_DECIDED_BY_FIRST = frozenset(["if", "nvl2"])


class Queried(msgspec.Struct, frozen=True, kw_only=True):
    """A subquery: what its first column is made of, and what decides which rows it has."""

    value: Uses
    rows: Uses


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the expressions of a node see: columns, rows, the columns of the queries around it (the nearest first)."""

    columns: Columns
    rows: Uses
    around: tuple[Columns, ...]
    query: Callable[[ir.Relation, tuple[Columns, ...]], Queried]


def column_of(name: str, value: ir.Expr, view: View, span: Span | None) -> Column:
    """Return the column that an expression makes, in the operator at `span`.

    Raises TypeError for a kind of expression that is not known.
    """
    plain = value
    while (inner := _taken_over(plain)) is not None:
        plain = inner
    if isinstance(plain, ir.Column):
        return view.columns[plain.name]
    if isinstance(plain, ir.Literal):
        return Column(made=(Made(name=name, value=value, span=span),))
    names: dict[str, None] = {}
    uses = uses_of(value, view, names)
    before = dict.fromkeys(made for each in names for made in view.columns[each].made)
    made = Made(name=name, value=value, before=tuple(before), span=span)
    return Column(uses=uses, made=(made,))


def uses_of(expr: ir.Expr, view: View, names: dict[str, None] | None = None) -> Uses:
    """Return what an expression is made of; the columns that it names are put into `names`.

    Without recursion: a chain `a + b + c + …` is as deep as it is long.
    """
    asked: dict[tuple[str, Kind], None] = {}
    found: list[Uses] = []
    waiting: list[Part] = [(expr, "IDENTITY")]
    while waiting:
        part, kind = waiting.pop()
        match part:
            case ir.Column(name=name):
                asked[name, kind] = None
            case ir.Literal():
                pass
            case ir.Outer(name=name, depth=depth):
                found.append(through(kind, view.around[depth - 1][name].uses))
            case _:
                found.extend(_of_rows(part, kind, view))
                waiting.extend((inner, composed(kind, how)) for inner, how in reversed(list(_parts(part))))
    if names is not None:
        names.update(dict.fromkeys(name for name, _ in asked))
    return NOTHING.union(*(through(kind, view.columns[name].uses) for name, kind in asked), *found)


def _taken_over(expr: ir.Expr) -> ir.Expr | None:
    """Return the expression whose value this one is, unchanged, or None."""
    if isinstance(expr, ir.Cast) and expr.is_implicit:
        return expr.operand
    return expr.args[0] if isinstance(expr, ir.Call) and expr.function == "require" else None


def _parts(expr: ir.Expr) -> Iterator[Part]:
    """Give what is directly inside of an expression, with how it matters to the value."""
    taken = _taken_over(expr)
    if taken is not None:
        yield taken, "IDENTITY"
        return
    match expr:
        case ir.Case(branches=branches, otherwise=otherwise):
            for branch in branches:
                yield branch.condition, "CONDITIONAL"
                yield branch.value, "TRANSFORMATION"
            if otherwise is not None:
                yield otherwise, "TRANSFORMATION"
        case ir.Call(function=function, args=(condition, *others)) if function in _DECIDED_BY_FIRST:
            yield condition, "CONDITIONAL"
            yield from ((each, "TRANSFORMATION") for each in others)
        case ir.AggregateCall(args=args, where=where, order=order):
            yield from ((each, "AGGREGATION") for each in args)
            yield from _where(where)
            yield from ((key.value, "SORT") for key in order)
        case ir.WindowCall(args=args, where=where, partition=partition, order=order):
            kind: Kind = "TRANSFORMATION" if expr.function in _TAKEN_FROM_ROWS else "AGGREGATION"
            yield from ((each, kind) for each in args)
            yield from _where(where)
            yield from ((each, "WINDOW") for each in (*partition, *(key.value for key in order)))
        case ir.Call() | ir.Cast() | ir.MakeStruct() | ir.GetMember() | ir.InQuery() | ir.Exists() | ir.ScalarQuery():
            yield from ((each, "TRANSFORMATION") for each in walk.parts(expr))
        case _:
            raise TypeError(expr)


def _where(condition: ir.Expr | None) -> Iterator[Part]:
    if condition is not None:
        yield condition, "CONDITIONAL"


def _of_rows(expr: ir.Expr, kind: Kind, view: View) -> Iterator[Uses]:
    """Give the uses by which an expression depends on rows as such: counts do, and what asks other rows does."""
    match expr:
        case ir.AggregateCall(args=()):
            yield through(composed(kind, "AGGREGATION"), view.rows)
        case ir.WindowCall(args=()):
            yield through(composed(kind, "WINDOW"), view.rows)
        case ir.Exists(relation=relation):
            yield through(composed(kind, "CONDITIONAL"), _queried(relation, view).rows)
        case ir.InQuery(relation=relation):
            query = _queried(relation, view)
            yield through(composed(kind, "AGGREGATION"), query.value)
            yield through(composed(kind, "CONDITIONAL"), query.rows)
        case ir.ScalarQuery(relation=relation):
            query = _queried(relation, view)
            yield through(kind, query.value)
            yield through(composed(kind, "CONDITIONAL"), query.rows)


def _queried(relation: ir.Relation, view: View) -> Queried:
    return view.query(relation, (view.columns, *view.around))
