"""SQL templates of the dialect files: read once, filled with trees."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as SqlglotDialect

from odibi_sql import ir
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.fold import parenthesized


def filled(form: str, values: dict[str, Any], dialect: Dialect) -> Any:
    """Return the tree of a template with the values in its holes: a tree, or a list of trees."""
    tree = _parse(re.sub(r"\{(\w+)\}", r"__\1__", form), dialect.sqlglot).copy()
    return tree.transform(lambda node: _put(node, values), copy=False)


def operator(name: str, dialect: Dialect, values: dict[str, Any], type_: ir.Type | None = None) -> Any:
    """Return `[operators.NAME]` of the dialect with copies of the values in it; None where there is no such entry."""
    entry = dialect.operators.get(name)
    if entry is None:
        return None
    form = entry.sql if type_ is None else entry.sql.replace("{type}", dialect.type_name(type_))
    tree = filled(form, {key: exp.Placeholder(this=key) for key in values}, dialect)
    for hole in [each for each in tree.walk() if isinstance(each, exp.Placeholder)]:
        value = values[hole.this].copy()
        if hole is tree:
            return value
        hole.replace(value)
        parenthesized(value)
    return tree


@cache
def _parse(sql: str, dialect: str) -> Any:
    return _verbatim_parser(dialect)(dialect=dialect).parse(SqlglotDialect.get_or_raise(dialect).tokenize(sql), sql)[0]


@cache
def _verbatim_parser(dialect: str) -> Any:
    """Return a parser that leaves functions as they are: a template is in the engine's own words already."""
    base = SqlglotDialect.get_or_raise(dialect).parser_class
    kept = {
        "CAST": lambda self: self._parse_cast(True),  # by itself sqlglot takes that of Spark for a TRY_CAST
        "TRY_CAST": lambda self: self._parse_cast(False, safe=True),
        "EXTRACT": base.FUNCTION_PARSERS["EXTRACT"],
    }
    return type("Verbatim", (base,), {"FUNCTIONS": {}, "FUNCTION_PARSERS": kept})


def _put(node: Any, values: dict[str, Any]) -> Any:
    if isinstance(node, exp.Var) and isinstance(node.parent, exp.Extract):
        return exp.Var(this=node.name.lower())
    name = node.name if isinstance(node, exp.Column) else ""
    if not (name.startswith("__") and name.endswith("__")):
        return node
    value = values[name[2:-2]]
    return [each.copy() for each in value] if isinstance(value, list) else value.copy()
