"""Names, types and meaning: a tree becomes a typed graph, or all that is wrong with it, each with its place."""

from odibi_sql.check.check import Checked, check

__all__ = ["Checked", "check"]
