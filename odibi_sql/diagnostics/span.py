"""A text and a place in it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property


class Source:
    """The text of one file; `name` is what messages call it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins, in order."""
        starts = [0]
        for offset, character in enumerate(self.text):
            if character == "\n":
                starts.append(offset + 1)
        return starts

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of `offset`, both counted from 1, in characters."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """Return line `line` (counted from 1) without its end."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] - 1 if line < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")


class Span:
    """The characters `start` to `end` (excluded) of a source.

    Two spans are always equal: a place is no part of what a tree or a graph means, and two
    texts that differ only in layout are one graph.
    """

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        line, column = self.source.line_and_column(self.start)
        return f"{self.source.name}:{line}:{column}"

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    def is_in(self, other: Span) -> bool:
        """Whether it lies inside of `other`."""
        return self.source is other.source and other.start <= self.start and self.end <= other.end

    def to(self, other: Span) -> Span:
        """Return the span from the beginning of this one to the end of `other`; this one where that is of another
        text."""
        if self.source is not other.source:
            return self
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))
