"""From the pieces of a text to nodes: operators. One function for each rule, as in `build_expressions`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from odibi_sql.diagnostics import Span
from odibi_sql.syntax.expressions import Binary, Call, Expr, Name, Reference, SortItem, TypeName
from odibi_sql.syntax.operators import (
    Aggregate,
    Apply,
    AsOfJoin,
    Assignment,
    CastColumns,
    ColumnCast,
    ConditionRule,
    Dedupe,
    Derive,
    Distinct,
    Drop,
    Expect,
    Explode,
    Fill,
    Filter,
    FreshRule,
    Join,
    Limit,
    NotNullRule,
    Operator,
    Pivot,
    ReferencesRule,
    Rename,
    Renaming,
    RowsRule,
    Rule,
    Sample,
    Select,
    Set,
    SetWith,
    Sort,
    UniqueRule,
    Unpivot,
)

Assignments = tuple[Assignment, ...]
Exprs = tuple[Expr, ...]
Names = tuple[Name, ...]


def _same(span: Span, node: Any) -> Any:
    return node


def _tuple(span: Span, *items: Any) -> tuple[Any, ...]:
    return items


def _filter(span: Span, condition: Expr) -> Operator:
    return Filter(span=span, condition=condition)


def _derive(span: Span, assignments: Assignments) -> Operator:
    return Derive(span=span, assignments=assignments)


def _set(span: Span, assignments: Assignments) -> Operator:
    return Set(span=span, assignments=assignments)


def _fill(span: Span, assignments: Assignments) -> Operator:
    return Fill(span=span, assignments=assignments)


def _assignment(span: Span, name: Name | None, value: Expr) -> Assignment:
    return Assignment(span=span, name=name, value=value)


def _select(span: Span, columns: Assignments) -> Operator:
    return Select(span=span, columns=columns)


def _rename(span: Span, *renamings: Renaming) -> Operator:
    return Rename(span=span, renamings=renamings)


def _renaming(span: Span, new: Name, old: Name) -> Renaming:
    return Renaming(span=span, new=new, old=old)


def _drop(span: Span, columns: Names) -> Operator:
    return Drop(span=span, columns=columns)


def _cast_columns(span: Span, *casts: ColumnCast) -> Operator:
    return CastColumns(span=span, casts=casts)


def _column_cast(span: Span, column: Name, type: TypeName) -> ColumnCast:
    return ColumnCast(span=span, column=column, type=type)


def _join(
    span: Span,
    kind: Any,
    dataset: Name,
    alias: Name | None,
    columns: Assignments | None,
    on: Exprs,
    match: Literal["one", "many"] | None,
) -> Operator:
    return Join(span=span, kind=kind or "inner", dataset=dataset, alias=alias, columns=columns, on=on, match=match)


def _cross_join(span: Span, dataset: Name, alias: Name | None, columns: Assignments | None) -> Operator:
    return Join(span=span, kind="cross", dataset=dataset, alias=alias, columns=columns, on=())


def _as_of_join(
    span: Span, kind: Any, dataset: Name, alias: Name | None, columns: Assignments | None, on: Exprs
) -> Operator:
    return AsOfJoin(span=span, dataset=dataset, alias=alias, columns=columns, on=on, kind=kind)


def _join_kind(span: Span, word: str) -> str:
    return word


def _asof_kind(span: Span, word: str | None) -> str:
    return word or "left"


def _join_column(span: Span, new: Name | None, column: Name) -> Assignment:
    return Assignment(span=span, name=new, value=Reference(span=column.span, parts=(column,)))


def _on(span: Span, *conditions: Expr) -> Exprs:
    return tuple(part for condition in conditions for part in _parts_of(condition))


def _parts_of(condition: Expr) -> Iterator[Expr]:
    """Yield what `and` connects, in the order written."""
    pending = [condition]
    while pending:
        match pending.pop():
            case Binary(operator="and", left=left, right=right):
                pending += [right, left]
            case other:
                yield other


def _aggregate(span: Span, assignments: Assignments, keys: Assignments | None) -> Operator:
    return Aggregate(span=span, assignments=assignments, keys=keys or ())


def _dedupe(
    span: Span, by: Names, keep: Literal["first", "last", "any"], order: tuple[SortItem, ...] | None
) -> Operator:
    return Dedupe(span=span, by=by, keep=keep, order=order or ())


def _distinct(span: Span) -> Operator:
    return Distinct(span=span)


def _sort(span: Span, keys: tuple[SortItem, ...]) -> Operator:
    return Sort(span=span, keys=keys)


def _limit(span: Span, count: Expr, offset: Expr | None, per: Names | None) -> Operator:
    return Limit(span=span, count=count, offset=offset, per=per or ())


def _set_with(
    span: Span, kind: Literal["union", "intersect", "except"], quantifier: str | None, datasets: Names
) -> Operator:
    is_distinct = kind != "union" if quantifier is None else quantifier == "distinct"
    return SetWith(span=span, kind=kind, is_distinct=is_distinct, datasets=datasets)


def _expect(span: Span, name: Name | None, rule: Rule, action: tuple[Any, Name | None] | None) -> Operator:
    word, quarantine = action or (None, None)
    return Expect(span=span, name=name, rule=rule, action=word, quarantine=quarantine)


def _expect_action(span: Span, word: str, quarantine: Name | None = None) -> tuple[str, Name | None]:
    return word, quarantine


def _condition_rule(span: Span, condition: Expr) -> Rule:
    return ConditionRule(span=span, condition=condition)


def _not_null_rule(span: Span, columns: Names) -> Rule:
    return NotNullRule(span=span, columns=columns)


def _unique_rule(span: Span, columns: Names) -> Rule:
    return UniqueRule(span=span, columns=columns)


def _rows_rule(span: Span, operator: str, *values: Expr) -> Rule:
    return RowsRule(span=span, operator="<>" if operator == "!=" else operator, values=values)


def _fresh_rule(span: Span, column: Name, within: Expr) -> Rule:
    return FreshRule(span=span, column=column, within=within)


def _references_rule(span: Span, dataset: Name, on: Exprs) -> Rule:
    return ReferencesRule(span=span, dataset=dataset, on=on)


def _apply(span: Span, fragment: Call) -> Operator:
    return Apply(span=span, fragment=fragment)


def _pivot(
    span: Span, column: Name, values: Assignments, aggregates: Assignments, keys: Assignments | None
) -> Operator:
    return Pivot(span=span, column=column, values=values, aggregates=aggregates, keys=keys or ())


def _unpivot(span: Span, columns: Names, into_name: Name, into_value: Name) -> Operator:
    return Unpivot(span=span, columns=columns, into_name=into_name, into_value=into_value)


def _explode(span: Span, value: Expr, alias: Name | None) -> Operator:
    return Explode(span=span, value=value, alias=alias)


def _sample(span: Span, amount: Expr, unit: Literal["percent", "rows"], seed: Expr | None) -> Operator:
    return Sample(span=span, amount=amount, unit=unit, seed=seed)


CALLBACKS: dict[str, Callable[..., Any]] = {
    "aggregate": _aggregate,
    "apply": _apply,
    "as_of_join": _as_of_join,
    "asof_kind": _asof_kind,
    "assignment": _assignment,
    "assignments": _tuple,
    "cast_columns": _cast_columns,
    "column_cast": _column_cast,
    "condition_rule": _condition_rule,
    "cross_join": _cross_join,
    "dedupe": _dedupe,
    "derive": _derive,
    "distinct": _distinct,
    "drop": _drop,
    "expect": _expect,
    "expect_action": _expect_action,
    "explode": _explode,
    "fill": _fill,
    "filter": _filter,
    "fresh_rule": _fresh_rule,
    "group_by": _same,
    "item": _assignment,
    "items": _tuple,
    "join": _join,
    "join_column": _join_column,
    "join_columns": _tuple,
    "join_kind": _join_kind,
    "limit": _limit,
    "names": _tuple,
    "not_null_rule": _not_null_rule,
    "on": _on,
    "operator": _same,
    "operators": _tuple,
    "pivot": _pivot,
    "references_rule": _references_rule,
    "rename": _rename,
    "renaming": _renaming,
    "rows_rule": _rows_rule,
    "sample": _sample,
    "select": _select,
    "set": _set,
    "set_with": _set_with,
    "sort": _sort,
    "unique_rule": _unique_rule,
    "unpivot": _unpivot,
}
