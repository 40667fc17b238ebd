"""Typed expressions. Every node knows its type and whether it can be null; none knows an engine.

Operators are calls too, under these names:

    arithmetic  + - * / // % negate     `+` and `-` also of a date or timestamp and a duration
    text        ||  like  ilike         like(text, pattern) or like(text, pattern, escape)
    comparison  = <> < <= > >=          null if either side is; `is distinct from` never is
    condition   and or not              three-valued
    null        is null                 `is not null` is not(is null)
    sets        in                      in(operand, item, item, …); between is `and` of `>=` and `<=` unless kept as
                between                 between(operand, low, high)
    truth       is true  is false
    access      []                      [](array or map, index), arrays from 1; null where there is none
    making      array  struct           struct is MakeStruct, for it has names

Both sides of arithmetic and comparison have been brought to one type by `check`, with an implicit Cast where they
differed.
"""

from __future__ import annotations

import datetime
import decimal
from typing import TYPE_CHECKING
from typing import Literal as OneOf

import msgspec

from odibi_sql.ir.types import BOOL, Type

if TYPE_CHECKING:
    from odibi_sql.ir.relations import Relation

OPERATORS = frozenset(
    ["+", "-", "*", "/", "//", "%", "negate", "||", "like", "ilike", "=", "<>", "<", "<=", ">", ">="]
    + ["and", "or", "not", "is null", "is distinct from", "in", "between", "is true", "is false", "[]", "array"]
)


class Interval(msgspec.Struct, frozen=True):
    """The value of a duration literal: the three parts do not convert into each other."""

    months: int = 0
    days: int = 0
    microseconds: int = 0


Value = (
    bool | int | float | decimal.Decimal | str | bytes | datetime.date | datetime.datetime | Interval | None
)  # datetimes are naive; of a timestamptz they are in UTC


class Expr(msgspec.Struct, frozen=True, kw_only=True):
    """An expression of type `type`, which is never null where `nullable` is False."""

    type: Type
    nullable: bool = True


class Column(Expr, frozen=True, kw_only=True):
    """A column of the input relation. In a join condition: of the left or the right, whose names are disjoint."""

    name: str


class Outer(Expr, frozen=True, kw_only=True):
    """In a subquery: a column of the relation around it, `depth` queries up (1: the next one)."""

    name: str
    depth: int = 1


class Literal(Expr, frozen=True, kw_only=True):
    """A constant. A number written with a point is a Decimal value of type float64 until a decimal
    stands next to it. A list or struct of constants is a call, not a literal."""

    value: Value


class Call(Expr, frozen=True, kw_only=True):
    """A scalar function of the catalogue, or an operator, over arguments that fit one of its signatures."""

    function: str
    args: tuple[Expr, ...]


class Cast(Expr, frozen=True, kw_only=True):
    """`operand` as `type`. A value that does not fit fails the run, or is null where `is_try`.

    `is_implicit`: `check` put it in to make two sides meet; it loses nothing, and is not printed where the
    engine does the same unasked.
    """

    operand: Expr
    is_try: bool = False
    is_implicit: bool = False


class Branch(msgspec.Struct, frozen=True):
    """One `when … then …`."""

    condition: Expr
    value: Expr


class Case(Expr, frozen=True, kw_only=True):
    """The value of the first branch whose condition is true; `otherwise` (None: null) where none is."""

    branches: tuple[Branch, ...]
    otherwise: Expr | None


class MakeStruct(Expr, frozen=True, kw_only=True):
    """A struct of named values; its type has the names."""

    values: tuple[Expr, ...]


class GetMember(Expr, frozen=True, kw_only=True):
    """The part `name` of a struct."""

    operand: Expr
    name: str


class SortKey(msgspec.Struct, frozen=True, kw_only=True):
    """One key of an order. NULL sorts last, ascending and descending, unless `nulls_first`."""

    value: Expr
    descending: bool = False
    nulls_first: bool = False


class AggregateCall(Expr, frozen=True, kw_only=True):
    """An aggregate function of the catalogue over the rows of a group (`count()` has no argument)."""

    function: str
    args: tuple[Expr, ...]
    is_distinct: bool = False
    where: Expr | None = None
    order: tuple[SortKey, ...] = ()


class Bound(msgspec.Struct, frozen=True):
    """One end of a window frame. `offset` counts rows (int), or is a range; None is unbounded, 0 the current row."""

    offset: int | None
    side: OneOf["preceding", "following"]


class Frame(msgspec.Struct, frozen=True):
    """Which rows of its partition a window function sees."""

    start: Bound
    end: Bound
    unit: OneOf["rows", "range"] = "rows"


class WindowCall(Expr, frozen=True, kw_only=True):
    """An aggregate or window function over the rows of a partition; one value for each row.

    `order` is made total by `check` where the function depends on ties. `frame` is None for functions that
    take none (`rank`, `lag`, …) and where the whole partition is meant (no `order`).
    """

    function: str
    args: tuple[Expr, ...]
    is_distinct: bool = False
    where: Expr | None = None
    ignore_nulls: bool = False
    partition: tuple[Expr, ...] = ()
    order: tuple[SortKey, ...] = ()
    frame: Frame | None = None


class Exists(Expr, frozen=True, kw_only=True):
    """Whether `relation` has a row. Never null."""

    relation: Relation


class InQuery(Expr, frozen=True, kw_only=True):
    """`operand in (query)` with SQL's three values; `relation` has one column."""

    operand: Expr
    relation: Relation


class ScalarQuery(Expr, frozen=True, kw_only=True):
    """The one value of `relation` (one column); null where it has no row; more than one row fails the run."""

    relation: Relation


def true_of(*conditions: Expr) -> Expr:
    """Return the conjunction of conditions: `true` of none."""
    if not conditions:
        return Literal(type=BOOL, nullable=False, value=True)
    result = conditions[0]
    for condition in conditions[1:]:
        result = Call(
            type=BOOL, nullable=result.nullable or condition.nullable, function="and", args=(result, condition)
        )
    return result
