"""Which names an expression can use, and what each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from odibi_sql import ir

if TYPE_CHECKING:
    from odibi_sql.check.queries_tables import Tables


class Visible(msgspec.Struct, frozen=True, kw_only=True):
    """One column that can be named: as `name`, and as `qualifier.name` where there is a qualifier.

    `value` is what the name stands for in the relation that the scope belongs to, mostly an `ir.Column` (whose own name
    can be another one: where both sides of a join have a column `id`, the right one is kept as `c.id`).
    """

    name: str
    value: ir.Expr
    qualifier: str | None = None  # the dataset or its alias
    needs_qualifier: bool = False  # it can be named as `qualifier.name` only (the other side of a join's condition)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The names of one place. `outer` is the query around a subquery: its columns become `ir.Outer`.

    `is_open`: something that feeds it is wrong already, so an unknown name gets an unknown type and no finding.
    `is_func`: the names are parameters of a func, which sees no rows.
    `what` is how messages call the place ("`orders`", "the join of `a` and `b`").
    `keys`: sets of columns (of the relation) of which no two rows share the values. `ties`: the columns that break the
    ties of a window's order (None: all). `constants_only`: no rows are here, and a name can be a parameter alone.
    """

    columns: tuple[Visible, ...]
    outer: Scope | None = None
    is_open: bool = False
    what: str = ""
    keys: tuple[frozenset[str], ...] = ()
    ties: tuple[ir.Column, ...] | None = None
    constants_only: bool = False
    is_func: bool = False
    tables: Tables | None = None  # what a subquery here can read


def scope_of(schema: ir.Schema, qualifier: str | None = None, outer: Scope | None = None) -> Scope:
    """Return the scope of a relation's own columns."""
    columns = tuple(Visible(name=field.name, qualifier=qualifier, value=column_of(field)) for field in schema)
    return Scope(columns=columns, outer=outer, is_open=schema.is_open, what=f"`{qualifier}`" if qualifier else "")


def column_of(field: ir.Field) -> ir.Column:
    """Return the expression that is this column."""
    return ir.Column(type=field.type, nullable=field.nullable, name=field.name)
