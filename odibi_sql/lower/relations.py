"""Relations of the graph to drafts: each operator is added to the SELECT below it, or begins a new one over it."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.functions import lookup
from odibi_sql.ir.walk import every, expressions, has_subquery, has_window, outer_columns, parts
from odibi_sql.lower.as_of import as_window, lower_as_of, without_null_times
from odibi_sql.lower.draft import Draft, Value, value_of
from odibi_sql.lower.expressions import exact
from odibi_sql.lower.grouping import (
    lower_aggregation,
    lower_dedupe,
    lower_distinct,
    lower_limit,
    lower_sort,
    one_group,
)
from odibi_sql.lower.joins import lower_join, without_queries
from odibi_sql.lower.scans import lower_scan
from odibi_sql.lower.scope import Place, Scope, absorbed, conjuncts
from odibi_sql.lower.sets import lower_rows, lower_set_operation
from odibi_sql.lower.subqueries import lower_condition
from odibi_sql.lower.wrapping import MOST_CONDITIONS, plain, wrap

TINY = 4  # nodes of an expression that may be written twice
HEAVY = 30  # nodes of an expression that others are no longer built of
MOST_CTES = 40  # of one statement
UNARY = ir.Filter | ir.Project | ir.Aggregate | ir.Dedupe | ir.Distinct | ir.Sort | ir.Limit | ir.Explode


def lower_relation(relation: ir.Relation, place: Place) -> Draft:
    """Return the draft of a relation. Chains of operators of any length are gone through without recursion."""
    above: list[ir.Relation] = []
    while isinstance(relation, UNARY):
        above.append(relation)
        relation = relation.input
    draft = _leaf(relation, place)
    for node in reversed(above):
        owner = draft.owner if _is_renaming(node) else place.owner
        draft = replace(_lowered(node, draft, place), owner=owner)
    return wrap(draft, place) if draft.is_exploded and place.outside else draft


def _is_renaming(node: ir.Relation) -> bool:
    """Whether it gives the rows below as they are, under other names: they are still those of their step."""
    return isinstance(node, ir.Project) and all(isinstance(column.value, ir.Column) for column in node.columns)


def _leaf(relation: ir.Relation, place: Place) -> Draft:
    match relation:
        case ir.Scan():
            return lower_scan(relation, place)
        case ir.Rows():
            return lower_rows(relation, place)
        case ir.Read():
            return place.read(relation, place)
        case ir.Join():
            relation = without_queries(relation)
            below = lower_relation(relation.left, place)
            return replace(lower_join(relation, below, lower_relation(relation.right, place), place), owner=place.owner)
        case ir.AsOfJoin():
            return _as_of(without_null_times(relation), place)
        case ir.SetOperation(inputs=inputs):
            drafts = [lower_relation(each, place) for each in inputs]
            return lower_set_operation(relation, drafts, place)
    raise TypeError(relation)


def _as_of(node: ir.AsOfJoin, place: Place) -> Draft:
    if not place.dialect.can.asof_join:
        return lower_relation(as_window(node), place)
    left = lower_relation(node.left, place)
    return replace(lower_as_of(node, left, lower_relation(node.right, place), place), owner=place.owner)


def _lowered(node: ir.Relation, draft: Draft, place: Place) -> Draft:
    if draft.is_exploded and not _keeps_elements(node, draft):
        draft = wrap(draft, place)
    if place.outside and any(join.word not in ("", "LEFT", "CROSS") for join in draft.joins) and _reaches_out(node):
        draft = wrap(draft, place)  # DuckDB cannot take a correlated query through other joins
    match node:
        case ir.Filter(condition=condition):
            return _filter(condition, draft, place)
        case ir.Project(columns=columns):
            return _project(columns, draft, place)
        case ir.Aggregate():
            return lower_aggregation(node, _light(_values(node), draft, place, kept_by_name=False), place)
        case ir.Explode():
            return _explode(node, _light((node.value,), plain(draft, place), place), place)
        case ir.Dedupe():
            return lower_dedupe(node, draft, place)
        case ir.Distinct():
            return lower_distinct(draft, place)
        case ir.Sort(keys=keys):
            return lower_sort(keys, draft, place)
        case ir.Limit():
            return lower_limit(node, draft, place)
    raise TypeError(node)


def _keeps_elements(node: ir.Relation, draft: Draft) -> bool:
    """Whether the node only names and leaves out columns, and not those of elements, which are what makes the rows."""
    made = {name for name, value in draft.env.items() if isinstance(value.sql, exp.Explode)}
    return _is_renaming(node) and made <= {part.name for part in expressions(node) if isinstance(part, ir.Column)}


def _explode(node: ir.Explode, draft: Draft, place: Place) -> Draft:
    """Add the column of elements: in the list of columns it makes a row for each, which DuckDB does far quicker than a
    lateral join."""
    scope = Scope(draft, place)
    element = value_of(exp.Explode(this=exact(node.value, scope)), node.schema[node.name].type)
    draft = absorbed(draft, scope)
    return replace(draft, env={**draft.env, node.name: replace(element, is_volatile=True)}, is_exploded=True, order=())


def _reaches_out(node: ir.Relation) -> bool:
    return any(isinstance(part, ir.Outer) for expr in expressions(node) for part in every(expr))


def _values(node: ir.Aggregate) -> tuple[ir.Expr, ...]:
    return (*(key.value for key in node.keys), *(each.value for each in node.aggregates))


def _filter(condition: ir.Expr, draft: Draft, place: Place) -> Draft:
    if draft.is_cut or draft.distinct_on or draft.queries:
        draft = wrap(draft, place)
    if has_subquery(condition):
        draft = plain(draft, place)
    if max(len(draft.where), len(draft.having), len(draft.qualify)) > MOST_CONDITIONS:
        draft = wrap(draft, place)
    draft = _light((condition,), draft, place)
    scope = Scope(draft, place)
    added = tuple(lower_condition(each, scope) for each in conjuncts(condition))
    draft = absorbed(draft, scope)
    if draft.qualify or draft.has_window:
        return replace(draft, qualify=(*draft.qualify, *added))
    if draft.group is not None:
        return replace(draft, having=(*draft.having, *added))
    return replace(draft, where=(*draft.where, *added))


def _project(columns: tuple[ir.Assignment, ...], draft: Draft, place: Place) -> Draft:
    values = tuple(column.value for column in columns)
    if _is_too_late(values, draft) or _breaks_keys(values, draft):
        draft = wrap(draft, place)
    draft = _light(values, draft, place)
    scope = Scope(draft, place)
    env = {column.name: _value(column.value, scope) for column in columns}
    return one_group(replace(absorbed(draft, scope), env=env))


def _breaks_keys(values: tuple[ir.Expr, ...], draft: Draft) -> bool:
    """Whether an operator that is a key of the groups would stand inside another one, where the engine may not find
    it again."""
    keys = [key for _, key in draft.group or () if isinstance(key, exp.Binary)]
    if not keys:
        return False
    computed = {name for name, value in draft.env.items() if value.sql in keys}
    return any(not isinstance(value, ir.Column) and not computed.isdisjoint(_columns(value)) for value in values)


def _is_too_late(values: tuple[ir.Expr, ...], draft: Draft) -> bool:
    """Whether the values have to be computed over the finished rows of the draft."""
    if draft.queries:
        return True
    if draft.is_distinct:
        kept = {value.name for value in values if isinstance(value, ir.Column)}
        if not kept.issuperset(draft.env):
            return True
    has_query = any(has_subquery(value) for value in values)
    if has_query and not draft.is_plain:
        return True
    windowed = [value for value in values if has_window(value)]
    return bool(windowed) and (draft.is_late or any(_sees_window(value, draft) for value in windowed))


def _sees_window(value: ir.Expr, draft: Draft) -> bool:
    """Whether a window call in `value` is over a column that is one itself."""
    for call in every(value):
        if isinstance(call, ir.WindowCall):
            for part in parts(call):
                for inner in every(part):
                    if isinstance(inner, ir.Column) and draft.env[inner.name].has_window:
                        return True
    return False


def _value(expr: ir.Expr, scope: Scope) -> Value:
    if isinstance(expr, ir.Column):
        return scope.env[expr.name]
    value = value_of(exact(expr, scope), expr.type)
    is_aggregate = any(scope.env[name].is_aggregate for name in _columns(expr))
    return replace(value, is_volatile=value.is_volatile or _is_volatile(expr), is_aggregate=is_aggregate)


def _is_volatile(expr: ir.Expr) -> bool:
    """Whether it must be computed once: `random()`, and what fails the run, which DuckDB does not know by an alias."""
    for part in every(expr):
        if isinstance(part, ir.Call) and part.function == "require":
            return True
        if isinstance(part, ir.Call) and part.function not in ir.OPERATORS:
            function = lookup(part.function)
            if function is not None and function.is_volatile:
                return True
    return False


def _light(values: tuple[ir.Expr, ...], draft: Draft, place: Place, kept_by_name: bool = True) -> Draft:
    """Return the draft, or one over it where `values` would write out too much of it, or compute it again.

    A column that stays in the result can be said by its name (`kept_by_name`).
    """
    if all(value.is_simple for value in draft.env.values()):
        return draft
    uses: Counter[str] = Counter()
    kept = set()
    for value in values:
        if isinstance(value, ir.Column) and kept_by_name:
            kept.add(value.name)
        else:
            uses.update(_columns(value))
    can_name = kept_by_name and place.dialect.can.alias_in_select
    if any(_is_too_much(draft.env[name], count, name in kept, can_name) for name, count in uses.items()):
        return wrap(draft, place)
    return draft


def _columns(expr: ir.Expr) -> list[str]:
    names = []
    for part in every(expr):
        if isinstance(part, ir.Column):
            names.append(part.name)
        elif isinstance(part, ir.Exists | ir.InQuery | ir.ScalarQuery):
            names.extend(outer_columns(part.relation))
    return names


def _is_too_much(value: Value, count: int, is_kept: bool, can_name: bool) -> bool:
    if value.is_simple:
        return False
    if value.is_volatile or value.has_query or value.weight > HEAVY:
        return True
    times = count + (is_kept and not can_name)
    return times > 1 and value.weight > TINY and not (is_kept and can_name)
