"""Where the nodes of sqlglot stand in the text: it notes names, literals and functions, the rest is around them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.diagnostics import Span

_OPENING, _CLOSING = "([{", ")]}"
_WRAPPED = (
    *(exp.Paren, exp.Subquery, exp.Tuple, exp.Struct, exp.Array, exp.Unnest, exp.Values),
    *(exp.Rollup, exp.Cube, exp.GroupingSets),
)
_NAMED = {"CAST", "TRY_CAST", "SAFE_CAST", "EXTRACT", "POSITION", "SUBSTRING", "SUBSTR", "TRIM", "EXISTS", "IF", "IN"}
_BEFORE_FIRST = {"", ",", "(", "[", "{", "SELECT", "DISTINCT", "BY", "ORDER BY", "GROUP BY", "PARTITION BY"}
_BEHIND_LAST = {"", ")", "LIMIT", "OFFSET", "ORDER BY", "WHERE", "GROUP BY"}
_NO_NAME = {"", ",", ")", "FROM"}
_LITERAL_WORDS = {"DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NTZ", "INTERVAL"}


class Places:
    """The tokens of one query, and which characters of the pipeline's file each node of it stands for."""

    def __init__(self, statement: syntax.Sql, tokens: Sequence[Any]) -> None:
        self.statement = statement
        self.tokens = tokens
        self.starts = [token.start for token in tokens]
        self.pairs = _pairs(tokens)
        self.offsets = _offsets(statement)
        self.known: dict[int, tuple[int, int] | None] = {}  # by id of the node: first and last token

    def span(self, node: exp.Expr) -> Span:
        """Return the place of `node`; the whole query where nothing in it has one."""
        found = self._tokens_of(node)
        return self.whole() if found is None else self.between(*found)

    def name_of_call(self, node: exp.Expr) -> Span:
        """Return the place of a function's name; of what is written otherwise, the whole place."""
        if not node._meta or "start" not in node._meta:
            return self.span(node)
        return self.at(node.meta["start"], node.meta["end"] + 1)

    def between(self, first: int, last: int) -> Span:
        """Return the place from token `first` to token `last`."""
        return self.at(self.tokens[first].start, self.tokens[last].end + 1)

    def at(self, start: int, end: int) -> Span:
        """Return the place of the characters `start` to `end` (excluded) of the query's text."""
        return Span(self.statement.text.span.source, self._offset(start), max(self._offset(end), self._offset(start)))

    def whole(self) -> Span:
        """Return the place of the whole query."""
        return self.between(0, len(self.tokens) - 1) if self.tokens else self.statement.text.span

    def word_before(self, node: exp.Expr) -> str:
        """Return the word before `node` in capitals, "" where there is none."""
        found = self._tokens_of(node)
        return self._text(found[0] - 1) if found else ""

    def stray(self) -> Span | None:
        """Return the place of a comma or an `as` that misses what belongs beside it, which sqlglot passes over."""
        for index in range(len(self.tokens)):
            word, before, behind = (self._text(index + step) for step in (0, -1, 1))
            is_comma = word == "," and (before in _BEFORE_FIRST or behind in _BEHIND_LAST)
            if is_comma or (word == "AS" and behind in _NO_NAME):
                return self.between(index, index)
        return None

    def is_quoted_text(self, node: exp.Expr) -> bool:
        """Whether a name was written like a string, in single quotes."""
        return self.span(node).text.startswith("'")

    def _offset(self, index: int) -> int:
        if self.offsets is None:
            return self.statement.text_start + index
        return self.statement.text_start + self.offsets[min(index, len(self.offsets) - 1)]

    def _tokens_of(self, node: exp.Expr) -> tuple[int, int] | None:
        """Return the first and the last token of a node. Parts come first, without recursion: chains can be long."""
        pending = [node]
        while pending:
            each = pending[-1]
            missing = [part for part in each.iter_expressions() if id(part) not in self.known]
            if missing and id(each) not in self.known:
                pending += missing
                continue
            pending.pop()
            if id(each) not in self.known:
                self.known[id(each)] = self._found(each)
        return self.known[id(node)]

    def _found(self, node: exp.Expr) -> tuple[int, int] | None:
        own = self._own(node)
        inside = [found for part in node.iter_expressions() if (found := self.known[id(part)])]
        every = ([own] if own else []) + inside
        if not every:
            return None
        first, last = min(first for first, _ in every), max(last for _, last in every)
        return self._widened(node, first, last)

    def _own(self, node: exp.Expr) -> tuple[int, int] | None:
        start = node.meta.get("start") if node._meta else None
        if start is None:
            return None
        first = bisect_right(self.starts, start) - 1
        last = bisect_left(self.starts, node.meta["end"] + 1) - 1
        if isinstance(node, exp.Func) and self._text(last + 1) == "(":
            last = self.pairs.get(last + 1, last)
        return max(first, 0), max(first, last)

    def _widened(self, node: exp.Expr, first: int, last: int) -> tuple[int, int]:
        """Take in the brackets and words that belong to the node and not to its parts."""
        last = self._closed(first, last)
        if isinstance(node, _WRAPPED) and first < self.pairs.get(first - 1, -1) <= last + 1:
            first, last = first - 1, max(last, self.pairs[first - 1])
        word = self._text(first - 1)
        if word == "(" and self._text(first - 2) in _NAMED and isinstance(node, exp.Func):
            first, last = first - 2, self.pairs.get(first - 1, last)
        elif word in _words_before(node):
            first -= 1
        elif isinstance(node, exp.Case):
            first, last = self._of_case(first, last)
        elif isinstance(node, exp.Query) and not isinstance(node, exp.Subquery):
            first -= word in {"SELECT", "VALUES", "FROM", "WITH"}
        return first, self._closed(first, last)

    def _closed(self, first: int, last: int) -> int:
        while (self._text(last + 1) or " ") in _CLOSING and self.pairs.get(last + 1, -1) >= first:
            last += 1
        return last

    def _of_case(self, first: int, last: int) -> tuple[int, int]:
        start, end = first, last
        while start and self._text(start) != "CASE":
            start -= 1
        while end < len(self.tokens) - 1 and self._text(end) != "END":
            end += 1
        return start, end

    def _text(self, index: int) -> str:
        """Return a token in capitals, a string or a quoted name with its quotes; "" where there is none."""
        if not 0 <= index < len(self.tokens):
            return ""
        token = self.tokens[index]
        is_bare = token.end - token.start + 1 == len(token.text)
        return str(token.text.upper() if is_bare else f"'{token.text}'")


def _words_before(node: exp.Expr) -> set[str]:
    match node:
        case exp.Cast() | exp.Interval():
            return _LITERAL_WORDS
        case exp.Neg():
            return {"-"}
        case exp.Not():
            return {"NOT"}
        case exp.Rollup() | exp.Cube() | exp.GroupingSets() | exp.Unnest():
            return {"ROLLUP", "CUBE", "GROUPING SETS", "SETS", "UNNEST"}
    return set()


def _pairs(tokens: Sequence[Any]) -> dict[int, int]:
    """Return for each bracket's token the one that closes or opens it."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if len(token.text) != 1 or token.end != token.start:
            continue
        if token.text in _OPENING:
            opened.append(index)
        elif token.text in _CLOSING and opened:
            pairs[index] = opened.pop()
            pairs[pairs[index]] = index
    return pairs


def _offsets(statement: syntax.Sql) -> list[int] | None:
    """Return where each character of the text stands after `text_start`; None where nothing is doubled in between."""
    text, source, start = statement.text.value, statement.text.span.source.text, statement.text_start
    if source.startswith(text, start):
        return None
    quote = source[start - 1] if start else ""
    offsets, position = [], 0
    for character in text:
        offsets.append(position)
        position += 2 if character == quote else 1
    return [*offsets, position]
