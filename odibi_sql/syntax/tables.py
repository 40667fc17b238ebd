"""The parse tables: made of `grammar/` by lark, stored beside this module, read back without lark.

`python -m odibi_sql.syntax.tables` writes them anew; a test fails while they are older than the grammar.
Building them takes half a second and lark's import another twentieth: reading the stored form takes 3 ms.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from odibi_sql import resources

GRAMMAR_FILES = ("tokens.lark", "expressions.lark", "odibi.lark")
STORED = Path(__file__).with_name("tables.json")
START = "file"


class Production(msgspec.Struct, frozen=True, array_like=True):
    """One way to write a rule. `children`: what its callback gets, by position in the text.

    A child is taken as it is (n), its items are taken one by one (-1 - n), or it is absent here (None).
    """

    origin: str
    size: int  # symbols in the text
    callback: str | None  # None: the only child passes through, or (`_rule`) the children are a list
    children: tuple[int | None, ...]


class State(msgspec.Struct, frozen=True, array_like=True):
    """What can come next in one state of the automaton."""

    shifts: dict[str, int]  # terminal: the state that it leads to
    gotos: dict[str, int]  # rule: the same
    reduces: tuple[tuple[int, int], ...]  # (production, set of terminals that it is for)


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """The whole automaton."""

    scanner: str  # a regular expression with one named group for each kind of token
    marks: dict[str, str]  # `||`: CONCAT
    words: dict[str, str]  # `transform`: TRANSFORM
    productions: tuple[Production, ...]
    lookaheads: tuple[tuple[str, ...], ...]
    states: tuple[State, ...]
    start: int
    end: int


@cache
def load() -> Tables:
    """Return the stored tables."""
    return msgspec.json.decode(STORED.read_bytes(), type=Tables)


def grammar_text() -> str:
    """Return the grammar, its files one after the other."""
    return "\n".join(resources.grammar_file(name).read_text(encoding="utf-8") for name in GRAMMAR_FILES)


def build(grammar: str) -> bytes:
    """Return the stored form of the tables of `grammar`: the same bytes for the same text."""
    from lark.common import ParserConf
    from lark.load_grammar import load_grammar
    from lark.parsers.lalr_analysis import LALR_Analyzer

    loaded, _ = load_grammar(grammar, "grammar", [], False)
    terminals, rules, _ = loaded.compile([START], "*")
    analyzer = LALR_Analyzer(ParserConf(rules, {}, [START]))
    analyzer.compute_lalr()
    tables = _tables(terminals, rules, analyzer.parse_table)
    return msgspec.json.format(msgspec.json.encode(tables, order="deterministic"), indent=0) + b"\n"


def _tables(terminals: list, rules: list, automaton: object) -> Tables:  # type: ignore[type-arg]
    texts = dict(sorted((each.pattern.value, str(each.name)) for each in terminals if each.pattern.type == "str"))
    rules = sorted(rules, key=lambda rule: (rule.origin.name, [each.name for each in rule.expansion]))
    productions = {rule: number for number, rule in enumerate(rules)}
    start, end = automaton.start_states[START], automaton.end_states[START]  # type: ignore[attr-defined]
    numbers = _numbered(automaton.states, start)  # type: ignore[attr-defined]
    lookaheads: dict[tuple[str, ...], int] = {}
    states = tuple(_state(automaton.states[each], numbers, productions, lookaheads) for each in numbers)  # type: ignore[attr-defined]
    return Tables(
        scanner=_scanner(terminals),
        marks={text: name for text, name in texts.items() if not text[0].isalpha()},
        words={text: name for text, name in texts.items() if text[0].isalpha()},
        productions=tuple(_production(rule) for rule in rules),
        lookaheads=tuple(lookaheads),
        states=states,
        start=numbers[start],
        end=numbers[end],
    )


def _numbered(states: dict, start: object) -> dict[object, int]:  # type: ignore[type-arg]
    """Return a number for each state, in the order in which they are met from `start`: lark's own order varies."""
    numbers = {start: 0}
    queue = [start]
    for state in queue:  # grows while it is read
        for _, (action, target) in sorted(states[state].items()):
            if action.name == "Shift" and target not in numbers:
                numbers[target] = len(numbers)
                queue.append(target)
    return numbers


def _scanner(terminals: list) -> str:  # type: ignore[type-arg]
    """Return one pattern: the marks longest first, after the tokens that have a pattern of their own."""
    import re

    kinds = {each.name: each.pattern.value for each in terminals if each.pattern.type == "re"}
    order = ("SPACE", "WORD", "COMMENT", "LONG_STRING", "STRING", "NUMBER", "QUOTED_NAME")
    assert set(order) == set(kinds), kinds
    marks = [each.pattern.value for each in terminals if each.pattern.type == "str"]
    longest_first = sorted((each for each in marks if not each[0].isalpha()), key=lambda mark: (-len(mark), mark))
    parts = [f"(?P<{name}>{kinds[name]})" for name in order]
    return "|".join([*parts, f"(?P<MARK>{'|'.join(map(re.escape, longest_first))})"])


def _state(row: dict, numbers: dict, productions: dict, lookaheads: dict[tuple[str, ...], int]) -> State:  # type: ignore[type-arg]
    shifts: dict[str, int] = {}
    gotos: dict[str, int] = {}
    reduced: dict[int, list[str]] = {}
    for symbol, (action, target) in sorted(row.items()):
        if action.name == "Reduce":
            reduced.setdefault(productions[target], []).append(symbol)
        else:
            (shifts if symbol.isupper() or symbol == "$END" else gotos)[str(symbol)] = numbers[target]
    return State(
        shifts=shifts,
        gotos=gotos,
        reduces=tuple(
            (number, lookaheads.setdefault(tuple(map(str, symbols)), len(lookaheads)))
            for number, symbols in sorted(reduced.items())
        ),
    )


def _production(rule) -> Production:  # type: ignore[no-untyped-def]
    origin = str(rule.origin.name)
    children = _children(rule)
    passes = rule.options.expand1 and not rule.alias and len(children) == 1
    is_list = origin.startswith("_") and not rule.alias
    callback = None if passes or is_list else str(rule.alias or origin)
    return Production(origin=origin, size=len(rule.expansion), callback=callback, children=children)


def _children(rule) -> tuple[int | None, ...]:  # type: ignore[no-untyped-def]
    """Return which symbols of a production a callback gets: no bare words and marks, None for what is left out."""
    symbols = iter(enumerate(rule.expansion))
    is_absent = rule.options.empty_indices or (False,) * len(rule.expansion)
    children: list[int | None] = []
    for absent in is_absent:
        if absent:
            children.append(None)
            continue
        index, symbol = next(symbols)
        if not symbol.is_term:
            children.append(-1 - index if symbol.name.startswith("_") else index)
        elif not symbol.filter_out:
            children.append(index)
    return tuple(children)


if __name__ == "__main__":
    STORED.write_bytes(build(grammar_text()))
