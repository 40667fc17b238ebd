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


NAN = float("nan")
RICH: dict[str, list[tuple[Any, ...]]] = {
    "left": [
        *((0, 0, "a", 1.5, True), (0, 0, "a", 1.5, True), (1, None, "b", NAN, False), (1, 2, None, NAN, None)),
        *((2, 1, "7", None, True), (-1, 2, "", -0.0, None), (2, None, None, 0.0, False), (0, 1, "b", -2.0, False)),
    ],
    "right": [
        *((0, datetime.date(2025, 1, 1), "a"), (1, None, "b"), (1, datetime.date(2025, 1, 31), "b"), (None, None, "7")),
        *((2, datetime.date(2025, 1, 1), ""), (3, None, "a"), (None, datetime.date(2025, 1, 1), "a")),
    ],
}


def rich() -> dict[str, list[dict[str, Any]]]:
    """Return tables with duplicates, nulls, NaN, both zeros, keys with and without partners."""
    return {
        name: [dict(zip((field.name for field in FIELDS[name]), row, strict=True)) for row in rows]
        for name, rows in RICH.items()
    }


def tables() -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """Tables of any rows, and half of the time the rich ones."""
    return st.one_of(st.builds(rich), _drawn_tables())


def _drawn_tables() -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    return st.fixed_dictionaries(
        {
            name: st.lists(st.fixed_dictionaries({field.name: values(field) for field in fields}), max_size=5)
            for name, fields in FIELDS.items()
        }
    )


class Making:
    """One graph being made: what it has so far, and names that are not taken. `is_plain`: with short expressions."""

    def __init__(self, draw: st.DrawFn, *, can_fail: bool, is_plain: bool = False) -> None:
        self.draw = draw
        self.datasets: list[ir.Dataset] = []
        self.names = 0
        self.can_fail = can_fail
        self.is_plain = is_plain

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

    if make.is_plain and len(schema) and outer is None and not make.is_true(12):
        return plain_condition(make, schema)

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


def plain_condition(make: Making, schema: ir.Schema) -> ir.Expr:
    """Return what people write: a column beside a constant or another column, or two such."""
    name = make.one_of(*schema.names)
    column = build.col(schema, name)
    others = [build.col(schema, each.name) for each in schema if each.type == column.type and each.name != name]
    shape = make.one_of("literal", "literal", "column", "null", "not null", "and", "or", "odd")
    match shape:
        case "column" if others:
            return build.call(make.one_of(*COMPARISONS), column, make.one_of(*others))
        case "null":
            return build.call("is null", column)
        case "not null":
            return build.call("not", build.call("is null", column))
        case "and" | "or":
            return build.call(shape, plain_condition(make, schema), plain_condition(make, schema))
        case "odd":
            return odd_condition(make, column)
    return build.call(make.one_of(*COMPARISONS), column, build.lit(make.one_of(*LITERALS[column.type]), column.type))


def odd_condition(make: Making, column: ir.Column) -> ir.Expr:
    """Return a condition that is true of null, or that can fail."""
    value = build.lit(make.one_of(*LITERALS[column.type]), column.type)
    match column.type:
        case ir.String() if make.can_fail:
            return build.call(">", build.cast(column, ir.INT64), build.lit(1))
        case ir.Integer() if make.can_fail:
            return build.call(">", build.call("require", column), build.lit(0))
    return make.one_of(
        build.call("is distinct from", column, value), build.call("=", build.call("coalesce", column, value), value)
    )


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
    if make.is_plain and make.is_true():  # a window of a window
        relation = build.derive(relation, **{make.name(): _window(make, relation)})
    return build.derive(relation, **{make.name(): _window(make, relation)})


def _window(make: Making, relation: ir.Relation) -> ir.WindowCall:
    schema = relation.schema
    partition = tuple(build.col(schema, name) for name in make.some(schema.names, 0, 2))
    order = order_of(make, schema, is_total=True)
    argument = expression(make, schema, make.one_of(*TYPES), 1)
    row = make.is_true()
    return make.one_of(
        ir.WindowCall(type=ir.INT64, nullable=False, function="row_number", args=(), partition=partition, order=order),
        ir.WindowCall(
            type=ir.INT64, nullable=False, function="rank", args=(), partition=partition, order=order[: 1 + row]
        ),
        ir.WindowCall(type=argument.type, function="max", args=(argument,), partition=partition),
        ir.WindowCall(type=argument.type, function="lag", args=(argument,), partition=partition, order=order),
    )


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
    for one, two in make.some(pairs, 0, 1 if make.is_plain else 2):
        conditions.append(build.call("=", build.col(both, one.name), build.col(both, two.name)))
    if make.is_true(3) or not conditions:
        conditions.append(plain_condition(make, both) if make.is_plain else condition(make, both, 1))
    return build.join(kind, relation, right, ir.true_of(*conditions))


def exploded(make: Making, relation: ir.Relation) -> ir.Relation:
    schema, type_, name = relation.schema, make.one_of(*TYPES), make.name()
    args = tuple(expression(make, schema, type_, 1) for _ in range(make.one_of(0, 1, 2, 2)))
    value: ir.Expr = ir.Call(type=ir.Array(type_), nullable=False, function="array", args=args)
    if make.is_true():
        value = ir.Case(type=value.type, branches=(ir.Branch(condition(make, schema, 1), value),), otherwise=None)
    fields = (*schema, ir.Field(name, type_))
    return ir.Explode(schema=ir.Schema(fields), input=relation, value=value, name=name)


def nearest(make: Making, relation: ir.Relation) -> ir.Relation:
    if len(relation.schema) > 8:
        relation = selected(make, relation)
    right = renamed(make, other(make))
    pairs = [(one.name, two.name) for one in relation.schema for two in right.schema if one.type == two.type]
    timed = [each for each in pairs if relation.schema[each[0]].type in (ir.INT64, ir.DATE, ir.FLOAT64, ir.STRING)]
    if not timed:
        return joined(make, relation)
    times, equal = make.one_of(*timed), tuple(make.some(pairs, 0, 2))
    by = tuple(dict.fromkeys(two for _, two in (*equal, times)))
    order = order_of(make, right.schema, is_total=True)
    once = ir.Dedupe(schema=right.schema, input=right, keys=by, order=order)
    kind = make.one_of("left", "inner")
    nullable = kind == "left"
    theirs = tuple(ir.Field(each.name, each.type, each.nullable or nullable) for each in right.schema)
    return ir.AsOfJoin(
        schema=ir.Schema((*relation.schema, *theirs)),
        left=relation,
        right=once,
        kind=kind,
        equal=equal,
        times=times,
        operator=make.one_of(">=", ">", "<=", "<"),
    )


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


def constant(make: Making, relation: ir.Relation) -> ir.Relation:
    """Return a filter or a column made of constants, and of one column at most."""
    schema = ir.schema_of(make.some(relation.schema, 0, 1))
    if make.is_true():
        return build.filter_(relation, expression(make, schema, ir.BOOL, 3))
    return build.derive(relation, **{make.name(): expression(make, schema, make.one_of(*TYPES), 3)})


def nothing(make: Making, relation: ir.Relation) -> ir.Relation:
    """Return no rows, or the rows as they are, in one of the ways to say so."""
    condition = build.lit(make.one_of(True, False, None), ir.BOOL)
    order = order_of(make, relation.schema, is_total=True)
    return make.one_of(
        build.filter_(relation, condition),
        ir.Rows(schema=relation.schema, rows=()),
        ir.Limit(schema=relation.schema, input=relation, count=0, offset=0, per=(), order=order),
        ir.Limit(schema=relation.schema, input=relation, count=None, offset=0, per=(), order=order),
    )


def beside_nothing(make: Making, relation: ir.Relation) -> ir.Relation:
    """Return a join or a set operation of which one side has no rows, perhaps."""
    none: ir.Relation = ir.Rows(schema=relation.schema, rows=())
    if make.is_true():
        inputs = [make.one_of(relation, none) for _ in range(make.one_of(2, 3))]
        return build.combine(make.one_of("union", "intersect", "except"), *inputs, is_distinct=make.is_true())
    left, right = make.one_of((relation, none), (none, relation), (none, none))
    right = renamed(make, right)
    both = ir.schema_of((*left.schema, *right.schema))
    kind = make.one_of("inner", "left", "right", "full", "semi", "anti")
    return build.join(kind, left, right, plain_condition(make, both))


ROW_WISE = (derived, selected, windowed)
GROUPING = (aggregated, deduped, made_distinct)
OPERATORS = (filtered, filtered, *ROW_WISE, *GROUPING, limited, sorted_, joined, joined, nearest, exploded, combined)
SHAPES: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "drop-steps": (OPERATORS, OPERATORS),
    "fold-constants": ((constant,), (constant,)),
    "simplify-conditions": ((constant,), (constant,)),
    "empty": ((nothing, beside_nothing), (*OPERATORS, beside_nothing)),
    "merge-unions": ((combined,), (combined,)),
    "merge-filters": ((filtered,), (filtered,)),
    "outer-joins": ((joined,), (filtered,)),
    "push-into-joins": ((joined,), (filtered,)),
    "push-filters": ((*ROW_WISE, *ROW_WISE, *GROUPING, *GROUPING, limited, sorted_, combined), (filtered,)),
    "push-across-steps": (OPERATORS, (filtered,)),
    "drop-sorts": ((sorted_, sorted_, limited), (sorted_, *OPERATORS)),
    "drop-duplicates": ((*GROUPING, joined, limited, combined), (deduped, made_distinct, combined)),
    "drop-tie-breaks": ((*GROUPING, joined, selected), (deduped, limited)),
    "merge-projections": (ROW_WISE, ROW_WISE),
    "prune-columns": (OPERATORS, (*GROUPING, selected, combined, joined)),
}  # of each rule: which operators it looks for, the lower one first


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
    make = Making(draw, can_fail=draw(st.booleans()))
    for number in range(draw(st.integers(1, 4))):
        relation: ir.Relation = make.one_of(*SCANS) if number == 0 or make.is_true(4) else other(make)
        for _ in range(draw(st.integers(0, 4))):
            relation = make.one_of(*OPERATORS)(make, relation)
        order = order_after(relation, {each.name: each for each in make.datasets})
        make.datasets.append(build.dataset(f"d{number}", relation, order=order))
    return finished(make)


@st.composite
def pairs(draw: st.DrawFn, rule: str) -> ir.Graph:
    """Graphs of one to three steps in which an operator meets another, with short conditions, as a rule looks for."""
    make = Making(draw, can_fail=make_failing(draw), is_plain=True)
    relation: ir.Relation = make.one_of(*SCANS)
    make.datasets.append(build.dataset("d0", relation))
    relation = build.read(make.datasets[0]) if make.is_true() else relation
    firsts, seconds = SHAPES[rule]
    if make.is_true(3):
        relation = make.one_of(*GROUPING, filtered, selected)(make, relation)
    relation = make.one_of(*firsts)(make, relation)
    if make.is_true(3):
        make.datasets.append(build.dataset("d1", relation, order=order_after(relation, {"d0": make.datasets[0]})))
        relation = build.read(make.datasets[-1])
    relation = make.one_of(*seconds)(make, relation)
    if make.is_true(3):
        relation = make.one_of(filtered, selected, aggregated, sorted_)(make, relation)
    order = order_after(relation, {each.name: each for each in make.datasets})
    make.datasets.append(build.dataset("last", relation, order=order))
    return finished(make)


def make_failing(draw: st.DrawFn) -> bool:
    return draw(st.integers(1, 3)) == 1


def finished(make: Making) -> ir.Graph:
    """Return the graph of the datasets made, perhaps with a gate, and with one store or two."""
    gates: tuple[ir.Gate, ...] = ()
    if make.is_true(3):
        place = make.one_of(*range(len(make.datasets)))
        guarded = make.datasets[place]
        counted = build.aggregate(build.distinct(other(make)), {}, {"broken": build.agg("count")})
        gates = (build.gate("gate", counted),)
        make.datasets[place] = build.dataset(guarded.name, guarded.relation, order=guarded.order, gates=("gate",))
    stored = {make.datasets[-1].name, make.one_of(make.datasets[-1], *make.datasets).name}
    return build.graph(
        *make.datasets,
        gates=gates,
        stores=tuple(build.store(each) for each in make.datasets if each.name in stored),
    )
