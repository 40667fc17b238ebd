"""What a function of the language is: its types, its words, its examples, its Ibis form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import Literal as OneOf

import msgspec

from odibi_sql.ir.types import Type

Kind = OneOf["scalar", "aggregate", "window"]
Group = OneOf[
    "text", "number", "time", "condition", "cast", "aggregate", "window", "array", "struct", "json", "hash", "geo"
]


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a function.

    `fit` gives the type that an argument is brought to by an implicit cast (its own, where it fits as it is), or None
    where it does not fit. `words` names what is accepted, for messages and the reference page.
    """

    name: str
    words: str
    fit: Callable[[Type], Type | None]  # the type that the argument gets, or None where it does not fit
    is_constant: bool = False  # it must be known when compiled; the Ibis form gets the Python value
    is_optional: bool = False
    default: Any = None  # the Python value where an optional one is left out
    is_variadic: bool = False  # the last parameter, any number of times (at least once, unless optional)
    choices: tuple[str, ...] = ()  # of a constant string: what it can be, in any case
    pattern: Any = None  # a `patterns.Pattern`: how it shares type variables with the other parameters
    decides: bool = False  # engines take the type of the result from this argument alone
    problem: Callable[[Any], str | None] | None = None  # of a known value: what is expected instead, or None
    made: dict[
        str, Callable[[Any, Any], Any]
    ] = {}  # what templates can have made of a constant, for the dialect's letters


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """A call whose arguments fit: the types that they are brought to and what comes out."""

    argument_types: tuple[Type, ...]
    type: Type
    nullable: bool


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """Why arguments do not fit. `argument` is the position of the one that is wrong, None where their number is."""

    argument: int | None
    expected: str  # in words: "a string", "2 arguments", "one of 'day', 'hour', …"


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """One function. Read the catalogue through `odibi_sql.functions`: `lookup`, `names`, `CATALOGUE`."""

    name: str
    group: Group
    kind: Kind
    parameters: tuple[Parameter, ...]
    doc: str  # Markdown: what comes back, nulls, edge cases
    examples: tuple[str, ...]  # `expression = expected` or `expression is null`; all are run on every engine
    ibis_form: Callable[..., Any] | None  # Ibis values in, an Ibis value out; constants come as Python values
    result: Callable[[tuple[Type, ...]], Type]
    nullable: Callable[[tuple[bool, ...]], bool]
    is_volatile: bool = False  # another answer each time: `random()`
    needs_order: bool = (
        False  # window functions and `first`/`last`: without a total order the result would depend on chance
    )
    takes_distinct: bool = False  # aggregates: `count(distinct x)`
    takes_order: bool = False  # aggregates: `string_agg(x, ',' order by y)`
    takes_frame: bool = True  # over (…): false for rank, lag and their like
    aliases: tuple[str, ...] = ()  # other names that SQL knows it by
    since: str = "0.1"
    fixed_result: Type | None = None  # the type of the result where it is the same for all arguments
    null_rule: str = ""  # when it is null, in words
    reads_clock: bool = False  # `now()` and `today()`: the run's clock, a constant to `lower`
    argument_check: Callable[[tuple[Type, ...], tuple[Any, ...]], Mismatch | None] | None = None  # of all together
    cast_to: Type | None = None  # `to_int` and its like: the call is a cast to this type
    is_try: bool = False  # with `cast_to`: null instead of a failure
