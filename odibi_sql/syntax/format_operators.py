"""Operators as text: what stands behind the `|`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from odibi_sql.syntax.expressions import Expr, Name, Reference
from odibi_sql.syntax.format_expressions import AND, CONCAT, filled, separated, sort_item, write
from odibi_sql.syntax.format_words import name, type_text
from odibi_sql.syntax.layout import Writer
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


def write_operator(out: Writer, node: Operator) -> None:
    """Write an operator: its word, and what belongs to it further to the right."""
    out.text("| ")
    match node:
        case Filter():
            _with_list(out, node, "filter ", [node.condition], write)
        case Derive() | Set() | Fill():
            with out.group(4):
                out.leaf(node.span, type(node).__name__.lower())
                assignments(out, node.assignments)
        case Select():
            _with_lines(out, node, "select", node.columns, item)
        case Rename():
            _with_lines(out, node, "rename", node.renamings, _renaming)
        case Drop():
            _with_list(out, node, "drop ", node.columns, column)
        case CastColumns():
            _with_lines(out, node, "cast", node.casts, _column_cast)
        case Join():
            _join(out, node)
        case AsOfJoin():
            _joined(out, node, "join asof inner " if node.kind == "inner" else "join asof ")
        case Sort():
            _with_list(out, node, "sort ", node.keys, sort_item)
        case _:
            _write_other(out, node)


def _write_other(out: Writer, node: Operator) -> None:
    match node:
        case Aggregate():
            _aggregate(out, node)
        case Dedupe():
            _dedupe(out, node)
        case Distinct():
            out.leaf(node.span, "distinct")
        case Limit():
            _limit(out, node)
        case SetWith():
            _with_list(out, node, f"{node.kind} {_quantifier(node)}", node.datasets, column)
        case Expect():
            _expect(out, node)
        case _:
            _write_later(out, node)


def _write_later(out: Writer, node: Operator) -> None:
    match node:
        case Apply():
            _with_list(out, node, "apply ", [node.fragment], write)
        case Pivot():
            _pivot(out, node)
        case Unpivot():
            into = f" into {name(node.into_name)}, {name(node.into_value)}"
            _with_list(out, node, "unpivot ", node.columns, column)
            out.text(into)
        case Explode():
            _with_list(out, node, "explode ", [node.value], write)
            out.text(f" as {name(node.alias)}" if node.alias else "")
        case Sample():
            _with_list(out, node, "sample ", [node.amount], write)
            out.text(f" {node.unit}")
            if node.seed is not None:
                out.text(" seed ")
                write(out, node.seed)
        case _:
            raise AssertionError(type(node).__name__)


def _quantifier(node: SetWith) -> str:
    """Return what has to be written: a union counts rows by itself, the others take each row once."""
    if node.kind == "union":
        return "distinct " if node.is_distinct else ""
    return "" if node.is_distinct else "all "


def _with_list(
    out: Writer, node: Operator, words: str, items: Sequence[Any], item: Callable[[Writer, Any], None]
) -> None:
    with out.group(4):
        out.leaf(node.span, words)
        filled(out, items, item)


def _with_lines(
    out: Writer, node: Operator, word: str, items: Sequence[Any], item: Callable[[Writer, Any], None]
) -> None:
    with out.group(4):
        out.leaf(node.span, word)
        out.line()
        separated(out, items, item)


def assignments(out: Writer, nodes: Sequence[Assignment]) -> None:
    """Write `name = value`: one behind its word, several each on a line of its own with their `=` below each other."""
    if len(nodes) == 1:
        out.text(" ")
        item(out, nodes[0])
        return
    width = max(len(_target(each)) for each in nodes)
    for index, each in enumerate(nodes):
        out.text("," if index else "")
        out.hard()
        item(out, each, width)


def _target(node: Assignment) -> str:
    return "" if node.name is None else name(node.name, is_marked=True)


def item(out: Writer, node: Assignment, width: int = 0) -> None:
    """Write `name = value`, or a value alone."""
    with out.group(2):
        if node.name is not None:
            out.leaf(node.name.span, _target(node).ljust(width) + " = ")
        write(out, node.value)


def column(out: Writer, node: Name) -> None:
    """Write the name of a column or a dataset."""
    out.leaf(node.span, name(node))


def _renaming(out: Writer, node: Renaming) -> None:
    out.leaf(node.new.span, name(node.new, is_marked=True) + " = ")
    column(out, node.old)


def _column_cast(out: Writer, node: ColumnCast) -> None:
    column(out, node.column)
    out.leaf(node.type.span, " " + type_text(node.type))


def _join(out: Writer, node: Join) -> None:
    _joined(out, node, "join " if node.kind == "inner" else f"join {node.kind} ")


def _joined(out: Writer, node: Join | AsOfJoin, words: str) -> None:
    with out.group(2):
        out.leaf(node.span, words)
        column(out, node.dataset)
        if node.alias is not None:
            out.leaf(node.alias.span, f" as {name(node.alias)}")
        if node.columns is not None:
            with out.group(2):
                out.text(" (")
                filled(out, node.columns, item)
                out.text(")")
        if node.on:
            out.line()
            out.text("on ")
            _on(out, node.on)
        if isinstance(node, Join) and node.match is not None:
            out.text(f" match {node.match}")


def _on(out: Writer, conditions: Sequence[Expr]) -> None:
    """Write names with commas, conditions with `and`."""
    if all(isinstance(each, Reference) and len(each.parts) == 1 for each in conditions):
        filled(out, conditions, write)
        return
    for index, each in enumerate(conditions):
        if index:
            out.fill()
            out.text("and ")
        write(out, each, AND + 1 if len(conditions) > 1 else 0)


def _aggregate(out: Writer, node: Aggregate) -> None:
    with out.group(2):
        out.leaf(node.span, "aggregate")
        with out.nest(2):
            assignments(out, node.assignments)
        if node.keys:
            out.line()
            _group_by(out, node.keys)


def _group_by(out: Writer, keys: Sequence[Assignment]) -> None:
    with out.group(2):
        out.text("group by ")
        filled(out, keys, item)


def _dedupe(out: Writer, node: Dedupe) -> None:
    with out.group(2):
        out.leaf(node.span, "dedupe by ")
        filled(out, node.by, column)
        out.line()
        out.text(f"keep {node.keep}" + " " * bool(node.order))
        filled(out, node.order, sort_item)


def _limit(out: Writer, node: Limit) -> None:
    with out.group(2):
        out.leaf(node.span, "limit ")
        write(out, node.count)
        if node.offset is not None:
            out.text(" offset ")
            write(out, node.offset)
        if node.per:
            out.line()
            out.text("per ")
            filled(out, node.per, column)


def _pivot(out: Writer, node: Pivot) -> None:
    with out.group(2):
        out.leaf(node.span, "pivot ")
        column(out, node.column)
        with out.group(2):
            out.text(" in (")
            filled(out, node.values, item)
            out.text(")")
        out.line()
        with out.group(2):
            out.text("value ")
            filled(out, node.aggregates, item)
        if node.keys:
            out.line()
            _group_by(out, node.keys)


def _expect(out: Writer, node: Expect) -> None:
    with out.group(2):
        out.leaf(node.span, "expect ")
        if node.name is not None:
            out.leaf(node.name.span, f"{name(node.name, is_marked=True)}: ")
        with out.group(2):
            _rule(out, node.rule)
        if node.action is not None:
            out.line()
            out.text(f"else {node.action}")
        if node.quarantine is not None:
            out.leaf(node.quarantine.span, " " + name(node.quarantine))


def _rule(out: Writer, node: Rule) -> None:
    match node:
        case ConditionRule():
            write(out, node.condition)
        case NotNullRule():
            out.text("not null ")
            filled(out, node.columns, column)
        case UniqueRule():
            out.text("unique ")
            filled(out, node.columns, column)
        case RowsRule(operator="between", values=(low, high)):
            out.text("rows between ")
            write(out, low, CONCAT)
            out.text(" and ")
            write(out, high, CONCAT)
        case RowsRule():
            out.text(f"rows {node.operator} ")
            write(out, node.values[0], CONCAT)
        case FreshRule():
            out.text(f"fresh {name(node.column)} within ")
            write(out, node.within)
        case ReferencesRule():
            out.text(f"references {name(node.dataset)} on ")
            _on(out, node.on)
        case _:
            raise AssertionError(type(node).__name__)
