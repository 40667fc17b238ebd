"""What an engine cannot give its meaning is refused before anything is lowered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odibi_sql import ir
from odibi_sql.diagnostics import CompileError
from odibi_sql.diagnostics.engine_errors import NotOnThisEngine
from odibi_sql.ir.walk import every, expressions, relations
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.times import has_structs


def refuse(graph: ir.Graph, dialect: Dialect) -> None:
    """Raise CompileError (`not-on-this-engine`) where durations, or maps, are to be told apart on an engine that has
    structs for durations and no order of what is in a map: those would differ where the durations are equal, these
    would be equal where what is in them comes in another order, or are not compared at all."""
    if not has_structs(dialect):
        return
    engine = dialect.name.capitalize()
    found = tuple(
        NotOnThisEngine(span=dataset.span, what=f"{what} of {kind}", engine=engine, instead=INSTEAD[kind])
        for dataset in graph.datasets
        for what, kind in dict.fromkeys(each for relation in relations(dataset.relation) for each in _refused(relation))
    )
    if found:
        raise CompileError(found)


INSTEAD = {
    "durations": "a number of seconds is told apart on every engine: `date_diff('second', begin, end)`",
    "maps": "arrays are told apart on every engine: `map_keys(m)`, `map_values(m)`",
}
# Functions that find which of their arguments, or of the elements of these, are equal.
EQUAL = frozenset(
    ["nullif", "equal_null", "array_contains", "array_position", "array_remove", "array_overlaps", "array_distinct"]
    + ["array_intersect", "array_union", "array_except", "collect_set", "count_distinct", "mode"]
)


def _refused(relation: ir.Relation) -> Iterator[tuple[str, str]]:
    """Give what is refused of a relation, and the kind of values that it tells apart."""
    for what, types, are_durations_told in _told_apart(relation):
        if are_durations_told and any(ir.has_part(type_, ir.Duration) for type_ in types):
            yield what, "durations"
        if any(ir.has_part(type_, ir.Map) or isinstance(type_, ir.Map) for type_ in types):
            yield what, "maps"


def _told_apart(relation: ir.Relation) -> Iterator[tuple[str, list[ir.Type], bool]]:
    """Give what tells values apart, their types, and whether that is by how the engine holds durations."""
    match relation:
        case ir.Aggregate(keys=keys):
            yield "groups", [key.value.type for key in keys], True
        case ir.Distinct(schema=schema):
            yield "`distinct`", [field.type for field in schema], True
        case ir.SetOperation(schema=schema, is_distinct=is_distinct, kind=kind) if is_distinct or kind != "union":
            yield f"`{kind}`", [field.type for field in schema], True
        case ir.Dedupe(keys=names, schema=schema):
            yield "`dedupe`", [schema[name].type for name in names], False
        case ir.Limit(per=names, schema=schema):
            yield "`per`", [schema[name].type for name in names], False
    for expr in expressions(relation):
        for part in every(expr):
            yield from _told_apart_by(part)


def _told_apart_by(expr: ir.Expr) -> Iterable[tuple[str, list[ir.Type], bool]]:
    match expr:
        case ir.InQuery(operand=operand):
            return [("`in` of a query", [operand.type], True)]
        case ir.AggregateCall(is_distinct=True) | ir.WindowCall(is_distinct=True):
            return [("`distinct`", [arg.type for arg in expr.args], True)]
        case ir.Call(function=name, args=args) if name in EQUAL:
            return [(f"`{name}`", [arg.type for arg in args], True)]
        case ir.AggregateCall(function=name, args=args) | ir.WindowCall(function=name, args=args) if name in EQUAL:
            return [(f"`{name}`", [arg.type for arg in args], True)]
    return [("keys", [expr.type.key], True)] if isinstance(expr.type, ir.Map) else ()
