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
_LINES = frozenset(("line", "fill", "hard"))


class Piece(msgspec.Struct, gc=False):
    """A piece of text, a place to break, or a mark of where something begins or ends."""

    kind: Literal["text", "line", "fill", "hard", "open", "close", "nest", "unnest"]
    text: str = ""  # of a line: what stands there where it is not broken
    start: int = -1  # of a text that stands in the source: where
    size: int = 0  # of a nest: by how much; of an open group and a fill line: its width
    above: list[str] | None = None  # comments on lines of their own, before what follows this line
    behind: str | None = None  # a comment behind this text


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
    if comments:
        pieces = _with_comments(pieces, comments)
    _measure(pieces)
    return _printed(pieces)


def _with_comments(pieces: list[Piece], comments: Sequence[Comment]) -> list[Piece]:
    """Hang each comment behind the text before it, or above the line of the next; where none can break, make one."""
    waiting = list(reversed(comments))
    placed: list[Piece] = []
    last_text = last_line = -1
    for piece in pieces:
        if piece.kind in _LINES:
            last_line = len(placed)
        elif piece.start >= 0:
            if waiting and waiting[-1].start < piece.start:
                if last_line < last_text:
                    last_line = _insert_line(placed, len(placed), piece)
                while waiting and waiting[-1].start < piece.start:
                    _hang(waiting.pop(), placed[last_text], placed[last_line])
            last_text = len(placed)
        placed.append(piece)
    if waiting:
        _hang_last(waiting, placed, last_text, last_line)
    return placed


def _hang(comment: Comment, text: Piece, line: Piece) -> None:
    line.kind = "hard"
    if comment.is_trailing and not text.behind:
        text.behind = comment.text
    else:
        line.above = [*(line.above or ()), comment.text]


def _hang_last(waiting: list[Comment], placed: list[Piece], last_text: int, last_line: int) -> None:
    """Hang the comments after the last text that has a place: the first behind it, the others above what ends it."""
    if waiting[-1].is_trailing:
        placed[last_text].behind = waiting.pop().text
    if not waiting:
        return
    if last_line < last_text:
        after = (index for index in range(last_text + 1, len(placed)) if placed[index].text.strip())
        place = next(after, last_text)
        last_line = _line_before(placed, place)
    for comment in reversed(waiting):
        _hang(msgspec.structs.replace(comment, is_trailing=False), placed[last_text], placed[last_line])


def _line_before(placed: list[Piece], place: int) -> int:
    """Return the line break right before a text; one is made where there is none."""
    for index in range(place - 1, 0, -1):
        if placed[index].kind in _LINES:
            return index
        if placed[index].start >= 0:
            break
    return _insert_line(placed, place, placed[place])


def _insert_line(placed: list[Piece], place: int, following: Piece) -> int:
    following.text = following.text.lstrip(" ")
    if placed and placed[place - 1].kind == "text":
        placed[place - 1].text = placed[place - 1].text.rstrip(" ")
    placed.insert(place, Piece("hard"))
    return place


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
    column, behind = 0, ""
    ends = _ends(pieces)
    for index, piece in enumerate(pieces):
        match piece.kind:
            case "text":
                out.append(piece.text)
                _, newline, last = piece.text.rpartition("\n")
                column = len(last) if newline else column + len(last)
                behind = behind or piece.behind or ""
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
                column, behind = indents[-1], ""
    out.append("  " + behind if behind else "")
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


def _break(out: list[str], behind: str, above: list[str], indent: int) -> None:
    """End a line, with the comment behind it and those above the next one."""
    blanks = "\n" + " " * indent
    out.append("  " + behind if behind else "")
    out += [blanks + comment for comment in above]
    out.append(blanks)
