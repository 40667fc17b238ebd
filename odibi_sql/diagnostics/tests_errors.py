"""What is wrong with a test of a pipeline."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic, Severity

_PIPELINE = """\
ingest orders from csv "orders.csv"
  schema (id int64 not null, amount float64)  # odibi: allow source-doubt

transform large from orders
  | filter amount > 100

"""
_GIVEN = "  given orders (id, amount)\n    (1, 50.0),\n    (2, 200.0)\n"
_TEST = 'test "large orders are kept"\n'
_EXPECTED = "  expect large (id)\n    (2)\n"
_RIGHT = _PIPELINE + _TEST + _GIVEN + _EXPECTED


class TestNeedsIngest(Diagnostic, frozen=True, kw_only=True):
    """What a test expects is made of an ingest that the test does not give.

    A test runs with nothing but its own rows: every ingest that it needs is given, or something between that and what
    is expected. Rows that the pipeline has in itself, `from values`, are there without being given.
    """

    code: ClassVar[str] = "test-needs-ingest"
    title: ClassVar[str] = "`{dataset}` needs the ingest `{ingest}`, which the test does not give"
    label: ClassVar[str] = "made of what is not there"
    hint: ClassVar[str] = "add `given {ingest} (…)` and its rows"
    wrong: ClassVar[str] = _PIPELINE + _TEST + _EXPECTED
    right: ClassVar[str] = _RIGHT

    dataset: str
    ingest: str


class UnusedGiven(Diagnostic, frozen=True, kw_only=True):
    """A test gives rows of a dataset that nothing that it expects is made of."""

    code: ClassVar[str] = "unused-given"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "nothing that the test expects is made of `{name}`"
    label: ClassVar[str] = "given for nothing"
    hint: ClassVar[str] = "take it out, or expect a dataset that reads it"
    wrong: ClassVar[str] = _PIPELINE + _TEST + _GIVEN + "  given large (id)\n    (2)\n" + _EXPECTED
    right: ClassVar[str] = _RIGHT

    name: str
