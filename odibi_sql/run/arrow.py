"""The one Arrow form of rows: whichever engine answers, a dataset has the same Arrow schema."""

from __future__ import annotations

from typing import Any

from odibi_sql import ir
from odibi_sql.run.engines.engine import Looked
from odibi_sql.run.texts import values_of


def arrow_schema(schema: ir.Schema) -> Any:
    """Return the pyarrow.Schema of a dataset. Nothing is marked as never null: engines do not tell."""
    import pyarrow

    return pyarrow.schema([(field.name, arrow_type(field.type)) for field in schema])


def arrow_type(type_: ir.Type) -> Any:
    """Return the pyarrow.DataType of a type of the language."""
    import pyarrow as pa

    match type_:
        case ir.Integer(bits=bits):
            return {8: pa.int8, 16: pa.int16, 32: pa.int32, 64: pa.int64}[bits]()
        case ir.Float(bits=bits):
            return pa.float32() if bits == 32 else pa.float64()
        case ir.Decimal(precision=precision, scale=scale):
            return pa.decimal128(precision, scale)
        case ir.Array(element=element):
            return pa.list_(arrow_type(element))
        case ir.Map(key=key, value=value):
            return pa.map_(arrow_type(key), arrow_type(value))
        case ir.Struct(members=members):
            return pa.struct([(each.name, arrow_type(each.type)) for each in members])
        case ir.Timestamp():
            return pa.timestamp("us")
        case ir.TimestampTz():
            return pa.timestamp("us", "UTC")
        case ir.Duration():
            return pa.month_day_nano_interval()
    return {ir.BOOL: pa.bool_(), ir.BINARY: pa.binary(), ir.DATE: pa.date32()}.get(type_, pa.string())


def in_one_form(table: Any, schema: ir.Schema) -> Any:
    """Return an Arrow table whose columns are those of `schema`, in the one form: names of list items and the like."""
    wanted = arrow_schema(schema)
    if table.schema.equals(wanted):
        return table
    import pyarrow as pa

    columns = [
        pa.chunked_array([_formed(chunk, field.type) for chunk in column.chunks], field.type)
        for column, field in zip(table.columns, wanted, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=wanted)


def _formed(array: Any, type_: Any) -> Any:
    """Return the same values as an array of exactly `type_`, which differs in names of inner fields alone."""
    import pyarrow as pa

    if array.type.equals(type_, check_metadata=True):
        return array
    validity = array.buffers()[0] if array.null_count else None
    if pa.types.is_nested(type_) and array.offset:
        array = pa.concat_arrays([array, array.slice(0, 0)])  # a copy that begins at its beginning
        validity = array.buffers()[0] if array.null_count else None
    if pa.types.is_map(type_):
        entries = pa.StructArray.from_arrays(
            [_formed(array.keys, type_.key_type), _formed(array.items, type_.item_type)],
            fields=[type_.key_field, type_.item_field],
        )
        return pa.Array.from_buffers(type_, len(array), [validity, array.buffers()[1]], children=[entries])
    if pa.types.is_list(type_):
        values = _formed(array.values, type_.value_type)
        return pa.Array.from_buffers(type_, len(array), [validity, array.buffers()[1]], children=[values])
    if pa.types.is_struct(type_):
        children = [_formed(array.field(place), type_.field(place).type) for place in range(type_.num_fields)]
        return pa.Array.from_buffers(type_, len(array), [validity], children=children)
    return array.cast(type_)


def looked(table: Any) -> Looked:
    """Return the rows of an Arrow table as Python values."""
    columns = [values_of(each) for each in table.columns]
    return Looked(tuple(table.column_names), list(zip(*columns, strict=True)))
