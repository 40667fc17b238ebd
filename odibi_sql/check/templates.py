"""Texts with holes: `"data/{day:%Y/%m/%d}/*.csv"`, filled with the values of parameters."""

from __future__ import annotations

import datetime
import re

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics import Span, did_you_mean
from odibi_sql.diagnostics.params_errors import BadHole, UnknownHole

LETTERS = "YmdHMSfyj"  # what `%` can stand before: they mean the same wherever a run takes place
_PIECES = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)\}|(?P<open>\{)")


def filled(context: Context, text: syntax.Text) -> str | None:
    """Return the text with its holes filled; None where one cannot be, which is reported."""
    parts: list[str] = []
    position, is_whole = 0, True
    for piece in _PIECES.finditer(text.value):
        parts.append(text.value[position : piece.start()])
        position = piece.end()
        if piece["open"] is not None:
            problem = "a brace is opened and not closed"
            _bad(context, _place(text, piece), problem, "write `{{` where a brace is meant")
            is_whole = False
        elif piece["inside"] is None:
            parts.append(piece[0][0])
        else:
            value = _hole(context, piece["inside"], _place(text, piece))
            is_whole = is_whole and value is not None
            parts.append(value or "")
    parts.append(text.value[position:])
    return "".join(parts) if is_whole else None


def _hole(context: Context, inside: str, span: Span) -> str | None:
    name, colon, form = inside.partition(":")
    name = name.strip()
    parameter = context.parameters.get(name)
    if not name:
        _bad(context, span, "a hole of this text has no name", "write `{name}` with a parameter's name")
        return None
    if parameter is None:
        suggestion = did_you_mean(name, context.parameters) or f"declare it: `param {name} string`"
        context.report(UnknownHole(span=span, name=name, suggestion=suggestion))
        return None
    if parameter.type == ir.UNKNOWN:
        return None
    if parameter.value is None:
        _bad(context, span, f"the parameter `{name}` is null, which is no text", "give it a value")
        return None
    return _formatted(context, name, parameter, form, span) if colon else text_of(parameter)


def _formatted(context: Context, name: str, parameter: ir.Literal, form: str, span: Span) -> str | None:
    if not isinstance(parameter.value, datetime.date):
        problem = f"`{name}` is {parameter.type}, and a format is for dates and timestamps"
        _bad(context, span, problem, f"write `{{{name}}}`")
        return None
    for letter in re.findall(r"%(.?)", form.replace("%%", "")):
        if letter not in LETTERS or not letter:
            known = ", ".join(f"%{each}" for each in LETTERS)
            _bad(context, span, f"`%{letter}` is not a part of a date's format", f"known are {known}")
            return None
    # `%Y` of a year before 1000 has no zeros in front on every system
    return parameter.value.strftime(form.replace("%Y", f"{parameter.value.year:04}"))


def text_of(parameter: ir.Literal) -> str:
    """Return the value of a parameter as it stands in a text: a date as 2025-11-01, a bool as true or false."""
    match parameter.value:
        case bool():
            return "true" if parameter.value else "false"
        case datetime.datetime():
            return parameter.value.isoformat(sep=" ")
        case datetime.date():
            return parameter.value.isoformat()
        case ir.Interval(months=months, days=days, microseconds=microseconds):
            return f"{months} months {days} days {microseconds} microseconds"
    return str(parameter.value)


def _bad(context: Context, span: Span, problem: str, suggestion: str) -> None:
    context.report(BadHole(span=span, problem=problem, suggestion=suggestion))


def _place(text: syntax.Text, piece: re.Match[str]) -> Span:
    """Return where a piece of the text stands in the source: the whole text where quotes in it are doubled."""
    source, start = text.span.source.text, text.span.start
    quotes = 3 if source.startswith('"""', start) else 1
    offset = start + quotes + piece.start()
    if source[offset : offset + len(piece[0])] == piece[0]:
        return Span(text.span.source, offset, offset + len(piece[0]))
    return text.span
