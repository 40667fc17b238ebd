"""What one engine cannot give the meaning that the language has, where the others can."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic


class NotOnThisEngine(Diagnostic, frozen=True, kw_only=True):
    """The engine that the pipeline is compiled for cannot give this its meaning.

    Every engine gives the same rows: what one of them would answer otherwise, and cannot be brought to answer alike, is
    refused when the pipeline is compiled for it. On Spark a duration is a struct of months, days and microseconds,
    whose groups would tell `1 month` from `30 days`, which are equal; and maps that have the same entries in another
    order are one there.
    """

    code: ClassVar[str] = "not-on-this-engine"
    title: ClassVar[str] = "{what} cannot be had on {engine}"
    label: ClassVar[str] = "compiled for {engine}"
    hint: ClassVar[str] = "{instead}"
    example_engine: ClassVar[str] = "spark"  # that the examples are compiled for
    wrong: ClassVar[str] = (
        "ingest jobs from values (took duration) (90 minutes), (2 hours)\n\n"
        "transform counted from jobs\n  | aggregate n = count() group by took\n"
    )
    right: ClassVar[str] = (
        "ingest jobs from values (took int64) (90), (120)\n\n"
        "transform counted from jobs\n  | aggregate n = count() group by took\n"
    )

    what: str
    engine: str
    instead: str
