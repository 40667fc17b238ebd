"""What stands after `from`: tables and how they are joined, with the names by which their columns can be called."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.as_of import inequality_of, nearest
from odibi_sql.check.casts import coerce
from odibi_sql.check.context import Context
from odibi_sql.check.explodes import element_of, exploded
from odibi_sql.check.expressions import condition, type_expression
from odibi_sql.check.flow import Flow, columns_as_they_are, fresh, projection
from odibi_sql.check.keys import Keys, after_join, is_unique, renamed
from odibi_sql.check.matching import Matching, columns_matched, equal, matching
from odibi_sql.check.nulls import columns_proven_not_null
from odibi_sql.check.queries_tables import Table, Tables, table_named, with_names
from odibi_sql.check.rows import without_null
from odibi_sql.check.scope import Scope, Visible, column_of
from odibi_sql.diagnostics import Span, listed
from odibi_sql.diagnostics.joins_errors import JoinIsCartesian, JoinOnTypes
from odibi_sql.diagnostics.query_errors import (
    NoCommonColumn,
    NoJoinCondition,
    NotInBothTables,
    QueryMayMultiply,
    SameTableName,
)
from odibi_sql.ir.walk import rewrite


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """The rows behind `from`, and their columns as they can be named, in the order of `*`.

    A column joined by `using` is there three times: for both sides, where it needs their name before it, and by itself.
    """

    relation: ir.Relation
    columns: tuple[Visible, ...]
    keys: Keys = ()
    what: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something in it is wrong already."""
        return self.relation.schema.is_open

    def scope(self, tables: Tables, outer: Scope | None) -> Scope:
        """Return what an expression over these rows can name."""
        return Scope(
            columns=self.columns, outer=outer, is_open=self.is_open, what=self.what, keys=self.keys, tables=tables
        )


ONE_ROW = ir.Rows(
    schema=ir.Schema((ir.Field("row", ir.INT8, nullable=False),)),
    rows=((ir.Literal(type=ir.INT8, nullable=False, value=1),),),
)  # what a query without `from` looks at


def check_from(context: Context, tables: Tables, query: syntax.SelectQuery, outer: Scope | None) -> Sources:
    """Return the rows of a query's tables, joined from left to right."""
    if query.source is None:
        return Sources(relation=ONE_ROW, columns=(), keys=(frozenset(),))
    if isinstance(query.source, syntax.UnnestTable):
        alone = Sources(relation=ONE_ROW, columns=(), keys=(frozenset(),))
        sources = unnested(context, tables, alone, query.source, outer)
    else:
        sources = _single(context, tables, query.source, outer)
    for join in query.joins:
        sources = _join(context, tables, sources, join, outer)
    return sources


def refreshed(sources: Sources, relation: ir.Relation) -> Sources:
    """Return the sources over another relation with the same columns, which knows better what can be null."""

    def known(part: ir.Expr) -> ir.Expr:
        field = relation.schema.get(part.name) if isinstance(part, ir.Column) else None
        return part if field is None else column_of(field)

    columns = tuple(replace(each, value=rewrite(each.value, known)) for each in sources.columns)
    return replace(sources, relation=relation, columns=columns)


def _single(context: Context, tables: Tables, item: syntax.FromItem, outer: Scope | None) -> Sources:
    table = _table(context, tables, item, outer)
    name = _name(item)
    what = f"`{name}`" if name else "the table"
    table = with_names(context, table, item.columns, what, item.span)
    columns = tuple(Visible(name=each.name, qualifier=name, value=column_of(each)) for each in table.relation.schema)
    return Sources(relation=table.relation, columns=columns, keys=table.keys, what=what if name else "")


def _table(context: Context, tables: Tables, item: syntax.FromItem, outer: Scope | None) -> Table:
    from odibi_sql.check import queries

    match item:
        case syntax.UnnestTable():
            raise TypeError(item)
        case syntax.TableRef():
            return table_named(context, tables, item.name)
        case syntax.DerivedTable():
            return queries.check_table(context, tables, item.query, outer, are_named=bool(item.columns))
    return queries.check_values(context, tables, item.rows, outer, item.span)


def unnested(context: Context, tables: Tables, left: Sources, item: syntax.UnnestTable, outer: Scope | None) -> Sources:
    """Return the rows with the elements of an array beside them, a row for each."""
    _check_alias(context, left, item)
    value = type_expression(context, left.scope(tables, outer), item.value, allowed=tables.step.allowed)
    name = item.columns[0].text
    type_ = element_of(context, value, name, item.value.span)
    field = ir.Field(fresh(name, left.relation.schema.names), type_)
    relation = exploded(left.relation, value, field, item.span)
    column = Visible(name=name, qualifier=_name(item), value=column_of(field))
    return Sources(relation=relation, columns=(*left.columns, column), what="the joined tables")


def _check_alias(context: Context, left: Sources, item: syntax.FromItem) -> None:
    name = _name(item)
    if name is not None and any(each.qualifier == name for each in left.columns):
        context.report(SameTableName(span=item.span if item.alias is None else item.alias.span, name=name))


def _name(item: syntax.FromItem) -> str | None:
    if item.alias is not None:
        return item.alias.text
    return item.name.text if isinstance(item, syntax.TableRef) else None


def _join(context: Context, tables: Tables, left: Sources, join: syntax.JoinItem, outer: Scope | None) -> Sources:
    if isinstance(join.right, syntax.UnnestTable):
        return unnested(context, tables, left, join.right, outer)
    right = _single(context, tables, join.right, outer)
    _check_alias(context, left, join.right)
    right = _apart(left, right)
    both = Sources(relation=left.relation, columns=(*left.columns, *right.columns), what="the joined tables")
    is_open = left.is_open or right.is_open
    shared = _shared(context, left, right, join)
    parts = [_equal(context, left, right, name, join) for name in shared]
    if join.on is not None:
        scope = replace(both.scope(tables, outer), is_open=is_open)
        parts.append(condition(context, scope, join.on, allowed=tables.step.allowed))
    on = ir.true_of(*parts) if parts else None
    if on is not None and any(each.type == ir.UNKNOWN for each in parts):
        on = replace(on, type=ir.UNKNOWN)
    if on is None and join.kind != "cross" and not (join.using or join.is_natural or is_open):
        _report_no_condition(context, left, right, join)
    joined = _joined(context, tables, left, right, join, on)
    if join.kind in ("semi", "anti"):
        return refreshed(replace(left, keys=joined.keys), joined.relation)
    columns = _merged(left, right, join, [name.text for name in shared])
    return refreshed(replace(joined, columns=columns, what="the joined tables"), joined.relation)


def _apart(left: Sources, right: Sources) -> Sources:
    """Return the right side with names that no column of the left has; those that only it has stay as they are."""
    taken = set(left.relation.schema.names)
    names: dict[str, str] = {}
    for each in right.columns:
        assert isinstance(each.value, ir.Column)
        name = each.value.name
        if name in taken:
            name = fresh(
                f"{each.qualifier}.{name}" if each.qualifier else name, taken | set(right.relation.schema.names)
            )
        names[each.value.name] = name
        taken.add(name)
    if all(old == new for old, new in names.items()):
        return right
    assignments = [ir.Assignment(names[each.name], each.value) for each in columns_as_they_are(right.relation.schema)]
    relation = projection(right.relation, assignments)
    columns = tuple(
        replace(each, value=column_of(relation.schema[names[each.value.name]]))
        for each in right.columns
        if isinstance(each.value, ir.Column)
    )
    return replace(right, relation=relation, columns=columns, keys=renamed(right.keys, names))


def _shared(context: Context, left: Sources, right: Sources, join: syntax.JoinItem) -> list[syntax.Name]:
    """Return the names of `using`, or those that both sides of a natural join have."""
    if not join.is_natural:
        return [name for name in join.using if _is_in_both(context, left, right, name)]
    theirs = {each.name for each in right.columns}
    names = dict.fromkeys(each.name for each in left.columns if not each.needs_qualifier and each.name in theirs)
    if not names and not left.is_open and not right.is_open:
        context.report(NoCommonColumn(span=join.span))
    return [name for each in names if _is_in_both(context, left, right, name := syntax.Name(span=join.span, text=each))]


def _is_in_both(context: Context, left: Sources, right: Sources, name: syntax.Name) -> bool:
    for side, words in ((left, "the left side"), (right, "the right side")):
        found = _named(side.columns, name.text)
        if len(found) == 1:
            continue
        if not side.is_open:
            qualified = [f"{each.qualifier}.{each.name}" for each in found if each.qualifier]
            instead = f"write `on` with {listed(qualified)}" if qualified else _common_words(left, right)
            count = "no" if not found else "more than one"
            context.report(NotInBothTables(span=name.span, name=name.text, side=words, count=count, instead=instead))
        return False
    return True


def _common_words(left: Sources, right: Sources) -> str:
    theirs = {each.name for each in right.columns}
    both = dict.fromkeys(each.name for each in left.columns if each.name in theirs)
    return f"both sides have {listed(both)}" if both else "write `on` with the columns that are equal"


def _named(columns: Iterable[Visible], name: str) -> list[Visible]:
    return [each for each in columns if each.name == name and not each.needs_qualifier]


def _equal(context: Context, left: Sources, right: Sources, name: syntax.Name, join: syntax.JoinItem) -> ir.Expr:
    mine, theirs = _named(left.columns, name.text)[0].value, _named(right.columns, name.text)[0].value
    found = equal(mine, theirs)
    if found is not None:
        return found
    other = _name(join.right) or "the other table"
    context.report(
        JoinOnTypes(span=name.span, name=name.text, ours=str(mine.type), theirs=str(theirs.type), dataset=other)
    )
    return ir.Literal(type=ir.UNKNOWN, value=None)


def _report_no_condition(context: Context, left: Sources, right: Sources, join: syntax.JoinItem) -> None:
    theirs = {each.name for each in right.columns}
    both = [each.name for each in left.columns if each.name in theirs]
    suggestion = f"write `using ({both[0]})`" if both else "write `on` and which columns are equal"
    suggestion += ", or `cross join` to pair every row with every row"
    name = _name(join.right) or "the query"
    context.report(NoJoinCondition(span=join.span, table=name, suggestion=suggestion))


def _joined(
    context: Context, tables: Tables, left: Sources, right: Sources, join: syntax.JoinItem, on: ir.Expr | None
) -> Sources:
    """Return the rows of the join itself; what its columns can be called is not said yet."""
    parts = Matching()
    if on is not None and on.type != ir.UNKNOWN:
        parts = matching(on, left.relation.schema, right.relation.schema)
        if not join.is_asof:
            _warn(context, tables, left, right, join, parts)
    mine, theirs = columns_matched(parts)
    keys = after_join(
        join.kind,
        left.keys,
        right.keys,
        one_right=is_unique(right.keys, theirs),
        one_left=is_unique(left.keys, mine),
    )
    if join.is_asof and join.kind in ("inner", "left"):
        return _nearest(context, left, right, join, parts)
    relation = ir.Join(
        schema=_schema_of_join(join.kind, left.relation.schema, right.relation.schema, on),
        left=left.relation,
        right=right.relation,
        kind=join.kind,
        condition=on if join.kind != "cross" else None,
        span=join.span,
    )
    return Sources(relation=relation, columns=(), keys=keys)


def _nearest(context: Context, left: Sources, right: Sources, join: syntax.JoinItem, parts: Matching) -> Sources:
    """Return each row of the left with the nearest of the right."""
    name = _name(join.right) or "the query"
    schemas = (left.relation.schema, right.relation.schema)
    inequality = inequality_of(context, parts, *schemas, _place_of_condition(join), name)
    if inequality is None or left.is_open or right.is_open:
        schema = ir.Schema((*schemas[0], *schemas[1]), is_open=True)
        relation: ir.Relation = ir.Join(
            schema=schema, left=left.relation, right=right.relation, kind="cross", condition=None
        )
        return Sources(relation=relation, columns=())
    other = Flow(step="", source=name, relation=right.relation, keys=right.keys)
    relation = nearest(left.relation, other, "left" if join.kind == "left" else "inner", parts, inequality, join.span)
    return Sources(relation=relation, columns=(), keys=left.keys)


def _schema_of_join(kind: ir.JoinKind, left: ir.Schema, right: ir.Schema, on: ir.Expr | None) -> ir.Schema:
    if on is not None and kind in ("inner", "semi"):
        proven = columns_proven_not_null(on)
        left, right = without_null(left, proven), without_null(right, proven)
    is_open = left.is_open or right.is_open
    if kind in ("semi", "anti"):
        return replace(left, is_open=is_open)
    mine = [replace(each, nullable=each.nullable or kind in ("right", "full")) for each in left]
    theirs = [replace(each, nullable=each.nullable or kind in ("left", "full")) for each in right]
    return ir.Schema((*mine, *theirs), is_open=is_open)


def _warn(
    context: Context, tables: Tables, left: Sources, right: Sources, join: syntax.JoinItem, parts: Matching
) -> None:
    if left.is_open or right.is_open or join.kind == "cross":
        return
    span = _place_of_condition(join)
    name = _name(join.right) or "the query"
    if not parts.pairs:
        context.report(JoinIsCartesian(span=span, dataset=name), tables.step.allowed)
        return
    theirs = columns_matched(parts)[1]
    if join.kind in ("semi", "anti") or is_unique(right.keys, theirs):
        return
    names = sorted(
        each.name for each in right.columns if isinstance(each.value, ir.Column) and each.value.name in theirs
    )
    columns = listed(names) if names else "what is joined on"
    context.report(QueryMayMultiply(span=span, table=name, columns=columns), tables.step.allowed)


def _place_of_condition(join: syntax.JoinItem) -> Span:
    if join.on is not None:
        return join.on.span
    return join.using[0].span.to(join.using[-1].span) if join.using else join.span


def _merged(left: Sources, right: Sources, join: syntax.JoinItem, shared: list[str]) -> tuple[Visible, ...]:
    """Return the columns behind a join; those joined by name stand by themselves too, in the place of the left."""
    columns: list[Visible] = []
    for each in left.columns:
        if each.name not in shared or each.needs_qualifier:
            columns.append(each)
            continue
        theirs = _named(right.columns, each.name)[0]
        if each.qualifier is not None:
            columns.append(replace(each, needs_qualifier=True))
        columns.append(Visible(name=each.name, value=_one_of(join.kind, each.value, theirs.value)))
    columns += (replace(each, needs_qualifier=True) if each.name in shared else each for each in right.columns)
    return tuple(columns)


def _one_of(kind: ir.JoinKind, mine: ir.Expr, theirs: ir.Expr) -> ir.Expr:
    """Return the value of a column that both sides have: of a right join the right's, of a full join either's."""
    if kind == "right":
        return theirs
    if kind != "full":
        return mine
    common = ir.common_type(mine.type, theirs.type) or ir.UNKNOWN
    nullable = mine.nullable or theirs.nullable
    args = tuple(coerce(replace(each, nullable=True), common) for each in (mine, theirs))  # where the other one matched
    return ir.Call(type=common, nullable=nullable, function="coalesce", args=args)
