"""Which types a parameter takes: one type, a few, or any that the other arguments share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from odibi_sql.ir import types as t

Fit = Callable[[t.Type], "t.Type | None"]
Bindings = dict[str, t.Type]


class Pattern(msgspec.Struct, frozen=True):
    """What a parameter takes: `words` for a person, `fit` gives the type that an argument is brought to, or None."""

    words: str
    fit: Fit


class Variable(Pattern, frozen=True):
    """A type that all parameters of this `name` share: their arguments are brought to the common type."""

    name: str


class ArrayOf(Pattern, frozen=True):
    """An array of what `element` takes."""

    element: Variable


class MapOf(Pattern, frozen=True):
    """A map from what `key` takes to what `value` takes."""

    key: Variable
    value: Variable


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern, and how a parameter uses it (see `signature.Parameter`)."""

    pattern: Pattern
    is_constant: bool = False
    is_optional: bool = False
    default: Any = None
    is_variadic: bool = False
    choices: tuple[str, ...] = ()
    decides: bool = False
    problem: Callable[[Any], str | None] | None = None
    made: dict[str, Callable[[Any, Any], Any]] = {}


def one_of(words: str, default: t.Type, *kinds: type[t.Type]) -> Pattern:
    """Return the pattern of these kinds of types, each taken as it is; a bare null becomes `default`."""

    def fit(type_: t.Type) -> t.Type | None:
        if isinstance(type_, t.Null):
            return default
        return type_ if isinstance(type_, (*kinds, t.Unknown)) else None

    return Pattern(words, fit)


def variable(name: str, words: str, accepts: Callable[[t.Type], bool]) -> Variable:
    """Return a type variable that stands for the types that `accepts` says."""

    def fit(type_: t.Type) -> t.Type | None:
        return type_ if isinstance(type_, t.Null | t.Unknown) or accepts(type_) else None

    return Variable(words, fit, name)


def array_of(element: Variable, words: str) -> ArrayOf:
    """Return the pattern of the arrays of what `element` takes."""

    def fit(type_: t.Type) -> t.Type | None:
        if isinstance(type_, t.Null | t.Unknown):
            return type_
        is_fit = isinstance(type_, t.Array) and element.fit(type_.element) is not None
        return type_ if is_fit else None

    return ArrayOf(words, fit, element)


def optional(pattern: Pattern | Use, default: Any = None) -> Use:
    """Return the use of a parameter that can be left out: its Ibis form then gets `default`."""
    return msgspec.structs.replace(_use(pattern), is_optional=True, default=default)


def variadic(pattern: Pattern) -> Use:
    """Return the use of a last parameter that is given once or more."""
    return Use(pattern=pattern, is_variadic=True)


def constant(
    pattern: Pattern,
    *choices: str,
    problem: Callable[[Any], str | None] | None = None,
    default: Any = None,
    made: dict[str, Callable[[Any, Any], Any]] | None = None,
) -> Use:
    """Return the use of a parameter that has to be known when compiled; optional where it has a `default`."""
    return Use(
        pattern=pattern,
        is_constant=True,
        is_optional=default is not None,
        default=default,
        choices=choices,
        problem=problem,
        made=made or {},
    )


def deciding(pattern: Pattern) -> Use:
    """Return the use of a parameter from whose argument alone engines take the type of the result."""
    return Use(pattern=pattern, decides=True)


def checked(pattern: Pattern | Use, problem: Callable[[Any], str | None]) -> Use:
    """Return the use of a parameter whose value, where it is known, must have no `problem`."""
    return msgspec.structs.replace(_use(pattern), problem=problem)


def _use(pattern: Pattern | Use) -> Use:
    return pattern if isinstance(pattern, Use) else Use(pattern=pattern)


def bind(pattern: Pattern, type_: t.Type, bindings: Bindings) -> bool:
    """Add what `type_` says of the pattern's variables to `bindings`; False where it does not meet what they are."""
    match pattern:
        case Variable(name=name):
            common = t.common_type(bindings.get(name, t.NULL), type_)
            if common is None or pattern.fit(common) is None:
                return False
            bindings[name] = common
        case ArrayOf(element=element):
            return bind(element, type_.element if isinstance(type_, t.Array) else type_, bindings)
        case MapOf(key=key, value=value) if isinstance(type_, t.Map):
            return bind(key, type_.key, bindings) and bind(value, type_.value, bindings)
    return True


def build(pattern: Pattern, type_: t.Type, bindings: Bindings) -> t.Type:
    """Return the type that an argument of `type_`, which fits the pattern, is brought to."""
    if isinstance(type_, t.Unknown):
        return type_
    match pattern:
        case Variable(name=name):
            return bindings.get(name, t.NULL)
        case ArrayOf(element=element):
            return t.Array(_known(bindings.get(element.name, t.NULL)))
        case MapOf(key=key, value=value):
            return t.Map(_known(bindings.get(key.name, t.NULL)), _known(bindings.get(value.name, t.NULL)))
    fitting = pattern.fit(type_)
    assert fitting is not None
    return fitting


def _known(type_: t.Type) -> t.Type:
    return t.STRING if isinstance(type_, t.Null) else type_


def map_of(key: Variable, value: Variable, words: str) -> MapOf:
    """Return the pattern of the maps of what `key` and `value` take."""

    def fit(type_: t.Type) -> t.Type | None:
        return type_ if isinstance(type_, t.Null | t.Unknown | t.Map) else None

    return MapOf(words, fit, key, value)


def _is_numeric(type_: t.Type) -> bool:
    return t.is_numeric(type_)


def _is_time(type_: t.Type) -> bool:
    return isinstance(type_, t.Date | t.Timestamp | t.TimestampTz)


def _is_comparable(type_: t.Type) -> bool:
    return t.is_orderable(type_) and not isinstance(type_, t.Duration)


TEXT = one_of("a string", t.STRING, t.String)
BINARY = one_of("a binary value", t.BINARY, t.Binary)
BYTES = one_of("a string or a binary value", t.STRING, t.String, t.Binary)
INTEGER = one_of("a whole number", t.INT64, t.Integer)
NUMBER = one_of("a number", t.FLOAT64, t.Integer, t.Float, t.Decimal)
REAL = Pattern("a number", lambda type_: t.FLOAT64 if _is_numeric(type_) or isinstance(type_, t.Null) else None)
FLOAT = one_of("a float", t.FLOAT64, t.Float)
BOOL = one_of("a bool", t.BOOL, t.Bool)
DATE = one_of("a date", t.DATE, t.Date)
TIMESTAMP = one_of("a timestamp", t.TIMESTAMP, t.Timestamp)
TIMEY = one_of("a date or timestamp", t.TIMESTAMP, t.Date, t.Timestamp, t.TimestampTz)
INSTANT = one_of("a timestamptz", t.TIMESTAMPTZ, t.TimestampTz)
LENGTH = one_of("a duration", t.DURATION, t.Duration)
CLOCKED = one_of("a timestamp", t.TIMESTAMP, t.Timestamp, t.TimestampTz)
JSON = one_of("a json value", t.JSON, t.Json)
JSON_TEXT = one_of("a json value or a string", t.STRING, t.Json, t.String)
TEXT_OR_NUMBER = one_of("a string, a number or a bool", t.STRING, t.String, t.Integer, t.Float, t.Decimal, t.Bool)
TEXT_OR_TIME = one_of("a string, a date or a timestamp", t.STRING, t.String, t.Date, t.Timestamp, t.TimestampTz)
SCALAR = one_of(
    "a value that is no array, map or struct",
    t.STRING,
    *(t.String, t.Integer, t.Float, t.Decimal, t.Bool, t.Date, t.Timestamp, t.TimestampTz, t.Binary, t.Json),
)
TEXT_OR_ARRAY = one_of("a string or an array", t.STRING, t.String, t.Array)
ARRAY_OR_MAP = one_of("an array or a map", t.Array(t.STRING), t.Array, t.Map)
PLACE = Pattern("a position or a key", lambda type_: type_)
ANY_MAP = one_of("a map", t.Map(t.STRING, t.STRING), t.Map)

T = variable("T", "a value", lambda _: True)
ORDERABLE = variable("T", "a value that has an order", _is_comparable)
NUMERIC = variable("T", "a number", _is_numeric)
INTEGRAL = variable("T", "a whole number", lambda type_: isinstance(type_, t.Integer))
TIME = variable("T", "a date or timestamp", _is_time)
ANY = variable("A", "a value", lambda _: True)
KEY = variable("K", "a key", lambda _: True)
ORDER = variable("O", "a value that has an order", _is_comparable)
ARRAY = array_of(T, "an array")
ORDERED_ARRAY = array_of(ORDERABLE, "an array of values that have an order")
NUMBER_ARRAY = array_of(NUMERIC, "an array of numbers")
TEXT_ARRAY = array_of(variable("T", "a string", lambda type_: isinstance(type_, t.String)), "an array of strings")
KEYS = array_of(KEY, "an array")
VALUES = array_of(ANY, "an array")
ARRAY_ELEMENT = variable("T", "an array", lambda type_: isinstance(type_, t.Array))
ARRAY_OF_ARRAYS = array_of(ARRAY_ELEMENT, "an array of arrays")
MAP = map_of(KEY, ANY, "a map")
