"""Trees as short text, for tests: `(+ a (* b 2))`."""

from __future__ import annotations

from odibi_sql import syntax
from odibi_sql.diagnostics import Source
from odibi_sql.syntax.parse import parse


def expression(text: str) -> syntax.Expr:
    """Return the tree of an expression."""
    statement = parse(Source("test", f"func f() = {text}")).statements[0]
    assert isinstance(statement, syntax.Func)
    return statement.body


def operator(text: str) -> syntax.Operator:
    """Return the tree of one operator."""
    statement = parse(Source("test", f"transform a from b | {text}")).statements[0]
    assert isinstance(statement, syntax.Transform)
    (only,) = statement.operators
    return only


def short(node: object) -> str:
    """Return a node as its fields that say something, in brackets."""
    match node:
        case None:
            return "-"
        case tuple():
            return f"[{' '.join(map(short, node))}]"
        case syntax.Name(text=text) | syntax.Number(text=text):
            return text
        case syntax.Reference(parts=parts):
            return ".".join(part.text for part in parts)
        case syntax.Text(value=value):
            return repr(value)
        case syntax.Boolean(value=value):
            return str(value).lower()
        case syntax.Binary(operator=operator, left=left, right=right):
            return f"({operator} {short(left)} {short(right)})"
        case syntax.Unary(operator=operator, operand=operand):
            return f"({operator} {short(operand)})"
        case syntax.Node():
            fields = [getattr(node, name) for name in node.__struct_fields__ if name not in ("span", "doc", "allowed")]
            shown = [short(each) for each in fields if each not in (None, (), False)]
            return f"({' '.join([type(node).__name__, *shown])})"
        case _:
            return str(node)
