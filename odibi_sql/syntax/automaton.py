"""The automaton of `tables`, made ready to walk: rows of actions, and what a stack of states can take."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from odibi_sql.syntax import tables

Row = dict[str, int]  # terminal: the state to go to, or ~production to reduce


def row_of(state: int) -> Row:
    """Return the actions of a state; built when first asked for."""
    rows = _rows()
    row = rows[state]
    if row is None:
        row = rows[state] = _row(state)
    return row


@cache
def _rows() -> list[Row | None]:
    return [None] * len(tables.load().states)


def _row(number: int) -> Row:
    automaton = tables.load()
    state = automaton.states[number]
    row: Row = {}
    for production, lookahead in state.reduces:
        row.update(dict.fromkeys(automaton.lookaheads[lookahead], ~production))
    row.update(state.shifts)
    return row


def after(states: Sequence[int], terminal: str) -> list[int] | None:
    """Return the stack of states after a terminal has been taken, or None where it cannot be."""
    automaton, stack = tables.load(), list(states)
    while True:
        action = row_of(stack[-1]).get(terminal)
        if action is None:
            return None
        if action >= 0:
            return [*stack, action]
        production = automaton.productions[~action]
        if production.origin == tables.START:
            return stack
        if production.size:
            del stack[-production.size :]
        stack.append(automaton.states[stack[-1]].gotos[production.origin])


def expected(states: Sequence[int]) -> frozenset[str]:
    """Return the terminals that can come next: not just in the last state, but in the whole stack."""
    return frozenset(terminal for terminal in row_of(states[-1]) if after(states, terminal) is not None)
