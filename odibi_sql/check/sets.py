"""The operators union, intersect and except: rows of several datasets, columns matched by name."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.casts import coerce
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import read
from odibi_sql.check.flow import Flow, ends_order, projection
from odibi_sql.check.keys import Keys, keys_of
from odibi_sql.check.place import with_article
from odibi_sql.check.scope import column_of
from odibi_sql.diagnostics import listed
from odibi_sql.diagnostics.columns_errors import SetColumnsDiffer, SetTypesDiffer


def check_set_operation(context: Context, flow: Flow, operator: syntax.SetWith) -> Flow:
    """Return the rows above with those of other datasets: of either, of both, or those that the others have not.

    The columns come in the order of the rows above, in the type that holds both sides.
    """
    flow = ends_order(context, flow, operator.kind)
    others = [(name, read(context, name)) for name in operator.datasets]
    fitting = [other for name, other in others if _has_same_columns(context, flow, operator, name, other)]
    open_ = any(other.schema.is_open for _, other in others) or len(fitting) < len(others)
    types = {field.name: field.type for field in flow.schema}
    for name, other in others:
        if any(other is each for each in fitting):
            _widen(context, types, name, other)
    inputs = tuple(_in_types(each.relation, types) for each in (flow, *fitting))
    schema = ir.Schema(_fields(operator, inputs), is_open=open_ or flow.schema.is_open)
    relation = ir.SetOperation(
        schema=schema, kind=operator.kind, is_distinct=operator.is_distinct, inputs=inputs, span=operator.span
    )
    return replace(flow, relation=relation, keys=_keys(flow, operator), checked=frozenset())


def _has_same_columns(context: Context, flow: Flow, operator: syntax.SetWith, name: syntax.Name, other: Flow) -> bool:
    if other.schema.is_open or flow.schema.is_open:
        return False
    missing = [each for each in flow.schema.names if each not in other.schema]
    extra = [each for each in other.schema.names if each not in flow.schema]
    words = []
    if missing:
        words.append(f"`{name.text}` has no {listed(missing)}")
    if extra:
        words.append(f"the rows above have no {listed(extra)}")
    if words:
        context.report(SetColumnsDiffer(span=name.span, kind=operator.kind, differences=", and ".join(words)))
    return not words


def _widen(context: Context, types: dict[str, ir.Type], name: syntax.Name, other: Flow) -> None:
    for column, type_ in types.items():
        theirs = other.schema[column].type
        common = ir.common_type(type_, theirs)
        if common is None:
            context.report(
                SetTypesDiffer(
                    span=name.span,
                    name=column,
                    ours=with_article(type_),
                    theirs=with_article(theirs),
                    dataset=name.text,
                )
            )
        types[column] = ir.UNKNOWN if common is None else common


def _in_types(relation: ir.Relation, types: dict[str, ir.Type]) -> ir.Relation:
    """Return the relation with these columns, in this order and in these types; itself where it has them."""
    if [(field.name, field.type) for field in relation.schema] == list(types.items()):
        return relation
    columns = [
        ir.Assignment(name, coerce(column_of(relation.schema[name]), type_))
        for name, type_ in types.items()
        if name in relation.schema
    ]
    return projection(relation, columns)


def _fields(operator: syntax.SetWith, inputs: tuple[ir.Relation, ...]) -> tuple[ir.Field, ...]:
    """Return the columns: of a union null where any side is, of an intersection where all are, else as above."""

    def nullable(field: ir.Field) -> bool:
        sides = [side.nullable for each in inputs if (side := each.schema.get(field.name)) is not None]
        match operator.kind:
            case "union":
                return any(sides)
            case "intersect":
                return all(sides)
        return field.nullable

    return tuple(replace(field, nullable=nullable(field)) for field in inputs[0].schema)


def _keys(flow: Flow, operator: syntax.SetWith) -> Keys:
    keys = () if operator.kind == "union" else flow.keys
    return keys_of((*keys, frozenset(flow.schema.names))) if operator.is_distinct else keys
