"""What an engine cannot give its meaning is refused before anything is lowered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odibi_sql import ir
from odibi_sql.diagnostics import CompileError
from odibi_sql.diagnostics.engine_errors import NotOnThisEngine
from odibi_sql.ir.walk import every, expressions, relations
from odibi_sql.lower.calls import has_form
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.times import has_structs


def refuse(graph: ir.Graph, dialect: Dialect) -> None:
    """Raise CompileError (`not-on-this-engine`): of durations and maps that are to be told apart on an engine that has
    structs for durations and no order of what is in a map (those would differ where the durations are equal, these
    would be equal where what is in them comes in another order, or are not compared at all); of quotients of decimals
    that need more digits than an engine has; and of functions that have no form on the engine."""
    engine = ENGINES[dialect.name]
    places: tuple[ir.Dataset | ir.Gate, ...] = (*graph.datasets, *graph.gates)
    found = tuple(
        NotOnThisEngine(span=place.span, what=what, engine=engine, instead=instead)
        for place in places
        for what, instead in dict.fromkeys(
            each for relation in relations(place.relation) for each in _refused(relation, dialect)
        )
    )
    if found:
        raise CompileError(found)


ENGINES = {"duckdb": "DuckDB", "spark": "Spark"}
MOST_MOVED = 37  # places that a point can be moved by
DIGITS = "`cast(x as decimal(38, 12))` leaves digits to divide with"
SECONDS = "a number of seconds is told apart on every engine: `date_diff('second', begin, end)`"
ARRAYS = "arrays are told apart on every engine: `map_keys(m)`, `map_values(m)`"
# Functions that find which of their arguments, or of the elements of these, are equal.
EQUAL = frozenset(
    ["nullif", "equal_null", "array_contains", "array_position", "array_remove", "array_overlaps", "array_distinct"]
    + ["array_intersect", "array_union", "array_except", "collect_set", "count_distinct", "mode"]
)


def _refused(relation: ir.Relation, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Give what is refused of a relation, and what to write instead."""
    for part in (part for expr in expressions(relation) for part in every(expr)):
        if _is_quotient_too_long(part, dialect):
            yield "`/` of decimals with so many digits behind the point", DIGITS
        if isinstance(part, ir.Call | ir.AggregateCall | ir.WindowCall) and not has_form(part.function, dialect):
            yield f"`{part.function}`", "another engine has it, or other functions together do the same"
    if not has_structs(dialect):
        return
    for what, types, are_durations_told in _told_apart(relation):
        if are_durations_told and any(ir.has_part(type_, ir.Duration) for type_ in types):
            yield f"{what} of durations", SECONDS
        if any(ir.has_part(type_, ir.Map) or isinstance(type_, ir.Map) for type_ in types):
            yield f"{what} of maps", ARRAYS


def _is_quotient_too_long(expr: ir.Expr, dialect: Dialect) -> bool:
    """Whether dividing needs a power of ten of more digits than a decimal has."""
    match expr:
        case ir.Call(function="/", args=(_, divisor), type=ir.Decimal(scale=scale)):
            while isinstance(divisor, ir.Cast) and divisor.is_implicit:
                divisor = divisor.operand
            own = ir.decimal_of(divisor.type)
            has_quotients = "decimal /" in dialect.operators
            return scale + (0 if has_quotients or own is None else 1 + own.scale) > MOST_MOVED
    return False


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
