"""What the language has, and this version of the compiler has not."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic


class NotInThisVersion(Diagnostic, frozen=True, kw_only=True):
    """The language has this, and this version of odibi_sql does not run it yet.

    It is parsed and formatted, so that a pipeline can be written ahead of the compiler, but nothing is compiled that
    would leave it out silently.
    """

    code: ClassVar[str] = "not-in-this-version"
    title: ClassVar[str] = "{what} is not in this version"
    label: ClassVar[str] = "not run yet"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = (
        "ingest tags from values (tag string) ('a'), ('b')\n\n"
        "transform some from tags\n  | derive more = array_sort([tag], x -> upper(x))\n"
    )
    right: ClassVar[str] = (
        "ingest tags from values (tag string) ('a'), ('b')\n\n"
        "transform some from tags\n  | derive more = [upper(tag)]\n"
    )

    what: str  # with its article and backticks where it has some: "`publish`", "mode `merge`"
    instead: str = ""
