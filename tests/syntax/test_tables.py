"""The stored tables: of this grammar, read without lark, and walked in linear time."""

from __future__ import annotations

import subprocess
import sys

from odibi_sql.diagnostics import Source
from odibi_sql.syntax import tables, walk, words
from odibi_sql.syntax.automaton import row_of
from odibi_sql.syntax.parse import parse
from odibi_sql.syntax.scan import scan


def test_they_are_of_this_grammar() -> None:
    stored = tables.STORED.read_bytes()
    assert stored == tables.build(tables.grammar_text()), "run: python -m odibi_sql.syntax.tables"


def test_every_rule_has_its_builder() -> None:
    assert len(walk._steps()) == len(tables.load().productions)


def test_a_word_that_could_be_a_name_has_a_condition() -> None:
    """A word that is a keyword where a name is possible as well is told by what follows, or is reserved."""
    known = {*words._CONDITIONS, *(word.upper() for word in words.RESERVED)}
    both = set()
    for state in range(len(tables.load().states)):
        row = row_of(state)
        if "NAME" in row:
            both |= set(tables.load().words.values()) & set(row)
    assert both - known == set()


def test_parsing_imports_no_lark() -> None:
    code = (
        "import sys; from odibi_sql.diagnostics import Source; from odibi_sql.syntax.parse import parse;"
        "parse(Source('x', 'layer a')); print(sorted({'lark', 'difflib', 'sqlglot'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_thousand_steps_take_a_thousand_times_the_reductions(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    counts = []
    reduce = walk._reduce

    def counted(*args: object) -> None:
        counts[-1] += 1
        reduce(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(walk, "_reduce", counted)
    step = "transform s{0} from s{1}\n  | filter a > {0} and b in (1, 2)\n  | derive c = a + b * 2, d = 'x'\n"
    for steps in (10, 1000):
        counts.append(0)
        text = "".join(step.format(number + 1, number) for number in range(steps))
        assert len(parse(Source("test", text)).statements) == steps
    assert counts[1] <= counts[0] * 100


def test_long_lists_and_many_brackets_are_walked_without_recursion() -> None:
    items = ", ".join(map(str, range(20_000)))
    tree = parse(Source("test", f"transform a from b | filter x in ({items}) | filter {'(' * 5000}y{')' * 5000}"))
    assert len(tree.statements[0].operators[0].condition.items) == 20_000  # type: ignore[attr-defined]
    assert len(scan(Source("test", items)).tokens) == 39_999 + 3
