"""What is wrong with the columns that operators make, take and leave out."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic, Severity

_ORDERS = "ingest orders from values (id int64 not null, status string) (1, 'new'), (2, null)\n"
_MORE = "ingest more from values (id int64 not null, state string) (3, 'new')\n"


def _pipeline(*operators: str) -> str:
    return _ORDERS + "\ntransform changed from orders\n" + "".join(f"  | {each}\n" for each in operators)


class DeriveReplaces(Diagnostic, frozen=True, kw_only=True):
    """`derive` makes new columns; `set` gives new values to columns that exist.

    Two words, so that a reader sees whether the meaning of a column changes, and a name that happens to be taken is
    told.
    """

    code: ClassVar[str] = "derive-replaces"
    title: ClassVar[str] = "there is a column `{name}` already, and `derive` does not replace columns"
    label: ClassVar[str] = "`{name}` exists"
    hint: ClassVar[str] = "give it another name, or write `set {name} = …` to change the column"
    wrong: ClassVar[str] = _pipeline("derive status = upper(status)")
    right: ClassVar[str] = _pipeline("set status = upper(status)")

    name: str


class SetAdds(Diagnostic, frozen=True, kw_only=True):
    """`set` gives new values to columns that exist; `derive` makes new columns."""

    code: ClassVar[str] = "set-adds"
    title: ClassVar[str] = "there is no column `{name}`, and `set` does not add columns"
    label: ClassVar[str] = "no such column"
    hint: ClassVar[str] = "{near}write `derive {name} = …` to add it"
    wrong: ClassVar[str] = _pipeline("set state = upper(status)")
    right: ClassVar[str] = _pipeline("derive state = upper(status)")

    name: str
    near: str  # "did you mean `x`? otherwise " or ""


class ColumnNeedsName(Diagnostic, frozen=True, kw_only=True):
    """An expression that makes a column needs a name, unless it is a column itself."""

    code: ClassVar[str] = "column-needs-name"
    title: ClassVar[str] = "this expression makes a column, and the column has no name"
    label: ClassVar[str] = "not a column's name"
    hint: ClassVar[str] = "write `name = {text}`"
    wrong: ClassVar[str] = _pipeline("select id, upper(status)")
    right: ClassVar[str] = _pipeline("select id, status = upper(status)")

    text: str


class DuplicateColumn(Diagnostic, frozen=True, kw_only=True):
    """A list names one column twice, or gives one name to two columns."""

    code: ClassVar[str] = "duplicate-column"
    title: ClassVar[str] = "{what} has the column `{name}` twice"
    label: ClassVar[str] = "a second `{name}`"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline("select id, status, id")
    right: ClassVar[str] = _pipeline("select id, status")

    name: str
    what: str  # "the select", "the rows after the rename"
    instead: str = "remove it, or give it another name"


class NotAColumn(Diagnostic, frozen=True, kw_only=True):
    """A column is asked for, and the name is a parameter's."""

    code: ClassVar[str] = "not-a-column"
    title: ClassVar[str] = "`{name}` is a parameter; a column is asked for here"
    label: ClassVar[str] = "not a column"
    hint: ClassVar[str] = "the columns are {columns}"
    wrong: ClassVar[str] = "param state string = 'new'\n\n" + _pipeline("drop state")
    right: ClassVar[str] = "param state string = 'new'\n\n" + _pipeline("drop status")

    name: str
    columns: str


class DropsEverything(Diagnostic, frozen=True, kw_only=True):
    """An operator leaves no column. Rows have at least one."""

    code: ClassVar[str] = "drops-everything"
    title: ClassVar[str] = "this drops every column"
    label: ClassVar[str] = "nothing is left"
    hint: ClassVar[str] = "keep at least one column"
    wrong: ClassVar[str] = _pipeline("drop id, status")
    right: ClassVar[str] = _pipeline("drop status")


class FillNeverNull(Diagnostic, frozen=True, kw_only=True):
    """`fill` says what stands for null in a column that is never null. It does nothing."""

    code: ClassVar[str] = "fill-never-null"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "`{name}` is never null, so there is nothing to fill"
    label: ClassVar[str] = "not null"
    hint: ClassVar[str] = "remove it"
    wrong: ClassVar[str] = _pipeline("fill id = 0")
    right: ClassVar[str] = _pipeline("fill status = 'unknown'")

    name: str


class FillMismatch(Diagnostic, frozen=True, kw_only=True):
    """What stands for null in a column has to be of the column's type."""

    code: ClassVar[str] = "fill-mismatch"
    title: ClassVar[str] = "`{name}` is {type}, and {actual} cannot stand for its nulls"
    label: ClassVar[str] = "{actual}"
    hint: ClassVar[str] = "write {type}, or `cast` the column first"
    wrong: ClassVar[str] = _pipeline("fill status = 7")
    right: ClassVar[str] = _pipeline("fill status = '7'")

    name: str
    type: str
    actual: str


class NullWithoutType(Diagnostic, frozen=True, kw_only=True):
    """A column of nothing but `null` has no type, and every column has one."""

    code: ClassVar[str] = "null-without-type"
    title: ClassVar[str] = "`{name}` is null in every row, and has no type"
    label: ClassVar[str] = "of which type?"
    hint: ClassVar[str] = "say which: `cast(null as string)`"
    wrong: ClassVar[str] = _pipeline("derive note = null")
    right: ClassVar[str] = _pipeline("derive note = cast(null as string)")

    name: str


class FilterDropsNulls(Diagnostic, frozen=True, kw_only=True):
    """A comparison is neither true nor false where a column is null, so the filter drops that row.

    `status <> 'void'` reads as if it kept all rows but the void ones; it drops those without a status too. Where that
    is meant, `status is not null` says it; where it is not, `is distinct from` compares null as a value.
    """

    code: ClassVar[str] = "filter-drops-nulls"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "this drops the rows where {columns} is null too"
    label: ClassVar[str] = "neither true nor false of null"
    hint: ClassVar[str] = (
        "write `is distinct from` to keep them, or `{first} is not null and …` to say that they are meant to go"
    )
    wrong: ClassVar[str] = _pipeline("filter status <> 'void'")
    right: ClassVar[str] = _pipeline("filter status is distinct from 'void'")

    columns: str
    first: str


class SetColumnsDiffer(Diagnostic, frozen=True, kw_only=True):
    """`union`, `intersect` and `except` match columns by name, and one side has columns that the other has not."""

    code: ClassVar[str] = "set-columns-differ"
    title: ClassVar[str] = "`{kind}` needs the same columns on both sides: {differences}"
    label: ClassVar[str] = "other columns than the rows above"
    hint: ClassVar[str] = "select, derive or rename the columns first, so that both sides have the same names"
    wrong: ClassVar[str] = _ORDERS + _MORE + "\ntransform every from orders\n  | union more\n"
    right: ClassVar[str] = (
        _ORDERS
        + _MORE
        + "\ntransform renamed from more\n  | rename status = state\n"
        + "\ntransform every from orders\n  | union renamed\n"
    )

    kind: str
    differences: str


class SetTypesDiffer(Diagnostic, frozen=True, kw_only=True):
    """Two columns of one name are to become one, and their types have none that holds both."""

    code: ClassVar[str] = "set-types-differ"
    title: ClassVar[str] = "the column `{name}` is {ours} above and {theirs} in `{dataset}`"
    label: ClassVar[str] = "no type holds both"
    hint: ClassVar[str] = "cast one of them first: `cast {name} …`"
    wrong: ClassVar[str] = (
        _ORDERS
        + "ingest more from values (id int64 not null, status date) (3, date '2025-01-01')\n"
        + "\ntransform every from orders\n  | union more\n"
    )
    right: ClassVar[str] = (
        _ORDERS
        + "ingest more from values (id int64 not null, status string) (3, 'new')\n"
        + "\ntransform every from orders\n  | union more\n"
    )

    name: str
    ours: str
    theirs: str
    dataset: str
