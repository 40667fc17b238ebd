"""Expressions as they were written. No types, nothing resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal as OneOf

import msgspec

from odibi_sql.diagnostics import Span

if TYPE_CHECKING:
    from odibi_sql.syntax.queries import Query


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of syntax and where it stands."""

    span: Span


class Name(Node, frozen=True, kw_only=True):
    """An identifier. `text` is without backticks (in a sql step: without its quotes)."""

    text: str


class TypeName(Node, frozen=True, kw_only=True):
    """A type: `int64`, `decimal(10, 2)`, `array<T>`, `map<K, V>`, `struct<name T, …>`."""

    name: str  # in lower case
    numbers: tuple[int, ...] = ()  # of decimal(p, s), as written
    arguments: tuple[TypeName, ...] = ()  # of array, map and struct
    members: tuple[str, ...] = ()  # of struct: the names, one for each argument


class Expr(Node, frozen=True, kw_only=True):
    """An expression."""


class Number(Expr, frozen=True, kw_only=True):
    """`7`, `1_000_000`, `0.17`, `1e6`: `text` as written, without underscores."""

    text: str


class Text(Expr, frozen=True, kw_only=True):
    """A string; `value` is what it says, without quotes and doubled quotes."""

    value: str


class Boolean(Expr, frozen=True, kw_only=True):
    """`true` or `false`."""

    value: bool


class Null(Expr, frozen=True, kw_only=True):
    """`null`."""


class TypedLiteral(Expr, frozen=True, kw_only=True):
    """`date '2025-11-01'`, `timestamp '…'`, `timestamptz '…'`: `kind` in lower case, `text` unread."""

    kind: str
    text: str


class Duration(Expr, frozen=True, kw_only=True):
    """`2 minutes`, `7 days` (in SQL also `interval '2' minute`): `unit` singular, in lower case."""

    amount: str  # a number, as written; may begin with a minus in SQL
    unit: str


class ListOf(Expr, frozen=True, kw_only=True):
    """`[1, 2, 3]`."""

    items: tuple[Expr, ...]


class StructOf(Expr, frozen=True, kw_only=True):
    """`{name: value, …}`."""

    names: tuple[Name, ...]
    values: tuple[Expr, ...]


class Reference(Expr, frozen=True, kw_only=True):
    """`amount`, `orders.amount`, `a.b.c`: which part is a dataset, a column or a member is found by `check`."""

    parts: tuple[Name, ...]


class GetMember(Expr, frozen=True, kw_only=True):
    """`f(x).name`, `items[1].price`: a member of what is not a plain reference."""

    operand: Expr
    name: Name


class Subscript(Expr, frozen=True, kw_only=True):
    """`items[1]`, `settings['mode']`."""

    operand: Expr
    index: Expr


class Unary(Expr, frozen=True, kw_only=True):
    """`- x`, `+ x`, `not x`: `operator` in lower case."""

    operator: str
    operand: Expr


class Binary(Expr, frozen=True, kw_only=True):
    """`operator` is one of + - * / // % || = <> < <= > >= and or (`!=` is read as `<>`)."""

    operator: str
    left: Expr
    right: Expr


class Between(Expr, frozen=True, kw_only=True):
    """`operand [not] between low and high`."""

    operand: Expr
    low: Expr
    high: Expr
    is_negated: bool


class In(Expr, frozen=True, kw_only=True):
    """`operand [not] in (item, …)`."""

    operand: Expr
    items: tuple[Expr, ...]
    is_negated: bool


class Like(Expr, frozen=True, kw_only=True):
    """`operand [not] like pattern [escape e]`; `ilike` where case does not matter."""

    operand: Expr
    pattern: Expr
    escape: Expr | None
    is_negated: bool
    ignores_case: bool


class Is(Expr, frozen=True, kw_only=True):
    """`operand is [not] null | true | false`."""

    operand: Expr
    what: OneOf["null", "true", "false"]
    is_negated: bool


class IsDistinct(Expr, frozen=True, kw_only=True):
    """`left is [not] distinct from right`; `is_negated` with `not`."""

    left: Expr
    right: Expr
    is_negated: bool


class SortItem(Node, frozen=True, kw_only=True):
    """`total desc nulls first`."""

    value: Expr
    descending: bool = False
    nulls: OneOf["first", "last"] | None = None


class FrameBound(Node, frozen=True, kw_only=True):
    """`unbounded preceding`, `3 following`: `offset` is None where unbounded, Number "0" for the current row."""

    offset: Expr | None
    side: OneOf["preceding", "following"]


class WindowFrame(Node, frozen=True, kw_only=True):
    """`rows between … and …`."""

    unit: OneOf["rows", "range", "groups"]
    start: FrameBound
    end: FrameBound


class Window(Node, frozen=True, kw_only=True):
    """`over (partition by … order by … rows …)`."""

    partition: tuple[Expr, ...] = ()
    order: tuple[SortItem, ...] = ()
    frame: WindowFrame | None = None


class Argument(Node, frozen=True, kw_only=True):
    """An argument of a call; `name` where it was given by name (`f(x, rate: 0.2)`)."""

    value: Expr
    name: Name | None = None


class Call(Expr, frozen=True, kw_only=True):
    """`count(distinct x) filter (where y) over (…)`. `name` in lower case; `count(*)` has no arguments."""

    name: Name
    args: tuple[Argument, ...]
    is_distinct: bool = False
    order: tuple[SortItem, ...] = ()  # `string_agg(name, ',' order by at)`
    where: Expr | None = None  # `filter (where …)`
    ignore_nulls: bool = False
    over: Window | None = None


class When(Node, frozen=True, kw_only=True):
    """`when condition then value`."""

    condition: Expr
    value: Expr


class Case(Expr, frozen=True, kw_only=True):
    """`case [operand] when … then … [else …] end`."""

    operand: Expr | None
    branches: tuple[When, ...]
    otherwise: Expr | None


class Cast(Expr, frozen=True, kw_only=True):
    """`cast(x as T)`, `try_cast(x as T)`, `x :: T`."""

    operand: Expr
    type: TypeName
    is_try: bool


class Lambda(Expr, frozen=True, kw_only=True):
    """`x -> x + 1`, `(x, y) -> x + y`: an argument of an array function."""

    parameters: tuple[Name, ...]
    body: Expr


class ExistsQuery(Expr, frozen=True, kw_only=True):
    """`exists (query)`; sql steps only."""

    query: Query


class InQuery(Expr, frozen=True, kw_only=True):
    """`operand [not] in (query)`; sql steps only."""

    operand: Expr
    query: Query
    is_negated: bool


class ScalarQuery(Expr, frozen=True, kw_only=True):
    """`(query)` as a value; sql steps only."""

    query: Query
