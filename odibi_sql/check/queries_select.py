"""One select: its rows filtered, grouped, filtered again, its columns made and named, and ordered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.columns import typed_column
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import condition, sort_keys, type_expression
from odibi_sql.check.flow import Flow, fresh, projection
from odibi_sql.check.folding import fold
from odibi_sql.check.grouping import has_aggregate, split_aggregates
from odibi_sql.check.keys import ONE_ROW as AT_MOST_ONE
from odibi_sql.check.keys import Keys, kept_columns, keys_of, renamed
from odibi_sql.check.nulls import columns_proven_not_null, null_dropping
from odibi_sql.check.queries_from import ONE_ROW, Sources, check_from, refreshed
from odibi_sql.check.queries_items import Item, items_of
from odibi_sql.check.queries_lift import Lifted
from odibi_sql.check.queries_names import with_aliases
from odibi_sql.check.queries_order import position_of, sort_key
from odibi_sql.check.queries_tables import Tables
from odibi_sql.check.rows import without_null
from odibi_sql.check.scope import Scope, column_of
from odibi_sql.diagnostics import listed
from odibi_sql.diagnostics.columns_errors import FilterDropsNulls
from odibi_sql.diagnostics.query_errors import OrderNotSelected


class Select(msgspec.Struct, frozen=True, kw_only=True):
    """A select while it is checked: what its expressions can name, and its columns as they are written."""

    context: Context
    tables: Tables
    query: syntax.SelectQuery
    scope: Scope
    items: tuple[Item, ...]
    is_grouped: bool

    @property
    def allowed(self) -> tuple[str, ...]:
        """The warnings that the step silences."""
        return self.tables.step.allowed

    @property
    def names(self) -> frozenset[str]:
        """The columns that can be named without what they belong to."""
        return frozenset(each.name for each in self.scope.columns if not each.needs_qualifier)

    def aliases(self, before: int | None = None) -> dict[str, syntax.Expr]:
        """Return what the names of the select list stand for, those of the first `before` items."""
        found: dict[str, syntax.Expr] = {}
        for item in self.items[:before]:
            if item.is_alias and item.value is not None:
                found.setdefault(item.name, with_aliases(item.value, found, self.names))
        return found

    def meant(self, expr: syntax.Expr) -> syntax.Expr:
        """Return an expression with what it names of the select list in place; columns come first."""
        return with_aliases(expr, self.aliases(), self.names)

    def typed(self, expr: syntax.Expr) -> ir.Expr:
        """Return an expression over the rows, or over their groups."""
        return type_expression(
            self.context, self.scope, expr, aggregates=self.is_grouped, windows=True, allowed=self.allowed
        )


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns are made of: rows or groups, and the values over them."""

    relation: ir.Relation
    keys: Keys
    columns: tuple[ir.Assignment, ...]
    qualify: ir.Expr | None = None
    order: tuple[ir.SortKey, ...] = ()


def check_select(
    context: Context,
    tables: Tables,
    query: syntax.SelectQuery,
    outer: Scope | None,
    *,
    are_named: bool,
    is_part: bool,
) -> Flow:
    """Return the rows of a select in its order; what that needs beside its columns is hidden."""
    sources = check_from(context, tables, query, outer)
    scope = sources.scope(tables, outer)
    items = items_of(context, query, sources, scope, are_named=are_named)
    select = Select(
        context=context, tables=tables, query=query, scope=scope, items=items, is_grouped=_is_grouped(query)
    )
    if query.where is not None:
        sources = _where(select, sources, query.where)
        select = replace(select, scope=sources.scope(tables, outer), items=_refreshed_items(items, sources))
    rows = _grouped(select, sources) if select.is_grouped else _plain(select, sources)
    if not are_named and not is_part:
        rows = replace(rows, columns=_with_types(select, rows))
    return _selected(select, rows)


def _with_types(select: Select, rows: Rows) -> tuple[ir.Assignment, ...]:
    """Return the columns; one that has no type but `null` is reported."""
    pairs = zip(rows.columns, select.items, strict=True)
    return tuple(
        ir.Assignment(each.name, typed_column(select.context, each.name, each.value, item.span)) for each, item in pairs
    )


def _is_grouped(query: syntax.SelectQuery) -> bool:
    if query.group or query.groups_by_all or query.having is not None:
        return True
    written = [each.value for each in query.items if isinstance(each, syntax.SelectItem)]
    written += [each.value for each in query.order] + ([] if query.qualify is None else [query.qualify])
    return any(map(has_aggregate, written))


def _refreshed_items(items: tuple[Item, ...], sources: Sources) -> tuple[Item, ...]:
    """Return the columns of stars as the filtered rows have them."""
    return tuple(
        replace(each, column=column_of(sources.relation.schema[each.column.name]))
        if isinstance(each.column, ir.Column) and each.column.name in sources.relation.schema
        else each
        for each in items
    )


def _where(select: Select, sources: Sources, written: syntax.Expr) -> Sources:
    typed = condition(select.context, select.scope, select.meant(written), allowed=select.allowed)
    if typed.type == ir.UNKNOWN:
        return sources
    _warn_of_nulls(select, typed, written)
    schema = without_null(sources.relation.schema, columns_proven_not_null(typed))
    relation = ir.Filter(schema=schema, input=sources.relation, condition=typed, span=written.span)
    return refreshed(sources, relation)


def _warn_of_nulls(select: Select, typed: ir.Expr, written: syntax.Expr) -> None:
    dropped = null_dropping(typed)
    if dropped:
        finding = FilterDropsNulls(span=written.span, columns=listed(dropped), first=dropped[0])
        select.context.report(finding, select.allowed)


def _plain(select: Select, sources: Sources) -> Rows:
    columns = tuple(ir.Assignment(each.name, value) for each, value in zip(select.items, _values(select), strict=True))
    qualify = select.query.qualify
    return Rows(
        relation=sources.relation,
        keys=sources.keys,
        columns=columns,
        qualify=None if qualify is None else _condition(select, qualify),
        order=_order(select, columns),
    )


def _values(select: Select) -> list[ir.Expr]:
    """Return the values of the select list; each sees the names of those before it."""
    values = []
    for position, item in enumerate(select.items):
        if item.value is None:
            values.append(item.column)
        else:
            values.append(select.typed(with_aliases(item.value, select.aliases(position), select.names)))
    return values


def _condition(select: Select, written: syntax.Expr) -> ir.Expr:
    return condition(
        select.context,
        select.scope,
        select.meant(written),
        aggregates=select.is_grouped,
        windows=True,
        allowed=select.allowed,
    )


def _order(select: Select, columns: Sequence[ir.Assignment]) -> tuple[ir.SortKey, ...]:
    """Return the keys of the order, each a value over the rows; a name of the select list comes before a column."""
    keys: list[ir.SortKey] = []
    aliases = select.aliases()
    for item in select.query.order:
        position = position_of(select.context, item.value, len(columns))
        if position is not None and columns:
            keys.append(sort_key(item, columns[position].value))
            continue
        meant = replace(item, value=with_aliases(item.value, aliases, ()))
        keys += sort_keys(
            select.context, select.scope, (meant,), aggregates=select.is_grouped, windows=True, allowed=select.allowed
        )
    return tuple(keys)


def _grouped(select: Select, sources: Sources) -> Rows:
    """Return the groups of the rows, and the values over them."""
    query = select.query
    keys = _keys(select)
    names = [each.name for each in select.items]
    values = _values(select)
    columns = [ir.Assignment(name, value) for name, value in zip(names, values, strict=True)]
    order = _order(select, columns)
    conditions = [_condition(select, each) for each in (query.having, query.qualify) if each is not None]
    every = [*values, *(key.value for key in order), *conditions]
    spans = [each.span for each in select.items]
    spans += [query.span] * (len(every) - len(spans))
    all_names = [*names, *(f"order_{number + 1}" for number in range(len(order))), *(["condition"] * len(conditions))]
    aggregate, above = split_aggregates(
        select.context, keys, tuple(zip(all_names, every, strict=True)), sources.relation, tuple(spans)
    )
    found = [each.value for each in above]
    relation: ir.Relation = replace(aggregate, span=query.span)
    if query.having is not None:
        having = found[len(values) + len(order)]
        if having.type != ir.UNKNOWN:
            _warn_of_nulls(select, having, query.having)
            schema = without_null(relation.schema, columns_proven_not_null(having))
            relation = ir.Filter(schema=schema, input=relation, condition=having, span=query.having.span)
    return Rows(
        relation=relation,
        keys=(frozenset(each.name for each in keys),) if keys else AT_MOST_ONE,
        columns=tuple(ir.Assignment(name, value) for name, value in zip(names, found, strict=False)),
        qualify=found[-1] if query.qualify is not None else None,
        order=tuple(replace(key, value=value) for key, value in zip(order, found[len(values) :], strict=False)),
    )


def _keys(select: Select) -> tuple[ir.Assignment, ...]:
    """Return what the rows are grouped by, each value once, under the name that it has in the select list."""
    found: dict[ir.Expr, str] = {}
    for name, expr in _written_keys(select):
        value = type_expression(select.context, select.scope, expr, allowed=select.allowed)
        found.setdefault(value, fresh(name, set(found.values())))
    for item in select.items:
        if item.value is None and select.query.groups_by_all:
            found.setdefault(item.column, fresh(item.name, set(found.values())))
    return tuple(ir.Assignment(name, value) for value, name in found.items())


def _written_keys(select: Select) -> list[tuple[str, syntax.Expr]]:
    written = []
    for each in select.query.group:
        position = position_of(select.context, each, len(select.items))
        item = None if position is None or not select.items else select.items[position]
        if item is not None:
            expr = item.value if item.value is not None else reference_to(item)
            written.append((item.name, select.meant(expr)))
        else:
            written.append((_name_of_key(select, each), select.meant(each)))
    if select.query.groups_by_all:
        plain = [item for item in select.items if item.value is not None and not has_aggregate(item.value)]
        written += [(item.name, select.meant(item.value)) for item in plain if item.value is not None]
    return written


def reference_to(item: Item) -> syntax.Reference:
    """Return the column of a star as it could have been written."""
    names = [name for name in (item.qualifier, item.name) if name is not None]
    return syntax.Reference(span=item.span, parts=tuple(syntax.Name(span=item.span, text=each) for each in names))


def _name_of_key(select: Select, expr: syntax.Expr) -> str:
    if isinstance(expr, syntax.Reference):
        return expr.parts[-1].text
    return next((item.name for item in select.items if item.value == expr), "key")


def _selected(select: Select, rows: Rows) -> Flow:
    """Return the columns that are selected, in the order, which can need more of them."""
    query = select.query
    if query.source is None and rows.relation is ONE_ROW and not rows.order and rows.qualify is None:
        constants = _constants(select, rows)
        if constants is not None:
            return _flow(select, constants, AT_MOST_ONE)
    lifted = Lifted(rows.columns)
    qualify = None
    if rows.qualify is not None and rows.qualify.type != ir.UNKNOWN:
        qualify = lifted.expression(rows.qualify)
    order = [replace(key, value=_sorted_by(select, lifted, key, number)) for number, key in enumerate(rows.order)]
    relation = _projected(rows.relation, lifted.columns, query)
    keys = renamed(rows.keys, kept_columns(lifted.columns))
    if qualify is not None:
        assert query.qualify is not None
        schema = without_null(relation.schema, columns_proven_not_null(qualify))
        relation = ir.Filter(schema=schema, input=relation, condition=qualify, span=query.qualify.span)
        order = [replace(key, value=_again(relation, key.value)) for key in order]
    names = [each.name for each in rows.columns]
    if query.is_distinct:
        shown = [ir.Assignment(name, column_of(relation.schema[name])) for name in names]
        relation = _projected(relation, shown, query)
        keys = keys_of((*renamed(keys, kept_columns(shown)), frozenset(names)))
        relation = ir.Distinct(schema=relation.schema, input=relation, span=query.span)
        order = [replace(key, value=_again(relation, key.value)) for key in order if _is_there(relation, key.value)]
    hidden = frozenset(relation.schema.names) - set(names)
    return replace(_flow(select, relation, keys), hidden=hidden, order=tuple(order))


def _flow(select: Select, relation: ir.Relation, keys: Keys) -> Flow:
    return Flow(step=select.tables.step.name, source="", relation=relation, keys=keys, allowed=select.allowed)


def _again(relation: ir.Relation, value: ir.Expr) -> ir.Expr:
    return column_of(relation.schema[value.name]) if isinstance(value, ir.Column) else value


def _is_there(relation: ir.Relation, value: ir.Expr) -> bool:
    return isinstance(value, ir.Column) and value.name in relation.schema


def _sorted_by(select: Select, lifted: Lifted, key: ir.SortKey, number: int) -> ir.Expr:
    """Return the column that has the value of a sort key; after `distinct` it has to be one that is selected."""
    found = lifted.selected(key.value)
    if found is not None:
        return found
    if select.query.is_distinct and not select.scope.is_open and key.value.type != ir.UNKNOWN:
        items = select.query.order
        item = items[number] if len(items) > number else None
        instead = "select it too, or leave out `distinct`"
        span = select.query.span if item is None else item.span
        select.context.report(OrderNotSelected(span=span, what="a `select distinct`", instead=instead))
    return lifted.column(key.value, "sort")


def _projected(relation: ir.Relation, columns: Sequence[ir.Assignment], query: syntax.SelectQuery) -> ir.Relation:
    """Return the relation with these columns; itself where it has just them."""
    is_same = [each.name for each in columns] == list(relation.schema.names)
    if is_same and all(isinstance(each.value, ir.Column) and each.value.name == each.name for each in columns):
        return relation
    return projection(relation, columns, query.span)


def _constants(select: Select, rows: Rows) -> ir.Relation | None:
    """Return the one row of a select without `from` where all of it is constant."""
    values = [fold(each.value, select.context.clock) for each in rows.columns]
    row = tuple(each for each in values if each is not None)
    if len(row) < len(values) or not row:
        return None
    fields = tuple(
        ir.Field(each.name, value.type, value.nullable) for each, value in zip(rows.columns, row, strict=True)
    )
    return ir.Rows(schema=ir.Schema(fields), rows=(row,), span=select.query.span)
