"""Drop what makes rows unique that are unique already.

    before   aggregate x = … group by K | distinct     … | dedupe by K | dedupe by K, L     distinct | union distinct
    after    aggregate x = … group by K                … | dedupe by K                      union distinct

Keys come from aggregate, dedupe, distinct, limit 1, joins that find one partner, and from the steps that are read: but
not in a gate, which may be what holds a step to its key.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.optimize.keys import has_key_within
from odibi_sql.optimize.rule import Keys, NodeRule, with_schema


def drop_duplicates(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return the rows of a distinct or dedupe as those of its input, where no two of these are alike."""
    match relation:
        case ir.Distinct(input=below) if has_key_within(below, frozenset(below.schema.names), keys):
            return with_schema(below, relation.schema)
        case ir.Dedupe(input=below, keys=names) if has_key_within(below, frozenset(names), keys):
            return with_schema(below, relation.schema)
        case ir.SetOperation(is_distinct=True, inputs=inputs) if any(isinstance(each, ir.Distinct) for each in inputs):
            return replace(relation, inputs=tuple(map(_not_distinct, inputs)))
        case ir.Join(kind="semi" | "anti", right=ir.Distinct(input=below)):
            return replace(relation, right=below)
    return relation


def _not_distinct(relation: ir.Relation) -> ir.Relation:
    return relation.input if isinstance(relation, ir.Distinct) else relation


DROP_DUPLICATES = NodeRule(name="drop-duplicates", change=drop_duplicates)
