"""Values on their way between Spark and DuckDB, as SQL of DuckDB.

Spark holds a duration as a struct of months, days and microseconds, and JSON as text; all else has one Arrow form.
"""

from __future__ import annotations

from collections.abc import Callable

from odibi_sql import ir
from odibi_sql.run.engines.bind import named
from odibi_sql.run.engines.reread import engine_type

_Leaf = Callable[[str, ir.Type], str]


def for_spark(value: str, type_: ir.Type) -> str:
    """Return a value of DuckDB as Spark holds it."""
    return _exchanged(value, type_, _leaf_for_spark)


def from_spark(value: str, type_: ir.Type) -> str:
    """Return a value that Spark held as one of DuckDB."""
    return _exchanged(value, type_, _leaf_from_spark)


def selected(schema: ir.Schema, change: Callable[[str, ir.Type], str], source: str) -> str:
    """Return a query of all columns of a schema, each changed."""
    columns = ", ".join(f"{change(named(each.name), each.type)} AS {named(each.name)}" for each in schema)
    return f"SELECT {columns} FROM {source}"


def has_durations(type_: ir.Type) -> bool:
    """Whether a duration is in it."""
    return _has(type_, lambda each: each == ir.DURATION)


def _has(type_: ir.Type, is_meant: Callable[[ir.Type], bool]) -> bool:
    match type_:
        case ir.Array(element=element):
            return _has(element, is_meant)
        case ir.Map(key=key, value=value):
            return _has(key, is_meant) or _has(value, is_meant)
        case ir.Struct(members=members):
            return any(_has(each.type, is_meant) for each in members)
    return is_meant(type_)


def _leaf_for_spark(value: str, type_: ir.Type) -> str:
    if type_ == ir.JSON:
        return f"CAST({value} AS VARCHAR)"
    months = f"CAST(year({value}) * 12 + month({value}) AS INTEGER)"
    clock = f"hour({value}) * 3600000000 + minute({value}) * 60000000 + microsecond({value})"
    days, microseconds = f"CAST(day({value}) AS INTEGER)", f"CAST({clock} AS BIGINT)"
    struct = f"{{'months': {months}, 'days': {days}, 'microseconds': {microseconds}}}"
    return f"CASE WHEN {value} IS NOT NULL THEN {struct} END"


def _leaf_from_spark(value: str, type_: ir.Type) -> str:
    if type_ == ir.JSON:
        return f"CAST({value} AS JSON)"
    return f"to_months({value}.months) + to_days({value}.days) + to_microseconds({value}.microseconds)"


def _exchanged(value: str, type_: ir.Type, leaf: _Leaf, depth: int = 0) -> str:
    if not _has(type_, lambda each: each in (ir.DURATION, ir.JSON)):
        return value
    each = f"x{depth}"
    match type_:
        case ir.Array(element=element):
            return f"list_transform({value}, lambda {each}: {_exchanged(each, element, leaf, depth + 1)})"
        case ir.Map(key=key, value=inner):
            keys = f"list_transform(map_keys({value}), lambda {each}: {_exchanged(each, key, leaf, depth + 1)})"
            values = f"list_transform(map_values({value}), lambda {each}: {_exchanged(each, inner, leaf, depth + 1)})"
            return f"CASE WHEN {value} IS NOT NULL THEN map({keys}, {values}) END"
        case ir.Struct(members=members):
            names = ((named(member.name), member.type) for member in members)
            parts = (f"{name} := {_exchanged(f'{value}.{name}', part, leaf, depth)}" for name, part in names)
            return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
    return leaf(value, type_)


def no_rows(schema: ir.Schema) -> str:
    """Return a query of DuckDB that has the columns of a schema, and no row."""
    columns = ", ".join(f"CAST(NULL AS {engine_type(each.type)}) AS {named(each.name)}" for each in schema)
    return f"SELECT {columns} WHERE false"
