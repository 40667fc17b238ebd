"""The parser itself: walks the automaton over the tokens and has nodes built bottom-up.

An error does not end it. A small mistake is mended on the spot (`mend`); where that cannot be done, the walk goes
on with the next operator line or the next statement.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from odibi_sql.diagnostics import CompileError, Diagnostic, Source, Span
from odibi_sql.diagnostics.syntax_errors import ExtraComma, TooDeep
from odibi_sql.syntax import attach, build_expressions, build_operators, build_statements, tables
from odibi_sql.syntax.automaton import after, row_of
from odibi_sql.syntax.expressions import Name
from odibi_sql.syntax.scan import END, Scanned
from odibi_sql.syntax.statements import Statement
from odibi_sql.syntax.words import THREE_WORDS, UNITS, Token, Tokens, is_name, starts_statement, terminal_at

DEEPEST = 150  # nodes one inside the other: what printing and comparing can walk by recursion
_BROKEN = object()  # stands for what could not be built
_NAMES = frozenset(("NAME", "TARGET", "LABEL", "PARAMETER"))
# Rules that make no node of their own: they add nothing to the depth.
_FLAT = frozenset(("arguments", "call_arguments", "expressions", "operators", "file", "statement"))


class Step(msgspec.Struct, frozen=True, gc=False):
    """A production, made ready to reduce by."""

    origin: str
    size: int
    callback: str | None
    build: Callable[..., Any] | None  # None: a list, or the only child
    children: tuple[int | None, ...]
    is_list: bool
    passes: bool  # the only symbol is the only child
    is_plain: bool  # each symbol is a child
    deepens: int


class Walk:
    """Where the parser stands: its stacks, and the token that comes next."""

    def __init__(self, source: Source, scanned: Scanned) -> None:
        self.source = source
        self.tokens = scanned.tokens
        self.notes = attach.notes_of(scanned.comments)
        self.statements: list[Statement] = []
        self.broken: list[Name] = []  # datasets of statements that could not be read
        self.errors: list[Diagnostic] = list(scanned.errors)
        self.index = 0
        self.begin()

    def begin(self) -> None:
        """Stand where a statement begins."""
        self.states = [tables.load().start]
        self.values: list[Any] = []
        self.firsts: list[int] = []  # the first token of each value
        self.depths: list[int] = []
        # The states before the next token made anything of them, behind those before the two tokens before it.
        self.trail = [self.states] * 3
        self.first = self.index  # the first token of the statement
        self.is_broken = False
        self.closed: set[int] = set()  # where brackets begin that have been closed by mending

    def span(self, first: int, end: int) -> Span:
        """Return the span of the tokens from `first` to `end` (excluded)."""
        start = self.tokens[first].start
        return Span(self.source, start, max(start, self.tokens[end - 1].end) if end > first else start)


def walk(source: Source, scanned: Scanned) -> Walk:
    """Return the walk at its end: the statements that could be read, and all that is wrong with the others."""
    here = Walk(source, scanned)
    keywords = tables.load().words
    while True:
        if here.tokens[here.index].kind == "COMMA" and _ends_list(here.tokens, here.index + 1):
            _pass_comma(here)
        row = row_of(here.states[-1])
        terminal = terminal_at(here.tokens, here.index, row, keywords)
        here.trail = [*here.trail[1:], here.states.copy()]
        if not _take(here, terminal, here.tokens[here.index], here.index) and not _recover(here):
            return here
        if here.tokens[here.index - 1].kind == END and here.index:
            return here


def _ends_list(tokens: Tokens, index: int) -> bool:
    """Whether nothing more comes of a list. `layer string` behind a comma is a column, as often as not."""
    if tokens[index].kind in ("BAR", "CLOSE", "CLOSE_LIST", "CLOSE_STRUCT", END):
        return True
    return tokens[index].word in THREE_WORDS and starts_statement(tokens, index)


def _pass_comma(here: Walk) -> None:
    """Report a comma behind the last item of a list, and read on as if it were not there."""
    token = here.tokens[here.index]
    here.errors.append(ExtraComma(span=Span(here.source, token.start, token.end)))
    here.index += 1


def _take(here: Walk, terminal: str, token: Token, index: int) -> bool:
    """Reduce what a token ends, then take it. Return whether it could be taken."""
    states, steps = here.states, _steps()
    while True:
        action = row_of(states[-1]).get(terminal)
        if action is None:
            return False
        if action >= 0:
            states.append(action)
            here.values.append(_value(here.source, token, terminal))
            here.firsts.append(index)
            here.depths.append(0)
            here.index = index + 1
            return True
        step = steps[~action]
        if step.callback == tables.START:
            here.index = index + 1
            return True
        _reduce(here, step)


def _value(source: Source, token: Token, terminal: str) -> Any:
    """Return what a token stands for: a node for names, numbers and strings, a word in lower case for the others."""
    if terminal in _NAMES:
        return build_statements.name_of(Span(source, token.start, token.end), token.text)
    if terminal == "NUMBER":
        return build_statements.number_of(Span(source, token.start, token.end), token.text)
    if terminal in ("STRING", "LONG_STRING"):
        return build_statements.text_of(Span(source, token.start, token.end), token.text)
    return UNITS.get(token.word, token.word) if terminal == "UNIT" else token.word or token.text


def _reduce(here: Walk, step: Step) -> None:
    """Replace the symbols on top of the stacks by what they make."""
    states, size = here.states, step.size
    gotos = tables.load().states
    if step.passes:
        states[-1] = gotos[states[-2]].gotos[step.origin]
        return
    if size:
        symbols, first, depth = here.values[-size:], here.firsts[-size], max(here.depths[-size:])
        del states[-size:], here.values[-size:], here.firsts[-size:], here.depths[-size:]
    else:
        symbols, first, depth = [], here.index, 0
    children = symbols if step.is_plain else _children(step, symbols)
    states.append(gotos[states[-1]].gotos[step.origin])
    depth += step.deepens
    if step.build is None:
        value = children if step.is_list else children[0]
    else:
        value = _built(here, step, first, children, depth)
    here.values.append(value)
    here.firsts.append(first)
    here.depths.append(0 if value is _BROKEN else depth)


def _children(step: Step, symbols: list[Any]) -> list[Any]:
    """Return what a callback gets. The first list of a list is taken over, so that long lists stay linear."""
    children: list[Any] = []
    for position in step.children:
        if position is None:
            children.append(None)
        elif position >= 0:
            children.append(symbols[position])
        elif children or not step.is_list:
            children += symbols[-1 - position]
        else:
            children = symbols[-1 - position]
    return children


def _built(here: Walk, step: Step, first: int, children: list[Any], depth: int) -> Any:
    if here.is_broken and any(child is _BROKEN for child in children):
        return _BROKEN
    span = here.span(first, here.index)
    if depth > DEEPEST:
        here.errors.append(TooDeep(span=span, deepest=DEEPEST))
        here.is_broken = True
        return _BROKEN
    assert step.build is not None
    try:
        value = step.build(span, *children)
    except CompileError as error:
        here.errors += error.diagnostics
        here.is_broken = True
        return _BROKEN
    if step.callback == "operator":
        return attach.with_allowed(value, here.notes, first - 1, here.index)
    if step.callback == "statement":
        _end_statement(here, value, first)
    return value


def _end_statement(here: Walk, statement: Statement, first: int) -> None:
    if here.is_broken:
        _note_broken(here, here.index)
    else:
        here.statements.append(attach.with_notes(statement, here.notes, here.tokens, first, here.index))
    here.first, here.is_broken = here.index, False


@cache
def _steps() -> list[Step]:
    callbacks = {**build_expressions.CALLBACKS, **build_operators.CALLBACKS, **build_statements.CALLBACKS}
    return [_step(each, callbacks) for each in tables.load().productions]


def _step(production: tables.Production, callbacks: dict[str, Callable[..., Any]]) -> Step:
    name, is_list = production.callback, production.callback is None and production.origin.startswith("_")
    return Step(
        origin=production.origin,
        size=production.size,
        callback=name,
        build=callbacks[name] if name is not None else None,
        children=production.children,
        is_list=is_list,
        passes=name is None and not is_list and production.size == 1,
        is_plain=production.children == tuple(range(production.size)),
        deepens=0 if name is None or name in _FLAT else 1,
    )


def _recover(here: Walk) -> bool:
    """Report what is wrong at the next token and go on behind it. Return False at the end of the file."""
    from odibi_sql.syntax.mend import find

    for back in (1, 2):
        if here.index - back > here.first and _was_statement(here.tokens, here.index - back, back):
            return _begin_earlier(here, back)
    finding = find(here)
    here.errors.append(finding.diagnostic)
    if finding.skips:
        here.index += 1
        return True
    if finding.token is not None and finding.replaces:
        here.tokens[here.index] = finding.token
        return True
    if finding.token is not None:
        assert finding.terminal is not None
        return _insert(here, finding.terminal, finding.token)
    return _skip(here)


def _was_statement(tokens: Tokens, index: int, back: int) -> bool:
    return starts_statement(tokens, index) and (back == 1 or tokens[index].word in THREE_WORDS)


def _begin_earlier(here: Walk, back: int) -> bool:
    """Take a token before for the beginning of a statement: it was read as a name, where something was missing."""
    from odibi_sql.syntax.mend import find

    here.index -= back
    here.states = here.trail[-1] = here.trail[-1 - back]
    here.errors.append(find(here).diagnostic)
    _note_broken(here, here.index)
    here.begin()
    return True


def _insert(here: Walk, terminal: str, token: Token) -> bool:
    index = here.index
    taken = _take(here, terminal, token, index)
    here.index = index
    return taken


def _skip(here: Walk) -> bool:
    """Go on with the next operator line of this statement, or with the next statement."""
    if not _next_is_operator(here) and after(here.states, END) is not None:
        _finish(here)
    here.is_broken = True
    kept = _operators_end(here)
    for index in range(here.index, len(here.tokens)):
        token = here.tokens[index]
        if token.kind == "BAR" and kept is not None:
            for stack in (here.states, here.values, here.firsts, here.depths):
                del stack[kept - (stack is not here.states) :]
            here.index = index
            return True
        if token.kind == END or (token.kind == "WORD" and index > here.first and starts_statement(here.tokens, index)):
            _note_broken(here, index)
            here.index = index
            here.begin()
            return token.kind != END
    return False


def _next_is_operator(here: Walk) -> bool:
    for index in range(here.index, len(here.tokens)):
        token = here.tokens[index]
        if token.kind == "BAR":
            return True
        if token.kind == "WORD" and starts_statement(here.tokens, index):
            return False
    return False


def _finish(here: Walk) -> None:
    """End a statement that is whole: what comes behind it is no part of it."""
    while True:
        step = _steps()[~row_of(here.states[-1])[END]]
        if step.callback == tables.START:
            break
        _reduce(here, step)
    here.begin()


def _operators_end(here: Walk) -> int | None:
    """Return how many states stand before the operator that is wrong, or None outside of operators."""
    for size in range(len(here.states), 0, -1):
        if after(here.states[:size], "BAR") is not None:
            return size
    return None


def _note_broken(here: Walk, end: int) -> None:
    """Remember the datasets that a statement would have named: that they are missing is not told again."""
    tokens = here.tokens[here.first : end]
    for index, token in enumerate(tokens[:-1]):
        names = index == 0 and token.word in ("ingest", "transform", "sql", "python")
        if (names or token.word == "quarantine") and is_name(tokens[index + 1]):
            named = tokens[index + 1]
            here.broken.append(build_statements.name_of(Span(here.source, named.start, named.end), named.text))
