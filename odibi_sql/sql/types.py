"""Types as a dialect writes them, in the language's words."""

from __future__ import annotations

from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.sql.reading import Reading, refuse, refuse_others

_T = exp.DType
_NAMES = {
    _T.BOOLEAN: "bool",
    _T.TINYINT: "int8",
    _T.SMALLINT: "int16",
    _T.INT: "int32",
    _T.MEDIUMINT: "int32",
    _T.BIGINT: "int64",
    _T.FLOAT: "float32",
    _T.DOUBLE: "float64",
    _T.TEXT: "string",
    _T.VARCHAR: "string",
    _T.NVARCHAR: "string",
    _T.CHAR: "string",
    _T.NCHAR: "string",
    _T.BLOB: "binary",
    _T.BINARY: "binary",
    _T.VARBINARY: "binary",
    _T.DATE: "date",
    _T.TIMESTAMP: "timestamp",
    _T.TIMESTAMPNTZ: "timestamp",
    _T.DATETIME: "timestamp",
    _T.TIMESTAMPTZ: "timestamptz",
    _T.TIMESTAMPLTZ: "timestamptz",
    _T.INTERVAL: "duration",
    _T.JSON: "json",
    _T.JSONB: "json",
}
_INSTEAD = {
    _T.UTINYINT: "int16",
    _T.USMALLINT: "int32",
    _T.UINT: "int64",
    _T.UBIGINT: "decimal(20, 0)",
    _T.INT128: "decimal(38, 0)",
    _T.UINT128: "decimal(38, 0)",
    _T.UUID: "string",
    _T.TIME: "string",
    _T.TIMESTAMP_S: "timestamp",
    _T.TIMESTAMP_MS: "timestamp",
    _T.TIMESTAMP_NS: "timestamp",
}
_OF_DIALECT: dict[str, dict[exp.DType, str]] = {
    "sqlite": {_T.INT: "int64", _T.FLOAT: "float64"},
    "tsql": {_T.FLOAT: "float64"},
    "fabric": {_T.FLOAT: "float64"},
}  # where a dialect's word for a type holds more than it does elsewhere
_WHOLE_DECIMALS = {"snowflake", "oracle"}  # their whole numbers have 38 digits
_LENGTHS = {_T.TEXT, _T.VARCHAR, _T.NVARCHAR, _T.CHAR, _T.NCHAR}
_NO_PRECISION = {"duckdb": (18, 3), "spark": (10, 0), "databricks": (10, 0), "hive": (10, 0), "mysql": (10, 0)}


def type_of(reading: Reading, written: exp.Expr, place: exp.Expr) -> syntax.TypeName:
    """Return the type; `place` is the cast that it stands in, for sqlglot notes no place for types."""
    span = reading.span(place)
    if not isinstance(written, exp.DataType) or not isinstance(written.this, exp.DType):
        refuse(reading, place, f"the type `{written.sql().lower()}`")
        return syntax.TypeName(span=span, name="string")
    kind, inside = written.this, written.expressions
    if kind in (_T.DECIMAL, _T.BIGDECIMAL):
        return _decimal(reading, inside, place)
    if reading.dialect in _WHOLE_DECIMALS and _NAMES.get(kind, "").startswith("int"):
        return syntax.TypeName(span=span, name="decimal", numbers=(38, 0))
    if kind in (_T.ARRAY, _T.LIST):
        return _nested(reading, "array", inside, place)
    if kind is _T.MAP:
        return _nested(reading, "map", inside, place)
    if kind in (_T.STRUCT, _T.OBJECT):
        return _struct(reading, inside, place)
    return syntax.TypeName(span=span, name=_simple(reading, written, place))


def _simple(reading: Reading, written: exp.DataType, place: exp.Expr) -> str:
    kind = written.this
    if kind is _T.USERDEFINED:  # the language's own words (`float64`), and unknown ones, which `check` tells
        return str(written.args.get("kind") or "").lower()
    named = _OF_DIALECT.get(reading.dialect, {}).get(kind) or _NAMES.get(kind)
    if named is None:
        instead = f"`{_INSTEAD[kind]}` holds the same values" if kind in _INSTEAD else ""
        refuse(reading, place, f"the type `{written.sql().lower()}`", instead)
    elif written.expressions and not (kind in _LENGTHS and reading.dialect == "duckdb"):
        instead = "write it without the number; `left(…, n)` and `round(…, n)` shorten values"
        refuse(reading, place, f"the length or precision in the type `{written.sql().lower()}`", instead)
    return named or "string"


def _decimal(reading: Reading, parameters: list[exp.Expr], place: exp.Expr) -> syntax.TypeName:
    numbers = tuple(int(each.name) for each in parameters if each.name.isdigit())
    if not numbers:
        numbers = _NO_PRECISION.get(reading.dialect, ())
    if not numbers:
        refuse(reading, place, "a decimal without a number of digits", "write `decimal(precision, scale)`")
        numbers = (38, 0)
    numbers = numbers if len(numbers) == 2 else (numbers[0], 0)
    return syntax.TypeName(span=reading.span(place), name="decimal", numbers=numbers)


def _nested(reading: Reading, name: str, inside: list[exp.Expr], place: exp.Expr) -> syntax.TypeName:
    arguments = tuple(type_of(reading, each, place) for each in inside)
    if len(arguments) != (2 if name == "map" else 1):
        refuse(reading, place, f"a type `{name}` without the type of what is in it")
        arguments = (syntax.TypeName(span=reading.span(place), name="string"),) * (2 if name == "map" else 1)
    return syntax.TypeName(span=reading.span(place), name=name, arguments=arguments)


def _struct(reading: Reading, inside: list[exp.Expr], place: exp.Expr) -> syntax.TypeName:
    for each in inside:
        refuse_others(reading, each, ("this", "kind"))
    members = tuple(each.name for each in inside)
    kinds = tuple(type_of(reading, each.args.get("kind") or each, place) for each in inside)
    return syntax.TypeName(span=reading.span(place), name="struct", arguments=kinds, members=members)
