"""The rows between two operators of a step, and what is known about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.keys import Keys, is_unique, kept_columns, renamed, within
from odibi_sql.check.scope import Scope, Visible, column_of
from odibi_sql.diagnostics import Diagnostic, Span
from odibi_sql.diagnostics.steps_errors import UnusedSort


class Origin(msgspec.Struct, frozen=True):
    """Where a column came into the step: the dataset that can stand before its name, and the place."""

    qualifier: str
    span: Span | None = None


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Rows on their way through a step.

    `relation` can have columns that no name reaches (`hidden`): those that the order still needs. `order` holds until
    an operator ends it; `sort` is the operator of this step that made it, as long as nothing has used it.
    """

    step: str
    source: str  # the dataset that the step began with: it can stand before a column's name
    relation: ir.Relation
    origins: Mapping[str, Origin] = {}
    hidden: frozenset[str] = frozenset()
    keys: Keys = ()
    order: tuple[ir.SortKey, ...] = ()  # of columns of `relation`
    sort: Span | None = None
    sort_allowed: tuple[str, ...] = ()  # the warnings that this operator silences
    checked: frozenset[str] = frozenset()  # columns that an expectation holds to be not null
    layer: str | None = None
    allowed: tuple[str, ...] = ()  # the warnings that the step silences
    datasets: tuple[ir.Dataset, ...] = ()  # what was split off so far
    gates: tuple[ir.Gate, ...] = ()

    @property
    def schema(self) -> ir.Schema:
        """The columns that have names."""
        schema = self.relation.schema
        if not self.hidden:
            return schema
        return ir.Schema(tuple(each for each in schema if each.name not in self.hidden), is_open=schema.is_open)

    @property
    def gate_names(self) -> tuple[str, ...]:
        """The gates that rows have passed here."""
        return tuple(each.name for each in self.gates)


def flow_of(dataset: ir.Dataset, step: str, span: Span | None) -> Flow:
    """Return the rows of a dataset, at the beginning of the step called `step`. They keep the dataset's order."""
    origins = {field.name: Origin(dataset.name, span) for field in dataset.relation.schema}
    return Flow(
        step=step,
        source=dataset.name,
        relation=ir.Read(schema=dataset.relation.schema, dataset=dataset.name, span=span),
        origins=origins,
        keys=dataset.keys,
        order=dataset.order,
    )


def scope_of_flow(
    flow: Flow, replaced: Mapping[str, ir.Column] | None = None, ties: Iterable[str] | None = None
) -> Scope:
    """Return what an expression can name: the columns, with the dataset that they come from before them or not.

    `replaced` are columns that are there as well, or instead. `ties` are the names of those that break the ties of a
    window's order; None: all.
    """
    new = dict(replaced or {})
    columns = {field.name: column_of(field) for field in flow.schema} | new
    visible = tuple(
        Visible(name=name, value=value, qualifier=origin_of(flow, name).qualifier) for name, value in columns.items()
    )
    return Scope(
        columns=visible,
        is_open=flow.relation.schema.is_open,
        what=f"`{flow.step}`",
        keys=tuple(key for key in flow.keys if key.isdisjoint(new)),
        ties=None if ties is None else tuple(columns[name] for name in ties),
    )


def origin_of(flow: Flow, name: str) -> Origin:
    """Return where a column comes from: the step's source, unless something else brought it in."""
    return flow.origins.get(name) or Origin(flow.source)


def report(context: Context, flow: Flow, finding: Diagnostic, operator: syntax.Operator) -> None:
    """Keep a finding of an operator, unless it is a warning that the operator or the step silences."""
    context.report(finding, (*flow.allowed, *operator.allowed))


def project(flow: Flow, columns: Sequence[ir.Assignment], span: Span | None = None) -> Flow:
    """Return the rows with these columns alone; what the order needs goes along hidden."""
    if [each.name for each in columns] == list(flow.schema.names) and all(_is_itself(each) for each in columns):
        return flow
    kept = kept_columns(columns)
    taken = {each.name for each in columns}
    carried: list[ir.Assignment] = []
    for key in order_of(flow):
        old = _column(key).name
        if old not in kept:
            kept[old] = fresh(old if old in flow.hidden else f"sort.{old}", taken)
            taken.add(kept[old])
            carried.append(ir.Assignment(kept[old], key.value))
    relation = projection(flow.relation, (*columns, *carried), span)
    order = tuple(replace(key, value=replace(_column(key), name=kept[_column(key).name])) for key in order_of(flow))
    checked = frozenset(kept[name] for name in flow.checked if name in kept)
    return replace(
        flow,
        relation=relation,
        hidden=frozenset(each.name for each in carried),
        keys=renamed(flow.keys, kept),
        order=order,
        checked=checked,
    )


def projection(relation: ir.Relation, columns: Sequence[ir.Assignment], span: Span | None = None) -> ir.Project:
    """Return the relation with these columns alone."""
    fields = tuple(ir.Field(each.name, each.value.type, each.value.nullable) for each in columns)
    schema = ir.Schema(fields, is_open=relation.schema.is_open)
    return ir.Project(schema=schema, input=relation, columns=tuple(columns), span=span)


def columns_as_they_are(schema: Iterable[ir.Field]) -> list[ir.Assignment]:
    """Return the assignments that take over each of these columns."""
    return [ir.Assignment(field.name, column_of(field)) for field in schema]


def order_of(flow: Flow) -> tuple[ir.SortKey, ...]:
    """Return the order in force, its columns as the relation has them now (a filter can have made them not null)."""
    schema = flow.relation.schema
    return tuple(replace(key, value=column_of(schema[_column(key).name])) for key in flow.order)


def ends_order(context: Context, flow: Flow, by: str) -> Flow:
    """Return the rows without an order and without hidden columns; a sort that nothing used is told."""
    if flow.sort is not None:
        context.report(UnusedSort(span=flow.sort, ended_by=by), (*flow.allowed, *flow.sort_allowed))
    return (
        project(replace(flow, order=(), sort=None), columns_as_they_are(flow.schema))
        if flow.hidden
        else replace(flow, order=(), sort=None)
    )


def total_order(
    flow: Flow, order: tuple[ir.SortKey, ...], given: Iterable[str] = (), *, descending: bool = False
) -> tuple[ir.SortKey, ...]:
    """Return `order` with remaining columns behind it, as many as it takes until no two rows are equal in it.

    `given` are columns that are equal anyway. Columns of a type without an order cannot break a tie.
    """
    keys = list(order)
    used = {*given, *(_column(key).name for key in order)}
    for field in flow.schema:
        if is_unique(flow.keys, used):
            break
        if field.name not in used and ir.is_orderable(field.type):
            keys.append(ir.SortKey(value=column_of(field), descending=descending))
            used.add(field.name)
    return tuple(keys)


def with_key_columns(flow: Flow, keys: tuple[ir.SortKey, ...]) -> tuple[Flow, tuple[ir.SortKey, ...]]:
    """Return the keys with a column for the value of each, and the rows with a hidden one where it was none."""
    taken = set(flow.relation.schema.names)
    added: list[ir.Assignment] = []
    found = []
    for key in keys:
        value = key.value
        if not isinstance(value, ir.Column):
            name = fresh("sort", taken)
            taken.add(name)
            added.append(ir.Assignment(name, value))
            value = ir.Column(type=value.type, nullable=value.nullable, name=name)
        found.append(replace(key, value=value))
    if not added:
        return flow, tuple(found)
    relation = projection(flow.relation, (*columns_as_they_are(flow.relation.schema), *added))
    return replace(flow, relation=relation, hidden=flow.hidden | {each.name for each in added}), tuple(found)


def fresh(name: str, taken: Iterable[str]) -> str:
    """Return `name`, or it with the first number that makes it another one than those that are taken."""
    there = taken if isinstance(taken, set | frozenset | dict) else set(taken)
    found, number = name, 2
    while found in there:
        found, number = f"{name}_{number}", number + 1
    return found


def finished(flow: Flow) -> Flow:
    """Return the rows as the step gives them: sorted where an order is in force, without hidden columns.

    What is known of them is known of columns that have names.
    """
    names = flow.schema.names
    relation, order = flow.relation, order_of(flow)
    if order and not isinstance(relation, ir.Limit):
        relation = ir.Sort(schema=relation.schema, input=relation, keys=order, span=flow.sort)
    if flow.hidden:
        relation = projection(relation, columns_as_they_are(flow.schema))
    lasting = _leading(order, names)
    return replace(flow, relation=relation, hidden=frozenset(), keys=within(flow.keys, names), order=lasting, sort=None)


def _leading(order: tuple[ir.SortKey, ...], names: tuple[str, ...]) -> tuple[ir.SortKey, ...]:
    found: list[ir.SortKey] = []
    for key in order:
        if _column(key).name not in names:
            break
        found.append(key)
    return tuple(found)


def _column(key: ir.SortKey) -> ir.Column:
    assert isinstance(key.value, ir.Column)
    return key.value


def _is_itself(assignment: ir.Assignment) -> bool:
    return isinstance(assignment.value, ir.Column) and assignment.value.name == assignment.name
