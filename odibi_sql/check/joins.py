"""The operator join: which rows belong together, and which columns come out."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.casts import coerce
from odibi_sql.check.columns import check_case, column_named
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import read
from odibi_sql.check.expressions import condition
from odibi_sql.check.flow import Flow, Origin, columns_as_they_are, ends_order, origin_of, project, projection, report
from odibi_sql.check.gates import all_of
from odibi_sql.check.keys import after_join, is_unique, renamed
from odibi_sql.check.matches import hold_to_one_match
from odibi_sql.check.matching import Matching, columns_matched, equal, has_unknown, matching
from odibi_sql.check.nulls import columns_proven_not_null
from odibi_sql.check.place import with_article
from odibi_sql.check.rows import without_null
from odibi_sql.check.scope import Scope, Visible, column_of
from odibi_sql.diagnostics import Span, did_you_mean, listed
from odibi_sql.diagnostics.joins_errors import (
    JoinBringsNoColumns,
    JoinDuplicateColumn,
    JoinIsCartesian,
    JoinMayMultiply,
    JoinNeedsAlias,
    JoinOnOneSide,
    JoinOnTypes,
    MatchOfOneSide,
    NeedsEquality,
)


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """The other side of a join. `inner`: what its columns are called under the join, where no name is twice."""

    flow: Flow
    alias: str
    span: Span
    inner: dict[str, str]

    def column(self, name: str) -> ir.Column:
        """Return the column as it is under the join."""
        field = self.flow.schema[name]
        return ir.Column(type=field.type, nullable=field.nullable, name=self.inner[name])

    @property
    def relation(self) -> ir.Relation:
        """The rows under the join."""
        if all(name == inner for name, inner in self.inner.items()):
            return self.flow.relation
        columns = [ir.Assignment(self.inner[field.name], column_of(field)) for field in self.flow.schema]
        return projection(self.flow.relation, columns)


def other_side(context: Context, flow: Flow, dataset: syntax.Name, alias: syntax.Name | None) -> Other:
    """Return another dataset as the other side of a join with the rows of `flow`."""
    right = read(context, dataset)
    name = dataset if alias is None else alias
    taken = set(flow.schema.names)
    inner = {each: f"{name.text}.{each}" if each in taken else each for each in right.schema.names}
    return Other(flow=right, alias=name.text, span=dataset.span, inner=inner)


def check_join(context: Context, flow: Flow, operator: syntax.Join) -> Flow:
    """Return the rows with those of another dataset beside them, or those with some there (semi) or none (anti)."""
    flow = ends_order(context, flow, "join")
    other = other_side(context, flow, operator.dataset, operator.alias)
    brought = brought_columns(context, flow, other, operator)
    shared, on = condition_of(context, flow, other, operator.on, operator)
    parts = None if on is None else matching(on, flow.relation.schema, other.relation.schema)
    if operator.match is not None and operator.kind in ("semi", "anti"):
        context.report(MatchOfOneSide(span=operator.span, match=operator.match, dataset=operator.dataset.text))
    if parts is not None and on is not None and not has_unknown(on):
        _warn(context, flow, other, operator, parts)
        if operator.match == "one":
            flow = _hold_to_one(context, flow, other, operator, parts)
    joined = _joined(flow, other, operator, on, parts or Matching())
    if operator.kind in ("semi", "anti"):
        return joined
    return with_columns_of(context, flow, joined, other, operator, shared, brought)


def condition_of(
    context: Context, flow: Flow, other: Other, on: tuple[syntax.Expr, ...], operator: syntax.Operator
) -> tuple[tuple[str, ...], ir.Expr | None]:
    """Return the names that are joined on as columns of both sides, and the whole condition (None: there is none)."""
    if _is_called_alike(context, flow, other, on):
        return (), ir.Literal(type=ir.UNKNOWN, value=None)
    scope = _scope_of_join(flow, other)
    shared: list[str] = []
    conditions: list[ir.Expr] = []
    for each in on:
        name = _shared_name(context, flow, other, each)
        if name is None:
            conditions.append(condition(context, scope, each, allowed=(*flow.allowed, *operator.allowed)))
        elif name in flow.schema and name in other.flow.schema:
            shared.append(name)
            conditions.append(_equal_names(context, flow, other, name, each.span))
        else:
            conditions.append(ir.Literal(type=ir.UNKNOWN, value=None))
    if not on:
        return (), None
    whole = all_of(conditions)
    if any(each.type == ir.UNKNOWN for each in conditions):
        whole = replace(whole, type=ir.UNKNOWN)
    return tuple(shared), whole


def _is_called_alike(context: Context, flow: Flow, other: Other, on: tuple[syntax.Expr, ...]) -> bool:
    """Report a condition that says the name of both sides, as that of a dataset joined with itself."""
    if all(origin_of(flow, name).qualifier != other.alias for name in flow.schema.names):
        return False
    place = next((place for each in on if (place := _qualified(each, other.alias)) is not None), None)
    if place is not None:
        context.report(JoinNeedsAlias(span=place, name=other.alias))
    return place is not None


def _qualified(written: object, name: str) -> Span | None:
    """Return the place of a column that is written with a dataset's name before it, or None."""
    match written:
        case syntax.Reference(parts=(first, _, *_)):
            return written.span if first.text == name else None
        case syntax.Node():
            inside = [getattr(written, each) for each in written.__struct_fields__]
        case tuple():
            inside = list(written)
        case _:
            return None
    return next((place for each in inside if (place := _qualified(each, name)) is not None), None)


def _scope_of_join(flow: Flow, other: Other) -> Scope:
    left = [
        Visible(name=field.name, value=column_of(field), qualifier=origin_of(flow, field.name).qualifier)
        for field in flow.schema
    ]
    right = [
        Visible(name=name, value=other.column(name), qualifier=other.alias, needs_qualifier=name != inner)
        for name, inner in other.inner.items()
    ]
    is_open = flow.schema.is_open or other.flow.schema.is_open
    return Scope(columns=(*left, *right), is_open=is_open, what=f"the join with `{other.alias}`")


def _shared_name(context: Context, flow: Flow, other: Other, expr: syntax.Expr) -> str | None:
    """Return the name that stands alone for a column of both sides, or None where this is a condition.

    A name that only one side has is reported, unless it is a condition by itself; it comes back too.
    """
    if not isinstance(expr, syntax.Reference) or len(expr.parts) != 1:
        return None
    name = expr.parts[0].text
    mine, theirs = flow.schema.get(name), other.flow.schema.get(name)
    if mine is not None and theirs is not None:
        return name
    there = mine or theirs
    if there is None or there.type == ir.BOOL:
        return name if flow.schema.is_open or other.flow.schema.is_open else None
    missing_from = other.flow.schema if theirs is None else flow.schema
    if not missing_from.is_open:
        names = (flow.source, other.alias) if theirs is None else (other.alias, flow.source)
        suggestion = _one_side_suggestion(name, missing_from, other.alias, is_mine=theirs is None)
        context.report(
            JoinOnOneSide(span=expr.span, name=name, there=names[0], missing=names[1], suggestion=suggestion)
        )
    return name


def _one_side_suggestion(name: str, missing_from: ir.Schema, alias: str, *, is_mine: bool) -> str:
    near = did_you_mean(name, missing_from.names)
    form = f"`{name} = {alias}.…`" if is_mine else f"`… = {alias}.{name}`"
    return f"write which columns are equal: {form}; {near}" if near else f"write which columns are equal: {form}"


def _equal_names(context: Context, flow: Flow, other: Other, name: str, span: Span) -> ir.Expr:
    mine, theirs = column_of(flow.schema[name]), other.column(name)
    found = equal(mine, theirs)
    if found is not None:
        return found
    context.report(
        JoinOnTypes(
            span=span,
            name=name,
            ours=with_article(mine.type),
            theirs=with_article(theirs.type),
            dataset=other.alias,
        )
    )
    return ir.Column(type=ir.UNKNOWN, name=name)


def brought_columns(
    context: Context, flow: Flow, other: Other, operator: syntax.Join | syntax.AsOfJoin
) -> dict[str, tuple[str, Span]] | None:
    """Return the columns that are listed: the name above, the name on the other side, the place. None: no list."""
    if operator.columns is None:
        return None
    if operator.kind in ("semi", "anti"):
        span = operator.columns[0].span if operator.columns else operator.span
        context.report(JoinBringsNoColumns(span=span, kind=operator.kind, dataset=operator.dataset.text))
        return None
    found: dict[str, tuple[str, Span]] = {}
    for each in operator.columns:
        assert isinstance(each.value, syntax.Reference)
        column = column_named(context, other.flow, each.value.parts[0])
        if column is not None:
            name = each.value.parts[0] if each.name is None else each.name
            found[name.text] = (column.name, name.span)
    return found


def _warn(context: Context, flow: Flow, other: Other, operator: syntax.Join, parts: Matching) -> None:
    if operator.kind == "cross" or other.flow.schema.is_open or flow.schema.is_open:
        return
    span = operator.on[0].span.to(operator.on[-1].span)
    if not parts.pairs:
        report(context, flow, JoinIsCartesian(span=span, dataset=operator.dataset.text), operator)
    elif operator.match is None and operator.kind not in ("semi", "anti") and not _finds_one(other, parts):
        outer = {inner: name for name, inner in other.inner.items()}
        names = sorted(outer[each] for each in columns_matched(parts)[1])
        finding = JoinMayMultiply(
            span=span, dataset=operator.dataset.text, columns=listed(names) if names else "what is joined on"
        )
        report(context, flow, finding, operator)


def _finds_one(other: Other, parts: Matching) -> bool:
    """Whether a row finds at most one row of the other side."""
    return is_unique(renamed(other.flow.keys, other.inner), columns_matched(parts)[1])


def _hold_to_one(context: Context, flow: Flow, other: Other, operator: syntax.Join, parts: Matching) -> Flow:
    if operator.kind in ("semi", "anti") or _finds_one(other, parts):
        return flow
    if not parts.is_lookup or operator.kind == "cross":
        context.report(
            NeedsEquality(
                span=operator.span,
                what="`match one`",
                dataset=operator.dataset.text,
                instead="or leave `match one` out",
            )
        )
        return flow
    return hold_to_one_match(context, flow, other.relation, parts, operator)


def _joined(flow: Flow, other: Other, operator: syntax.Join, on: ir.Expr | None, parts: Matching) -> Flow:
    """Return the rows of the join itself: the columns of the left, then those of the right under their inner names."""
    left, right = flow.relation.schema, other.relation.schema
    if on is not None and operator.kind in ("inner", "semi"):
        proven = columns_proven_not_null(on)
        left, right = without_null(left, proven), without_null(right, proven)
    if operator.kind in ("right", "full"):
        left = _nullable(left)
    if operator.kind in ("left", "full"):
        right = _nullable(right)
    fields = left.fields if operator.kind in ("semi", "anti") else (*left.fields, *right.fields)
    schema = ir.Schema(fields, is_open=left.is_open or right.is_open)
    kind = operator.kind
    relation = ir.Join(
        schema=schema,
        left=flow.relation,
        right=other.relation,
        kind=kind,
        condition=None if kind == "cross" else on,
        match="many" if operator.match == "many" else None,
        span=operator.span,
    )
    mine, theirs = columns_matched(parts)
    others_keys = renamed(other.flow.keys, other.inner)
    keys = after_join(
        kind,
        flow.keys,
        others_keys,
        one_right=operator.match == "one" or is_unique(others_keys, theirs),
        one_left=is_unique(flow.keys, mine),
    )
    return replace(flow, relation=relation, keys=keys)


def _nullable(schema: ir.Schema) -> ir.Schema:
    return replace(schema, fields=tuple(replace(field, nullable=True) for field in schema))


def with_columns_of(
    context: Context,
    flow: Flow,
    joined: Flow,
    other: Other,
    operator: syntax.Join | syntax.AsOfJoin,
    shared: tuple[str, ...],
    listed_: dict[str, tuple[str, Span]] | None,
) -> Flow:
    """Return the rows with the columns that come out under their own names."""
    brought = listed_
    if brought is None:
        brought = {name: (name, other.span) for name in other.flow.schema.names if name not in shared}
    elif operator.kind != "cross":
        brought = {name: each for name, each in brought.items() if not (name in shared and each[0] == name)}
    _check_collisions(context, flow, other, brought)
    brought = {name: each for name, each in brought.items() if name not in flow.schema}
    check_case(context, flow.schema.names, [(name, span) for name, (_, span) in brought.items()])
    columns = [
        ir.Assignment(name, _shared_value(flow, joined, other, operator, name, shared)) for name in flow.schema.names
    ]
    columns += [
        ir.Assignment(name, column_of(joined.relation.schema[other.inner[theirs]]))
        for name, (theirs, _) in brought.items()
    ]
    origins = {**flow.origins, **{name: Origin(other.alias, span) for name, (_, span) in brought.items()}}
    visible = replace(joined, origins=origins)
    if not flow.schema.is_open and not other.flow.schema.is_open:
        return project(visible, columns, operator.span)
    return project(visible, columns or columns_as_they_are(joined.schema), operator.span)


def _shared_value(
    flow: Flow, joined: Flow, other: Other, operator: syntax.Join | syntax.AsOfJoin, name: str, shared: tuple[str, ...]
) -> ir.Expr:
    """Return what comes out under a name of the left: of a right join the right's value, of a full join either's."""
    mine = column_of(joined.relation.schema[name])
    if name not in shared or operator.kind not in ("right", "full"):
        return mine
    theirs = column_of(joined.relation.schema[other.inner[name]])
    if operator.kind == "right":
        return theirs
    common = ir.common_type(mine.type, theirs.type) or ir.UNKNOWN
    nullable = flow.schema[name].nullable or other.flow.schema[name].nullable
    return ir.Call(
        type=common, nullable=nullable, function="coalesce", args=(coerce(mine, common), coerce(theirs, common))
    )


def _check_collisions(context: Context, flow: Flow, other: Other, brought: dict[str, tuple[str, Span]]) -> None:
    twice = [name for name in brought if name in flow.schema]
    if not twice:
        return
    origins = dict.fromkeys(origin_of(flow, name).qualifier for name in twice)
    places = [(span, f"`{name}` comes from here") for name in twice if (span := origin_of(flow, name).span) is not None]
    names = [f"{name}_2 = {theirs}" if name in twice else name for name, (theirs, _) in brought.items()]
    context.report(
        JoinDuplicateColumn(
            span=brought[twice[0]][1],
            columns=listed(twice),
            ours=listed(origins),
            theirs=other.alias,
            list_=", ".join(names[:6]) + (", …" if len(names) > 6 else ""),
            more=tuple(places[:1]),
        )
    )
