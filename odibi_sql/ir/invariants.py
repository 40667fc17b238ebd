"""What holds for every graph that `check` makes and every rule leaves: names found, types and widths that agree."""

from __future__ import annotations

from collections.abc import Iterator

from odibi_sql.ir.expressions import Column, Exists, Expr, InQuery, Outer, ScalarQuery
from odibi_sql.ir.graph import Dataset, Graph
from odibi_sql.ir.relations import (
    Aggregate,
    AsOfJoin,
    Assignment,
    Dedupe,
    Distinct,
    Explode,
    Filter,
    Join,
    Limit,
    Project,
    Read,
    Relation,
    Rows,
    Scan,
    SetOperation,
    Sort,
)
from odibi_sql.ir.schema import Field, Schema
from odibi_sql.ir.types import Array, Bool
from odibi_sql.ir.walk import columns_used, every, expressions, inputs

Datasets = dict[str, Schema]


def problems_of(graph: Graph) -> Iterator[str]:
    """Give in words what is wrong with the graph; nothing where it is whole."""
    datasets: Datasets = {}
    gates = {each.name for each in graph.gates}
    for dataset in graph.datasets:
        yield from (f"{dataset.name}: {each}" for each in _relation_problems(dataset.relation, datasets, ()))
        yield from (f"{dataset.name}: {each}" for each in _dataset_problems(dataset, gates))
        datasets[dataset.name] = dataset.relation.schema
    for gate in graph.gates:
        yield from (f"{gate.name}: {each}" for each in _relation_problems(gate.relation, datasets, ()))
        for rule in gate.rules:
            if rule.column not in gate.relation.schema:
                yield f"{gate.name}: no column {rule.column} for the rule {rule.name}"
    for store in graph.stores:
        yield from (f"{store.name}: no gate {name}" for name in store.gates if name not in gates)
        if store.dataset not in datasets:
            yield f"{store.name}: no dataset {store.dataset}"
        else:
            missing = [name for name in store.target.partition if name not in datasets[store.dataset]]
            yield from (f"{store.name}: no column {name} to partition by" for name in missing)


def _dataset_problems(dataset: Dataset, gates: set[str]) -> Iterator[str]:
    schema = dataset.relation.schema
    for key in dataset.order:
        yield from (f"no column {name} for the order" for name in columns_used(key.value) if name not in schema)
    yield from (f"no column {name} for a key" for key in dataset.keys for name in key if name not in schema)
    yield from (f"no gate {name}" for name in dataset.gates if name not in gates)


def _relation_problems(relation: Relation, datasets: Datasets, around: tuple[Schema, ...]) -> Iterator[str]:
    """Give what is wrong with the relation; `around` are the schemas of the queries around it, the nearest first."""
    for each in inputs(relation):
        yield from _relation_problems(each, datasets, around)
    names = relation.schema.names
    if len(set(names)) < len(names):
        yield f"{_called(relation)} has a name twice: {', '.join(names)}"
    yield from (f"{_called(relation)}: {each}" for each in _shape_problems(relation, datasets))
    visible = _visible(relation)
    for expr in expressions(relation):
        yield from (f"{_called(relation)}: {each}" for each in _expression_problems(expr, visible, datasets, around))


def _called(relation: Relation) -> str:
    return type(relation).__name__.lower()


def _visible(relation: Relation) -> Schema:
    """Return the columns that the expressions of a node see."""
    return Schema(tuple(field for each in inputs(relation) for field in each.schema))


def _expression_problems(expr: Expr, visible: Schema, datasets: Datasets, around: tuple[Schema, ...]) -> Iterator[str]:
    for part in every(expr):
        match part:
            case Column(name=name):
                yield from _column_problems(name, visible.get(name), part)
            case Outer(name=name, depth=depth):
                yield from _column_problems(name, around[depth - 1].get(name) if depth <= len(around) else None, part)
            case Exists(relation=inside) | InQuery(relation=inside) | ScalarQuery(relation=inside):
                yield from _relation_problems(inside, datasets, (visible, *around))
                if not isinstance(part, Exists) and len(inside.schema) != 1:
                    yield f"a subquery of {len(inside.schema)} columns"


def _column_problems(name: str, field: Field | None, column: Expr) -> Iterator[str]:
    if field is None:
        yield f"no column {name}"
    elif field.type != column.type:
        yield f"{name} is {field.type}, not {column.type}"


def _shape_problems(relation: Relation, datasets: Datasets) -> Iterator[str]:
    """Give where the schema of a node is not what its inputs and expressions make of it."""
    match relation:
        case Read(dataset=name):
            if name not in datasets:
                yield f"no dataset {name} before this one"
            else:
                yield from _not_from(relation.schema, datasets[name])
        case Scan(source=source):
            yield from _not_from(relation.schema, source.columns)
        case Rows(rows=rows):
            if any(len(row) != len(relation.schema) for row in rows):
                yield "a row of another width"
        case Filter(input=below, condition=condition):
            yield from _other_columns(relation.schema, below.schema)
            if not isinstance(condition.type, Bool):
                yield f"the condition is {condition.type}"
        case Sort(input=below) | Distinct(input=below):
            yield from _other_columns(relation.schema, below.schema)
        case Dedupe(input=below, keys=names) | Limit(input=below, per=names):
            yield from _other_columns(relation.schema, below.schema)
            yield from (f"no column {name}" for name in names if name not in below.schema)
        case Project(columns=columns):
            yield from _other_values(relation.schema, columns)
        case Aggregate(keys=keys, aggregates=aggregates):
            made = [*keys, *(Assignment(each.name, each.value) for each in aggregates)]
            yield from _other_values(relation.schema, tuple(made))
        case Join():
            yield from _join_problems(relation)
        case AsOfJoin():
            yield from _as_of_problems(relation)
        case Explode():
            yield from _explode_problems(relation)
        case SetOperation():
            for each in relation.inputs:
                yield from _other_columns(relation.schema, each.schema)


def _explode_problems(explode: Explode) -> Iterator[str]:
    if not isinstance(explode.value.type, Array):
        yield f"a value that is {explode.value.type}"
        return
    element = Field(explode.name, explode.value.type.element)
    yield from _other_columns(explode.schema, Schema((*explode.input.schema, element)))


def _as_of_problems(join: AsOfJoin) -> Iterator[str]:
    yield from _common_names(join)
    yield from _other_columns(join.schema, Schema((*join.left.schema, *join.right.schema)))
    for one, other in (*join.equal, join.times):
        mine, theirs = join.left.schema.get(one), join.right.schema.get(other)
        if mine is None or theirs is None:
            yield f"no columns {one} and {other}"
        elif mine.type != theirs.type:
            yield f"{one} is {mine.type}, {other} is {theirs.type}"


def _common_names(join: Join | AsOfJoin) -> Iterator[str]:
    both = set(join.left.schema.names) & set(join.right.schema.names)
    if both:
        yield f"both sides have {', '.join(sorted(both))}"


def _join_problems(join: Join) -> Iterator[str]:
    yield from _common_names(join)
    fields = join.left.schema.fields
    if join.kind not in ("semi", "anti"):
        fields = (*fields, *join.right.schema.fields)
    yield from _other_columns(join.schema, Schema(fields))
    if (join.condition is None) != (join.kind == "cross"):
        yield f"a {join.kind} join {'without' if join.condition is None else 'with'} a condition"


def _not_from(schema: Schema, whole: Schema) -> Iterator[str]:
    for field in schema:
        found = whole.get(field.name)
        if found is None:
            yield f"no column {field.name} there"
        elif found.type != field.type:
            yield f"{field.name} is {found.type} there, not {field.type}"
        elif found.nullable and not field.nullable:
            yield f"{field.name} can be null there"


def _other_columns(schema: Schema, expected: Schema) -> Iterator[str]:
    """Nullability is free here: what a filter says about nulls can stand on any node above it."""
    if [(each.name, each.type) for each in schema] != [(each.name, each.type) for each in expected]:
        yield f"the columns are ({_listed(schema)}), not ({_listed(expected)})"


def _other_values(schema: Schema, assignments: tuple[Assignment, ...]) -> Iterator[str]:
    made = Schema(tuple(Field(each.name, each.value.type, each.value.nullable) for each in assignments))
    yield from _other_columns(schema, made)
    for field, value in zip(schema, made, strict=False):
        if value.nullable and not field.nullable:
            yield f"{field.name} can be null"


def _listed(schema: Schema) -> str:
    return ", ".join(f"{each.name} {each.type}" for each in schema)
