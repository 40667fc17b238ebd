"""What is wrong with the text itself: kinds of syntax errors."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic


class NotADuration(Diagnostic, frozen=True, kw_only=True):
    """x"""

    code: ClassVar[str] = "not-a-duration"
    title: ClassVar[str] = "`{text}` is not a duration"
    text: str


class NotAWholeNumber(Diagnostic, frozen=True, kw_only=True):
    """x"""

    code: ClassVar[str] = "not-a-whole-number"
    title: ClassVar[str] = "`{text}` is not a whole number"
    text: str


class RepeatedClause(Diagnostic, frozen=True, kw_only=True):
    """x"""

    code: ClassVar[str] = "repeated-clause"
    title: ClassVar[str] = "`{clause}` is written twice"
    clause: str


class TooDeep(Diagnostic, frozen=True, kw_only=True):
    """x"""

    code: ClassVar[str] = "too-deep"
    title: ClassVar[str] = "this is nested more than {deepest} deep"
    deepest: int


class Unexpected(Diagnostic, frozen=True, kw_only=True):
    """x"""

    code: ClassVar[str] = "syntax"
    title: ClassVar[str] = "`{found}` cannot stand here"
    hint: ClassVar[str] = "expected {expected}"
    found: str
    expected: str


class EmptyFile(Diagnostic, frozen=True, kw_only=True):
    """x"""

    code: ClassVar[str] = "empty-file"
    title: ClassVar[str] = "there is no statement in this file"
