"""Less work for the same rows: a graph in, a graph out, by rules of which each has a file."""

from odibi_sql.optimize.optimize import RULES, RuleBroke, optimize

__all__ = ["RULES", "RuleBroke", "optimize"]
