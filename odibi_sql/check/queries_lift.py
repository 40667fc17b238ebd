"""What is computed beside the selected columns, for a condition or an order above them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.check.flow import fresh
from odibi_sql.ir.walk import map_outer, map_parts, outer_columns, replace_changed


class Lifted:
    """The columns of a projection; what is needed above it and is not among them becomes one more."""

    def __init__(self, columns: Iterable[ir.Assignment]) -> None:
        self.columns = list(columns)
        self.by_value: dict[ir.Expr, str] = {}
        for each in self.columns:
            self.by_value.setdefault(each.value, each.name)

    def selected(self, value: ir.Expr) -> ir.Expr | None:
        """Return the column that has this value, or None."""
        name = self.by_value.get(value)
        return None if name is None else _column(name, value)

    def column(self, value: ir.Expr, name: str) -> ir.Expr:
        """Return the column that has this value: one more, called after `name`, where there was none."""
        found = self.selected(value)
        if found is not None:
            return found
        name = fresh(value.name if isinstance(value, ir.Column) else name, {each.name for each in self.columns})
        self.columns.append(ir.Assignment(name, value))
        self.by_value[value] = name
        return _column(name, value)

    def expression(self, value: ir.Expr) -> ir.Expr:
        """Return an expression as it is written above the projection."""
        found = self.selected(value)
        if found is not None and not isinstance(value, ir.Literal):
            return found
        match value:
            case ir.Column() | ir.WindowCall():
                return self.column(value, "window")
            case ir.Exists() | ir.InQuery() | ir.ScalarQuery():
                value = self._query(value)
        return map_parts(value, self.expression)

    def _query(self, value: ir.Exists | ir.InQuery | ir.ScalarQuery) -> ir.Expr:
        """Return a subquery whose columns of the query around are those above the projection."""
        wanted = outer_columns(value.relation)
        if not wanted:
            return value
        names: dict[str, str] = {}

        def above(outer: ir.Outer) -> ir.Expr:
            column = ir.Column(type=outer.type, nullable=outer.nullable, name=outer.name)
            names[outer.name] = _name(self.column(column, outer.name))
            return replace(outer, name=names[outer.name])

        return replace_changed(value, relation=map_outer(value.relation, above))


def _column(name: str, value: ir.Expr) -> ir.Column:
    return ir.Column(type=value.type, nullable=value.nullable, name=name)


def _name(expr: ir.Expr) -> str:
    assert isinstance(expr, ir.Column)
    return expr.name
