"""What a word is by its place: a keyword or a name.

The parser's state says which terminals can come next. Where a keyword can come and a name cannot, the word is the
keyword; where both can, the words after it decide, by the rules of `_CONDITIONS`: a column may be called `left`,
`rows` or `store`. Only the words of `RESERVED` are never names of columns, unless between backticks.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

import msgspec

UNITS = {
    written: unit
    for unit in ("microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
    for written in (unit, unit + "s")
}
RESERVED = frozenset(("and", "between", "case", "else", "end", "false", "ilike", "in", "is", "like"))
RESERVED |= frozenset(("not", "null", "or", "then", "true", "when"))
LITERAL_TYPES = frozenset(("date", "timestamp", "timestamptz"))
STRINGS = frozenset(("STRING", "LONG_STRING"))
_WORDS_AFTER_A_VALUE = RESERVED - {"case", "false", "not", "null", "true"} | {"as"}
_OPENING = frozenset(("OPEN", "LAMBDA_OPEN", "OPEN_LIST", "OPEN_STRUCT", "MINUS", "PLUS"))
_COMPARATORS = frozenset(("EQUAL", "NOT_EQUAL", "BANG_EQUAL", "LESS", "LESS_EQUAL", "MORE", "MORE_EQUAL"))


class Token(msgspec.Struct, frozen=True, gc=False):
    """A token: `kind` is a terminal of the grammar, or WORD or QUOTED_NAME, which a place makes one."""

    kind: str
    start: int
    end: int
    text: str
    word: str = ""  # of a WORD: in lower case


Tokens = Sequence[Token]  # the last one is always `$END`, three times: two can be looked ahead of every place


def terminal_at(tokens: Tokens, index: int, accepted: Container[str], keywords: dict[str, str]) -> str:
    """Return the terminal that a token is where the terminals `accepted` can come next.

    It is one of `accepted` if it can be; if not, what the token would be somewhere else.
    """
    token = tokens[index]
    if token.kind == "WORD":
        return _terminal_of_word(tokens, index, accepted, keywords)
    if token.kind == "QUOTED_NAME":
        return _terminal_by_mark(tokens[index + 1].kind, accepted) or "NAME"
    if token.kind == "OPEN" and "LAMBDA_OPEN" in accepted and _opens_a_lambda(tokens, index):
        return "LAMBDA_OPEN"
    return token.kind


def _terminal_of_word(tokens: Tokens, index: int, accepted: Container[str], keywords: dict[str, str]) -> str:
    after, word = tokens[index + 1].kind, tokens[index].word
    by_mark = _terminal_by_mark(after, accepted)
    if by_mark:
        return by_mark
    special = _SPECIAL.get(word)
    if special and special in accepted and _is_special(special, tokens, index):
        return special
    keyword = keywords.get(word)
    takes_names = "NAME" in accepted
    if keyword is not None and keyword in accepted and (not takes_names or is_keyword(keyword, tokens, index)):
        return keyword
    return "NAME" if takes_names and word not in RESERVED else keyword or "NAME"


def _terminal_by_mark(after: str, accepted: Container[str]) -> str | None:
    terminal = _BY_MARK.get(after)
    return terminal if terminal is not None and terminal in accepted else None


_BY_MARK = {"EQUAL": "TARGET", "COLON": "LABEL", "ARROW": "PARAMETER"}
_SPECIAL = {**dict.fromkeys(UNITS, "UNIT"), **dict.fromkeys(LITERAL_TYPES, "LITERAL_TYPE")}
_SPECIAL |= {"sql": "INLINE_SQL", "on": "ON_EVENT"}


def _is_special(terminal: str, tokens: Tokens, index: int) -> bool:
    match terminal:
        case "LITERAL_TYPE" | "INLINE_SQL":
            return tokens[index + 1].kind in STRINGS
        case "ON_EVENT":
            return tokens[index + 2].word == "call"
        case _:
            return True


def is_keyword(keyword: str, tokens: Tokens, index: int) -> bool:
    """Return whether a word that could be a name as well is the keyword, by what comes after it."""
    condition = _CONDITIONS.get(keyword)
    return condition is None or condition(tokens, index)


def is_name(token: Token) -> bool:
    """Return whether a token can be a name."""
    return token.kind == "QUOTED_NAME" or (token.kind == "WORD" and token.word not in RESERVED)


def begins_value(token: Token) -> bool:
    """Return whether a token begins a value: two values never stand side by side in an expression."""
    if token.kind == "WORD":
        return token.word not in _WORDS_AFTER_A_VALUE
    return token.kind in ("QUOTED_NAME", "NUMBER", "STRING", "LONG_STRING")


def starts_statement(tokens: Tokens, index: int) -> bool:
    """Return whether a statement begins here, by its first three words."""
    condition = _STATEMENTS.get(tokens[index].word)
    return condition is not None and condition(tokens, index)


def _before(*words: str) -> Callable[[Tokens, int], bool]:
    return lambda tokens, index: tokens[index + 1].word in words


def _before_kind(*kinds: str) -> Callable[[Tokens, int], bool]:
    return lambda tokens, index: tokens[index + 1].kind in kinds


def _takes_a_part(tokens: Tokens, index: int) -> bool:
    return tokens[index + 1].kind == "OPEN" and tokens[index + 3].word == "from"


def _named_then(*words: str) -> Callable[[Tokens, int], bool]:
    return lambda tokens, index: is_name(tokens[index + 1]) and tokens[index + 2].word in words


def _named_then_kind(*kinds: str) -> Callable[[Tokens, int], bool]:
    return lambda tokens, index: is_name(tokens[index + 1]) and tokens[index + 2].kind in kinds


def _before_value(tokens: Tokens, index: int) -> bool:
    is_infix = tokens[index + 1].word == "not" and tokens[index + 2].word in ("between", "ilike", "in", "like")
    return begins_value(tokens[index + 1]) and not is_infix


def _before_any_value(tokens: Tokens, index: int) -> bool:
    return _before_value(tokens, index) or tokens[index + 1].kind in _OPENING


def _before_name(tokens: Tokens, index: int) -> bool:
    return is_name(tokens[index + 1])


def _before_dataset(tokens: Tokens, index: int) -> bool:
    return is_name(tokens[index + 1]) and tokens[index + 1].word not in ("on", "as", "match")


def _layer(tokens: Tokens, index: int) -> bool:
    return is_name(tokens[index + 1]) and (tokens[index + 1].word == "layer" or not starts_statement(tokens, index + 1))


def _rows(tokens: Tokens, index: int) -> bool:
    return tokens[index + 1].kind in _COMPARATORS or tokens[index + 1].word == "between"


def _opens_a_lambda(tokens: Tokens, index: int) -> bool:
    index += 1
    while is_name(tokens[index]) and tokens[index + 1].kind == "COMMA":
        index += 2
    return is_name(tokens[index]) and tokens[index + 1].kind == "CLOSE" and tokens[index + 2].kind == "ARROW"


_STATEMENTS: dict[str, Callable[[Tokens, int], bool]] = {
    "connect": _named_then_kind("EQUAL"),
    "fragment": _named_then_kind("OPEN"),
    "func": _named_then_kind("OPEN"),
    "ingest": _named_then("from"),
    "layer": _layer,
    "on": lambda tokens, index: tokens[index + 2].word == "call",
    "param": lambda tokens, index: is_name(tokens[index + 1]) and is_name(tokens[index + 2]),
    "pipeline": _before_name,
    "publish": _named_then("to"),
    "python": _named_then("from"),
    "sql": _named_then("from"),
    "store": _named_then("to"),
    "test": _before_kind("STRING", "LONG_STRING"),
    "transform": _named_then("from"),
    "trigger": _before("cron", "every", "files"),
    "use": _before_kind("STRING", "LONG_STRING"),
}

# Statements that the third word tells for sure.
THREE_WORDS = frozenset(("connect", "fragment", "func", "ingest", "publish", "python", "sql", "store", "transform"))

_CONDITIONS: dict[str, Callable[[Tokens, int], bool]] = {
    **{word.upper(): condition for word, condition in _STATEMENTS.items()},
    "ALL": _before_value,
    "ANTI": _before_dataset,
    "ARRAY": _before_kind("LESS"),
    "ASOF": _before_dataset,
    "CAST": _before_kind("OPEN"),
    "EXTRACT": _takes_a_part,
    "CROSS": _before_dataset,
    "CURRENT": _before("row"),
    "DISTINCT": _before_any_value,
    "FRESH": _named_then("within"),
    "FULL": _before_dataset,
    "INCREMENTAL": _before("by"),
    "INNER": _before_dataset,
    "INTERVAL": _before_kind("STRING", "NUMBER"),
    "KEY": _before_name,
    "LEFT": _before_dataset,
    "MAP": _before_kind("LESS"),
    "OUTER": _before_dataset,
    "REFERENCES": _named_then("on"),
    "RIGHT": _before_dataset,
    "ROWS": _rows,
    "SCHEMA": _before_kind("OPEN"),
    "SEMI": _before_dataset,
    "STRUCT": _before_kind("LESS"),
    "TRY_CAST": _before_kind("OPEN"),
    "UNBOUNDED": _before("preceding", "following"),
    "UNIQUE": _before_value,
    "VALUES": _before_kind("OPEN"),
    "WATERMARK": _before_name,
    "WITH": _before_kind("OPEN"),
}
