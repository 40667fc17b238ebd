"""What an engine cannot give its meaning is refused before anything is lowered."""

from __future__ import annotations

from collections.abc import Iterator

from odibi_sql import ir
from odibi_sql.diagnostics import CompileError
from odibi_sql.diagnostics.engine_errors import NotOnThisEngine
from odibi_sql.ir.walk import every, expressions, relations
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.times import has_structs


def refuse(graph: ir.Graph, dialect: Dialect) -> None:
    """Raise CompileError (`not-on-this-engine`) where durations are to be told apart on an engine that has structs for
    them: those would differ where the durations are equal."""
    if not has_structs(dialect):
        return
    found = tuple(
        NotOnThisEngine(span=dataset.span, what=what, engine=dialect.name.capitalize(), instead=INSTEAD)
        for dataset in graph.datasets
        for what in dict.fromkeys(what for relation in relations(dataset.relation) for what in _told_apart(relation))
    )
    if found:
        raise CompileError(found)


INSTEAD = "a number of seconds is grouped on every engine: `date_diff('second', begin, end)`"


def _told_apart(relation: ir.Relation) -> Iterator[str]:
    match relation:
        case ir.Aggregate(keys=keys) if any(map(_has_duration, (key.value.type for key in keys))):
            yield "a group by a duration"
        case ir.Distinct(schema=schema) if any(_has_duration(field.type) for field in schema):
            yield "`distinct` of a duration"
        case ir.SetOperation(schema=schema, is_distinct=is_distinct, kind=kind):
            if (is_distinct or kind != "union") and any(_has_duration(field.type) for field in schema):
                yield f"`{kind}` of a duration"
    for expr in expressions(relation):
        for part in every(expr):
            if isinstance(part, ir.AggregateCall | ir.WindowCall) and _is_distinct(part):
                yield "`distinct` of a duration"


def _is_distinct(call: ir.AggregateCall | ir.WindowCall) -> bool:
    is_asked = call.is_distinct or call.function in ("count_distinct", "mode")
    return is_asked and any(_has_duration(arg.type) for arg in call.args)


def _has_duration(type_: ir.Type) -> bool:
    match type_:
        case ir.Array(element=element):
            return _has_duration(element)
        case ir.Struct(members=members):
            return any(_has_duration(member.type) for member in members)
    return isinstance(type_, ir.Duration)
