"""Statements as text: sqlglot's pretty printer, brought to what is read most easily."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as SqlglotDialect

from odibi_sql.lower.dialect import Dialect, is_plain
from odibi_sql.lower.typed import text

WIDTH = 80  # of what stays on one line
TYPED_LITERALS = ("DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NTZ")
OPPOSITES = {exp.In: "IN", exp.Like: "LIKE", exp.ILike: "ILIKE", exp.Between: "BETWEEN"}


def print_statement(statement: exp.Expression, dialect: Dialect) -> str:
    """Return the text of a statement, without a semicolon."""
    target = SqlglotDialect.get_or_raise(dialect.sqlglot)
    printer = _printer_class(dialect)(dialect=target, pretty=True, normalize_functions="lower", max_text_width=WIDTH)
    text: str = printer.generate(statement, copy=False)
    return text


class _Readable:
    """What is printed otherwise than sqlglot does by itself. `self` is a sqlglot generator."""

    facts: Dialect

    def identifier_sql(self: Any, expression: exp.Identifier) -> str:
        """Quote what has to be quoted, and nothing else."""
        name = expression.name
        if is_plain(name, self.facts):
            return str(name)
        quote = self.dialect.IDENTIFIER_END
        return f"{self.dialect.IDENTIFIER_START}{name.replace(quote, quote * 2)}{quote}"

    def escape_str(self: Any, text: str, *rest: Any, **options: Any) -> str:
        """Leave as they are the characters that sqlglot 30 writes as escapes and Spark reads as letters."""
        escape = super().escape_str  # type: ignore[misc]
        pieces = re.split(r"([\a\f\v])", text)
        return "".join(each if i % 2 else escape(each, *rest, **options) for i, each in enumerate(pieces))

    def paren_sql(self: Any, expression: exp.Paren) -> str:
        """Keep what fits on the line: (a + b)."""
        inner = self.sql(expression, "this")
        if "\n" not in inner:
            return f"({inner})"
        text: str = super().paren_sql(expression)  # type: ignore[misc]
        return text

    def not_sql(self: Any, expression: exp.Not) -> str:
        """Put NOT where it is spoken: x NOT IN (…)."""
        inner = expression.this
        word = OPPOSITES.get(type(inner))
        text: str = self.sql(inner)
        if word is None or inner.this is None:
            return f"NOT {text}"
        operand = self.sql(inner, "this")
        return f"{operand} NOT{text[len(operand) :]}" if text.startswith(f"{operand} {word}") else f"NOT {text}"

    def cast_sql(self: Any, expression: exp.Cast, safe_prefix: str | None = None) -> str:
        """Print a date as DATE '2025-11-01'."""
        kind = expression.to.sql(self.dialect)
        value = expression.this
        if not safe_prefix and kind in TYPED_LITERALS and isinstance(value, exp.Literal) and value.is_string:
            return f"{kind} {self.sql(value)}"
        text: str = super().cast_sql(expression, safe_prefix)  # type: ignore[misc]
        return text

    def filter_sql(self: Any, expression: exp.Filter) -> str:
        """Keep the condition of an aggregate on its line."""
        return f"{self.sql(expression, 'this')} FILTER (WHERE {self.sql(expression.expression, 'this')})"


def _struct(self: Any, expression: exp.Struct) -> str:
    """Print {'a': 1, 'b': 2}, a line for each member where that is too long for one."""
    members = [f"{self.sql(text(each.name))}: {self.sql(each, 'expression')}" for each in expression.expressions]
    line = f"{{{', '.join(members)}}}"
    if len(line) <= WIDTH - 20:
        return line
    return str("{\n" + self.indent(",\n".join(members), level=1, pad=0) + "\n}")


@cache
def _printer_class(dialect: Dialect) -> Any:
    base = SqlglotDialect.get_or_raise(dialect.sqlglot).generator_class
    transforms = {kind: how for kind, how in base.TRANSFORMS.items() if kind is not exp.TryCast}  # CAST, for Spark
    if dialect.sqlglot == "duckdb":
        transforms[exp.Struct] = _struct
    own = {"facts": dialect, "TRANSFORMS": transforms}
    return type("Printer", (_Readable, base), own)
