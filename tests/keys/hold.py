"""One pipeline, written differently and changed a little: what its keys have to say of both."""

from __future__ import annotations

import datetime
import random
from collections import Counter

import msgspec
from generated.engines import DuckDB, Rows, bag, run
from generated.pipelines import Written

from keys.rewrites import REWRITES, mutated, shuffled
from odibi_sql import api, ir
from odibi_sql.diagnostics import CompileError
from odibi_sql.ir.show import show_graph
from odibi_sql.ir.walk import columns_used
from odibi_sql.keys import Key, Keys, changes
from odibi_sql.lower import load_dialect, lower

CLOCK = datetime.datetime(2025, 11, 1, 10, 30)


class Unsound(AssertionError):
    """Rows differ, and the keys do not."""


class Loose(AssertionError):
    """The meaning is the same, and the keys differ."""


class Compiled(msgspec.Struct, frozen=True):
    """An optimized graph, the dataset that is asked for, and its key."""

    graph: ir.Graph
    goal: str
    key: Key

    @property
    def signature(self) -> tuple[object, ...]:
        """What a reader sees beside the rows."""
        dataset = self.graph.dataset(self.goal)
        return tuple((field.name, field.type) for field in dataset.relation.schema), bool(dataset.order)


def compiled(text: str, goal: str) -> Compiled | None:
    """Return a pipeline with its key, or None where the compiler refuses it."""
    try:
        graph = api.check(api.from_text(text), clock=CLOCK).graph
        return of_graph(graph, goal)
    except (CompileError, KeyError):
        return None


def of_graph(graph: ir.Graph, goal: str) -> Compiled:
    graph = api.optimized(graph, (goal,))
    return Compiled(graph, goal, Keys(graph, lambda source: "").dataset(goal))


def rows_of(one: Compiled, engine: DuckDB) -> tuple[object, ...] | None:
    """Return the rows, and what they are sorted by from the first to the last; None where the run fails."""
    try:
        found: Rows = run(lower(one.graph, load_dialect("duckdb"), (one.goal,)), engine).rows
    except engine.failures:
        return None
    rows = found[one.goal]
    names = [name for key in one.graph.dataset(one.goal).order for name in columns_used(key.value)]
    return bag(rows), [list(bag([{name: row[name] for name in names}])) for row in rows if names]


def hold_rewrites(written: Written, chance: random.Random) -> int:
    """Hold the key to what means the same; return how many were tried. Raises Loose."""
    count = 0
    for goal in written.last:
        first = compiled(written.text, goal)
        if first is None:
            continue
        kept = frozenset({goal, *first.graph.dataset(goal).relation.schema.names})
        for rewrite in REWRITES:
            text = rewrite(written.text, kept, chance)
            _same(first, compiled(text, goal), f"{rewrite.__name__}\n{written.text}\n{text}")
            count += 1
        graph = api.check(api.from_text(written.text), clock=CLOCK).graph
        _same(first, of_graph(shuffled(graph, chance), goal), f"shuffled\n{written.text}")
        count += 1
    return count


def _same(one: Compiled, other: Compiled | None, picture: str) -> None:
    if other is None:
        raise AssertionError(f"refused: {picture}")
    if one.key.digest != other.key.digest:
        shown = "\n".join(changes(one.key.parts, other.key.parts))
        graphs = "\n\n".join(show_graph(each.graph) for each in (one, other))
        raise Loose(f"{picture}\n{shown}\n{graphs}")


def hold_mutations(
    written: Written, chance: random.Random, engine: DuckDB, count: int, *, measure: bool
) -> Counter[str]:
    """Hold the key to what can differ; return what came of it. Raises Unsound.

    Where keys differ nothing is left to prove; the rows are compared all the same where it is to be measured how often
    they differ for nothing.
    """
    seen: Counter[str] = Counter()
    for goal in written.last:
        first = compiled(written.text, goal)
        if first is None:
            continue
        rows = None
        for _ in range(count):
            text = mutated(written.text, chance)
            other = compiled(text, goal)
            if other is None:
                seen["refused"] += 1
                continue
            is_same = first.key.digest == other.key.digest
            if not is_same and not changes(first.key.parts, other.key.parts):
                raise AssertionError(f"nothing is told to have changed\n{written.text}\n{text}")
            if not is_same and not measure:
                seen["key differs"] += 1
                continue
            rows = rows or rows_of(first, engine)
            seen[_judged(first, other, rows, rows_of(other, engine), f"{written.text}\n{text}")] += 1
    return seen


def _judged(first: Compiled, other: Compiled, rows: object, others: object, picture: str) -> str:
    is_same = first.key.digest == other.key.digest
    if rows is None or others is None:
        return "failed, same key" if is_same else "failed, key differs"
    if is_same and (rows != others or first.signature != other.signature):
        raise Unsound(f"{picture}\n{rows}\n{others}")
    if is_same:
        return "same rows, same key"
    return (
        "same rows, key differs"
        if rows == others and first.signature == other.signature
        else "rows differ, key differs"
    )
