"""The types of the language as Spark holds them."""

from __future__ import annotations

from typing import Any

from odibi_sql import ir


def struct_type(schema: ir.Schema) -> Any:
    """Return the StructType of a schema."""
    from pyspark.sql.types import StructField, StructType

    return StructType([StructField(each.name, spark_type(each.type)) for each in schema])


def spark_type(type_: ir.Type) -> Any:
    """Return the DataType of a type: a duration is a struct of months, days and microseconds, JSON is text."""
    from pyspark.sql import types as spark

    match type_:
        case ir.Integer(bits=bits):
            return {8: spark.ByteType, 16: spark.ShortType, 32: spark.IntegerType, 64: spark.LongType}[bits]()
        case ir.Float(bits=bits):
            return spark.FloatType() if bits == 32 else spark.DoubleType()
        case ir.Decimal(precision=precision, scale=scale):
            return spark.DecimalType(precision, scale)
        case ir.Array(element=element):
            return spark.ArrayType(spark_type(element))
        case ir.Map(key=key, value=value):
            return spark.MapType(spark_type(key), spark_type(value))
        case ir.Struct(members=members):
            return spark.StructType([spark.StructField(each.name, spark_type(each.type)) for each in members])
        case ir.Duration():
            parts = {"months": spark.IntegerType(), "days": spark.IntegerType(), "microseconds": spark.LongType()}
            return spark.StructType([spark.StructField(name, part) for name, part in parts.items()])
    simple = {
        ir.BOOL: spark.BooleanType,
        ir.BINARY: spark.BinaryType,
        ir.DATE: spark.DateType,
        ir.TIMESTAMP: spark.TimestampNTZType,
        ir.TIMESTAMPTZ: spark.TimestampType,
    }
    return simple.get(type_, spark.StringType)()


def quoted_name(name: str) -> str:
    """Return `name` as an identifier of Spark."""
    return "`" + name.replace("`", "``") + "`"


def functions_of(frame: Any) -> Any:
    """Return the functions that make columns for such a frame: those of Spark Connect are others.

    `pyspark.sql.functions` goes by an environment variable, which is not ours to set.
    """
    if type(frame).__module__.startswith("pyspark.sql.connect"):
        from pyspark.sql.connect import functions as of_connect

        return of_connect
    from pyspark.sql import functions

    return functions


def observation_of(frame: Any) -> Any:
    """Return an Observation for such a frame."""
    if type(frame).__module__.startswith("pyspark.sql.connect"):
        from pyspark.sql.connect.observation import Observation as OfConnect

        return OfConnect()
    from pyspark.sql import Observation

    return Observation()
