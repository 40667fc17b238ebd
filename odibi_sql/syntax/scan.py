"""From a text to tokens, with the comments beside them. What cannot be a token is reported and passed over."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from odibi_sql.diagnostics import Diagnostic, Source, Span
from odibi_sql.diagnostics.syntax_errors import SqlComment
from odibi_sql.diagnostics.text_errors import (
    BackslashQuote,
    BadNumber,
    DoubleEquals,
    ForeignMark,
    Semicolon,
    UnclosedName,
    UnclosedText,
    UnknownCharacter,
)
from odibi_sql.syntax import tables
from odibi_sql.syntax.words import UNITS, Token

END = "$END"
# What other languages write: what it is read as here (None: as nothing), and what is written here.
FOREIGN_MARKS: dict[str, tuple[str | None, str]] = {
    "===": ("=", "equality is `=`, and `is not distinct from` where nulls are equal too"),
    "!==": ("<>", "the opposite of `=` is `<>`"),
    "<=>": ("=", "equality that takes nulls as equal is `is not distinct from`"),
    "**": ("*", "a power is `power(a, b)`"),
    ":=": ("=", "a name is given by `=`: `name = value`"),
    "=>": ("=", "an argument by name is `name: value`, a function of an element is `x -> x + 1`"),
    "&&": ("and", "both of two conditions is `and`"),
    "/*": (None, "a comment begins with `#` and ends with its line"),
}
CURLY_QUOTES = "“”„‘’‚«»"
STRAIGHT_QUOTES = "a string stands between straight quotes: '…' or \"…\""
FOREIGN_CHARACTERS = {
    "!": "the opposite of a condition is `not`",
    "&": "both of two conditions is `and`; bits are `bit_and(a, b)`",
    "^": "a power is `power(a, b)`",
    "~": "patterns are matched by `regexp_matches(text, pattern)` and `like`",
    "$": "parameters and columns are written by their name alone",
    "@": "parameters and columns are written by their name alone",
    "?": "a choice is `case when … then … else … end`, a value for null is `coalesce(a, b)`",
    "\\": "a line goes on without any mark: line ends never matter",
    "–": "minus is the plain `-`",
    "—": "minus is the plain `-`",
    "−": "minus is the plain `-`",
    "≠": "not equal is `<>`",
    "≤": "at most is `<=`",
    "≥": "at least is `>=`",
    "→": "a function of an element is `x -> x + 1`",
}


class Comment(msgspec.Struct, frozen=True, gc=False):
    """A comment; `text` with its `#`."""

    start: int
    end: int
    text: str
    before: int  # how many tokens stand before it
    is_trailing: bool  # on the line of the token before it


class Scanned(msgspec.Struct, frozen=True):
    """A text in tokens: the last three are `$END`."""

    tokens: list[Token]
    comments: list[Comment]
    errors: list[Diagnostic]


def scan(source: Source) -> Scanned:
    """Return the tokens, the comments and what is wrong with them, each in the order of the text."""
    found = Scanned([], [], [])
    text, position, size = source.text, 0, len(source.text)
    pattern, marks = _pattern(), tables.load().marks
    match_at = pattern.match
    while position < size:
        match = match_at(text, position)
        position = _unmatched(source, position, found) if match is None else _matched(source, match, marks, found)
    found.tokens.extend([Token(END, size, size, "")] * 3)
    return found


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(tables.load().scanner)


def _matched(source: Source, match: re.Match[str], marks: dict[str, str], found: Scanned) -> int:
    """Take one token, and return where the next begins."""
    kind, start, end, text = match.lastgroup, match.start(), match.end(), match.group()
    match kind:
        case "SPACE":
            return end
        case "WORD":
            found.tokens.append(Token("WORD", start, end, text, text.lower()))
        case "MARK":
            return _mark(source, start, end, marks[text], found)
        case "COMMENT":
            found.comments.append(_comment(source, start, end, found.tokens))
        case "NUMBER":
            return _number(source, start, end, found)
        case "STRING" if text.startswith('"""'):
            return _unclosed(source, start, found)
        case _:
            assert kind is not None
            found.tokens.append(Token(kind, start, end, text))
            if kind == "STRING" and text.endswith("\\" + text[0]):
                return _after_backslash(source, start, end, found)
    return end


def _mark(source: Source, start: int, end: int, kind: str, found: Scanned) -> int:
    if _is_sql_comment(source.text, start):
        found.errors.append(SqlComment(span=Span(source, start, start + 2), mark="--"))
        return _line_end(source, start)
    for size in (3, 2):
        foreign = source.text[start : start + size]
        if foreign in FOREIGN_MARKS:
            return _foreign_mark(source, start, foreign, found)
    text = source.text[start:end]
    if source.text.startswith("==", start):
        found.errors.append(DoubleEquals(span=Span(source, start, start + 2)))
        end = start + 2
    found.tokens.append(Token(kind, start, end, text))
    return end


def _is_sql_comment(text: str, start: int) -> bool:
    """Return whether `--` begins a line or has a blank behind it: `a--1` is minus minus."""
    if not text.startswith("--", start):
        return False
    return text[start + 2 : start + 3] == " " or not text[text.rfind("\n", 0, start) + 1 : start].strip()


def _foreign_mark(source: Source, start: int, foreign: str, found: Scanned) -> int:
    meant, instead = FOREIGN_MARKS[foreign]
    end = start + len(foreign)
    if foreign == "/*":
        close = source.text.find("*/", end)
        end = close + 2 if close >= 0 else len(source.text)
    found.errors.append(ForeignMark(span=Span(source, start, start + len(foreign)), found=foreign, instead=instead))
    if meant is not None:
        kind = tables.load().marks.get(meant, "WORD")
        found.tokens.append(Token(kind, start, end, meant, meant if kind == "WORD" else ""))
    return end


def _comment(source: Source, start: int, end: int, tokens: list[Token]) -> Comment:
    last = tokens[-1].end if tokens else 0
    is_trailing = bool(tokens) and "\n" not in source.text[last:start]
    return Comment(start, end, source.text[start:end].rstrip(), len(tokens), is_trailing)


def _number(source: Source, start: int, end: int, found: Scanned) -> int:
    """Take a number; letters right behind it are a unit of time, or a mistake."""
    tail = _TAIL.match(source.text, end)
    found.tokens.append(Token("NUMBER", start, end, source.text[start:end]))
    if tail is None or tail.group().lower() in UNITS:
        return end
    found.errors.append(BadNumber(span=Span(source, start, tail.end()), text=source.text[start : tail.end()]))
    return tail.end()


_TAIL = re.compile(r"(?:\.?\w)+")


def _after_backslash(source: Source, start: int, end: int, found: Scanned) -> int:
    """Report `'it\\'s'`: the string ends at the second quote, and a word follows at once."""
    text = source.text
    close = text.find(text[start], end, _line_end(source, end))
    if close < 0 or not text[end].isalnum():
        return end
    found.errors.append(BackslashQuote(span=Span(source, end - 2, end), quote=text[start]))
    found.tokens[-1] = Token("STRING", start, close + 1, text[start : close + 1])
    return close + 1


def _unmatched(source: Source, start: int, found: Scanned) -> int:
    """Report what begins no token, and return where to go on."""
    text = source.text
    character = text[start]
    if character in "'\"`":
        return _unclosed(source, start, found)
    for size in (3, 2):
        if text[start : start + size] in FOREIGN_MARKS:
            return _foreign_mark(source, start, text[start : start + size], found)
    span = Span(source, start, start + 1)
    if character in CURLY_QUOTES:
        return _curly_text(source, start, found)
    if character == ";":
        found.errors.append(Semicolon(span=span))
    elif character in FOREIGN_CHARACTERS:
        found.errors.append(ForeignMark(span=span, found=character, instead=FOREIGN_CHARACTERS[character]))
    else:
        found.errors.append(UnknownCharacter(span=span, character=character))
    return start + 1


def _curly_text(source: Source, start: int, found: Scanned) -> int:
    """Report a string between quotes that word processors make, and take it as a string."""
    end = start + 1
    while end < len(source.text) and source.text[end] not in CURLY_QUOTES + "\n":
        end += 1
    is_closed = source.text[end : end + 1] not in ("", "\n")
    found.errors.append(
        ForeignMark(span=Span(source, start, end + is_closed), found=source.text[start], instead=STRAIGHT_QUOTES)
    )
    found.tokens.append(Token("STRING", start, end + is_closed, f'"{source.text[start + 1 : end]}"'))
    return end + is_closed


def _unclosed(source: Source, start: int, found: Scanned) -> int:
    """Report what is opened and not closed; a string is taken to end with its line, `\"\"\"` with the file."""
    text = source.text
    if text[start] == "`":
        found.errors.append(UnclosedName(span=Span(source, start, start + 1)))
        return start + 1
    quotes = '"""' if text.startswith('"""', start) else text[start]
    end = len(text) if len(quotes) == 3 else _line_end(source, start)
    found.errors.append(UnclosedText(span=Span(source, start, start + len(quotes)), quotes=quotes))
    kind = "LONG_STRING" if len(quotes) == 3 else "STRING"
    found.tokens.append(Token(kind, start, end, text[start:end] + quotes))
    return end


def _line_end(source: Source, start: int) -> int:
    found = source.text.find("\n", start)
    return len(source.text) if found < 0 else found
