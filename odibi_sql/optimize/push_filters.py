"""Move a filter to where fewer columns and more rows are: below what does not change which rows it keeps.

    before   filter C | project, sort, distinct, dedupe by K, aggregate by K, limit n per K, union …
    after    project, sort, …         | filter C

Each condition of an `and` goes by itself; what stays, stays above.

- project: the columns of C become what they stand for. Not where that is dear to compute twice, gives another answer
  each time, or is a window; of a project with windows C may speak only of columns that all windows partition by.
- aggregate, dedupe, limit per: C speaks of the keys alone. Never below an aggregate without keys (it has a row whatever
  C says) or a limit of all rows.
  A value that can fail the run (a cast, `require`) is then made for the rows that the filter leaves alone.
- explode: C does not speak of the element, and cannot fail.
- join asof: C speaks of the left side alone; it cannot fail where rows without a match are left out.
- union, intersect, except: into every input. Not below intersect and except if C can fail: their inputs have rows
  that the result has not.
"""

from __future__ import annotations

from collections.abc import Callable

from odibi_sql import ir
from odibi_sql.ir.walk import (
    columns_used,
    every,
    has_subquery,
    map_inputs,
    outer_columns,
    replace_changed,
    substitute,
)
from odibi_sql.optimize.can_fail import can_fail
from odibi_sql.optimize.cost import is_cheap, is_free, is_volatile
from odibi_sql.optimize.filters import conjuncts, filtered, moved, never_null, tightened, without
from odibi_sql.optimize.rule import Keys, NodeRule


def push_filters(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return the rows of a filter with those of its conditions that can go one node down there."""
    match relation:
        case ir.Filter(input=ir.Project() as below):
            return _through_values(relation, below, _fits_project(below))
        case ir.Filter(input=ir.Aggregate() as below) if below.keys:
            names = frozenset(key.name for key in below.keys)
            return _through_values(relation, below, lambda condition: _speaks_of(condition, names))
        case ir.Filter(input=(ir.Dedupe(keys=by) | ir.Limit(per=(_, *_) as by)) as below):
            return _through(relation, below, lambda condition: _speaks_of(condition, frozenset(by)))
        case ir.Filter(input=(ir.Sort() | ir.Distinct() | ir.SetOperation(kind="union")) as below):
            return _through(relation, below, lambda condition: not is_volatile(condition))
        case ir.Filter(input=ir.Explode() as below):
            names = frozenset(below.input.schema.names)
            return _through(relation, below, lambda condition: _speaks_of(condition, names) and not can_fail(condition))
        case ir.Filter(input=ir.AsOfJoin() as below):
            return _into_left(relation, below)
        case ir.Filter(input=ir.SetOperation() as below):
            return _through(relation, below, lambda condition: not can_fail(condition) and not is_volatile(condition))
    return relation


def _speaks_of(condition: ir.Expr, names: frozenset[str]) -> bool:
    return columns_used(condition) <= names and not is_volatile(condition)


def _through(filter_: ir.Filter, below: ir.Relation, fits: Callable[[ir.Expr], bool]) -> ir.Relation:
    """Move conditions that fit below a node whose columns are those of its inputs."""
    conditions = conjuncts(filter_.condition)
    going = [each for each in conditions if fits(each)]
    if not going:
        return filter_
    below = map_inputs(below, lambda each: filtered(each, going))
    return moved(filter_, below, without(conditions, going))


def _into_left(filter_: ir.Filter, below: ir.AsOfJoin) -> ir.Relation:
    """Move conditions on the left side of an as-of join there."""
    names = frozenset(below.left.schema.names)
    conditions = conjuncts(filter_.condition)
    going = [each for each in conditions if _speaks_of(each, names) and (below.kind == "left" or not can_fail(each))]
    if not going:
        return filter_
    below = replace_changed(below, left=filtered(below.left, going))
    return moved(filter_, below, without(conditions, going))


def _through_values(
    filter_: ir.Filter, below: ir.Project | ir.Aggregate, fits: Callable[[ir.Expr], bool]
) -> ir.Relation:
    """Move conditions that fit below a node that makes columns, said in terms of what they are made of."""
    made = below.columns if isinstance(below, ir.Project) else below.keys
    values = {each.name: each.value for each in made}
    conditions = conjuncts(filter_.condition)
    going = [each for each in conditions if fits(each) and _can_substitute(each, values)]
    if not going:
        return filter_
    inside = filtered(below.input, [substitute(each, values) for each in going])
    staying = without(conditions, going)
    never = tightened(filter_) if not staying else frozenset[str]()
    if isinstance(below, ir.Project):
        return moved(filter_, replace_changed(below, input=inside, columns=never_null(below.columns, never)), staying)
    return moved(filter_, replace_changed(below, input=inside, keys=never_null(below.keys, never)), staying)


def _can_substitute(condition: ir.Expr, values: dict[str, ir.Expr]) -> bool:
    """Whether every column that a subquery of it reaches for stands for a column."""
    if not has_subquery(condition):
        return True
    queries = [part for part in every(condition) if isinstance(part, ir.Exists | ir.InQuery | ir.ScalarQuery)]
    reached = frozenset[str]().union(*(outer_columns(each.relation) for each in queries))
    return all(isinstance(values[name], ir.Column) for name in reached)


def _fits_project(below: ir.Project) -> Callable[[ir.Expr], bool]:
    values = {each.name: each.value for each in below.columns}
    partitioned = _partitioned_by(below)

    def fits(condition: ir.Expr) -> bool:
        used = [values[name] for name in columns_used(condition)]
        if is_volatile(condition) or not all(is_free(value) or is_cheap(value) for value in used):
            return False
        if partitioned is None:
            return True
        return all(isinstance(value, ir.Column) and value.name in partitioned for value in used)

    return fits


def _partitioned_by(below: ir.Project) -> frozenset[str] | None:
    """Return the columns that every window of it partitions by, or None where it has no window."""
    windows = [part for each in below.columns for part in every(each.value) if isinstance(part, ir.WindowCall)]
    if not windows:
        return None
    return frozenset.intersection(
        *(frozenset(each.name for each in window.partition if isinstance(each, ir.Column)) for window in windows)
    )


PUSH_FILTERS = NodeRule(name="push-filters", change=push_filters)
