"""Reads the text of `sql` steps, in any dialect that sqlglot knows, into the query nodes of `syntax`."""

from odibi_sql.sql.steps import read_queries

__all__ = ["read_queries"]
