"""Damaged funcs, fragments and tests end in diagnostics, never in a traceback."""

from __future__ import annotations

import random

import pytest
from test_damaged import damaged

from odibi_sql import api
from odibi_sql.check import check_cases
from odibi_sql.diagnostics import CompileError, render_all
from odibi_sql.sources import DeclaredCatalog, LocalCatalog

TEXT = """\
param p int64 = 3

func vat(amount decimal(12, 2), rate float64 = 0.2) = amount * rate + p
func gross(amount decimal(12, 2)) = amount + vat(amount, rate: 0.1)

fragment latest(key, at, bad)
  | filter at is not null
  | expect plausible: key between 0 and 500 else quarantine bad
  | dedupe by key keep last at

fragment both(c, at)
  | set c = c + 1
  | apply latest(c, at, aside)

ingest orders from csv "x/*.csv" schema (id int64 not null, amount decimal(10, 2), at timestamp)

transform t from orders
  | apply both(id, at)
  | derive v = vat(amount), g = gross(amount)

sql s from t \"""select id, vat(amount) as tax from t\"""

test "one"
  given orders (id, amount, at)
    (1, 2.50, '2025-11-01 10:00:00'), (2, null, null)
  expect t (id, g)
    (2, 6.25)
  expect aside (id, _failed) (2, ['plausible'])

test "two" given t (id, amount) (1, 5) expect s (id, tax) (1, 4.0)
"""


def compiled(text: str) -> int:
    """Compile every test of a pipeline and return how many there are."""
    pipeline = api.from_text(text)
    tree, findings = api._read(pipeline)
    catalog = DeclaredCatalog(LocalCatalog(pipeline.root))
    cases = check_cases(tree, catalog, {}, api._now(None), findings)
    for case in cases:
        api.compile_graph(case.graph, [name for each in case.expected for name in (each.dataset, each.rows)])
    return len(cases)


def test_the_text_itself_is_right() -> None:
    assert compiled(TEXT) == 2


@pytest.mark.parametrize("how", ["drop", "double", "swap", "replace", "cut"])
@pytest.mark.parametrize("seed", range(30))
def test_damage_ends_in_diagnostics(how: str, seed: int) -> None:
    try:
        compiled(damaged(TEXT, how, random.Random(f"{how} {seed}")))
    except CompileError as error:
        assert any(each.severity == "error" for each in error.diagnostics)
        assert render_all(error.diagnostics)
