"""The shape of a relation: what stands for its rows, and for each of its columns.

Rows and columns are apart, so that a column that nobody uses changes nothing: the rows of a projection are those of
its input, and a column is the term of its expression over the columns of the input. Conditions are a set beside the
rows that they are of, and go up through joins as far as they mean the same there: a filter above a join and below it
is one. A column says something about `base`, its shape's rows before the conditions.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir import walk
from odibi_sql.keys.digest import CONSTANT, Term, digest, literal_parts, type_text
from odibi_sql.keys.expressions import Columns, Query, View, conjuncts_of, order_of, term_of
from odibi_sql.keys.files import options_that_count, scan_columns

MOST_CONDITIONS = 48  # beside the rows: with more, or on longer paths, chains of steps would take longer than linear
LONGEST_PATH = 24


class Shape(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`base` with the conditions that its rows have to meet. It can have more columns than the schema."""

    base: str
    conditions: frozenset[Term] = frozenset()
    columns: Columns
    order: str = ""  # "": none that is known

    @property
    def rows(self) -> str:
        """What stands for the rows, each of them once for each time that it is there."""
        if not self.conditions:
            return self.base
        found: str | None = self.__dict__.get("rows_found")
        if found is None:
            found = self.__dict__["rows_found"] = digest("filter", self.base, sorted(self.conditions))
        return found


class Leaves(Protocol):
    """What relations begin with."""

    def dataset(self, name: str) -> Shape:
        """Return the shape of a dataset."""

    def files(self, source: ir.FileSource) -> str:
        """Return what stands for the content of files."""

    def moment(self, function: str) -> str:
        """Return what a function that reads the clock gives."""


Around = tuple[Columns, ...]


def shape_of(relation: ir.Relation, leaves: Leaves, around: Around = ()) -> Shape:
    """Return the shape of a relation; `around` are the columns of the queries around it, the nearest first.

    Raises TypeError for a kind of relation or expression that is not known.
    """
    found, waiting = [], [relation]
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting.extend(walk.inputs(each))
    done: dict[int, Shape] = {}
    for each in reversed(found):
        done[id(each)] = _shape(each, [done[id(below)] for below in walk.inputs(each)], leaves, around)
    return done[id(relation)]


def _shape(relation: ir.Relation, below: list[Shape], leaves: Leaves, around: Around) -> Shape:
    match relation:
        case ir.Read(dataset=name):
            return leaves.dataset(name)
        case ir.Scan():
            return _scan(relation, leaves)
        case ir.Rows():
            return _rows(relation)
        case ir.Join():
            return _join(relation, *below, leaves=leaves, around=around)
        case ir.AsOfJoin():
            return _as_of(relation, *below)
        case ir.SetOperation():
            return _set_operation(relation, below)
    (only,) = below
    return _of_one(relation, only, _view(only.columns, leaves, around, only))


def _view(columns: Columns, leaves: Leaves, around: Around, below: Shape | None = None) -> View:
    def query(relation: ir.Relation, around: Around) -> Query:
        shape = shape_of(relation, leaves, around)
        return Query(rows=shape.rows, columns=tuple(shape.columns[name] for name in relation.schema.names))

    def rows() -> str:
        assert below is not None, "a window in the condition of a join"
        return below.rows

    return View(columns=columns, rows=rows, around=around, query=query, moment=leaves.moment)


def _scan(scan: ir.Scan, leaves: Leaves) -> Shape:
    source = scan.source
    options = options_that_count(source.format, source.options, "read")
    base = digest("scan", source.format, options, leaves.files(source))
    return Shape(base=base, columns=scan_columns(scan))


def _rows(relation: ir.Rows) -> Shape:
    """Return the shape of rows written out: a row is its number, a column the values by number."""
    columns = {
        field.name: ("", digest("values", type_text(field.type), [literal_parts(row[place]) for row in relation.rows]))
        for place, field in enumerate(relation.schema)
    }
    return Shape(base=digest("rows", len(relation.rows)), columns=columns)


def _of_one(relation: ir.Relation, below: Shape, view: View) -> Shape:
    match relation:
        case ir.Filter(condition=condition):
            return _bounded(replace(below, conditions=below.conditions | conjuncts_of(condition, view)))
        case ir.Project(columns=columns):
            return replace(below, columns={each.name: term_of(each.value, view) for each in columns})
        case ir.Sort(keys=keys):
            return replace(below, order=digest("order", order_of(keys, view)))
        case ir.Aggregate():
            return _aggregate(relation, below, view)
        case ir.Dedupe(keys=names, order=order):
            of = sorted({below.columns[name] for name in names})
            return Shape(base=digest("dedupe", below.rows, of, order_of(order, view)), columns=below.columns)
        case ir.Distinct(input=input_):
            values = sorted({below.columns[name] for name in input_.schema.names})
            return Shape(base=digest("distinct", below.rows, values), columns=below.columns)
        case ir.Limit():
            return _limit(relation, below, view)
        case ir.Explode(value=value, name=name):
            exploded = digest("explode", below.base, term_of(value, view))
            element: Term = "", digest("element", exploded)
            return Shape(base=exploded, conditions=below.conditions, columns={**below.columns, name: element})
    raise TypeError(relation)


def _aggregate(relation: ir.Aggregate, below: Shape, view: View) -> Shape:
    keys = {each.name: term_of(each.value, view) for each in relation.keys}
    columns: dict[str, Term] = {name: ("", digest("group", key)) for name, key in keys.items()}
    for each in relation.aggregates:
        columns[each.name] = "", digest("aggregated", term_of(each.value, view))
    return Shape(base=digest("groups", below.rows, sorted(set(keys.values()))), columns=columns)


def _limit(relation: ir.Limit, below: Shape, view: View) -> Shape:
    """Return the first rows in an order of the limit's own, or else in that in which they come."""
    order = digest("order", order_of(relation.order, view)) if relation.order else below.order
    per = sorted({below.columns[name] for name in relation.per})
    base = digest("limit", below.rows, relation.count, relation.offset, per, order)
    return Shape(base=base, columns=below.columns, order=order)


def _join(join: ir.Join, left: Shape, right: Shape, *, leaves: Leaves, around: Around) -> Shape:
    """Return the shape of a join, in which the side whose rows are all kept is "0"."""
    mine, theirs = join.left.schema.names, join.right.schema.names
    kind = join.kind
    if kind == "right" or (kind in ("inner", "cross", "full") and right.base < left.base):
        left, right, mine, theirs = right, left, theirs, mine
    pairs = _sided(left, mine, "0") | _sided(right, theirs, "1")
    on = frozenset[Term]()
    if join.condition is not None:
        on = conjuncts_of(join.condition, _view(pairs, leaves, around))
    match kind:
        case "inner" | "cross":
            conditions = on | _conditions(left, "0") | _conditions(right, "1")
            return _bounded(Shape(base=digest("join", left.base, right.base), conditions=conditions, columns=pairs))
        case "left" | "right":
            base = digest("outer join", left.base, right.base, sorted(on | _conditions(right, "1")))
            columns = _sided(left, mine, "0") | _nullable(right, theirs, "1")
            return _bounded(Shape(base=base, conditions=_conditions(left, "0"), columns=columns))
        case "full":
            base = digest("full join", left.rows, right.rows, sorted(on))
            return Shape(base=base, columns=_nullable(left, mine, "0") | _nullable(right, theirs, "1"))
        case "semi" | "anti":
            found: Term = "", digest(kind, right.base, sorted(on | _conditions(right, "1")))
            return _bounded(replace(left, conditions=left.conditions | {found}, order=""))
    raise TypeError(join)


def _as_of(join: ir.AsOfJoin, left: Shape, right: Shape) -> Shape:
    equal = sorted((left.columns[one], right.columns[other]) for one, other in join.equal)
    one, other = join.times
    times = left.columns[one], right.columns[other]
    base = digest("as of", join.kind, join.operator, left.base, right.rows, equal, times)
    brought = _nullable if join.kind == "left" else _sided
    columns = _sided(left, join.left.schema.names, "0") | brought(right, join.right.schema.names, "1")
    return _bounded(Shape(base=base, conditions=_conditions(left, "0"), columns=columns))


def _sided(shape: Shape, names: tuple[str, ...], side: str) -> dict[str, Term]:
    """Return columns as those of one side of a join."""
    return {name: _on_side(shape.columns[name], side) for name in names}


def _on_side(term: Term, side: str) -> Term:
    path, found = term
    if path == CONSTANT:
        return term
    return (side + path, found) if len(path) < LONGEST_PATH else (side, digest("path", path, found))


def _nullable(shape: Shape, names: tuple[str, ...], side: str) -> dict[str, Term]:
    """Return columns that are null where nothing was found: what is made of them above the join is not what is made
    of them below it."""
    return {name: ("", digest("or null", side, shape.columns[name])) for name in names}


def _conditions(shape: Shape, side: str) -> frozenset[Term]:
    return frozenset(_on_side(each, side) for each in shape.conditions)


def _bounded(shape: Shape) -> Shape:
    if len(shape.conditions) <= MOST_CONDITIONS:
        return shape
    return replace(shape, base=shape.rows, conditions=frozenset())


def _set_operation(relation: ir.SetOperation, below: list[Shape]) -> Shape:
    """Return the shape of a set operation: its inputs in any order, but for the first of `except`.

    Inputs of `union all` that are the same rows stay in their order: which of their columns are used is not known here,
    and one that is not must not decide.
    """
    names = relation.schema.names
    inputs = [
        (shape.rows, [shape.columns[name] for name in each.schema.names])
        for each, shape in zip(relation.inputs, below, strict=True)
    ]
    is_union_all = relation.kind == "union" and not relation.is_distinct
    fixed = 1 if relation.kind == "except" else 0
    inputs[fixed:] = sorted(inputs[fixed:], key=_rows_of if is_union_all else None)
    branches: dict[str, Any] = {name: [columns[place] for _, columns in inputs] for place, name in enumerate(names)}
    values = [] if is_union_all else sorted(branches.values())
    base = digest(relation.kind, relation.is_distinct, [rows for rows, _ in inputs], values)
    return Shape(base=base, columns={name: ("", digest("branches", each)) for name, each in branches.items()})


def _rows_of(input_: tuple[str, list[Term]]) -> str:
    return input_[0]
