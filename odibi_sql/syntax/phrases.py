"""What stands somewhere and what could stand there, in the words of the language and not in the names of tokens."""

from __future__ import annotations

from odibi_sql.syntax import tables
from odibi_sql.syntax.usage import OPERATORS, STATEMENTS
from odibi_sql.syntax.words import Token

_STARTS = frozenset(each.upper() for each in STATEMENTS if each != "on") | {"ON_EVENT", "$END"}
_LITERALS = frozenset(("NUMBER", "STRING", "LONG_STRING", "NULL", "TRUE", "FALSE", "LITERAL_TYPE", "INTERVAL"))
_GROUPS = frozenset(
    ("OPEN", "OPEN_LIST", "OPEN_STRUCT", "LAMBDA_OPEN", "PARAMETER", "CASE", "CAST", "TRY_CAST", "EXTRACT")
)
_PLACES = frozenset(("UNBOUNDED", "CURRENT", "DISTINCT", "UNIQUE", "ROWS", "FRESH", "REFERENCES"))
_VALUES = _LITERALS | _GROUPS | _PLACES | {"NAME", "NOT", "MINUS", "PLUS"}
_COMPARATORS = frozenset(("EQUAL", "NOT_EQUAL", "BANG_EQUAL", "LESS", "LESS_EQUAL", "MORE", "MORE_EQUAL"))
_MARKS = frozenset(("CONCAT", "PLUS", "MINUS", "STAR", "SLASH", "SLASHES", "MODULO", "COLONS", "DOT", "OPEN_LIST"))
_INFIX_WORDS = frozenset(("AND", "OR", "IS", "IN", "NOT", "LIKE", "ILIKE", "BETWEEN", "ESCAPE"))
_INFIX = _COMPARATORS | _MARKS | _INFIX_WORDS | {"FILTER", "OVER", "IGNORE", "UNIT"}
_TYPES = frozenset(("ARRAY", "MAP", "STRUCT"))
_PHRASES = {
    "NAME": "a name",
    "TARGET": "`name = …`",
    "LABEL": "`name: …`",
    "NUMBER": "a number",
    "STRING": "a string",
    "LONG_STRING": "a string",
    "UNIT": "a unit of time",
    "INLINE_SQL": '`sql "…"`',
    "BAR": "the next `|` line",
    "LITERAL_TYPE": "a date",
    "PARAMETER": "`x -> …`",
    "LAMBDA_OPEN": "`(x, y) -> …`",
}


def found_phrase(token: Token) -> str:
    """Return what stands there: `from`, "the string 'x'", "the end of the file"."""
    match token.kind:
        case "$END":
            return "the end of the file"
        case "STRING" | "LONG_STRING":
            return "this string"
        case "NUMBER":
            return f"the number `{token.text}`"
        case "QUOTED_NAME":
            return f"the name {token.text}"
        case _:
            return f"`{token.text}`"


def expected_phrase(expected: frozenset[str]) -> str:
    """Return what could stand there: "a name, `as` or `on`"."""
    phrases: list[str] = []
    left = set(expected)
    if {"NUMBER", "OPEN", "NAME"} <= left:
        phrases.append("`name = …` or an expression" if "TARGET" in left else "an expression")
        left -= _VALUES | {"TARGET", "LABEL"}
    elif "NAME" in left and left >= _TYPES:
        phrases.append("a type")
        left -= _TYPES | {"NAME"}
    elif {"FILTER", "DERIVE"} <= left:
        phrases.append("an operator such as `filter` or `derive`")
        left -= {each.upper() for each in OPERATORS}
    elif "PLUS" in left:
        is_free = "EQUAL" in left
        phrases += ["an operator such as `=` or `and`"] * is_free
        left -= _INFIX | {"OPEN"} if is_free else _INFIX - {"AND"}
    goes_on = len(left & _STARTS) > 3
    if goes_on:
        left -= _STARTS
    phrases += sorted({_phrase(each) for each in left}, key=lambda phrase: (phrase[0] == "`", phrase))
    return _either(phrases[:9] + ["the next statement"] * goes_on)


def mark_of(terminal: str) -> str:
    """Return a word or a mark as it is written."""
    return _written().get(terminal, terminal.lower())


def _phrase(terminal: str) -> str:
    if terminal == "$END":
        return "the end of the file"
    return _PHRASES.get(terminal) or f"`{mark_of(terminal)}`"


def _written() -> dict[str, str]:
    automaton = tables.load()
    return {terminal: text for text, terminal in (automaton.marks | automaton.words).items()}


def _either(phrases: list[str]) -> str:
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} or {phrases[-1]}"
