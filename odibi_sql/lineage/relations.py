"""What the rows and the columns of a relation are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir import walk
from odibi_sql.lineage.expressions import Columns, Queried, View, column_of, uses_of
from odibi_sql.lineage.values import NOTHING, Column, Kind, Made, Mention, Uses, through

Keys = tuple[frozenset[str], ...]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A relation: its columns, what decides which rows it has, what sorts them, its keys as far as they are known."""

    columns: Columns
    rows: Uses
    order: Uses = NOTHING
    keys: Keys = ()


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a relation is read with: what it begins with, and where to note what decides which rows there are.

    `source` is what an ingest reads, where the relation is of one.
    """

    leaf: Callable[[ir.Relation], State]
    source: ir.Relation | None = None
    step: str
    mentions: list[Mention]


def state_of(relation: ir.Relation, reading: Reading, around: tuple[Columns, ...] = ()) -> State:
    """Return what a relation is made of; `around` are the columns of the queries around it, the nearest first.

    Raises TypeError for a kind of relation or expression that is not known.
    """
    found, waiting = [], [relation]
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting.extend(() if each is reading.source else walk.inputs(each))
    done: dict[int, State] = {}
    for each in reversed(found):
        if each is reading.source:
            done[id(each)] = reading.leaf(each)
        elif id(each) not in done:
            done[id(each)] = _state(each, [done[id(below)] for below in walk.inputs(each)], reading, around)
    return done[id(relation)]


def _state(relation: ir.Relation, below: list[State], reading: Reading, around: tuple[Columns, ...]) -> State:
    match relation:
        case ir.Read() | ir.Scan() | ir.Rows():
            return reading.leaf(relation)
        case ir.Join():
            return _join(relation, below[0], below[1], reading, around)
        case ir.AsOfJoin():
            return _as_of(relation, below[0], below[1], reading)
        case ir.SetOperation():
            return _set_operation(relation, below, reading)
    (only,) = below
    return _of_one(relation, only, _view(only.columns, only.rows, reading, around), reading)


def _view(columns: Columns, rows: Uses, reading: Reading, around: tuple[Columns, ...]) -> View:
    def query(relation: ir.Relation, around: tuple[Columns, ...]) -> Queried:
        state = state_of(relation, reading, around)
        return Queried(value=state.columns[relation.schema.names[0]].uses, rows=state.rows)

    return View(columns=columns, rows=rows, around=around, query=query)


def _of_one(relation: ir.Relation, below: State, view: View, reading: Reading) -> State:
    match relation:
        case ir.Project(columns=columns):
            return replace(
                below,
                columns={each.name: column_of(each.name, each.value, view, relation.span) for each in columns},
                keys=_keys_above(below.keys, columns),
            )
        case ir.Filter(condition=condition):
            return _decided(relation, below, "FILTER", uses_of(condition, view), reading)
        case ir.Aggregate():
            return _aggregate(relation, below, view, reading)
        case ir.Dedupe(keys=names, order=order):
            sorted_by = through("SORT", _keys(order, view))
            deduped = _decided(relation, below, "GROUP_BY", _named(names, below) | sorted_by, reading)
            return replace(deduped, keys=(*below.keys, frozenset(names)))
        case ir.Distinct(input=input_):
            return _decided(relation, below, "GROUP_BY", _named(input_.schema.names, below), reading)
        case ir.Limit(per=per, order=order):
            sorted_by = through("SORT", _keys(order, view) if order else below.order)
            return _decided(relation, below, "GROUP_BY", _named(per, below) | sorted_by, reading)
        case ir.Sort(keys=keys):
            return replace(below, order=through("SORT", _keys(keys, view)))
        case ir.Explode(value=value, name=name):
            element = uses_of(value, view)
            made = Made(name=name, value=value, span=relation.span)
            exploded = {**below.columns, name: Column(uses=through("TRANSFORMATION", element), made=(made,))}
            return replace(_decided(relation, below, "JOIN", element, reading), columns=exploded, keys=())
    raise TypeError(relation)


def _decided(relation: ir.Relation, below: State, kind: Kind, uses: Uses, reading: Reading) -> State:
    """Return the rows below, of which these uses decide which are there; what is a sort stays one."""
    sorts = frozenset(each for each in uses if each.kind == "SORT")
    rows = through(kind, uses - sorts) | sorts
    _note(relation, kind, rows, reading)
    return replace(below, rows=below.rows | rows)


def _note(relation: ir.Relation, kind: Kind, uses: Uses, reading: Reading, *, of_values: bool = False) -> None:
    refs = frozenset(each.ref for each in uses)
    if refs:
        mention = Mention(step=reading.step, kind=kind, relation=relation, refs=refs)
        reading.mentions.append(replace(mention, decides="values") if of_values else mention)


def _keys(keys: Iterable[ir.SortKey], view: View) -> Uses:
    return NOTHING.union(*(uses_of(key.value, view) for key in keys))


def _named(names: Iterable[str], below: State) -> Uses:
    return NOTHING.union(*(through("GROUP_BY", below.columns[name].uses) for name in names))


def _keys_above(keys: Keys, columns: Iterable[ir.Assignment]) -> Keys:
    if not keys:
        return ()
    names = {each.value.name: each.name for each in columns if isinstance(each.value, ir.Column)}
    return tuple(frozenset(names[name] for name in key) for key in keys if key <= names.keys())


def _aggregate(relation: ir.Aggregate, below: State, view: View, reading: Reading) -> State:
    """Return groups. Without keys there is one row whatever there is below: its values depend on those rows."""
    columns = {each.name: column_of(each.name, each.value, view, relation.span) for each in relation.keys}
    by = NOTHING.union(*(through("GROUP_BY", each.uses) for each in columns.values()))
    of_rows = NOTHING if relation.keys else through("AGGREGATION", below.rows)
    for each in relation.aggregates:
        made = column_of(each.name, each.value, view, relation.span)
        columns[each.name] = replace(made, uses=made.uses | of_rows)
    _note(relation, "GROUP_BY", by, reading)
    keys = (frozenset(each.name for each in relation.keys),)
    return State(columns=columns, rows=below.rows | by if relation.keys else NOTHING, keys=keys)


def _join(join: ir.Join, left: State, right: State, reading: Reading, around: tuple[Columns, ...]) -> State:
    """Return pairs. A left join that finds one row at most decides the values of the right, and no rows."""
    both = {**left.columns, **right.columns}
    on = NOTHING
    if join.condition is not None:
        on = through("JOIN", uses_of(join.condition, _view(both, left.rows | right.rows, reading, around)))
    of_right = on | through("JOIN", right.rows)
    is_lookup = join.kind == "left" and _is_lookup(join.condition, right)
    _note(join, "JOIN", on, reading, of_values=is_lookup)
    if is_lookup:
        found = {**left.columns, **{name: _decided_by(each, of_right) for name, each in right.columns.items()}}
        return State(columns=found, rows=left.rows, order=left.order, keys=left.keys)
    columns = left.columns if join.kind in ("semi", "anti") else both
    rows = left.rows | (on | right.rows if join.kind in ("inner", "right", "full", "cross") else of_right)
    return State(columns=columns, rows=rows, order=left.order, keys=left.keys if join.kind in ("semi", "anti") else ())


def _decided_by(column: Column, uses: Uses) -> Column:
    return replace(column, uses=column.uses | uses)


def _is_lookup(condition: ir.Expr | None, right: State) -> bool:
    """Whether equalities of the condition hold all columns of a key of the right."""
    held: set[str] = set()
    waiting = [] if condition is None else [condition]
    while waiting:
        each = waiting.pop()
        match each:
            case ir.Call(function="and", args=args):
                waiting.extend(args)
            case ir.Call(function="=", args=(ir.Column(name=one), ir.Column(name=other))):
                if (one in right.columns) != (other in right.columns):
                    held.add(one if one in right.columns else other)
    return any(key <= held for key in right.keys)


def _as_of(join: ir.AsOfJoin, left: State, right: State, reading: Reading) -> State:
    mine = NOTHING.union(*(left.columns[one].uses for one, _ in (*join.equal, join.times)))
    theirs = NOTHING.union(*(right.columns[other].uses for _, other in (*join.equal, join.times)))
    on = through("JOIN", mine | theirs)
    _note(join, "JOIN", on, reading, of_values=join.kind == "left")
    of_right = on | through("JOIN", right.rows)
    brought = {name: _decided_by(each, of_right) for name, each in right.columns.items()}
    rows = left.rows if join.kind == "left" else left.rows | of_right
    return State(columns={**left.columns, **brought}, rows=rows, order=left.order, keys=left.keys)


def _set_operation(relation: ir.SetOperation, below: list[State], reading: Reading) -> State:
    """Return the rows of all inputs, columns by their places; where rows are compared, all columns decide."""
    names = [each.schema.names for each in relation.inputs]
    sides = below[:1] if relation.kind == "except" else below
    columns = {
        name: _of_sides([state.columns[names[number][place]] for number, state in enumerate(sides)])
        for place, name in enumerate(relation.schema.names)
    }
    rows = NOTHING.union(*(state.rows for state in below))
    if relation.is_distinct or relation.kind != "union":
        kind: Kind = "GROUP_BY" if relation.kind == "union" else "JOIN"
        compared = [state.columns[name].uses for state, each in zip(below, names, strict=True) for name in each]
        decided = through(kind, NOTHING.union(*compared))
        _note(relation, kind, decided, reading)
        rows |= decided
    return State(columns=columns, rows=rows)


def _of_sides(columns: list[Column]) -> Column:
    uses = NOTHING.union(*(each.uses for each in columns))
    return Column(uses=uses, made=tuple(dict.fromkeys(made for each in columns for made in each.made)))
