"""Floats in JSON: it has no NaN and no infinities, so they are the texts "NaN", "Infinity" and "-Infinity" there.

DuckDB 1.5 writes them bare, which no JSON reader has to take. A text is what Spark writes, and what an ingest that
declares the column a float reads as the number again.
"""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.run.engines.bind import named


def with_floats_as_json(sql: str, schema: ir.Schema) -> str:
    """Return the query with every column that has floats in it as JSON; the query itself where there are none."""
    columns = [(named(each.name), each.type) for each in schema if ir.has_part(each.type, ir.Float)]
    replaced = [f"{_json(name, type_)} AS {name}" for name, type_ in columns]
    return f"SELECT * REPLACE ({', '.join(replaced)}) FROM ({sql})" if replaced else sql


def _json(value: str, type_: ir.Type, depth: int = 0) -> str:
    """Return the SQL of a value as JSON."""
    if not ir.has_part(type_, ir.Float):
        return f"to_json({value})"
    element = f"v{depth}"
    match type_:
        case ir.Array(element=inner):
            whole = f"to_json(list_transform({value}, lambda {element}: {_json(element, inner, depth + 1)}))"
        case ir.Map(value=inner):
            values = f"list_transform(map_values({value}), lambda {element}: {_json(element, inner, depth + 1)})"
            whole = f"to_json(map(map_keys({value}), {values}))"
        case ir.Struct(members=members):
            names = ((named(each.name), each.type) for each in members)
            parts = (f"{name} := {_json(f'{value}.{name}', inner, depth)}" for name, inner in names)
            whole = f"to_json(struct_pack({', '.join(parts)}))"
        case _:
            words = f"CASE WHEN isnan({value}) THEN 'NaN' WHEN {value} > 0 THEN 'Infinity' ELSE '-Infinity' END"
            whole = f"CASE WHEN isfinite({value}) THEN to_json({value}) ELSE to_json({words}) END"
    return f"CASE WHEN {value} IS NOT NULL THEN {whole} END"
