"""What a pipeline with one sql step is told."""

from __future__ import annotations

from sql_tables import pipeline

from odibi_sql import api
from odibi_sql.diagnostics import CompileError, Diagnostic


def findings(query: str, dialect: str = "") -> tuple[Diagnostic, ...]:
    """Return all that is found, warnings too."""
    try:
        return api.check(api.from_text(pipeline(query, dialect=dialect))).warnings
    except CompileError as error:
        return error.diagnostics


def told(query: str, dialect: str = "") -> list[tuple[str, str]]:
    """Return the code and the text underlined of each error."""
    errors = [each for each in findings(query, dialect) if each.severity == "error"]
    return [(each.code, each.span.text if each.span else "") for each in errors]
