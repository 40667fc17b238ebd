"""Hypothesis strategies: small tables with awkward values, and typed graphs over them."""

from __future__ import annotations

import datetime
from typing import Any

import ir_build as build
from hypothesis import strategies as st

from odibi_sql import ir

TYPES = (ir.INT64, ir.STRING, ir.FLOAT64, ir.BOOL, ir.DATE)
VALUES: dict[ir.Type, list[Any]] = {
    ir.INT64: [0, 1, 2, -1, 3, 2**62],
    ir.STRING: ["", "a", "b", "7", "é"],
    ir.FLOAT64: [0.0, -0.0, 1.5, float("nan"), float("inf"), -2.0],
    ir.BOOL: [True, False],
    ir.DATE: [datetime.date(2025, 1, 1), datetime.date(2025, 1, 31), datetime.date(1969, 12, 31)],
}
LITERALS = {**VALUES, ir.FLOAT64: [0.0, 1.5, -2.0]}
FIELDS = {
    "left": (
        ir.Field("a", ir.INT64, False),
        ir.Field("b", ir.INT64),
        ir.Field("s", ir.STRING),
        ir.Field("f", ir.FLOAT64),
        ir.Field("t", ir.BOOL),
    ),
    "right": (ir.Field("k", ir.INT64), ir.Field("d", ir.DATE), ir.Field("n", ir.STRING, False)),
}
SCANS = [build.table(name, **{field.name: field for field in fields}) for name, fields in FIELDS.items()]
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


def values(field: ir.Field) -> st.SearchStrategy[Any]:
    known = st.sampled_from(VALUES[field.type])
    return known | st.none() if field.nullable else known


def tables() -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    return st.fixed_dictionaries(
        {
            name: st.lists(st.fixed_dictionaries({field.name: values(field) for field in fields}), max_size=5)
            for name, fields in FIELDS.items()
        }
    )


class Making:
    """One graph being made: what it has so far, and names that are not taken."""

    def __init__(self, draw: st.DrawFn, rules_can_fail: bool) -> None:
        self.draw = draw
        self.datasets: list[ir.Dataset] = []
        self.names = 0
        self.can_fail = rules_can_fail

    def name(self) -> str:
        self.names += 1
        return f"c{self.names}"

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def is_true(self, one_in: int = 2) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == 1)

    def some(self, choices: Any, least: int = 0, most: int | None = None) -> list[Any]:
        choices = list(choices)
        if not choices:
            return []
        return self.draw(st.lists(st.sampled_from(choices), unique=True, min_size=least, max_size=most or len(choices)))


# ---- expressions


def expression(
    make: Making, schema: ir.Schema, type_: ir.Type, depth: int = 2, outer: ir.Schema | None = None
) -> ir.Expr:
    """Return an expression over the columns of `schema`, and of `outer` around a subquery."""
    columns: list[ir.Expr] = [build.col(schema, each.name) for each in schema if each.type == type_]
    if outer is not None and make.is_true(3):
        columns = [
            ir.Outer(type=each.type, nullable=each.nullable, name=each.name) for each in outer if each.type == type_
        ] or columns
    if depth == 0 or make.is_true(3):
        if columns and not make.is_true(4):
            return make.one_of(*columns)
        return literal(make, type_)

    def inside(type_: ir.Type) -> ir.Expr:
        return expression(make, schema, type_, depth - 1, outer)

    shape = make.one_of("case", "coalesce", "own", "own", "own", "own")
    if shape == "case":
        otherwise = inside(type_) if make.is_true() else None
        return build.case((inside(ir.BOOL), inside(type_)), otherwise=otherwise)
    if shape == "coalesce":
        return build.call("coalesce", inside(type_), inside(type_))
    match type_:
        case ir.Bool():
            return condition(make, schema, depth, outer)
        case ir.Integer():
            return whole(make, inside)
        case ir.Float():
            return make.one_of(
                lambda: build.call("/", inside(ir.INT64), inside(ir.INT64)),
                lambda: build.call(make.one_of("+", "-", "*"), inside(ir.FLOAT64), inside(ir.FLOAT64)),
                lambda: build.cast(inside(ir.INT64), ir.FLOAT64),
            )()
        case ir.String():
            return make.one_of(
                lambda: build.call("lower", inside(ir.STRING)),
                lambda: build.call("||", inside(ir.STRING), inside(ir.STRING)),
                lambda: build.call("nullif", inside(ir.STRING), inside(ir.STRING)),
            )()
    return literal(make, type_)


def literal(make: Making, type_: ir.Type) -> ir.Literal:
    return build.lit(None if make.is_true(8) else make.one_of(*LITERALS[type_]), type_)


def whole(make: Making, inside: Any) -> ir.Expr:
    safe = [
        lambda: build.call("length", inside(ir.STRING)),
        lambda: build.call("%", inside(ir.INT64), inside(ir.INT64)),
        lambda: build.cast(inside(ir.STRING), ir.INT64, is_try=True),
        lambda: build.call("+", inside(ir.INT64), build.lit(1)),
        lambda: build.call(make.one_of("+", "-", "*", "//"), inside(ir.INT64), inside(ir.INT64)),
    ]
    failing = [lambda: build.cast(inside(ir.STRING), ir.INT64), lambda: build.call("require", inside(ir.INT64))]
    return make.one_of(*safe, *(failing if make.can_fail else []))()


def condition(make: Making, schema: ir.Schema, depth: int = 2, outer: ir.Schema | None = None) -> ir.Expr:
    """Return a condition that leans towards what rules look at."""

    def inside(type_: ir.Type) -> ir.Expr:
        return expression(make, schema, type_, max(depth - 1, 0), outer)

    def compared() -> ir.Expr:
        type_ = make.one_of(*TYPES)
        return build.call(make.one_of(*COMPARISONS), inside(type_), inside(type_))

    def tested() -> ir.Expr:
        return build.call("is null", inside(make.one_of(*TYPES)))

    choices = [
        compared,
        compared,
        tested,
        lambda: build.call("not", tested()),
        lambda: build.call(make.one_of("and", "or"), inside(ir.BOOL), inside(ir.BOOL)),
        lambda: build.call("and", compared(), compared()),
        lambda: build.call("not", inside(ir.BOOL)),
        lambda: build.call(make.one_of("is true", "is false"), inside(ir.BOOL)),
        lambda: build.call("in", inside(ir.INT64), inside(ir.INT64), literal(make, ir.INT64)),
        lambda: build.call("between", inside(ir.FLOAT64), inside(ir.FLOAT64), inside(ir.FLOAT64)),
        lambda: build.call("is distinct from", inside(ir.INT64), inside(ir.INT64)),
        lambda: build.call("like", inside(ir.STRING), build.lit("%a%")),
    ]
    if depth > 1 and make.datasets and outer is None and make.is_true(4):
        return subquery(make, schema)
    return make.one_of(*choices)()


def subquery(make: Making, schema: ir.Schema) -> ir.Expr:
    relation: ir.Relation = build.read(make.one_of(*make.datasets))
    if make.is_true():
        relation = build.filter_(relation, condition(make, relation.schema, 1, schema))
    if make.is_true():
        return ir.Exists(type=ir.BOOL, nullable=False, relation=relation)
    type_ = make.one_of(ir.INT64, ir.STRING)
    relation = build.project(relation, **{make.name(): expression(make, relation.schema, type_, 1, schema)})
    found = ir.InQuery(type=ir.BOOL, operand=expression(make, schema, type_, 1), relation=relation)
    return build.call("not", found) if make.is_true(3) else found


# ---- relations


def order_of(make: Making, schema: ir.Schema, *, is_total: bool) -> tuple[ir.SortKey, ...]:
    names = make.some(schema.names, 1, 2)
    if is_total:
        names += [each for each in schema.names if each not in names]
    return tuple(
        build.key(build.col(schema, name), descending=make.is_true(3), nulls_first=make.is_true(4)) for name in names
    )


def renamed(make: Making, relation: ir.Relation) -> ir.Relation:
    return build.project(relation, **{make.name(): name for name in relation.schema.names})


def filtered(make: Making, relation: ir.Relation) -> ir.Relation:
    return build.filter_(relation, condition(make, relation.schema))


def derived(make: Making, relation: ir.Relation) -> ir.Relation:
    if len(relation.schema) > 8:
        return selected(make, relation)
    return build.derive(relation, **{make.name(): expression(make, relation.schema, make.one_of(*TYPES))})


def selected(make: Making, relation: ir.Relation) -> ir.Relation:
    kept: dict[str, ir.Expr | str] = {
        (name if make.is_true() else make.name()): name for name in make.some(relation.schema.names, 1)
    }
    if make.is_true():
        kept[make.name()] = expression(make, relation.schema, make.one_of(*TYPES))
    return build.project(relation, **kept)


def windowed(make: Making, relation: ir.Relation) -> ir.Relation:
    schema = relation.schema
    partition = tuple(build.col(schema, name) for name in make.some(schema.names, 0, 2))
    order = order_of(make, schema, is_total=True)
    argument = expression(make, schema, make.one_of(*TYPES), 1)
    row = make.is_true()
    call = make.one_of(
        ir.WindowCall(type=ir.INT64, nullable=False, function="row_number", args=(), partition=partition, order=order),
        ir.WindowCall(
            type=ir.INT64, nullable=False, function="rank", args=(), partition=partition, order=order[: 1 + row]
        ),
        ir.WindowCall(type=argument.type, function="max", args=(argument,), partition=partition),
        ir.WindowCall(type=argument.type, function="lag", args=(argument,), partition=partition, order=order),
    )
    return build.derive(relation, **{make.name(): call})


def aggregated(make: Making, relation: ir.Relation) -> ir.Relation:
    schema = relation.schema
    keys: dict[str, ir.Expr] = {
        (name if make.is_true() else make.name()): build.col(schema, name) for name in make.some(schema.names, 0, 2)
    }
    if make.is_true(3):
        keys[make.name()] = expression(make, schema, make.one_of(*TYPES), 1)
    argument = expression(make, schema, make.one_of(*TYPES), 1)
    where = condition(make, schema, 1) if make.is_true(4) else None
    aggregates = {make.name(): build.agg("count", where=where), make.name(): build.agg("max", argument)}
    if make.is_true(3):
        aggregates[make.name()] = build.agg("sum", expression(make, schema, ir.FLOAT64, 1))
    return build.aggregate(relation, keys, aggregates)


def deduped(make: Making, relation: ir.Relation) -> ir.Relation:
    by = tuple(make.some(relation.schema.names, 0, 3))
    if by and make.is_true(4):  # any row will do: only what they all share may be looked at
        return build.project(build.dedupe(relation, by), **{name: name for name in by})
    order = order_of(make, relation.schema, is_total=True)
    return ir.Dedupe(schema=relation.schema, input=relation, keys=by, order=order)


def limited(make: Making, relation: ir.Relation) -> ir.Relation:
    return ir.Limit(
        schema=relation.schema,
        input=relation,
        count=make.one_of(0, 1, 1, 2, 3, None),
        offset=make.one_of(0, 0, 1),
        per=tuple(make.some(relation.schema.names, 0, 1)) if make.is_true() else (),
        order=order_of(make, relation.schema, is_total=True),
    )


def sorted_(make: Making, relation: ir.Relation) -> ir.Relation:
    order = order_of(make, relation.schema, is_total=False)
    return ir.Sort(schema=relation.schema, input=relation, keys=order)


def other(make: Making) -> ir.Relation:
    relation: ir.Relation = build.read(make.one_of(*make.datasets)) if make.datasets else make.one_of(*SCANS)
    return filtered(make, relation) if make.is_true(3) else relation


def joined(make: Making, relation: ir.Relation) -> ir.Relation:
    if len(relation.schema) > 8:
        relation = selected(make, relation)
    right = renamed(make, other(make))
    if make.is_true(4):
        right = build.distinct(right)
    kind = make.one_of("inner", "left", "right", "full", "semi", "anti", "cross", "inner", "left")
    if kind == "cross":
        return build.join(kind, relation, right, None)
    both = ir.schema_of((*relation.schema, *right.schema))
    pairs = [(one, two) for one in relation.schema for two in right.schema if one.type == two.type]
    conditions: list[ir.Expr] = []
    for one, two in make.some(pairs, 0, 2):
        conditions.append(build.call("=", build.col(both, one.name), build.col(both, two.name)))
    if make.is_true(3) or not conditions:
        conditions.append(condition(make, both, 1))
    return build.join(kind, relation, right, ir.true_of(*conditions))


def combined(make: Making, relation: ir.Relation) -> ir.Relation:
    inputs = [relation]
    for _ in range(make.one_of(1, 1, 2)):
        there = other(make)
        values = {each.name: expression(make, there.schema, each.type, 0) for each in relation.schema}
        fitted: ir.Relation = build.project(there, **values)
        inputs.append(build.distinct(fitted) if make.is_true(4) else fitted)
    return build.combine(make.one_of("union", "union", "intersect", "except"), *inputs, is_distinct=make.is_true())


def made_distinct(make: Making, relation: ir.Relation) -> ir.Relation:
    return build.distinct(relation)


OPERATORS = (filtered, filtered, filtered, derived, selected, windowed, aggregated, deduped, made_distinct, limited)
OPERATORS = (*OPERATORS, sorted_, joined, joined, combined)


def order_after(relation: ir.Relation, datasets: dict[str, ir.Dataset]) -> tuple[ir.SortKey, ...]:
    """Return the order that the rows come in, as `check` would tell it of a dataset."""
    match relation:
        case ir.Read(dataset=name):
            return datasets[name].order
        case ir.Sort(keys=keys) | ir.Limit(order=(_, *_) as keys):
            return keys
        case ir.Filter(input=below):
            return order_after(below, datasets)
        case ir.Project(input=below, columns=columns):
            names = {each.value.name: each.name for each in columns if isinstance(each.value, ir.Column)}
            kept: list[ir.SortKey] = []
            for each in order_after(below, datasets):
                assert isinstance(each.value, ir.Column)
                if each.value.name not in names:
                    break
                value = build.col(relation, names[each.value.name])
                kept.append(build.key(value, descending=each.descending, nulls_first=each.nulls_first))
            return tuple(kept)
    return ()


@st.composite
def graphs(draw: st.DrawFn) -> ir.Graph:
    """Graphs of up to four datasets, with gates and stores; one dataset at least is stored."""
    make = Making(draw, draw(st.booleans()))
    for number in range(draw(st.integers(1, 4))):
        relation: ir.Relation = make.one_of(*SCANS) if number == 0 or make.is_true(4) else other(make)
        for _ in range(draw(st.integers(0, 4))):
            relation = make.one_of(*OPERATORS)(make, relation)
        order = order_after(relation, {each.name: each for each in make.datasets})
        make.datasets.append(build.dataset(f"d{number}", relation, order=order))
    gates = ()
    if make.is_true(3):
        place = draw(st.integers(0, len(make.datasets) - 1))
        guarded = make.datasets[place]
        counted = build.aggregate(build.distinct(other(make)), {}, {"broken": build.agg("count")})
        gates = (build.gate("gate", counted),)
        make.datasets[place] = build.dataset(guarded.name, guarded.relation, order=guarded.order, gates=("gate",))
    stored = {make.datasets[-1].name, make.one_of(*make.datasets).name}
    return build.graph(
        *make.datasets,
        gates=gates,
        stores=tuple(build.store(each) for each in make.datasets if each.name in stored),
    )
