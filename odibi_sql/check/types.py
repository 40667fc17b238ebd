"""Types as they are written: `decimal(10, 2)`, `array<T>`, and the names that SQL has for them."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.diagnostics.literal_errors import DuplicateMember
from odibi_sql.diagnostics.type_errors import BadTypeParameters, UnknownType

SQL_NAMES: dict[str, ir.Type] = {
    "tinyint": ir.INT8,
    "byte": ir.INT8,
    "int1": ir.INT8,
    "smallint": ir.INT16,
    "short": ir.INT16,
    "int2": ir.INT16,
    "int4": ir.INT32,
    "integer": ir.INT64,  # as `int`: the wider one loses nothing
    "bigint": ir.INT64,
    "long": ir.INT64,
    "real": ir.FLOAT32,
    "float4": ir.FLOAT32,
    "double": ir.FLOAT64,
    "float8": ir.FLOAT64,
    "varchar": ir.STRING,
    "char": ir.STRING,
    "bpchar": ir.STRING,
    "blob": ir.BINARY,
    "bytea": ir.BINARY,
    "bytes": ir.BINARY,
    "varbinary": ir.BINARY,
    "datetime": ir.TIMESTAMP,
    "timestamp_ntz": ir.TIMESTAMP,
    "timestamp_ltz": ir.TIMESTAMPTZ,
    "interval": ir.DURATION,
}
_NESTED = ("array", "map", "struct", "decimal")
_SYNONYMS = {"numeric": "decimal", "dec": "decimal", "list": "array"}
_ELSEWHERE = {
    "uuid": "a uuid is kept as `string`",
    "time": "a time of day is kept as `string`, or as a `duration` since midnight",
    "uint8": "`int16` holds every uint8",
    "uint16": "`int32` holds every uint16",
    "uint32": "`int64` holds every uint32",
    "uint64": "`decimal(20, 0)` holds every uint64",
    "hugeint": "`decimal(38, 0)` holds 38 digits",
    "int128": "`decimal(38, 0)` holds 38 digits",
    "timestamp_ns": "`timestamp` has microseconds",
}  # what one of the engines has, and the language has not


def type_named(context: Context, name: syntax.TypeName) -> ir.Type:
    """Return the type, or report `unknown-type` (and its like) and return `ir.UNKNOWN`."""
    word = _SYNONYMS.get(name.name, name.name)
    simple = ir.NAMED.get(word) or SQL_NAMES.get(word)
    if simple is not None:
        return _plain(context, name, simple)
    match word:
        case "decimal":
            return _decimal(context, name)
        case "array" | "map" | "struct":
            return _nested(context, name, word)
    suggestion = _ELSEWHERE.get(word) or did_you_mean(name.name, [*ir.NAMED, *_NESTED])
    context.report(UnknownType(span=name.span, name=name.name, suggestion=suggestion))
    return ir.UNKNOWN


def _plain(context: Context, name: syntax.TypeName, type_: ir.Type) -> ir.Type:
    if not name.numbers and not name.arguments:
        return type_
    reason = "a string has no length" if isinstance(type_, ir.String) else f"{type_} takes no parameters"
    return _bad(context, name, reason, f"`{type_}`")


def _decimal(context: Context, name: syntax.TypeName) -> ir.Type:
    if not 1 <= len(name.numbers) <= 2 or name.arguments:
        return _bad(context, name, "a decimal says its digits and how many of them stand behind the point")
    precision, scale = (*name.numbers, 0)[:2]
    if not 1 <= precision <= 38:
        return _bad(context, name, "a decimal has 1 to 38 digits")
    if not 0 <= scale <= precision:
        return _bad(context, name, f"0 to {precision} of its digits can stand behind the point")
    return ir.Decimal(precision, scale)


def _bad(context: Context, name: syntax.TypeName, reason: str, example: str = "`decimal(18, 2)`") -> ir.Type:
    context.report(BadTypeParameters(span=name.span, written=name.span.text, reason=reason, example=example))
    return ir.UNKNOWN


def _nested(context: Context, name: syntax.TypeName, word: str) -> ir.Type:
    arguments = tuple(type_named(context, each) for each in name.arguments)
    if any(isinstance(each, ir.Unknown) for each in arguments):
        return ir.UNKNOWN
    match word, arguments:
        case "array", (element,):
            return ir.Array(element)
        case "map", (key, value):
            if ir.is_orderable(key):
                return ir.Map(key, value)
            return _bad(context, name, f"{key} has no equality, and cannot be a key", "`map<string, V>`")
        case "struct", (_, *_) if len(name.members) == len(arguments):
            return _struct(context, name, arguments)
    example = {"array": "`array<T>`", "map": "`map<K, V>`", "struct": "`struct<name T, …>`"}[word]
    return _bad(context, name, "it does not say of what", example)


def _struct(context: Context, name: syntax.TypeName, arguments: tuple[ir.Type, ...]) -> ir.Type:
    twice = next((each for i, each in enumerate(name.members) if each in name.members[:i]), None)
    if twice is not None:
        context.report(DuplicateMember(span=name.span, name=twice))
        return ir.UNKNOWN
    return ir.Struct(tuple(ir.Member(*each) for each in zip(name.members, arguments, strict=True)))
