"""Names, types and meaning: a tree becomes a typed graph, or all that is wrong with it, each with its place."""

from odibi_sql.check.check import Checked, check, check_cases
from odibi_sql.check.tests import Case, Expected

__all__ = ["Case", "Checked", "Expected", "check", "check_cases"]
