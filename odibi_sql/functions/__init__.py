"""The catalogue of functions: what each takes, gives and means, with examples that are run, and its Ibis form."""

from odibi_sql.functions.catalogue import CATALOGUE, lookup, names
from odibi_sql.functions.describe import describe, signature, summary
from odibi_sql.functions.pattern_check import pattern_problem
from odibi_sql.functions.resolve import resolve
from odibi_sql.functions.signature import Function, Group, Kind, Mismatch, Parameter, Resolved

__all__ = [
    "CATALOGUE",
    "Function",
    "Group",
    "Kind",
    "Mismatch",
    "Parameter",
    "Resolved",
    "describe",
    "lookup",
    "names",
    "pattern_problem",
    "resolve",
    "signature",
    "summary",
]
