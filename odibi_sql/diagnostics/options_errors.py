"""What is wrong with options: of formats, and of steps in `with (…)`."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic

_A = "ingest a from values (x int64) (1)\n\n"


class UnknownFormat(Diagnostic, frozen=True, kw_only=True):
    """A file format that odibi_sql does not know."""

    code: ClassVar[str] = "unknown-format"
    title: ClassVar[str] = "there is no format `{name}`"
    label: ClassVar[str] = "not a format"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _A + 'store a to parket "out/a.parquet"\n'
    right: ClassVar[str] = _A + 'store a to parquet "out/a.parquet"\n'

    name: str
    suggestion: str


class UnknownOption(Diagnostic, frozen=True, kw_only=True):
    """An option that the format, or the step, does not have. No option is handed through unseen."""

    code: ClassVar[str] = "unknown-option"
    title: ClassVar[str] = "{owner} has no option `{name}`"
    label: ClassVar[str] = "no such option"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _A + "store a to csv \"out/a.csv\" (delimeter: ';')\n"
    right: ClassVar[str] = _A + "store a to csv \"out/a.csv\" (delimiter: ';')\n"

    name: str
    owner: str  # "csv, when it is written,", "a step"
    suggestion: str


class BadOption(Diagnostic, frozen=True, kw_only=True):
    """An option has a value that it does not take."""

    code: ClassVar[str] = "bad-option"
    title: ClassVar[str] = "the option `{name}` takes {expected}, not {actual}"
    label: ClassVar[str] = "not {expected}"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _A + "store a to csv \"out/a.csv\" (header: 'yes')\n"
    right: ClassVar[str] = _A + 'store a to csv "out/a.csv" (header: true)\n'

    name: str
    expected: str
    actual: str
    suggestion: str = ""


class DuplicateOption(Diagnostic, frozen=True, kw_only=True):
    """One option is given twice."""

    code: ClassVar[str] = "duplicate-option"
    title: ClassVar[str] = "the option `{name}` is given twice"
    label: ClassVar[str] = "a second time"
    hint: ClassVar[str] = "remove one of them"
    wrong: ClassVar[str] = _A + 'store a to csv "out/a.csv" (header: true, header: false)\n'
    right: ClassVar[str] = _A + 'store a to csv "out/a.csv" (header: true)\n'

    name: str
