"""x"""
from __future__ import annotations
import msgspec
from odibi_sql.diagnostics import *
from odibi_sql.syntax.words import Token
from odibi_sql.diagnostics.syntax_errors import Unexpected
from odibi_sql.syntax.automaton import expected

class Finding(msgspec.Struct, frozen=True, kw_only=True):
    diagnostic: Diagnostic
    skips: bool = False
    terminal: str | None = None
    token: Token | None = None
    replaces: bool = False

def find(here):
    t = here.tokens[here.index]
    return Finding(diagnostic=Unexpected(span=Span(here.source,t.start,t.end), found=t.text, expected=", ".join(sorted(expected(here.states)))))
