"""What is wrong, where, and what to write instead: places, findings, their pictures, and the index of all kinds."""

from odibi_sql.diagnostics.diagnostic import KINDS, CompileError, Diagnostic, Severity
from odibi_sql.diagnostics.render import picture, render, render_all
from odibi_sql.diagnostics.span import Source, Span
from odibi_sql.diagnostics.suggest import did_you_mean, listed, nearest

__all__ = [
    "KINDS",
    "CompileError",
    "Diagnostic",
    "Severity",
    "Source",
    "Span",
    "did_you_mean",
    "listed",
    "nearest",
    "picture",
    "render",
    "render_all",
]
