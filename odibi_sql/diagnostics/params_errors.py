"""What is wrong with parameters and with the holes in texts that they fill."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic

_DAY = "param day date = date '2025-11-01'\n"


class UnknownParameter(Diagnostic, frozen=True, kw_only=True):
    """The run gives a parameter that the pipeline does not have."""

    code: ClassVar[str] = "unknown-parameter"
    title: ClassVar[str] = "the pipeline has no parameter `{name}`"
    hint: ClassVar[str] = "{suggestion}"

    name: str
    suggestion: str


class MissingParameter(Diagnostic, frozen=True, kw_only=True):
    """A parameter without a default, and the run does not give it."""

    code: ClassVar[str] = "missing-parameter"
    title: ClassVar[str] = "the parameter `{name}` has no value"
    label: ClassVar[str] = "no default, and none was given"
    hint: ClassVar[str] = (
        "give it with `--param {name}=…`, as ODIBI_PARAM_{upper} in the environment, or give it a default"
    )
    wrong: ClassVar[str] = "param region string\n"
    right: ClassVar[str] = "param region string = 'north'\n"

    name: str
    upper: str


class BadParameterValue(Diagnostic, frozen=True, kw_only=True):
    """A parameter is given a value that is not of its type."""

    code: ClassVar[str] = "bad-parameter-value"
    title: ClassVar[str] = "the parameter `{name}` is {type}, and {value} is not one"
    label: ClassVar[str] = "{type}"
    hint: ClassVar[str] = "{suggestion}"

    name: str
    type: str
    value: str
    suggestion: str


class ParameterType(Diagnostic, frozen=True, kw_only=True):
    """A parameter is one plain value: arrays, structs, maps and json cannot be given on a command line."""

    code: ClassVar[str] = "parameter-type"
    title: ClassVar[str] = "a parameter cannot be {type}"
    label: ClassVar[str] = "not a plain value"
    hint: ClassVar[str] = "a parameter is a bool, a number, a string, a date, a timestamp or a duration"
    wrong: ClassVar[str] = "param days array<date> = null\n"
    right: ClassVar[str] = "param day date = date '2025-11-01'\n"

    type: str


class UnknownHole(Diagnostic, frozen=True, kw_only=True):
    """A text has a hole `{name}`, and the pipeline has no parameter of that name.

    In the text of an ingest, a store, a publish or a connect, `{name}` is replaced by the parameter, `{day:%Y/%m/%d}`
    formats a date or a timestamp, and `{{` stands for a brace.
    """

    code: ClassVar[str] = "unknown-hole"
    title: ClassVar[str] = "there is no parameter `{name}` to put into this text"
    label: ClassVar[str] = "no such parameter"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _DAY + '\ningest a from values (x int64) (1)\n\nstore a to csv "out/{date}.csv"\n'
    right: ClassVar[str] = _DAY + '\ningest a from values (x int64) (1)\n\nstore a to csv "out/{day}.csv"\n'

    name: str
    suggestion: str


class BadHole(Diagnostic, frozen=True, kw_only=True):
    """A hole of a text that cannot be filled: it is not closed, it is empty, or its format does not fit the parameter.

    A format stands behind a colon and is for dates and timestamps: `{day:%Y/%m/%d}`, in the letters `%Y` year, `%m`
    month, `%d` day, `%H` hour, `%M` minute, `%S` second, `%f` microseconds, `%y` year of the century, `%j` day of the
    year.
    """

    code: ClassVar[str] = "bad-hole"
    title: ClassVar[str] = "{problem}"
    label: ClassVar[str] = "cannot be filled"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _DAY + '\ningest a from values (x int64) (1)\n\nstore a to csv "out/{day:%Q}.csv"\n'
    right: ClassVar[str] = _DAY + '\ningest a from values (x int64) (1)\n\nstore a to csv "out/{day:%Y-%m}.csv"\n'

    problem: str
    suggestion: str
