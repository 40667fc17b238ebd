"""Where an expression stands: what it can see, what can be called there, how deep it is."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.check.context import Context
from odibi_sql.check.scope import Scope
from odibi_sql.diagnostics import Diagnostic, Span
from odibi_sql.ir.walk import parts

DEEPEST = 100  # levels; what walks over expressions takes a few Python frames for each
LARGEST = 1_000  # parts of one value that others are put into


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of an expression. `inside` is the call of which it is an argument, if that matters."""

    context: Context
    scope: Scope
    aggregates: bool = False  # aggregates can be called here
    windows: bool = False  # calls over a window can stand here
    inside: OneOf["", "aggregate", "window"] = ""
    allowed: tuple[str, ...] = ()  # warnings that are silenced
    depth: int = 0

    def report(self, finding: Diagnostic) -> None:
        """Keep a finding."""
        self.context.report(finding, self.allowed)

    def deeper(self, levels: int = 1) -> Place:
        """Return the place of a part."""
        return replace(self, depth=self.depth + levels)


class Operand(msgspec.Struct, frozen=True):
    """A typed part of an expression and where it stands."""

    value: ir.Expr
    span: Span

    @property
    def type(self) -> ir.Type:
        """The type of the value."""
        return self.value.type


def unknown() -> ir.Literal:
    """Return what stands for an expression that is wrong: it fits everywhere and is told no second time."""
    return ir.Literal(type=ir.UNKNOWN, value=None)


def is_unknown(*values: ir.Expr | Operand) -> bool:
    """Whether one of them is wrong already."""
    return any(isinstance(each.type, ir.Unknown) for each in values)


def is_too_large(value: ir.Expr) -> bool:
    """Whether values that stand in for names, one in another, have grown beyond what can be worked with."""
    left, size = [(value, 1)], 0
    while left and size <= LARGEST:
        part, depth = left.pop()
        if depth > DEEPEST:
            return True
        size += 1
        left += [(each, depth + 1) for each in parts(part)]
    return size > LARGEST


def with_article(type_: ir.Type) -> str:
    """Return the type as a message names a value of it: "an int64", "a string", "null"."""
    if isinstance(type_, ir.Null):
        return "null"
    name = str(type_)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
