"""Make one projection of two, and none of one that changes nothing.

    before   project x = a + 1, b | project y = x * 2, b        project a, b (of a relation with the columns a, b)
    after    project y = (a + 1) * 2, b                         (nothing)

Not where that computes something dear twice, puts a window into a window, asks something volatile more than once, puts
more than a column where a subquery reaches for one, or makes an expression long.
"""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.walk import every, has_window, outer_columns, parts, substitute
from odibi_sql.optimize.cost import is_cheap, is_free, is_volatile, size
from odibi_sql.optimize.rule import Keys, NodeRule, with_schema

LONGEST = 40  # operators in one merged expression
TINY = 1  # operators that may be computed twice


def merge_projections(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return the rows of two projections as the rows of one, and of an identity as those of its input."""
    match relation:
        case ir.Project(input=below) if _is_identity(relation):
            return with_schema(below, relation.schema)
        case ir.Project(input=ir.Project() as first) if _can_merge(relation, first):
            values = {each.name: each.value for each in first.columns}
            columns = tuple(ir.Assignment(each.name, substitute(each.value, values)) for each in relation.columns)
            return replace(relation, input=first.input, columns=columns)
    return relation


def _is_identity(relation: ir.Project) -> bool:
    if len(relation.columns) != len(relation.input.schema):
        return False
    return all(
        isinstance(column.value, ir.Column) and column.value.name == column.name == field.name
        for column, field in zip(relation.columns, relation.input.schema, strict=True)
    )


def _can_merge(relation: ir.Project, first: ir.Project) -> bool:
    made = {each.name: each.value for each in first.columns if not is_free(each.value)}
    if not made:
        return not _is_reached(relation, {each.name for each in first.columns if isinstance(each.value, ir.Literal)})
    uses: Counter[str] = Counter()
    for column in relation.columns:
        uses.update(part.name for part in every(column.value) if isinstance(part, ir.Column) and part.name in made)
    if _is_reached(relation, {each.name for each in first.columns if not isinstance(each.value, ir.Column)}):
        return False
    if not all(_may_repeat(made[name], count) for name, count in uses.items()):
        return False
    return all(_fits(column.value, made) for column in relation.columns)


def _may_repeat(value: ir.Expr, count: int) -> bool:
    return count <= 1 or (is_cheap(value, TINY) and not is_volatile(value))


def _fits(value: ir.Expr, made: dict[str, ir.Expr]) -> bool:
    """Whether `value` with what its columns stand for stays short and has no window inside a window."""
    used = [made[part.name] for part in every(value) if isinstance(part, ir.Column) and part.name in made]
    if not used or is_free(value):
        return True
    if sum(map(size, used)) + size(value) > LONGEST:
        return False
    return not any(has_window(each) for each in used) or not _is_in_window(value, made)


def _is_in_window(value: ir.Expr, made: dict[str, ir.Expr]) -> bool:
    """Whether a window call of `value` sees a column that is itself a window's."""
    return any(
        isinstance(part, ir.Column) and part.name in made and has_window(made[part.name])
        for window in every(value)
        if isinstance(window, ir.WindowCall)
        for inside in parts(window)
        for part in every(inside)
    )


def _is_reached(relation: ir.Project, names: set[str]) -> bool:
    """Whether a subquery of the projection reaches for one of these columns."""
    return bool(names) and any(
        not names.isdisjoint(outer_columns(part.relation))
        for column in relation.columns
        for part in every(column.value)
        if isinstance(part, ir.Exists | ir.InQuery | ir.ScalarQuery)
    )


MERGE_PROJECTIONS = NodeRule(name="merge-projections", change=merge_projections)
