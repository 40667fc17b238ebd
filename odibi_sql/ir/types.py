"""The types of the language. They are ours: no engine's and no library's."""

from __future__ import annotations

from types import UnionType

import msgspec


class Type(msgspec.Struct, frozen=True):
    """A type of the language. `str(type)` is how a pipeline writes it."""

    def __str__(self) -> str:
        return type(self).__name__.lower()


class Unknown(Type, frozen=True):
    """The type of what is wrong already: it fits everywhere, so that one mistake is told once."""


class Null(Type, frozen=True):
    """The type of a bare `null`: every type takes it in."""


class Bool(Type, frozen=True):
    """True or false."""


class Integer(Type, frozen=True):
    """A signed whole number of `bits` 8, 16, 32 or 64."""

    bits: int = 64

    def __str__(self) -> str:
        return f"int{self.bits}"


class Float(Type, frozen=True):
    """An IEEE 754 number of `bits` 32 or 64."""

    bits: int = 64

    def __str__(self) -> str:
        return f"float{self.bits}"


class Decimal(Type, frozen=True):
    """An exact number of at most `precision` digits (1 to 38), `scale` of them behind the point."""

    precision: int
    scale: int

    def __str__(self) -> str:
        return f"decimal({self.precision}, {self.scale})"


class String(Type, frozen=True):
    """Unicode text."""


class Binary(Type, frozen=True):
    """Bytes."""


class Date(Type, frozen=True):
    """A day of the proleptic Gregorian calendar."""


class Timestamp(Type, frozen=True):
    """A date and a time of day in microseconds, without a zone."""


class TimestampTz(Type, frozen=True):
    """An instant in microseconds; UTC inside."""


class Duration(Type, frozen=True):
    """A length of time: months, days and microseconds, as in SQL's interval."""


class Json(Type, frozen=True):
    """A JSON text."""


class Array(Type, frozen=True):
    """A list of elements of one type; an element can be null."""

    element: Type

    def __str__(self) -> str:
        return f"array<{self.element}>"


class Member(msgspec.Struct, frozen=True):
    """One named part of a struct; it can be null."""

    name: str
    type: Type


class Struct(Type, frozen=True):
    """Named parts in order."""

    members: tuple[Member, ...]

    def __str__(self) -> str:
        return f"struct<{', '.join(f'{member.name} {member.type}' for member in self.members)}>"

    def member(self, name: str) -> Member | None:
        """Return the part called `name`, or None."""
        return next((each for each in self.members if each.name == name), None)


class Map(Type, frozen=True):
    """Keys, never null and each once, with their values."""

    key: Type
    value: Type

    def __str__(self) -> str:
        return f"map<{self.key}, {self.value}>"


UNKNOWN, NULL, BOOL = Unknown(), Null(), Bool()
INT8, INT16, INT32, INT64 = Integer(8), Integer(16), Integer(32), Integer(64)
FLOAT32, FLOAT64 = Float(32), Float(64)
STRING, BINARY, JSON = String(), Binary(), Json()
DATE, TIMESTAMP, TIMESTAMPTZ, DURATION = Date(), Timestamp(), TimestampTz(), Duration()

NAMED: dict[str, Type] = {
    "bool": BOOL,
    "boolean": BOOL,
    "int8": INT8,
    "int16": INT16,
    "int32": INT32,
    "int64": INT64,
    "int": INT64,
    "float32": FLOAT32,
    "float64": FLOAT64,
    "float": FLOAT64,
    "string": STRING,
    "text": STRING,
    "binary": BINARY,
    "date": DATE,
    "timestamp": TIMESTAMP,
    "timestamptz": TIMESTAMPTZ,
    "duration": DURATION,
    "json": JSON,
}  # the types that are one word; `decimal`, `array`, `struct` and `map` take parameters


def is_numeric(type_: Type) -> bool:
    """Whether arithmetic takes it."""
    return isinstance(type_, Integer | Float | Decimal)


def is_orderable(type_: Type) -> bool:
    """Whether `<`, `sort`, `min` and `max` take it: all but map and json."""
    return not has_part(type_, Map | Json)


def has_part(type_: Type, kind: type[Type] | UnionType) -> bool:
    """Whether it is of `kind`, or a value of `kind` is in it: an element, a member, the value of a map."""
    match type_:
        case _ if isinstance(type_, kind):
            return True
        case Array(element=element):
            return has_part(element, kind)
        case Map(value=value):
            return has_part(value, kind)
        case Struct(members=members):
            return any(has_part(each.type, kind) for each in members)
    return False


def is_comparable(type_: Type) -> bool:
    """Whether two values of the type are told apart alike by every engine."""
    return not has_part(type_, Map | Json | Duration)


def decimal_of(type_: Type) -> Decimal | None:
    """Return the decimal that holds every value of a whole or decimal type, or None for other types."""
    match type_:
        case Integer(bits=bits):
            return Decimal({8: 3, 16: 5, 32: 10, 64: 19}[bits], 0)
        case Decimal():
            return type_
    return None


def common_type(left: Type, right: Type) -> Type | None:
    """Return the type that both become where they meet (comparison, case, union, list), or None.

    Whole numbers widen; a whole number and a decimal meet in a decimal that holds both, and a decimal
    of more than 38 digits loses digits before the point, never behind it (a value that does not fit fails
    the run); anything with a float is a float64, unless both are float32. A date and a timestamp meet in a
    timestamp. A timestamp and a timestamptz do not meet: which instant a local time is takes a zone.
    """
    if left == right or isinstance(right, Unknown | Null):
        return left
    match left, right:
        case (Unknown() | Null(), _):
            return right
        case Integer(), Integer():
            return left if left.bits >= right.bits else right
        case (Float(), Integer() | Decimal() | Float()) | (Integer() | Decimal(), Float()):
            return FLOAT64
        case (Decimal() | Integer(), Decimal() | Integer()):
            return _wider_decimal(left, right)
        case (Date(), Timestamp()) | (Timestamp(), Date()):
            return TIMESTAMP
        case Array(), Array():
            element = common_type(left.element, right.element)
            return None if element is None else Array(element)
        case Map(), Map():
            key, value = common_type(left.key, right.key), common_type(left.value, right.value)
            return None if key is None or value is None else Map(key, value)
        case Struct(), Struct():
            return _common_struct(left, right)
    return None


def _wider_decimal(left: Type, right: Type) -> Decimal:
    one, other = decimal_of(left), decimal_of(right)
    assert one is not None
    assert other is not None
    scale = max(one.scale, other.scale)
    return Decimal(min(38, max(one.precision - one.scale, other.precision - other.scale) + scale), scale)


def _common_struct(left: Struct, right: Struct) -> Struct | None:
    if [each.name for each in left.members] != [each.name for each in right.members]:
        return None
    members = []
    for one, other in zip(left.members, right.members, strict=True):
        common = common_type(one.type, other.type)
        if common is None:
            return None
        members.append(Member(one.name, common))
    return Struct(tuple(members))


def is_exact_in_parquet(type_: Type) -> bool:
    """Whether Parquet gives values of a type back with that type."""
    match type_:
        case Duration() | Json() | Null() | Unknown():
            return False
        case Array(element=element):
            return is_exact_in_parquet(element)
        case Map(key=key, value=value):
            return is_exact_in_parquet(key) and is_exact_in_parquet(value)
        case Struct(members=members):
            return all(is_exact_in_parquet(member.type) for member in members)
    return True
