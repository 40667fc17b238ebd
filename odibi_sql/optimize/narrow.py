"""The same rows with fewer columns."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.walk import columns_used

R = TypeVar("R", bound=ir.Relation)
WIDTH: dict[type[ir.Type], int] = {ir.Bool: 1, ir.Integer: 2, ir.Date: 3, ir.Float: 4, ir.Timestamp: 5, ir.Decimal: 6}


def only(relation: R, names: frozenset[str]) -> R:
    """Return `relation` with a schema of these names; what it is made of has to fit already."""
    fields = tuple(field for field in relation.schema if field.name in names)
    return relation if len(fields) == len(relation.schema) else replace(relation, schema=ir.Schema(fields))


def narrowed(relation: ir.Scan | ir.Rows | ir.Read, names: frozenset[str]) -> ir.Relation:
    """Return the leaf with these columns alone."""
    narrow = only(relation, names)
    if narrow is relation or not isinstance(narrow, ir.Rows):
        return narrow
    kept = [place for place, field in enumerate(relation.schema) if field.name in names]
    return replace(narrow, rows=tuple(tuple(row[place] for place in kept) for row in narrow.rows))


def kept_one(names: frozenset[str], schema: ir.Schema) -> frozenset[str]:
    """Return `names`, and where there are none the column that costs least to read."""
    if names or not len(schema):
        return names
    return frozenset((min(schema, key=lambda field: WIDTH.get(type(field.type), 9)).name,))


def exactly(relation: ir.Relation, schema: ir.Schema) -> ir.Relation:
    """Return `relation` with the columns of `schema` in its order, through a projection where it has others."""
    if relation.schema.names == schema.names:
        return relation
    columns = tuple(ir.Assignment(field.name, _column(relation.schema[field.name])) for field in schema)
    return ir.Project(schema=schema, input=relation, columns=columns)


def _column(field: ir.Field) -> ir.Column:
    return ir.Column(type=field.type, nullable=field.nullable, name=field.name)


def order_within(order: tuple[ir.SortKey, ...], schema: ir.Schema) -> tuple[ir.SortKey, ...]:
    """Return the leading keys of an order that a schema still has the columns of."""
    kept: list[ir.SortKey] = []
    for key in order:
        if not all(name in schema for name in columns_used(key.value)):
            break
        kept.append(key)
    return tuple(kept)
