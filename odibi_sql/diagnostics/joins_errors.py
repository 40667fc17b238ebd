"""What is wrong, or may be, with a join."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic, Severity

_ORDERS = "ingest orders from values (order_no int64 not null, id int64, client int64) (1, 5, 7), (2, 6, 8)\n"
_CLIENTS = (
    "ingest clients from values (client int64 not null, name string) (7, 'Ada'), (8, 'Bob')\n"
    "  | dedupe by client keep any\n"
)
_PEOPLE = (
    "ingest people from values (id int64 not null, name string) (7, 'Ada'), (8, 'Bob')\n  | dedupe by id keep any\n"
)


def _pipeline(other: str, operator: str) -> str:
    return f"{_ORDERS}{other}\ntransform joined from orders\n  | {operator}\n"


class JoinDuplicateColumn(Diagnostic, frozen=True, kw_only=True):
    """Both sides of a join bring a column of the same name, and nothing is renamed silently.

    A column that both sides have and that the join names alone after `on` (`on customer_id`) comes out once. Any
    other has to be left out, or renamed: in the column list (`join people (name)`, `join people (person_id = id)`) or
    with `rename` before.
    """

    code: ClassVar[str] = "duplicate-join-column"
    title: ClassVar[str] = "{columns} would come out twice: from {ours} and from `{theirs}`"
    label: ClassVar[str] = "brings {columns} too"
    hint: ClassVar[str] = (
        "list the columns to take, with new names: `join {theirs} ({list_})`; or `rename` them before the join"
    )
    wrong: ClassVar[str] = _pipeline(_PEOPLE, "join left people on client = people.id")
    right: ClassVar[str] = _pipeline(_PEOPLE, "join left people (name) on client = people.id")

    columns: str
    ours: str
    theirs: str
    list_: str


class JoinBringsNoColumns(Diagnostic, frozen=True, kw_only=True):
    """A semi or anti join only decides which rows stay, so it takes no column list."""

    code: ClassVar[str] = "join-brings-no-columns"
    title: ClassVar[str] = "a {kind} join brings no columns"
    label: ClassVar[str] = "columns of `{dataset}`"
    hint: ClassVar[str] = "remove the list, or write `join` or `join left` to get the columns"
    wrong: ClassVar[str] = _pipeline(_CLIENTS, "join semi clients (name) on client")
    right: ClassVar[str] = _pipeline(_CLIENTS, "join semi clients on client")

    kind: str
    dataset: str


class JoinOnTypes(Diagnostic, frozen=True, kw_only=True):
    """A column that both sides have is to be joined on, and the two have types that cannot be compared."""

    code: ClassVar[str] = "join-on-types"
    title: ClassVar[str] = "`{name}` is {ours} here and {theirs} in `{dataset}`, which cannot be compared"
    label: ClassVar[str] = "two different types"
    hint: ClassVar[str] = "cast one of them before the join: `cast {name} …`"
    wrong: ClassVar[str] = _pipeline(
        "ingest clients from values (client date) (date '2025-01-01')\n", "join semi clients on client"
    )
    right: ClassVar[str] = _pipeline(_CLIENTS, "join semi clients on client")

    name: str
    ours: str
    theirs: str
    dataset: str


class JoinNeedsAlias(Diagnostic, frozen=True, kw_only=True):
    """Both sides of a join are called alike, and the condition says that name.

    So it is where a dataset is joined with itself. Another name for the other side, after `as`, tells them apart.
    """

    code: ClassVar[str] = "join-needs-alias"
    title: ClassVar[str] = "both sides of this join are called `{name}`"
    label: ClassVar[str] = "which of them?"
    hint: ClassVar[str] = (
        "give the other side another name: `join {name} as other …`, and say `other.` before its columns"
    )
    wrong: ClassVar[str] = _pipeline("", "join semi orders on orders.id = orders.order_no")
    right: ClassVar[str] = _pipeline("", "join semi orders as other on orders.id = other.order_no")

    name: str


class JoinOnOneSide(Diagnostic, frozen=True, kw_only=True):
    """A name that stands alone after `on` is a column that both sides have, and this one is of one side only."""

    code: ClassVar[str] = "join-on-one-side"
    title: ClassVar[str] = "`{name}` is a column of `{there}` and not of `{missing}`"
    label: ClassVar[str] = "not on both sides"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _pipeline(_PEOPLE, "join semi people on client")
    right: ClassVar[str] = _pipeline(_PEOPLE, "join semi people on client = people.id")

    name: str
    there: str
    missing: str
    suggestion: str


class JoinMayMultiply(Diagnostic, frozen=True, kw_only=True):
    """A row can find several rows of the other side, and comes out once for each of them.

    The other side is not known to be unique in the joined columns. Keys are known from `key` after an ingest and from
    `aggregate`, `dedupe`, `distinct` and `expect unique`. `match many` at the join's end says that more rows are
    meant; `match one` makes it a rule that the run checks.
    """

    code: ClassVar[str] = "join-may-multiply"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "this join can multiply rows: `{dataset}` is not known to be unique in {columns}"
    label: ClassVar[str] = "several rows can match one"
    hint: ClassVar[str] = "write `match one` at its end to have the run check it, or `match many` where it is meant"
    wrong: ClassVar[str] = _pipeline(
        "ingest visits from values (client int64, page string) (7, 'a'), (7, 'b')\n", "join visits on client"
    )
    right: ClassVar[str] = _pipeline(
        "ingest visits from values (client int64, page string) (7, 'a'), (7, 'b')\n", "join visits on client match many"
    )

    dataset: str
    columns: str


class MatchOfOneSide(Diagnostic, frozen=True, kw_only=True):
    """`match one` and `match many` say how many rows of the other side belong to a row, and this join pairs none.

    A semi join keeps a row that finds some, an anti join one that finds none, each once, however many there are.
    """

    code: ClassVar[str] = "match-of-one-side"
    title: ClassVar[str] = "`match {match}` says nothing of a join that pairs no rows"
    label: ClassVar[str] = "a row comes once, however many rows of `{dataset}` match"
    hint: ClassVar[str] = "leave `match {match}` out, or write `expect unique …` where `{dataset}` is made"
    wrong: ClassVar[str] = _pipeline(_CLIENTS, "join semi clients on client match one")
    right: ClassVar[str] = _pipeline(_CLIENTS, "join semi clients on client")

    match: str
    dataset: str


class JoinIsCartesian(Diagnostic, frozen=True, kw_only=True):
    """The condition of a join has no equality between a column of one side and one of the other.

    Every row has to be held against every row, which takes the product of both numbers of rows.
    """

    code: ClassVar[str] = "join-is-cartesian"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "this join holds every row against every row of `{dataset}`"
    label: ClassVar[str] = "no `=` between a column of each side"
    hint: ClassVar[str] = "add an equality, or write `# odibi: allow join-is-cartesian` where it is meant"
    wrong: ClassVar[str] = _pipeline(_PEOPLE, "join people (name) on client > people.id match many")
    right: ClassVar[str] = _pipeline(_PEOPLE, "join people (name) on client = people.id match many")

    dataset: str


class NeedsEquality(Diagnostic, frozen=True, kw_only=True):
    """`match one` and `references` look rows up by the value of columns, so their conditions are equalities."""

    code: ClassVar[str] = "needs-equality"
    title: ClassVar[str] = "{what} needs conditions of the form `column = {dataset}.column`"
    label: ClassVar[str] = "not an equality between both sides"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _pipeline(_PEOPLE, "expect references people on client > people.id")
    right: ClassVar[str] = _pipeline(_PEOPLE, "expect references people on client = people.id")

    what: str
    dataset: str
    instead: str
