"""As-of joins: ASOF JOIN where the engine has it, a window over both sides where it has not."""

from __future__ import annotations

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.draft import Draft, Joined, merged, used
from odibi_sql.lower.joins import apart, left_side, right_side
from odibi_sql.lower.operators import COMPARISONS
from odibi_sql.lower.scope import Place
from odibi_sql.lower.typed import binary
from odibi_sql.lower.wrapping import wrap

UP_TO_HERE = ir.Frame(ir.Bound(None, "preceding"), ir.Bound(0, "following"))


def without_null_times(node: ir.AsOfJoin) -> ir.AsOfJoin:
    """Return the join with no null in the columns of the right side that are compared: such rows match nothing."""
    right = node.right
    names = [name for _, name in (*node.equal, node.times) if right.schema[name].nullable]
    if not names:
        return node
    conditions = [_not(_is_null(_column(right.schema[name]))) for name in dict.fromkeys(names)]
    return replace(node, right=ir.Filter(schema=right.schema, input=right, condition=ir.true_of(*conditions)))


def lower_as_of(node: ir.AsOfJoin, left: Draft, right: Draft, place: Place) -> Draft:
    """Return the left side with one more ASOF JOIN."""
    mine, theirs = node.times
    left = _of_rows(left_side(left, node.kind, place), mine, place)
    right = _of_rows(right_side(wrap(right, place) if right.where else right, "left", place), theirs, place)
    right = apart(wrap(right, place) if right.where else right, left, place)
    assert right.source is not None
    on = [binary(exp.EQ, used(left.env[one]), used(right.env[other])) for one, other in node.equal]
    times = used(left.env[mine]), used(right.env[theirs])
    if node.left.schema[mine].nullable:
        on.append(binary(exp.EQ, *(exp.Paren(this=_there(each)) for each in times)))
    on.append(binary(COMPARISONS[node.operator], *times))
    joined = Joined(word="ASOF" if node.kind == "inner" else "ASOF LEFT", source=right.source, on=tuple(on))
    env = {**left.env, **right.env}
    return replace(
        left,
        env={name: env[name] for name in node.schema.names},
        joins=(*left.joins, joined),
        ctes=merged(left.ctes, right.ctes),
        order=(),
        is_correlated=left.is_correlated or right.is_correlated,
        is_referred_to=left.is_referred_to or right.is_referred_to,
    )


def _of_rows(draft: Draft, time: str, place: Place) -> Draft:
    """Return the draft with a column for its time, which can be a constant: ASOF JOIN wants two columns."""
    return draft if draft.env[time].sql.find(exp.Column) is not None else wrap(draft, place)


def _there(sql: exp.Expression) -> exp.Expression:
    return exp.Is(this=sql.copy(), expression=exp.Null(), negate=True)


def as_window(node: ir.AsOfJoin) -> ir.Relation:
    """Return the same rows by a window: the rows of both sides in one list, by key and time.

        union of left (…, key, time, side, nulls) and right (nulls, key, time, side, its columns as a struct)
        | last_value(struct ignore nulls) over (partition by key order by time, side)
        | filter side is the left's

    At one time the row that is not to be seen by the other comes behind it. No value compared on the right is null.
    """
    is_seen_at_once = node.operator in (">=", "<=")
    theirs = 0 if is_seen_at_once else 1
    names = _Names(node)
    both = _both_sides(node, names, theirs)
    field = both.schema[names.row]
    order = (
        ir.SortKey(value=_column(both.schema[names.time]), descending=node.operator in ("<=", "<")),
        ir.SortKey(value=_column(both.schema[names.side])),
    )
    found = ir.WindowCall(
        type=field.type,
        function="last_value",
        args=(_column(field),),
        ignore_nulls=True,
        partition=tuple(_column(both.schema[each]) for each in names.keys),
        order=order,
        frame=UP_TO_HERE,
    )
    kept = [*node.left.schema.names, names.time, names.side]
    columns = [ir.Assignment(each, _column(both.schema[each])) for each in kept]
    windowed = _project(both, [*columns, ir.Assignment(names.row, found)])
    is_left = ir.Call(
        type=ir.BOOL, nullable=False, function="=", args=(_column(both.schema[names.side]), _side(1 - theirs))
    )
    rows = ir.Filter(schema=windowed.schema, input=windowed, condition=is_left)
    return _with_members(node, names, rows)


class _Names:
    """The columns of the list of both sides, called as no column of theirs."""

    def __init__(self, node: ir.AsOfJoin) -> None:
        taken = (*node.left.schema.names, *node.right.schema.names)
        mark = "asof_"
        while any(each.lower().startswith(mark) for each in taken):
            mark += "_"
        self.keys = [f"{mark}key{place}" for place in range(len(node.equal))]
        self.time, self.side, self.row = f"{mark}time", f"{mark}side", f"{mark}row"
        self.members = {name: f"c{place}" for place, name in enumerate(node.right.schema.names)}


def _both_sides(node: ir.AsOfJoin, names: _Names, theirs: int) -> ir.Relation:
    left, right = node.left.schema, node.right.schema
    members = tuple(ir.Member(names.members[each.name], each.type) for each in right)
    struct = ir.Struct(members)
    mine = [ir.Assignment(each.name, _column(each)) for each in left]
    mine += _compared(names, left, [one for one, _ in (*node.equal, node.times)])
    mine += [
        ir.Assignment(names.side, _side(1 - theirs)),
        ir.Assignment(names.row, ir.Literal(type=struct, value=None)),
    ]
    row = ir.MakeStruct(type=struct, nullable=False, values=tuple(_column(each) for each in right))
    other = [ir.Assignment(each.name, ir.Literal(type=each.type, value=None)) for each in left]
    other += _compared(names, right, [two for _, two in (*node.equal, node.times)])
    other += [ir.Assignment(names.side, _side(theirs)), ir.Assignment(names.row, row)]
    inputs = (_project(node.left, mine), _project(node.right, other))
    fields = tuple(ir.Field(each.name, each.type) for each in inputs[0].schema)
    return ir.SetOperation(schema=ir.Schema(fields), kind="union", is_distinct=False, inputs=inputs)


def _compared(names: _Names, schema: ir.Schema, columns: list[str]) -> list[ir.Assignment]:
    there = zip((*names.keys, names.time), columns, strict=True)
    return [ir.Assignment(name, _column(schema[each])) for name, each in there]


def _with_members(node: ir.AsOfJoin, names: _Names, rows: ir.Relation) -> ir.Relation:
    """Return the columns of both sides; a time that is null, which comes last in the list, has found nothing."""
    time, row = _column(rows.schema[names.time]), _column(rows.schema[names.row])
    is_found = _not(_is_null(row))
    is_nullable = node.left.schema[node.times[0]].nullable
    if is_nullable:
        is_found = ir.true_of(_not(_is_null(time)), is_found)
    if node.kind == "inner":
        rows = ir.Filter(schema=rows.schema, input=rows, condition=is_found)
    columns = [ir.Assignment(each.name, _column(each)) for each in node.left.schema]
    for each in node.right.schema:
        value: ir.Expr = ir.GetMember(type=each.type, operand=row, name=names.members[each.name])
        if is_nullable and node.kind == "left":
            value = ir.Case(type=each.type, branches=(ir.Branch(_not(_is_null(time)), value),), otherwise=None)
        columns.append(ir.Assignment(each.name, value))
    return _project(rows, columns)


def _project(relation: ir.Relation, columns: list[ir.Assignment]) -> ir.Project:
    fields = tuple(ir.Field(each.name, each.value.type, each.value.nullable) for each in columns)
    return ir.Project(schema=ir.Schema(fields), input=relation, columns=tuple(columns))


def _column(field: ir.Field) -> ir.Column:
    return ir.Column(type=field.type, nullable=field.nullable, name=field.name)


def _is_null(value: ir.Expr) -> ir.Expr:
    return ir.Call(type=ir.BOOL, nullable=False, function="is null", args=(value,))


def _not(value: ir.Expr) -> ir.Expr:
    return ir.Call(type=ir.BOOL, nullable=value.nullable, function="not", args=(value,))


def _side(value: int) -> ir.Literal:
    return ir.Literal(type=ir.INT8, nullable=False, value=value)
