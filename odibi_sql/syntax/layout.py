"""Text laid out in lines: pieces with places to break between them, and comments put where they stood.

A printer writes pieces into a `Writer` in the order of the text. A group stands on one line if it fits; if not, all of
its lines are broken (a `fill` line only where the next piece does not fit). `laid_out` is linear in the pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import msgspec

from odibi_sql.diagnostics import Span
from odibi_sql.syntax.scan import Comment

WIDTH = 100
_TOO_WIDE = 10_000


class Piece(msgspec.Struct, gc=False):
    """A piece of text, a place to break, or a mark of where something begins or ends."""

    kind: Literal["text", "line", "fill", "hard", "open", "close", "nest", "unnest"]
    text: str = ""  # of a line: what stands there where it is not broken
    start: int = -1  # of a text that stands in the source: where
    size: int = 0  # of a nest: by how much; of an open group and a fill line: its width
    above: list[str] | None = None  # comments on lines of their own, before what follows this line
    behind: list[str] | None = None  # comments behind this text


class Writer:
    """Takes the pieces of a text in its order."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []

    def text(self, text: str) -> None:
        """Write words that stand in no particular place of the source."""
        self.pieces.append(Piece("text", text))

    def leaf(self, span: Span, text: str) -> None:
        """Write what stands at a place of the source: comments before it stay before it."""
        self.pieces.append(Piece("text", text, span.start))

    def line(self, flat: str = " ") -> None:
        """Break here if the group is broken."""
        self.pieces.append(Piece("line", flat))

    def fill(self) -> None:
        """Break here if the next piece does not fit."""
        self.pieces.append(Piece("fill", " "))

    def hard(self) -> None:
        """Break here."""
        self.pieces.append(Piece("hard"))

    @contextmanager
    def group(self, indent: int = 0) -> Iterator[None]:
        """Hold the pieces on one line if they fit; broken lines are indented."""
        self.pieces.append(Piece("open"))
        self.pieces.append(Piece("nest", size=indent))
        yield
        self.pieces.append(Piece("unnest"))
        self.pieces.append(Piece("close"))

    @contextmanager
    def nest(self, indent: int) -> Iterator[None]:
        """Indent the broken lines."""
        self.pieces.append(Piece("nest", size=indent))
        yield
        self.pieces.append(Piece("unnest"))


def laid_out(pieces: list[Piece], comments: Sequence[Comment]) -> str:
    """Return the text in lines, without a line end after the last one, with the comments at their places."""
    _place_comments(pieces, comments)
    _measure(pieces)
    return _printed(pieces)


def _place_comments(pieces: list[Piece], comments: Sequence[Comment]) -> None:
    """Hang each comment behind the text before it, or above the line that the next text begins."""
    waiting = list(reversed(comments))
    last_text = last_line = owed = -1  # owed: a text with a comment behind it, after which no line is broken yet
    for index, piece in enumerate(pieces):
        if piece.kind in ("line", "fill", "hard"):
            last_line = index
        if piece.kind != "text" or piece.start < 0:
            continue
        while waiting and waiting[-1].start < piece.start:
            comment = waiting.pop()
            if last_line > last_text and not comment.is_trailing:
                _add_above(pieces[last_line], comment)
            else:
                _add_behind(pieces[max(last_text, 0)], comment)
                owed = max(last_text, 0)
        if 0 <= owed < last_line:
            pieces[last_line].kind = "hard"
            owed = -1
        last_text = index
    for comment in reversed(waiting):
        _add_behind(pieces[last_text], comment)


def _add_above(line: Piece, comment: Comment) -> None:
    line.kind = "hard"
    line.above = [*(line.above or ()), comment.text]


def _add_behind(text: Piece, comment: Comment) -> None:
    text.behind = [*(text.behind or ()), comment.text]


def _measure(pieces: list[Piece]) -> None:
    """Set the width of each group, and of what stands between a fill line and the next place to break."""
    opened: list[tuple[Piece, int]] = []
    total = 0
    for piece in pieces:
        match piece.kind:
            case "open":
                opened.append((piece, total))
            case "close":
                group, before = opened.pop()
                group.size = total - before
            case "hard":
                total += _TOO_WIDE
            case "text" if "\n" in piece.text:
                total += _TOO_WIDE
            case "text" | "line" | "fill":
                total += len(piece.text)
    after = 0
    for piece in reversed(pieces):
        match piece.kind:
            case "line" | "fill" | "hard":
                piece.size = after
                after = 0
            case "close":
                piece.size = after
            case "text":
                after += len(piece.text.partition("\n")[0])


def _printed(pieces: list[Piece]) -> str:
    out: list[str] = []
    indents, flats = [0], [False]
    column, behind = 0, list[str]()
    ends = _ends(pieces)
    for index, piece in enumerate(pieces):
        match piece.kind:
            case "text":
                out.append(piece.text)
                _, newline, last = piece.text.rpartition("\n")
                column = len(last) if newline else column + len(last)
                behind += piece.behind or ()
            case "open":
                tail = pieces[ends[index]].size
                flats.append(flats[-1] or column + piece.size + tail <= WIDTH)
            case "close":
                flats.pop()
            case "nest":
                indents.append(indents[-1] + piece.size)
            case "unnest":
                indents.pop()
            case "line" if flats[-1]:
                out.append(piece.text)
                column += len(piece.text)
            case "fill" if flats[-1] or column + 1 + piece.size <= WIDTH:
                out.append(piece.text)
                column += 1
            case _:
                _break(out, behind, piece.above or [], indents[-1])
                column, behind = indents[-1], []
    out += ["  " + behind[0], *("\n" + comment for comment in behind[1:])] if behind else []
    return "".join(out)


def _ends(pieces: list[Piece]) -> dict[int, int]:
    """Return for each group where it ends."""
    ends, opened = {}, list[int]()
    for index, piece in enumerate(pieces):
        if piece.kind == "open":
            opened.append(index)
        elif piece.kind == "close":
            ends[opened.pop()] = index
    return ends


def _break(out: list[str], behind: list[str], above: list[str], indent: int) -> None:
    """End a line, with the comments behind it and above the next one."""
    blanks = "\n" + " " * indent
    if behind:
        out.append("  " + behind[0])
    out += [blanks + comment for comment in behind[1:] + above]
    out.append(blanks)
