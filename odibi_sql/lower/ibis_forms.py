"""Ibis forms as trees: Ibis values in, through Ibis's own compiler of the engine, placeholders out."""

from __future__ import annotations

import functools
import operator
from typing import Any

import ibis.expr.datashape as shapes
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.functions import Function
from odibi_sql.functions.resolve import parameters_of
from odibi_sql.lower.dialect import Dialect


class Slot(ops.Value):  # type: ignore[misc]  # Ibis has no types of its own
    """Stands for an argument in an Ibis expression."""

    name: str
    dtype: dt.DataType
    shape = shapes.columnar


def ibis_form(function: Function, types: tuple[ir.Type, ...], known: tuple[Any, ...], dialect: Dialect) -> Any:
    """Return what Ibis writes for a call: `exp.Placeholder("0")` is the first argument."""
    assert function.ibis_form is not None, f"{function.name} needs its SQL in dialects/{dialect.name}.toml"
    value = function.ibis_form(*_arguments(function, types, known))
    return _lowered(value.op(), _compiler(dialect.name))


def _arguments(function: Function, types: tuple[ir.Type, ...], known: tuple[Any, ...]) -> list[Any]:
    parameters = parameters_of(function, len(types))
    assert parameters is not None
    args: list[Any] = []
    for position, (parameter, type_, value) in enumerate(zip(parameters, types, known, strict=True)):
        is_value = parameter.is_constant and value is not None
        args.append(value if is_value else Slot(name=str(position), dtype=ibis_type(type_)).to_expr())
    missing = [each.default for each in function.parameters[len(types) :] if not each.is_variadic]
    return [*args, *missing]


def ibis_type(type_: ir.Type) -> dt.DataType:
    """Return the Ibis type of a type of the language."""
    match type_:
        case ir.Decimal(precision=precision, scale=scale):
            return dt.Decimal(precision, scale)
        case ir.Array(element=element):
            return dt.Array(ibis_type(element))
        case ir.Map(key=key, value=value):
            return dt.Map(ibis_type(key), ibis_type(value))
        case ir.Struct(members=members):
            return dt.Struct({member.name: ibis_type(member.type) for member in members})
    return _SIMPLE.get(type_, dt.string)


_SIMPLE: dict[ir.Type, Any] = {
    ir.BOOL: dt.boolean,
    ir.INT8: dt.int8,
    ir.INT16: dt.int16,
    ir.INT32: dt.int32,
    ir.INT64: dt.int64,
    ir.FLOAT32: dt.float32,
    ir.FLOAT64: dt.float64,
    ir.BINARY: dt.binary,
    ir.DATE: dt.date,
    ir.TIMESTAMP: dt.Timestamp(scale=6),
    ir.TIMESTAMPTZ: dt.Timestamp(timezone="UTC", scale=6),
    ir.DURATION: dt.Interval("us"),
    ir.JSON: dt.json,
}


@functools.cache
def _compiler(name: str) -> Any:
    if name == "duckdb":
        from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

        return DuckDBCompiler()
    from ibis.backends.sql.compilers.pyspark import PySparkCompiler
    from ibis.config import Config, options

    class Options(Config):  # type: ignore[misc]  # Ibis has no types of its own
        """Those of the backend that the compiler asks for; the backend itself would want pyspark."""

        treat_nan_as_null: bool = False

    options.pyspark = options.pyspark or Options()
    return PySparkCompiler()


def _lowered(op: Any, compiler: Any) -> Any:
    rewrites = [*compiler.lowered_ops.values(), *compiler.rewrites]
    rewritten = op.replace(functools.reduce(operator.or_, rewrites))

    def visit(node: Any, _: Any, **parts: Any) -> Any:
        return exp.Placeholder(this=node.name) if isinstance(node, Slot) else compiler.visit_node(node, **parts)

    return rewritten.map(visit)[rewritten].copy()
