"""The select list: stars written out, and the name of each column."""

from __future__ import annotations

import msgspec

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.flow import fresh
from odibi_sql.check.place import unknown
from odibi_sql.check.queries_from import Sources
from odibi_sql.check.scope import Scope, Visible
from odibi_sql.diagnostics import Span, did_you_mean
from odibi_sql.diagnostics.columns_errors import DuplicateColumn
from odibi_sql.diagnostics.name_errors import UnknownColumn
from odibi_sql.diagnostics.query_errors import ColumnNeedsAName, UnknownTable


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the result: an expression as it is written, or a column that a star stands for."""

    name: str
    span: Span
    value: syntax.Expr | None = None
    column: ir.Expr = unknown()  # where there is no value
    qualifier: str | None = None  # the table of the column
    is_alias: bool = False  # the name was written for it


def items_of(
    context: Context, query: syntax.SelectQuery, sources: Sources, scope: Scope, *, are_named: bool
) -> tuple[Item, ...]:
    """Return the columns of a select, each under a name of its own.

    `are_named`: they get other names or none, so that an expression needs none and a name can be there twice.
    """
    found: list[Item] = []
    for each in query.items:
        match each:
            case syntax.StarItem():
                found += _star(context, sources, each)
            case syntax.SelectItem():
                found.append(_item(context, scope, each, are_named=are_named))
    return _each_once(context, found, are_named=are_named)


def _item(context: Context, scope: Scope, item: syntax.SelectItem, *, are_named: bool) -> Item:
    if item.name is not None:
        return Item(name=item.name.text, span=item.name.span, value=item.value, is_alias=True)
    if isinstance(item.value, syntax.Reference):
        return Item(name=item.value.parts[-1].text, span=item.span, value=item.value)
    if isinstance(item.value, syntax.GetMember):
        return Item(name=item.value.name.text, span=item.span, value=item.value)
    text = item.value.span.text
    if not are_named:
        shown = text if len(text) <= 40 and "\n" not in text else "…"
        context.report(ColumnNeedsAName(span=item.span, text=shown))
    return Item(name=text, span=item.span, value=item.value)


def _star(context: Context, sources: Sources, star: syntax.StarItem) -> list[Item]:
    columns = _columns_of(context, sources, star)
    names = dict.fromkeys(each.name for each in columns)
    replaced = {each.name.text: each for each in star.replaced if each.name is not None}
    for name in (*star.without, *(each.name for each in star.replaced if each.name is not None)):
        if name.text not in names and not sources.is_open:
            context.report(
                UnknownColumn(
                    span=name.span, name=name.text, place=" in the star", suggestion=did_you_mean(name.text, names)
                )
            )
    dropped = {each.text for each in star.without}
    found = []
    for each in columns:
        other = replaced.get(each.name)
        if each.name in dropped:
            continue
        if other is not None:
            found.append(Item(name=each.name, span=other.span, value=other.value))
        else:
            found.append(Item(name=each.name, span=star.span, column=each.value, qualifier=each.qualifier))
    return found


def _columns_of(context: Context, sources: Sources, star: syntax.StarItem) -> list[Visible]:
    if star.table is None:
        return [each for each in sources.columns if not each.needs_qualifier]
    table = star.table.text
    found = [each for each in sources.columns if each.qualifier == table]
    if not found and not sources.is_open:
        known = dict.fromkeys(each.qualifier for each in sources.columns if each.qualifier is not None)
        context.report(UnknownTable(span=star.table.span, name=table, suggestion=did_you_mean(table, known)))
    return found


def _each_once(context: Context, items: list[Item], *, are_named: bool) -> tuple[Item, ...]:
    seen: dict[str, Item] = {}
    for item in items:
        first = seen.get(item.name)
        if first is None:
            seen[item.name] = item
            continue
        if not are_named:
            _report_twice(context, first, item)
        name = fresh(item.name, seen)
        seen[name] = msgspec.structs.replace(item, name=name, is_alias=False)
    return tuple(seen.values())


def _report_twice(context: Context, first: Item, second: Item) -> None:
    origins = [f"`{each.qualifier}.{each.name}`" for each in (first, second) if each.qualifier is not None]
    instead = f"give one of them another name: `… as {first.name}_2`"
    if second.value is None:
        both = f"it is {' and '.join(origins)}: " if len(origins) == 2 else ""
        instead = f"{both}leave one out with `* exclude ({first.name})`, join by `using`, or list the columns with `as`"
    more = () if first.span is second.span else ((first.span, "the first"),)
    context.report(DuplicateColumn(span=second.span, name=second.name, what="the query", instead=instead, more=more))
