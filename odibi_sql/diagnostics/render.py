"""A diagnostic as a picture: title, place, the line with the text underlined, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable

from odibi_sql.diagnostics.diagnostic import Diagnostic
from odibi_sql.diagnostics.span import Span

LONGEST_LINE = 200  # characters of a line that a picture shows


def render(diagnostic: Diagnostic) -> str:
    """Return the picture of one diagnostic, several lines, without a line end after the last."""
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"]
    if diagnostic.span is not None:
        lines += picture(diagnostic.span, diagnostic.caption)
    for span, words in diagnostic.more:
        lines += picture(span, words)
    if diagnostic.advice:
        lines.append(f"  help: {diagnostic.advice}")
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the pictures one below the other, with the count of errors and warnings at the end."""
    every = list(diagnostics)
    errors = sum(each.severity == "error" for each in every)
    counts = [_counted(errors, "error"), _counted(len(every) - errors, "warning")]
    return "\n\n".join([*map(render, every), ", ".join(filter(None, counts))])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}" if count else ""


def picture(span: Span, caption: str) -> list[str]:
    """Return the lines that show a place: where it is, and its line with the text underlined."""
    line, column = span.source.line_and_column(span.start)
    text = span.source.line_text(line)
    width = max(1, min(span.end - span.start, len(text) - column + 1))
    gutter = " " * len(str(line))
    shown, before = text.expandtabs(4), len(text[: column - 1].expandtabs(4))
    shown, before, width = _cut(_printable(shown), before, width)
    return [
        f"{gutter}--> {span.source.name}:{line}:{column}",
        f"{gutter} |",
        f"{line} | {shown}",
        f"{gutter} | {' ' * before}{'^' * width}{' ' + caption if caption else ''}",
    ]


def _cut(text: str, before: int, width: int) -> tuple[str, int, int]:
    """Return the part of a very long line around what is underlined, the length before that, and its own."""
    if len(text) <= LONGEST_LINE:
        return text, before, width
    start = max(0, min(before - LONGEST_LINE // 3, len(text) - LONGEST_LINE))
    part = text[start : start + LONGEST_LINE]
    head, tail = "…" if start else "", "…" if start + LONGEST_LINE < len(text) else ""
    return f"{head}{part}{tail}", before - start + len(head), min(width, len(part) - before + start)


def _printable(text: str) -> str:
    """Return the text with a dot for each character that would move the cursor or show nothing."""
    return text if text.isprintable() else "".join(each if each.isprintable() else "·" for each in text)
