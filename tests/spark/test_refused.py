"""What the page says that Spark refuses is refused there, compiles for DuckDB, and is all there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import CompileError
from odibi_sql.lower.refused import EQUAL

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("### What an engine refuses")[2].partition("\n## ")[0]
INGEST = """
ingest t from values (id int64, took duration) (1, 90 minutes), (2, null)
transform x from t | derive m = map([id], [1]), many = [took], key = [map([id], [1])]
transform y from x
"""
BY_WHAT = {
    "`group by`": "transform a from x | aggregate n = count() group by {0}",
    "`distinct`": "transform a from x | select {0} | distinct",
    "`intersect`": "transform b from x | select {0}\ntransform a from b | intersect all b",
    "`except`": "transform b from x | select {0}\ntransform a from b | except b",
    "`union distinct`": "transform b from x | select {0}\ntransform a from b | union distinct b",
    "`in (query)`": 'sql a from x, y """select id from x where {0} in (select {0} from y)"""',
    "`count(distinct x)`": "transform a from x | aggregate n = count(distinct {0})",
    "`dedupe by`": "transform a from x | dedupe by {0} keep any",
    "`limit … per`": "transform a from x | limit 1 per {0}",
    "`nullif`": "transform a from x | select r = nullif({0}, {0})",
    "`equal_null`": "transform a from x | select r = equal_null({0}, {0})",
    "`mode`": "transform a from x | aggregate r = mode({0})",
    "`count_distinct`": "transform a from x | aggregate r = count_distinct({0})",
    "`collect_set`": "transform a from x | aggregate r = collect_set({0})",
    "`array_distinct`": "transform a from x | select r = array_distinct([{0}])",
    **{
        f"`{name}`": f"transform a from x | select r = {name}([{{0}}], {{0}})"
        for name in ("array_contains", "array_position", "array_remove")
    },
    **{
        f"`{name}`": f"transform a from x | select r = {name}([{{0}}], [{{0}}])"
        for name in ("array_overlaps", "array_intersect", "array_union", "array_except")
    },
}
OF_MAPS = ("`dedupe by`", "`limit … per`")


@pytest.mark.parametrize("what", BY_WHAT)
def test_what_the_page_says(what: str) -> None:
    texts = {column: INGEST + BY_WHAT[what].format(column) for column in ("took", "m", "[m]", "{s: took}")}
    there = {column: text for column, text in texts.items() if not refusals(text, "duckdb") and _is_whole(what, column)}
    assert bool(there) == (what in TABLE)
    for column, text in there.items():
        found = set(refusals(text, "spark"))
        assert found == (set() if what in OF_MAPS and "took" in column else {"not-on-this-engine"}), column


def _is_whole(what: str, column: str) -> bool:
    """Whether the operator takes an expression where only a name can stand."""
    return column in ("took", "m") or not any(each in BY_WHAT[what] for each in ("by {0}", "select {0}", "per {0}"))


def test_the_page_says_all() -> None:
    assert {f"`{each}`" for each in EQUAL} <= set(BY_WHAT)


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_quotients(engine: str) -> None:
    for ours, theirs in [(0, 24), (2, 25), (12, 24), (13, 23), (13, 24), (36, 0), (36, 1), (37, 0), (37, 38), (38, 0)]:
        text = f"ingest t from values (s string) ('1')\ntransform x from t | derive x = cast(s as decimal(38, {ours}))"
        text += f"\ntransform a from x | derive q = x / cast(s as decimal(38, {theirs}))"
        is_refused = max(12, ours) + theirs > 36 if engine == "duckdb" else ours == 38
        assert refusals(text, engine) == ["not-on-this-engine"] * is_refused, (ours, theirs)


def refusals(text: str, engine: str) -> list[str]:
    """Return the codes of what is found where the pipeline is compiled for an engine."""
    try:
        api.compile(api.from_text(text), goals=["a"], engine=engine)
    except CompileError as problem:
        return [each.code for each in problem.diagnostics]
    return []
