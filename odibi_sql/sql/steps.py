"""The `sql` steps of a pipeline, each with its query read. Nothing heavy is loaded where there is none."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import syntax
from odibi_sql.diagnostics import Diagnostic


def read_queries(tree: syntax.Tree) -> tuple[syntax.Tree, tuple[Diagnostic, ...]]:
    """Return the tree with the query of each `sql` step in place, and what is wrong with those that could not be read.

    A step whose query is wrong keeps `query=None`; what it would give is then not known to `check`, which says
    no more about it.
    """
    if not any(isinstance(statement, syntax.Sql) for statement in tree.statements):
        return tree, ()
    from odibi_sql.sql.read import read_query

    every = (*tree.brought, *tree.statements)
    funcs = frozenset(each.name.text.lower() for each in every if isinstance(each, syntax.Func))
    findings: list[Diagnostic] = []
    statements: list[syntax.Statement] = []
    for statement in tree.statements:
        if isinstance(statement, syntax.Sql):
            query, found = read_query(statement, funcs)
            findings += found
            statement = replace(statement, query=query)
        statements.append(statement)
    return replace(tree, statements=tuple(statements)), tuple(findings)
