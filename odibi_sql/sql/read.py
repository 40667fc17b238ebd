"""One `sql` step: its text, parsed in its dialect and turned into the query nodes of `syntax`."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from odibi_sql import syntax
from odibi_sql.diagnostics import Diagnostic, did_you_mean
from odibi_sql.diagnostics.query_errors import NotOneQuery, SqlSyntax, TooDeep, UnknownDialect
from odibi_sql.sql.dialect import DUCKDB, dialect_named, dialect_names, first_index, parse
from odibi_sql.sql.places import Places
from odibi_sql.sql.queries import query_of
from odibi_sql.sql.reading import Reading

_WORDS = re.compile(r"^[A-Z]")


def read_query(
    statement: syntax.Sql, funcs: frozenset[str] = frozenset()
) -> tuple[syntax.Query | None, tuple[Diagnostic, ...]]:
    """Return the query of a `sql` step, or None and what is wrong with it. `funcs`: the names of the pipeline's own."""
    name = statement.dialect.text if statement.dialect else DUCKDB
    dialect = dialect_named(name)
    if dialect is None:
        assert statement.dialect is not None
        suggestion = did_you_mean(name, dialect_names())
        return None, (UnknownDialect(span=statement.dialect.span, dialect=name, suggestion=suggestion),)
    try:
        return _read(statement, name, dialect, funcs)
    except RecursionError:
        return None, (TooDeep(span=statement.text.span),)


def _read(
    statement: syntax.Sql, name: str, dialect: Any, funcs: frozenset[str]
) -> tuple[syntax.Query | None, tuple[Diagnostic, ...]]:
    text = statement.text.value
    try:
        tokens = dialect.tokenize(text)
    except TokenError as error:
        return None, (_not_tokens(statement, name, error),)
    places = Places(statement, tokens)
    try:
        trees = [tree for tree in parse(dialect, tokens, text) if tree is not None]
    except ParseError as error:
        return None, tuple(_not_sql(places, name, each) for each in error.errors[:1])
    stray = places.stray()
    if stray is not None:
        return None, (SqlSyntax(span=stray, dialect=name, reason="something is missing beside this"),)
    wrong = _not_one_query(places, trees)
    if wrong is not None:
        return None, (wrong,)
    reading = Reading(places=places, dialect=name, first_index=first_index(dialect), funcs=funcs)
    query = query_of(reading, trees[0])
    return (None if reading.findings else query), tuple(reading.findings)


def _not_one_query(places: Places, trees: list[exp.Expr]) -> Diagnostic | None:
    if not trees:
        return NotOneQuery(span=places.statement.text.span, what="empty")
    if len(trees) > 1:
        return NotOneQuery(span=places.span(trees[1]), what=f"{len(trees)} statements")
    if not isinstance(trees[0], exp.Query | exp.Values):
        word = places.tokens[0].text.lower()
        return NotOneQuery(span=places.whole(), what=f"{'an' if word[:1] in 'aeiou' else 'a'} `{word}`")
    return None


def _not_tokens(statement: syntax.Sql, dialect: str, error: TokenError) -> SqlSyntax:
    message = str(error.__cause__ or error)  # the reason is inside where sqlglot adds what stands around
    missing = re.match(r"Missing (\S+) from \d+:(\d+)", message)
    if missing is None:
        return SqlSyntax(span=statement.text.span, dialect=dialect, reason="a character that it has no use for")
    places = Places(statement, [])
    start = max(int(missing[2]), 0)
    span = places.at(start, start + len(missing[1]))
    return SqlSyntax(span=span, dialect=dialect, reason=f"a closing {missing[1]} is missing")


def _not_sql(places: Places, dialect: str, error: dict[str, Any]) -> SqlSyntax:
    start = len(error["start_context"])
    width = len(error["highlight"])
    reason = _in_words(error["description"])
    return SqlSyntax(span=places.at(start, start + max(width, 1)), dialect=dialect, reason=reason)


def _in_words(description: str) -> str:
    """Return sqlglot's reason as the end of a sentence."""
    if description.startswith("Invalid expression"):
        return "this word does not belong here"
    if description.startswith("Required keyword"):
        return "something is missing here"
    described = re.sub(r"<class '[\w.]*\.(\w+)'>", lambda found: found[1].lower(), description).strip(" .")
    return _WORDS.sub(lambda found: found[0].lower(), described)
