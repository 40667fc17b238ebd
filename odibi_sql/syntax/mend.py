"""What is wrong at a token, in the words of the language, and how the parser can read on as if it were right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from odibi_sql.diagnostics import Diagnostic, Span, did_you_mean, nearest
from odibi_sql.diagnostics.syntax_errors import (
    ExtraBracket,
    MissingBar,
    MissingComma,
    MissingName,
    MissingWord,
    MisspeltWord,
    NameAfter,
    QueryInExpression,
    ReservedWord,
    UnclosedBracket,
    Unexpected,
    UnknownOperator,
    UnknownStatement,
    WhereForFilter,
)
from odibi_sql.syntax import tables
from odibi_sql.syntax.automaton import after, expected, row_of
from odibi_sql.syntax.phrases import expected_phrase, found_phrase, mark_of
from odibi_sql.syntax.scan import END
from odibi_sql.syntax.usage import (
    OPERATORS,
    OTHER_OPERATORS,
    OTHER_STATEMENTS,
    OTHER_WORDS,
    STATEMENTS,
    WHERE_WORDS,
    usage_of,
)
from odibi_sql.syntax.words import LITERAL_TYPES, RESERVED, UNITS, Token, begins_value, starts_statement, terminal_at

if TYPE_CHECKING:
    from odibi_sql.syntax.walk import Walk

_CLOSING = {"OPEN": "CLOSE", "LAMBDA_OPEN": "CLOSE", "OPEN_LIST": "CLOSE_LIST", "OPEN_STRUCT": "CLOSE_STRUCT"}
_STRUCTURE = frozenset(("AS", "BY", "CLOSE", "CLOSE_LIST", "COLON", "END", "EQUAL", "FROM", "INTO", "KEEP"))
_STRUCTURE |= frozenset(("ON", "THEN", "TO", "USING", "WITHIN"))
_SEVERAL_WORDS = frozenset(
    ("create", "group", "left", "order", "right", "select", "with")
)  # `order by a` is not mended by `sort by a`


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and what to do: skip the token, put another in its place or before it, or give up."""

    diagnostic: Diagnostic
    skips: bool = False
    token: Token | None = None
    terminal: str | None = None  # of a token that is put before
    replaces: bool = False


class Place(msgspec.Struct, frozen=True):
    """Where it is wrong: the token, and what could stand there."""

    here: Walk
    token: Token
    span: Span
    expected: frozenset[str]

    @property
    def before(self) -> Token | None:
        """The token before it, within the statement."""
        return self.here.tokens[self.here.index - 1] if self.here.index > self.here.first else None


def find(here: Walk) -> Finding:
    """Return what is wrong at the next token: the most particular kind that fits."""
    token = here.tokens[here.index]
    start = here.tokens[here.index - 1].end if token.kind == END and here.index else token.start
    place = Place(here, token, Span(here.source, start, max(start, token.end)), expected(here.trail[-1]))
    return next(finding for rule in _RULES if (finding := rule(place)) is not None)


def _unclosed_bracket(place: Place) -> Finding | None:
    here = place.here
    if place.token.kind not in ("BAR", END) and not starts_statement(here.tokens, here.index):
        return None
    opened = _open_brackets(place)
    if not opened:
        return None
    last, closing = opened[-1], _CLOSING[opened[-1].kind]
    here.closed.add(last.start)
    diagnostic = UnclosedBracket(
        span=Span(here.source, last.start, last.end),
        opened=last.text,
        closing=mark_of(closing),
        found=found_phrase(place.token),
    )
    return _inserting(place, closing, diagnostic, looks_ahead=0) or Finding(diagnostic=diagnostic)


def _extra_bracket(place: Place) -> Finding | None:
    if place.token.kind not in _CLOSING.values() or _open_brackets(place):
        return None
    return Finding(diagnostic=ExtraBracket(span=place.span, closing=place.token.text), skips=True)


def _unknown_statement(place: Place) -> Finding | None:
    if "TRANSFORM" not in place.expected or ("BAR" in place.expected and _is_on_line_of_statement(place)):
        return None
    if "BAR" in place.expected and place.token.word in (OPERATORS | OTHER_OPERATORS):
        return None
    if place.token.kind == "BAR":
        usage = "a `|` line belongs to a step: `transform NAME from DATASET` stands above it"
        return Finding(diagnostic=UnknownStatement(span=place.span, found="`|`", suggestion=usage))
    word = place.token.word
    if word in STATEMENTS:
        return _misplaced(place, f"`{STATEMENTS[word]}`")
    near = nearest(word, STATEMENTS) if word else None
    meant = near or OTHER_STATEMENTS.get(word)
    diagnostic = UnknownStatement(
        span=place.span, found=found_phrase(place.token), suggestion=_statement_hint(word, near, meant)
    )
    mended = None if word in _SEVERAL_WORDS else _replacing(place, meant, diagnostic)
    return mended or Finding(diagnostic=diagnostic)


def _statement_hint(word: str, near: str | None, meant: str | None) -> str:
    if near:
        return f"did you mean `{near}`?"
    if meant:
        return usage_of(meant)
    if word in OPERATORS:
        return f"`{word}` is an operator: it stands in a step, after a `|`"
    return f"statements begin with {', '.join(f'`{each}`' for each in STATEMENTS)}"


def _is_on_line_of_statement(place: Place) -> bool:
    before = place.before
    return before is not None and "\n" not in place.here.source.text[before.end : place.token.start]


def _missing_bar(place: Place) -> Finding | None:
    word = place.token.word
    if "BAR" not in place.expected or (
        word not in OPERATORS and word not in OTHER_OPERATORS and word not in WHERE_WORDS
    ):
        return None
    meant = "filter" if word in WHERE_WORDS else OTHER_OPERATORS.get(word, word)
    diagnostic = MissingBar(span=place.span, operator=word, meant=meant)
    if word not in OPERATORS:
        return _inserting(place, "BAR", diagnostic, looks_ahead=0) if _begins_line(place) else None
    return _inserting(place, "BAR", diagnostic)


def _begins_line(place: Place) -> bool:
    return not _is_on_line_of_statement(place)


def _unknown_operator(place: Place) -> Finding | None:
    word = place.token.word
    if not {"FILTER", "DERIVE"} <= place.expected or not word:
        return None
    if word in WHERE_WORDS:
        where = WhereForFilter(span=place.span, found=word)
        return _replacing(place, "filter", where) or Finding(diagnostic=where)
    near = nearest(word, OPERATORS)
    meant = OTHER_OPERATORS.get(word, near)
    hint = did_you_mean(word, OPERATORS) if meant is None or meant == near else usage_of(meant)
    diagnostic = UnknownOperator(span=place.span, found=found_phrase(place.token), suggestion=hint)
    mended = None if word in _SEVERAL_WORDS else _replacing(place, meant, diagnostic)
    return mended or Finding(diagnostic=diagnostic)


def _misspelt_word(place: Place) -> Finding | None:
    word, words = place.token.word, tables.load().words
    candidates = [each for each, terminal in words.items() if terminal in place.expected and len(each) > 1]
    candidates += UNITS if "UNIT" in place.expected else []
    meant = OTHER_WORDS.get(word) or (nearest(word, candidates) if len(word) > 1 else None)
    if meant not in candidates or meant == word:
        return None
    return _replacing(place, meant, MisspeltWord(span=place.span, found=place.token.text, meant=meant))


def _name_after(place: Place) -> Finding | None:
    if place.token.word != "as" or "AS" in place.expected or "EQUAL" not in place.expected:
        return None
    return Finding(diagnostic=NameAfter(span=place.span))


def _missing_comma(place: Place) -> Finding | None:
    is_item = begins_value(place.token) or place.token.kind in ("OPEN", "OPEN_LIST", "OPEN_STRUCT")
    if "COMMA" not in place.expected or not is_item:
        return None
    diagnostic = MissingComma(span=place.span, found=found_phrase(place.token))
    return _inserting(place, "COMMA", diagnostic, looks_ahead=2 if "PLUS" in place.expected else 1)


def _missing_name(place: Place) -> Finding | None:
    if "TARGET" not in place.expected or "NUMBER" in place.expected or place.token.word in RESERVED - {"case", "not"}:
        return None
    if not begins_value(place.token) and place.token.kind not in _CLOSING:
        return None
    return Finding(diagnostic=MissingName(span=place.span, usage=_usage(place)))


def _reserved_word(place: Place) -> Finding | None:
    word = place.token.word
    if word not in RESERVED or "NAME" not in place.expected:
        return None
    if "NUMBER" in place.expected and word not in ("else", "end", "then", "when"):
        return None
    quoted = Token("QUOTED_NAME", place.token.start, place.token.end, f"`{place.token.text}`")
    if not _goes_on(place.here, list(place.here.states), quoted, 2):
        return None
    return Finding(diagnostic=ReservedWord(span=place.span, word=word), token=quoted, replaces=True)


def _missing_word(place: Place) -> Finding | None:
    possible = place.expected & (_words() | _STRUCTURE if len(place.expected) == 1 else _STRUCTURE)
    if "ON" in possible:
        possible -= {"AS"}  # an alias is nothing that has to stand there
    if "PLUS" in possible or "AND" in place.expected:
        possible -= {"EQUAL"}  # nor is a comparison
    for terminal in sorted(possible):
        diagnostic = MissingWord(
            span=place.span, missing=mark_of(terminal), found=found_phrase(place.token), usage=_usage(place)
        )
        if finding := _inserting(place, terminal, diagnostic):
            return finding
    return None


def _words() -> frozenset[str]:
    return frozenset(tables.load().words.values())


def _query(place: Place) -> Finding | None:
    before = place.before
    if before is None or before.word != "select" or place.here.tokens[place.here.index - 2].kind != "OPEN":
        return None
    return Finding(diagnostic=QueryInExpression(span=Span(place.here.source, before.start, before.end)))


def _bare_date(place: Place) -> Finding | None:
    before = place.before
    if before is None or before.word not in LITERAL_TYPES or place.token.kind != "NUMBER":
        return None
    return _misplaced(place, f"a string, as in `{before.word} '2025-11-01'`")


def _unexpected(place: Place) -> Finding:
    return _misplaced(place, expected_phrase(place.expected))


def _misplaced(place: Place, expected: str) -> Finding:
    diagnostic = Unexpected(span=place.span, found=found_phrase(place.token), expected=expected, usage=_usage(place))
    is_doubled = place.before is not None and place.before.kind == place.token.kind == "BAR"
    return Finding(diagnostic=diagnostic, skips=is_doubled)


_RULES: tuple[Callable[[Place], Finding | None], ...] = (
    _query,
    _bare_date,
    _unclosed_bracket,
    _extra_bracket,
    _unknown_operator,
    _missing_bar,
    _unknown_statement,
    _misspelt_word,
    _name_after,
    _reserved_word,
    _missing_comma,
    _missing_name,
    _missing_word,
    _unexpected,
)


def _usage(place: Place) -> str:
    """Return how the operator or the statement around the place is written."""
    here = place.here
    for index in range(here.index - 1, here.first - 1, -1):
        token = here.tokens[index]
        if index == here.first or here.tokens[index - 1].kind == "BAR":
            return usage_of(token.word)
    return ""


def _open_brackets(place: Place) -> list[Token]:
    """Return the brackets that are open at the place, the outermost first."""
    here, opened = place.here, list[Token]()
    begin = here.index
    while begin > here.first and here.tokens[begin - 1].kind != "BAR":
        begin -= 1
    for token in here.tokens[begin : here.index]:
        if token.kind in _CLOSING and token.start not in here.closed:
            opened.append(token)
        elif opened and token.kind == _CLOSING[opened[-1].kind]:
            opened.pop()
    return opened


def _inserting(place: Place, terminal: str, diagnostic: Diagnostic, looks_ahead: int = 2) -> Finding | None:
    """Return the finding with a token to be put before the place, if the text goes on well behind it."""
    states = after(place.here.states, terminal)
    if states is None:
        return None
    if looks_ahead and not _goes_on(place.here, states, place.token, looks_ahead):
        return None
    token = Token(terminal, place.token.start, place.token.start, mark_of(terminal), mark_of(terminal))
    return Finding(diagnostic=diagnostic, token=token, terminal=terminal)


def _replacing(place: Place, word: str | None, diagnostic: Diagnostic) -> Finding | None:
    """Return the finding with a word to be put in the place of the token, if the text goes on well behind it."""
    if word is None:
        return None
    token = Token("WORD", place.token.start, place.token.end, word, word)
    if not _goes_on(place.here, list(place.here.states), token, 2):
        return None
    return Finding(diagnostic=diagnostic, token=token, replaces=True)


def _goes_on(here: Walk, states: list[int], token: Token, count: int) -> bool:
    """Return whether `token` in the place of the next one, and `count` - 1 tokens behind it, can be taken."""
    for each in _with_next(here, token, count):
        index, tokens = each
        terminal = terminal_at(tokens, index, row_of(states[-1]), tables.load().words)
        taken = after(states, terminal)
        if taken is None:
            return False
        states = taken
        if terminal == END:
            return True
    return True


def _with_next(here: Walk, token: Token, count: int) -> Iterator[tuple[int, list[Token]]]:
    window = [token, *here.tokens[here.index + 1 : here.index + count + 3]]
    window += [here.tokens[-1]] * 3
    for index in range(count):
        yield index, window
