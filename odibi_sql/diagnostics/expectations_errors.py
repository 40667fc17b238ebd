"""What is wrong with an expectation."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic

_ORDERS = (
    "ingest orders from values (id int64 not null, amount float64, at timestamp)"
    " (1, 9.5, timestamp '2025-11-01 10:00:00')\n"
)


def _pipeline(*operators: str) -> str:
    return _ORDERS + "\ntransform clean from orders\n" + "".join(f"  | {each}\n" for each in operators)


class ActionNeedsRows(Diagnostic, frozen=True, kw_only=True):
    """`drop` and `quarantine` leave out the rows that break a rule, and this rule is about the dataset as a whole.

    `unique`, `rows` and `fresh` can be kept or broken by a dataset, not by one row of it. Conditions, `not null` and
    `references` are about rows.
    """

    code: ClassVar[str] = "action-needs-rows"
    title: ClassVar[str] = "`{action}` leaves rows out, and `{rule}` is a rule about the whole dataset"
    label: ClassVar[str] = "no single row breaks it"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline("expect rows > 0 else drop")
    right: ClassVar[str] = _pipeline("expect rows > 0 else warn")

    action: str
    rule: str
    instead: str


class DuplicateRule(Diagnostic, frozen=True, kw_only=True):
    """Two expectations of a step have the same name, so a report could not tell them apart."""

    code: ClassVar[str] = "duplicate-rule"
    title: ClassVar[str] = "`{step}` has two rules called `{name}`"
    label: ClassVar[str] = "a second `{name}`"
    hint: ClassVar[str] = "give one of them another name"
    wrong: ClassVar[str] = _pipeline("expect good: amount > 0", "expect good: id > 0")
    right: ClassVar[str] = _pipeline("expect good: amount > 0", "expect known: id > 0")

    name: str
    step: str


class QuarantineColumnsDiffer(Diagnostic, frozen=True, kw_only=True):
    """Two rules of a step send rows to one quarantine, and the rows have other columns there than here."""

    code: ClassVar[str] = "quarantine-columns-differ"
    title: ClassVar[str] = "the rows have other columns here than where they went to quarantine `{name}` before"
    label: ClassVar[str] = "other columns"
    hint: ClassVar[str] = "send them to another quarantine, or put the rules next to each other"
    wrong: ClassVar[str] = _pipeline(
        "expect amount > 0 else quarantine bad", "derive twice = amount * 2", "expect twice > 1 else quarantine bad"
    )
    right: ClassVar[str] = _pipeline(
        "expect amount > 0 else quarantine bad", "derive twice = amount * 2", "expect twice > 1 else quarantine worse"
    )

    name: str


class FailedColumnTaken(Diagnostic, frozen=True, kw_only=True):
    """A quarantine adds the column `_failed`, and the rows have one already."""

    code: ClassVar[str] = "failed-column-taken"
    title: ClassVar[str] = "a quarantine adds the column `_failed`, and the rows have one already"
    label: ClassVar[str] = "adds `_failed`"
    hint: ClassVar[str] = "rename or drop the column before this rule"
    wrong: ClassVar[str] = _pipeline("derive _failed = 1", "expect amount > 0 else quarantine bad")
    right: ClassVar[str] = _pipeline("expect amount > 0 else quarantine bad")


class NotATime(Diagnostic, frozen=True, kw_only=True):
    """Freshness is asked of a column that is neither a date nor a timestamp."""

    code: ClassVar[str] = "not-a-time"
    title: ClassVar[str] = "`{column}` is {actual}; `fresh` needs a date or a timestamp"
    label: ClassVar[str] = "{actual}"
    wrong: ClassVar[str] = _pipeline("expect fresh amount within 1 day")
    right: ClassVar[str] = _pipeline("expect fresh at within 1 day")

    column: str
    actual: str


class NotADuration(Diagnostic, frozen=True, kw_only=True):
    """A length of time is asked for, like `1 day` or `2 hours`, known when the pipeline is compiled."""

    code: ClassVar[str] = "not-a-duration"
    title: ClassVar[str] = "this is {actual}, and a length of time is asked for here"
    label: ClassVar[str] = "not a duration"
    hint: ClassVar[str] = "write for example `1 day` or `90 minutes`"
    wrong: ClassVar[str] = _pipeline("expect fresh at within 3600")
    right: ClassVar[str] = _pipeline("expect fresh at within 3600 seconds")

    actual: str
