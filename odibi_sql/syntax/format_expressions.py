"""Expressions as text: with as few brackets as keep the meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from odibi_sql.syntax.expressions import (
    Argument,
    Between,
    Binary,
    Boolean,
    Call,
    Case,
    Cast,
    Duration,
    Expr,
    FrameBound,
    GetMember,
    In,
    Is,
    IsDistinct,
    Lambda,
    Like,
    ListOf,
    Null,
    Number,
    Reference,
    SortItem,
    StructOf,
    Subscript,
    Text,
    TypedLiteral,
    Unary,
    Window,
)
from odibi_sql.syntax.format_words import literal_text, name, number, text, type_text
from odibi_sql.syntax.layout import Writer

# How tightly an expression binds: what stands inside a tighter one gets brackets.
ANY, OR, AND, NOT, COMPARISON, CONCAT, SUM, PRODUCT, SIGN, SUFFIX, WHOLE, ALWAYS = range(12)
_BINDING = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), COMPARISON),
    "||": CONCAT,
    **dict.fromkeys(("+", "-"), SUM),
    **dict.fromkeys(("*", "/", "//", "%"), PRODUCT),
}


def write(out: Writer, node: Expr, binding: int = ANY) -> None:
    """Write an expression; in brackets where it binds less tightly than its place does."""
    if binding_of(node) >= binding:
        _write(out, node)
        return
    with out.group(2):
        out.text("(")
        _write(out, node)
        out.text(")")


def binding_of(node: Expr) -> int:
    """Return how tightly an expression binds."""
    match node:
        case Binary():
            return _BINDING[node.operator]
        case Unary():
            return NOT if node.operator == "not" else SIGN
        case Between() | In() | Is() | IsDistinct() | Like():
            return COMPARISON
        case Cast():
            return SUFFIX if _is_suffix(node) else WHOLE
        case GetMember() | Subscript() | Reference():
            return SUFFIX
        case Lambda():
            return ANY
        case _:
            return WHOLE


def _write(out: Writer, node: Expr) -> None:
    match node:
        case Number():
            out.leaf(node.span, number(node))
        case Text():
            out.leaf(node.span, text(node))
        case Boolean():
            out.leaf(node.span, "true" if node.value else "false")
        case Null():
            out.leaf(node.span, "null")
        case TypedLiteral():
            out.leaf(node.span, f"{node.kind} {literal_text(node)}")
        case Duration():
            unit = node.unit if node.amount == "1" else node.unit + "s"
            out.leaf(node.span, f"{node.amount} {unit}")
        case Reference():
            for index, part in enumerate(node.parts):
                out.leaf(part.span, "." * (index > 0) + name(part))
        case _:
            _write_compound(out, node)


def _write_compound(out: Writer, node: Expr) -> None:
    match node:
        case Binary(operator="and" | "or"):
            _chain(out, node, Writer.line)
        case Binary():
            _chain(out, node, Writer.fill)
        case Unary():
            _unary(out, node)
        case Between() | In() | Is() | IsDistinct() | Like():
            with out.group(2):
                _comparison(out, node)
        case Cast():
            _cast(out, node)
        case Case():
            _case(out, node)
        case Call():
            _call(out, node)
        case _:
            _write_structure(out, node)


def _write_structure(out: Writer, node: Expr) -> None:
    match node:
        case ListOf():
            out.leaf(node.span, "[")
            with out.group(1):
                filled(out, node.items, write)
            out.text("]")
        case StructOf():
            _struct(out, node)
        case GetMember():
            write(out, node.operand, ALWAYS if isinstance(node.operand, Number | Reference) else SUFFIX)
            out.leaf(node.name.span, "." + name(node.name))
        case Subscript():
            write(out, node.operand, SUFFIX)
            out.text("[")
            write(out, node.index)
            out.text("]")
        case Lambda():
            is_alone = len(node.parameters) == 1
            names = ", ".join(name(each, is_marked=is_alone) for each in node.parameters)
            out.leaf(node.span, f"{names} -> " if is_alone else f"({names}) -> ")
            write(out, node.body)
        case _:
            raise AssertionError(f"only a sql step has {type(node).__name__}")


def _chain(out: Writer, node: Binary, line: Callable[[Writer], None]) -> None:
    """Write `a + b - c`: what binds alike and stands to the left needs no brackets."""
    binding = _BINDING[node.operator]
    parts: list[tuple[str, Expr]] = []
    first: Expr = node
    while isinstance(first, Binary) and _BINDING[first.operator] == binding:
        parts.append((first.operator, first.right))
        first = first.left
    with out.group(2 if binding > AND else 0):
        write(out, first, binding)
        for operator, right in reversed(parts):
            line(out)
            out.text(operator + " ")
            write(out, right, binding + 1)


def _unary(out: Writer, node: Unary) -> None:
    is_word = node.operator == "not"
    is_doubled = isinstance(node.operand, Unary) and not is_word
    out.leaf(node.span, node.operator + " " * (is_word or is_doubled))
    write(out, node.operand, NOT if is_word else SIGN)


def _comparison(out: Writer, node: Between | In | Is | IsDistinct | Like) -> None:
    write(out, node.left if isinstance(node, IsDistinct) else node.operand, COMPARISON)
    negation = "not " if node.is_negated else ""
    match node:
        case Between():
            out.text(f" {negation}between ")
            write(out, node.low, CONCAT)
            out.line()
            out.text("and ")
            write(out, node.high, CONCAT)
        case In():
            out.text(f" {negation}in (")
            filled(out, node.items, write)
            out.text(")")
        case Is():
            out.text(f" is {negation}{node.what}")
        case IsDistinct():
            out.text(f" is {negation}distinct from ")
            write(out, node.right, CONCAT)
        case Like():
            _like(out, node, negation)


def _like(out: Writer, node: Like, negation: str) -> None:
    out.text(f" {negation}{'ilike' if node.ignores_case else 'like'} ")
    write(out, node.pattern, CONCAT)
    if node.escape is not None:
        out.text(" escape ")
        write(out, node.escape, CONCAT)


def _is_suffix(node: Cast) -> bool:
    """Return whether a cast was written `x :: T`."""
    return not node.is_try and bool(node.span.text) and node.span.end == node.type.span.end


def _cast(out: Writer, node: Cast) -> None:
    if _is_suffix(node):
        write(out, node.operand, SUFFIX)
        out.leaf(node.type.span, "::" + type_text(node.type))
        return
    out.leaf(node.span, "try_cast(" if node.is_try else "cast(")
    with out.group(2):
        write(out, node.operand)
        out.line()
        out.text("as ")
        out.leaf(node.type.span, type_text(node.type))
    out.text(")")


def _case(out: Writer, node: Case) -> None:
    with out.group(0):
        out.leaf(node.span, "case")
        if node.operand is not None:
            out.text(" ")
            write(out, node.operand)
        with out.nest(2):
            for branch in node.branches:
                out.line()
                out.text("when ")
                write(out, branch.condition)
                out.text(" then ")
                write(out, branch.value)
            if node.otherwise is not None:
                out.line()
                out.text("else ")
                write(out, node.otherwise)
        out.line()
        out.text("end")


def _struct(out: Writer, node: StructOf) -> None:
    out.leaf(node.span, "{")
    with out.group(1):
        for index, (each, value) in enumerate(zip(node.names, node.values, strict=True)):
            if index:
                out.text(",")
                out.line()
            out.leaf(each.span, f"{name(each, is_marked=True)}: ")
            write(out, value)
    out.text("}")


def _call(out: Writer, node: Call) -> None:
    out.leaf(node.name.span, name(node.name))
    with out.group(2):
        out.text("(")
        if node.args:
            out.line("")
        out.text("distinct " if node.is_distinct else "")
        separated(out, node.args, _argument)
        if node.order:
            out.line()
            out.text("order by ")
            separated(out, node.order, sort_item)
        with out.nest(-2):
            if node.args:
                out.line("")
        out.text(")")
    if node.where is not None:
        with out.group(2):
            out.text(" filter (where ")
            write(out, node.where)
            out.text(")")
    out.text(" ignore nulls" if node.ignore_nulls else "")
    if node.over is not None:
        _window(out, node.over)


def _argument(out: Writer, node: Argument) -> None:
    if node.name is not None:
        out.leaf(node.name.span, f"{name(node.name, is_marked=True)}: ")
    write(out, node.value)


def _window(out: Writer, node: Window) -> None:
    clauses: list[Callable[[], None]] = []
    if node.partition:
        clauses.append(lambda: _listed(out, "partition by ", node.partition, write))
    if node.order:
        clauses.append(lambda: _listed(out, "order by ", node.order, sort_item))
    if node.frame is not None:
        frame = node.frame
        clauses.append(lambda: _frame(out, frame.unit, frame.start, frame.end))
    with out.group(2):
        out.text(" over (")
        for index, clause in enumerate(clauses):
            out.line("" if index == 0 else " ")
            clause()
        with out.nest(-2):
            if clauses:
                out.line("")
        out.text(")")


def _listed(out: Writer, words: str, items: Sequence[Any], item: Callable[[Writer, Any], None]) -> None:
    with out.group(2):
        out.text(words)
        filled(out, items, item)


def _frame(out: Writer, unit: str, start: FrameBound, end: FrameBound) -> None:
    out.text(f"{unit} between ")
    _bound(out, start)
    out.text(" and ")
    _bound(out, end)


def _bound(out: Writer, node: FrameBound) -> None:
    match node.offset:
        case None:
            out.leaf(node.span, f"unbounded {node.side}")
        case Number(text="0") if node.side == "preceding":
            out.leaf(node.span, "current row")
        case offset:
            write(out, offset, CONCAT)
            out.text(f" {node.side}")


def sort_item(out: Writer, node: SortItem) -> None:
    """Write `total desc nulls first`."""
    write(out, node.value)
    out.text(" desc" if node.descending else "")
    out.text(f" nulls {node.nulls}" if node.nulls else "")


def separated(out: Writer, items: Sequence[Any], item: Callable[[Writer, Any], None]) -> None:
    """Write items with commas; all on one line, or each on its own."""
    for index, each in enumerate(items):
        if index:
            out.text(",")
            out.line()
        item(out, each)


def filled(out: Writer, items: Sequence[Any], item: Callable[[Writer, Any], None]) -> None:
    """Write items with commas, as many on a line as fit."""
    for index, each in enumerate(items):
        if index:
            out.text(",")
            out.fill()
        item(out, each)
