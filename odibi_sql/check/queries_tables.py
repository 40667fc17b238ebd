"""The tables that a query can read: datasets listed by its step, and the `with` queries around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import OPEN, dataset_named
from odibi_sql.check.flow import columns_as_they_are, projection
from odibi_sql.check.keys import Keys, renamed
from odibi_sql.diagnostics import Span, did_you_mean
from odibi_sql.diagnostics.query_errors import ColumnsDoNotMatch, UnknownTable


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows by a name. Each of its columns has a name that no other has."""

    relation: ir.Relation
    keys: Keys = ()


class QueryStep(msgspec.Struct, kw_only=True):
    """The `sql` step that a query belongs to, and what its queries have added to it so far."""

    name: str
    allowed: tuple[str, ...] = ()
    hidden: list[ir.Dataset] = []
    read: set[str] = set()  # the datasets that were read


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """The names that can stand after `from`."""

    step: QueryStep
    tables: Mapping[str, Table]
    is_open: bool = False  # a name was wrong already, so an unknown one is not told

    def with_table(self, name: str, table: Table) -> Tables:
        """Return the tables with one more, or with another one of this name."""
        return replace(self, tables={**self.tables, name: table})


NO_TABLES = Tables(step=QueryStep(name=""), tables={})


def tables_of(context: Context, step: syntax.Sql) -> Tables:
    """Return the datasets that a `sql` step lists."""
    found: dict[str, Table] = {}
    for each in step.sources:
        dataset = dataset_named(context, each)
        read = ir.Read(schema=dataset.relation.schema, dataset=dataset.name, span=each.span)
        found[each.text] = Table(relation=read, keys=dataset.keys)
    return Tables(step=QueryStep(name=step.name.text, allowed=step.allowed, hidden=[], read=set()), tables=found)


def table_named(context: Context, tables: Tables, name: syntax.Name) -> Table:
    """Return the table, or one of which nothing is known where there is none, which is reported."""
    found = tables.tables.get(name.text)
    if found is None:
        context.report(UnknownTable(span=name.span, name=name.text, suggestion=_suggestion(context, tables, name.text)))
        return Table(relation=ir.Rows(schema=OPEN, rows=()))
    tables.step.read.add(name.text)
    return replace(found, relation=replace(found.relation, span=name.span)) if _is_read(found) else found


def _is_read(table: Table) -> bool:
    return isinstance(table.relation, ir.Read)


def _suggestion(context: Context, tables: Tables, name: str) -> str:
    if name in context.names:
        return (
            f"the step does not list `{name}`: write `sql {tables.step.name} from {', '.join([*tables.tables, name])}`"
        )
    return did_you_mean(name, tables.tables) or "the step lists no datasets"


def with_names(context: Context, table: Table, names: tuple[syntax.Name, ...], what: str, span: Span) -> Table:
    """Return the table with other names for its first columns, as `t (a, b)` gives them."""
    schema = table.relation.schema
    if not names or schema.is_open:
        return table
    if len(names) > len(schema):
        finding = ColumnsDoNotMatch(
            span=span, what=what, actual=columns(len(schema)), expected=f"{len(names)} names are"
        )
        context.report(finding)
        return Table(relation=ir.Rows(schema=OPEN, rows=()))
    new = {field.name: name.text for field, name in zip(schema, names, strict=False)}
    assignments = [ir.Assignment(new.get(each.name, each.name), each.value) for each in columns_as_they_are(schema)]
    kept = {each.value.name: each.name for each in assignments if isinstance(each.value, ir.Column)}
    if all(old == new_ for old, new_ in kept.items()):
        return table
    return Table(relation=projection(table.relation, assignments), keys=renamed(table.keys, kept))


def columns(count: int) -> str:
    """Return a number of columns in words."""
    return f"{count} column{'' if count == 1 else 's'}"


def uses_of(query: syntax.Query, name: str) -> int:
    """Return how many times a query reads a table of this name, other tables of that name among them."""
    return sum(isinstance(each, syntax.TableRef) and each.name.text == name for each in _nodes(query))


def _nodes(node: syntax.Node) -> Iterator[syntax.Node]:
    pending: list[object] = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, tuple):
            pending += each
        elif isinstance(each, syntax.Node):
            yield each
            pending += (getattr(each, name) for name in each.__struct_fields__)
