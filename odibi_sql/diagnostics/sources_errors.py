"""What is wrong with what an ingest reads."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic, Severity


class SourceProblem(Diagnostic, frozen=True, kw_only=True):
    """What an ingest reads is not there, cannot be read, or is not what the pipeline holds it to.

    With `schema (…)` the source is held to it: a missing column is an error when the pipeline is compiled, a value
    that does not fit is one when it runs, and files that are not there yet are no rows. Without it the schema is
    discovered from the files, so there have to be some. Types that the language lacks are mapped to the nearest of
    its own where nothing is lost.
    """

    code: ClassVar[str] = "source-problem"
    title: ClassVar[str] = "{reason}"
    label: ClassVar[str] = "cannot be read as it is asked for"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = 'ingest orders from csv "no/such/folder/*.csv"\n'
    right: ClassVar[str] = "ingest orders from values (id int64) (1)\n"

    reason: str
    suggestion: str


class SourceDoubt(Diagnostic, frozen=True, kw_only=True):
    """Something about what an ingest reads that its author will want to know, though it can be read."""

    code: ClassVar[str] = "source-doubt"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "{reason}"
    label: ClassVar[str] = "is that meant?"
    hint: ClassVar[str] = "write `# odibi: allow source-doubt` above the ingest where it is"
    wrong: ClassVar[str] = 'ingest orders from csv "no/such/folder/*.csv" schema (id int64)\n'
    right: ClassVar[str] = "ingest orders from values (id int64) (1)\n"

    reason: str


class ValuesWidth(Diagnostic, frozen=True, kw_only=True):
    """A row of `values` has more or fewer values than there are columns."""

    code: ClassVar[str] = "values-width"
    title: ClassVar[str] = "this row has {count}, and there are {columns}"
    label: ClassVar[str] = "{count}"
    hint: ClassVar[str] = "the columns are {names}; write `null` where a value is missing"
    wrong: ClassVar[str] = "ingest rates from values (currency string, rate float64) ('EUR', 1.0), ('USD')\n"
    right: ClassVar[str] = "ingest rates from values (currency string, rate float64) ('EUR', 1.0), ('USD', null)\n"

    count: str  # "1 value", "3 values"
    columns: str  # "2 columns"
    names: str


class ValueMismatch(Diagnostic, frozen=True, kw_only=True):
    """A list or a struct in a row of `values` is not of its column's type."""

    code: ClassVar[str] = "value-mismatch"
    title: ClassVar[str] = "`{name}` is {type}, and this is {actual}"
    label: ClassVar[str] = "{actual}"
    hint: ClassVar[str] = "write {type}, or declare `{name}` as {actual}"
    wrong: ClassVar[str] = "ingest posts from values (id int64, tags array<int64>) (1, ['a', 'b'])\n"
    right: ClassVar[str] = "ingest posts from values (id int64, tags array<string>) (1, ['a', 'b'])\n"

    name: str
    type: str
    actual: str


class NullInNotNull(Diagnostic, frozen=True, kw_only=True):
    """A null stands in a column that says `not null`."""

    code: ClassVar[str] = "null-in-not-null"
    title: ClassVar[str] = "`{name}` is declared `not null`, and this is null"
    label: ClassVar[str] = "null"
    hint: ClassVar[str] = "write a value, or leave `not null` out"
    wrong: ClassVar[str] = "ingest rates from values (currency string not null, rate float64) (null, 1.0)\n"
    right: ClassVar[str] = "ingest rates from values (currency string, rate float64) (null, 1.0)\n"

    name: str
