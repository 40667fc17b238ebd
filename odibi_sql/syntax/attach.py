"""What comments say to the compiler: doc comments, and `# odibi: allow NAME`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from odibi_sql.syntax.operators import Operator
from odibi_sql.syntax.scan import Comment
from odibi_sql.syntax.statements import Statement
from odibi_sql.syntax.words import Tokens

_ALLOW = re.compile(r"#\s*odibi:\s*allow\s+(.+)$", re.IGNORECASE)
Noted = TypeVar("Noted", Statement, Operator)


class Notes(msgspec.Struct, frozen=True):
    """The comments that say something, by the number of tokens before them."""

    docs: dict[int, list[str]]
    allowed: dict[int, list[tuple[bool, tuple[str, ...]]]]  # with whether they stand behind a token on its line


def notes_of(comments: Iterable[Comment]) -> Notes:
    """Sort out the comments that say something."""
    notes = Notes({}, {})
    for comment in comments:
        if is_doc(comment):
            notes.docs.setdefault(comment.before, []).append(comment.text[2:].removeprefix(" "))
        elif found := _ALLOW.match(comment.text):
            names = tuple(name.strip() for name in found[1].split(",") if name.strip())
            notes.allowed.setdefault(comment.before, []).append((comment.is_trailing, names))
    return notes


def is_doc(comment: Comment) -> bool:
    """Return whether a comment is a doc comment: two `#`, on a line of its own."""
    return comment.text.startswith("##") and not comment.text.startswith("###") and not comment.is_trailing


def with_allowed(node: Noted, notes: Notes, first: int, end: int) -> Noted:
    """Return a node with the warnings silenced on and above its tokens, `first` to `end` (excluded)."""
    if not notes.allowed:
        return node
    allowed = tuple(_allowed(notes, first, end))
    return msgspec.structs.replace(node, allowed=allowed) if allowed else node


def _allowed(notes: Notes, first: int, end: int) -> Iterator[str]:
    """Yield the names: above the first token, between the tokens, and behind the last one on its line."""
    for before in range(first, end + 1):
        for is_trailing, names in notes.allowed.get(before, ()):
            if first < before < end or is_trailing == (before == end):
                yield from names


def with_notes(statement: Statement, notes: Notes, tokens: Tokens, first: int, end: int) -> Statement:
    """Return a statement with its doc comment, and with the warnings silenced before its first operator."""
    doc = notes.docs.get(first)
    if doc:
        statement = msgspec.structs.replace(statement, doc="\n".join(doc))
    if not notes.allowed:
        return statement
    header = next((index for index in range(first, end) if tokens[index].kind == "BAR"), end)
    return with_allowed(statement, notes, first, header)
