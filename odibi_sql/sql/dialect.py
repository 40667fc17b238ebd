"""sqlglot's parsers, with the few things in them changed that would change what a query means."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError
from sqlglot.tokens import TokenType

DUCKDB = "duckdb"
_KEPT = ("CAST", "TRY_CAST", "EXTRACT", "POSITION", "SUBSTRING", "TRIM", "OVERLAY")  # they have words between arguments


def dialect_named(name: str) -> Any | None:
    """Return the dialect called `name` as sqlglot knows it, or None."""
    found = Dialect.get(name.lower()) if name else None
    if found is None:
        return None
    dialect = found()
    dialect.INDEX_OFFSET = 0  # subscripts stay as they are written; `first_index` says what they count from
    return dialect


def dialect_names() -> tuple[str, ...]:
    """Return the names of all dialects."""
    from sqlglot.dialects.dialect import Dialects

    return tuple(each.value for each in Dialects if each.value)


def first_index(dialect: Any) -> int:
    """Return the number of an array's first element in this dialect: 0 or 1."""
    return int(type(dialect).INDEX_OFFSET)


def parse(dialect: Any, tokens: list[Any], text: str) -> list[exp.Expr | None]:
    """Return the statements of a text. Raises ParseError with all that is wrong.

    Of texts that are damaged badly sqlglot's parser trips over its own None's and lists; that is a ParseError here.
    """
    reader = _reader(dialect.parser_class, dialect.parser_class is Dialect.get(DUCKDB).parser_class)
    parser = reader(dialect=dialect, error_level=ErrorLevel.RAISE, error_message_context=len(text) + 1)
    try:
        with _without_remarks():
            return list(parser.parse(tokens, text))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ParseError):
            raise
        found = {"description": "nothing can be made of it", "start_context": "", "highlight": text}
        raise ParseError(str(error), errors=[found]) from error


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Keep sqlglot from writing to the log what it does not understand: it is told as an error, at its place."""
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


@cache
def _reader(parser: type[Any], is_duckdb: bool) -> type[Any]:
    """Return sqlglot's parser of a dialect, so that `a + b % c` is `a + (b % c)` and words without parts have a place.

    DuckDB's functions are left as they are written: their names are those of the language, or its aliases. Those of
    other dialects become sqlglot's classes, which `functions` translates.
    """

    class Reader(parser):  # type: ignore[misc]
        FACTOR: ClassVar[Any] = {**parser.FACTOR, TokenType.MOD: exp.Mod}
        TERM: ClassVar[Any] = {token: made for token, made in parser.TERM.items() if token != TokenType.MOD}
        if is_duckdb:
            FUNCTIONS: ClassVar[Any] = {}
            FUNCTION_PARSERS: ClassVar[Any] = {name: parser.FUNCTION_PARSERS[name] for name in _KEPT}

        def expression(self, instance: Any, token: Any = None, comments: Any = None) -> Any:
            made = super().expression(instance, token, comments)
            if self._prev and "start" not in made.meta and next(made.iter_expressions(), None) is None:
                made.update_positions(self._prev)
            return made

    return Reader
