"""What the language has and this version has not: told at its place, never left out silently."""

from __future__ import annotations

from odibi_sql import syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.versions_errors import NotInThisVersion

STATEMENTS: dict[type[syntax.Statement], str] = {
    syntax.Connect: "connect",
    syntax.Python: "python",
    syntax.Publish: "publish",
    syntax.Trigger: "trigger",
}


def refuse(context: Context, span: Span, what: str, instead: str = "") -> None:
    """Report that the language has this and this version has not."""
    context.report(NotInThisVersion(span=span, what=what, instead=instead))


def refuse_statement(context: Context, statement: syntax.Statement) -> bool:
    """Report a statement of a later version, and return whether it was one."""
    word = STATEMENTS.get(type(statement))
    if word is None:
        return False
    start = statement.span.start
    place = Span(statement.span.source, start, start + len(word))
    refuse(context, place if place.text.lower() == word else statement.span, f"`{word}`")
    return True


def refuse_parts_of_ingest(context: Context, statement: syntax.Ingest) -> bool:
    """Report what an ingest has of later versions; return whether its source is of one: nothing is known of it."""
    if statement.incremental is not None:
        refuse(context, statement.incremental.span, "`incremental by`")
    if statement.watermark is not None:
        refuse(context, statement.watermark[0].span.to(statement.watermark[1].span), "`watermark`")
    match statement.source:
        case syntax.ConnectionFrom(span=span):
            refuse(context, span, "reading from a connection", "this version reads files, and `values`")
            return True
        case syntax.FilesFrom(connection=connection, version=version):
            if connection is not None:
                refuse(context, connection.span, "a connection", "write the path from the pipeline's folder")
            if version is not None:
                refuse(context, version.span, "`version`")
            return connection is not None or version is not None
    return False
