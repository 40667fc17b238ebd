"""What is wrong with the order of words: kinds of errors that the parser reports."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic

_RIGHT = """pipeline demo
ingest orders from values (id int64, status string, amount float64) (1, 'paid', 9.5)
transform paid from orders
  | filter status = 'paid'
  | select id, amount
store paid to csv "paid.csv"
"""


def _wrong(right: str, wrong: str) -> str:
    assert right in _RIGHT, right
    return _RIGHT.replace(right, wrong)


class Unexpected(Diagnostic, frozen=True, kw_only=True):
    """Something stands where the language has no place for it.

    The message says what could stand there instead, and how the statement or operator is written as a whole.
    """

    code: ClassVar[str] = "syntax"
    title: ClassVar[str] = "{problem}"
    label: ClassVar[str] = "expected {expected}"
    hint: ClassVar[str] = "{usage}"
    wrong: ClassVar[str] = _wrong("status = 'paid'", "status = ")
    right: ClassVar[str] = _RIGHT
    found: str
    expected: str
    usage: str

    def holes(self) -> dict[str, object]:
        is_end = self.found == "the end of the file"
        problem = "the file ends too early" if is_end else f"{self.found} cannot stand here"
        return {**super().holes(), "problem": problem}


class UnknownStatement(Diagnostic, frozen=True, kw_only=True):
    """A statement begins with a word that begins none.

    Statements begin with `pipeline`, `param`, `connect`, `layer`, `ingest`, `transform`, `sql`, `python`, `store`,
    `publish`, `func`, `fragment`, `use`, `test`, `trigger` or `on`.
    """

    code: ClassVar[str] = "unknown-statement"
    title: ClassVar[str] = "no statement begins with {found}"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _wrong("transform paid", "trasform paid")
    right: ClassVar[str] = _RIGHT
    found: str
    suggestion: str


class UnknownOperator(Diagnostic, frozen=True, kw_only=True):
    """A `|` line begins with a word that is no operator."""

    code: ClassVar[str] = "unknown-operator"
    title: ClassVar[str] = "{found} is no operator"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _wrong("| select id", "| selct id")
    right: ClassVar[str] = _RIGHT
    found: str
    suggestion: str


class WhereForFilter(Diagnostic, frozen=True, kw_only=True):
    """Rows are chosen with `where` or `having`. Here the word is `filter`, wherever it stands in the step."""

    code: ClassVar[str] = "where-for-filter"
    title: ClassVar[str] = "`{found}` is not written in a step"
    hint: ClassVar[str] = "rows are chosen with `filter`: `| filter status = 'paid'`"
    wrong: ClassVar[str] = _wrong("| filter", "| where")
    right: ClassVar[str] = _RIGHT
    found: str


class MisspeltWord(Diagnostic, frozen=True, kw_only=True):
    """A word of the language is not spelt right."""

    code: ClassVar[str] = "misspelt-word"
    title: ClassVar[str] = "`{found}` cannot stand here"
    label: ClassVar[str] = "did you mean `{meant}`?"
    wrong: ClassVar[str] = _wrong("from orders", "form orders")
    right: ClassVar[str] = _RIGHT
    found: str
    meant: str


class MissingBar(Diagnostic, frozen=True, kw_only=True):
    """An operator stands without the `|` before it. Each operator of a step begins with `|`."""

    code: ClassVar[str] = "missing-bar"
    title: ClassVar[str] = "a `|` is missing before `{operator}`"
    hint: ClassVar[str] = "each operator of a step begins with `|`: `| {meant} …`"
    wrong: ClassVar[str] = _wrong("  | select", "  select")
    right: ClassVar[str] = _RIGHT
    operator: str
    meant: str  # what the operator is called here


class MissingComma(Diagnostic, frozen=True, kw_only=True):
    """Two items of a list stand side by side without a comma between them."""

    code: ClassVar[str] = "missing-comma"
    title: ClassVar[str] = "a comma is missing before {found}"
    hint: ClassVar[str] = "items of a list have a comma between them; a name that has spaces stands between backticks"
    wrong: ClassVar[str] = _wrong("select id, amount", "select id amount")
    right: ClassVar[str] = _RIGHT
    found: str


class ExtraComma(Diagnostic, frozen=True, kw_only=True):
    """A comma stands behind the last item of a list."""

    code: ClassVar[str] = "extra-comma"
    title: ClassVar[str] = "nothing comes after this comma"
    hint: ClassVar[str] = "leave the comma out, or write the item that is missing"
    wrong: ClassVar[str] = _wrong("select id, amount", "select id, amount,")
    right: ClassVar[str] = _RIGHT


class MissingWord(Diagnostic, frozen=True, kw_only=True):
    """A word or a mark that must stand here is left out."""

    code: ClassVar[str] = "missing-word"
    title: ClassVar[str] = "`{missing}` is missing before {found}"
    hint: ClassVar[str] = "{usage}"
    wrong: ClassVar[str] = _wrong("| select", "| sort id | limit 5 | dedupe id keep any | select")
    right: ClassVar[str] = _wrong("| select", "| sort id | limit 5 | dedupe by id keep any | select")
    missing: str
    found: str
    usage: str


class MissingName(Diagnostic, frozen=True, kw_only=True):
    """A column is computed and given no name.

    `derive`, `set`, `fill` and `aggregate` take `name = value`: the name comes first.
    """

    code: ClassVar[str] = "missing-name"
    title: ClassVar[str] = "this column has no name"
    label: ClassVar[str] = "write `name = …` here"
    hint: ClassVar[str] = "{usage}"
    wrong: ClassVar[str] = _wrong("| select id, amount", "| aggregate sum(amount)")
    right: ClassVar[str] = _wrong("| select id, amount", "| aggregate total = sum(amount)")
    usage: str


class NameAfter(Diagnostic, frozen=True, kw_only=True):
    """A column is named behind its value with `as`, as in SQL. Here the name comes first: `name = value`."""

    code: ClassVar[str] = "name-after"
    title: ClassVar[str] = "a column is not named with `as`"
    hint: ClassVar[str] = "the name comes first: `name = value`"
    wrong: ClassVar[str] = _wrong("select id, amount", "select id, amount as price")
    right: ClassVar[str] = _wrong("select id, amount", "select id, price = amount")


class QueryInExpression(Diagnostic, frozen=True, kw_only=True):
    """A query stands inside an expression of a step.

    Rows of another dataset are matched by a join: `join semi` keeps the rows that have a match, `join anti` those that
    have none. In a `sql` step queries inside of queries are read as anywhere in SQL.
    """

    code: ClassVar[str] = "query-in-expression"
    title: ClassVar[str] = "a query cannot stand in an expression of a step"
    hint: ClassVar[str] = "`join semi` keeps the rows with a match and `join anti` those without; or write a `sql` step"
    wrong: ClassVar[str] = _wrong("| select id", "| filter id in (select id from orders) | select id")
    right: ClassVar[str] = _wrong("| select id", "| join semi orders on id | select id")


class UnclosedBracket(Diagnostic, frozen=True, kw_only=True):
    """A bracket is opened and not closed before the statement or the operator ends."""

    code: ClassVar[str] = "unclosed-bracket"
    title: ClassVar[str] = "this `{opened}` is not closed"
    label: ClassVar[str] = "it is opened here"
    hint: ClassVar[str] = "close it with `{closing}` before {found}"
    wrong: ClassVar[str] = _wrong("status = 'paid'", "(status = 'paid'")
    right: ClassVar[str] = _wrong("status = 'paid'", "(status = 'paid')")
    opened: str
    closing: str
    found: str


class ExtraBracket(Diagnostic, frozen=True, kw_only=True):
    """A bracket is closed that is not open."""

    code: ClassVar[str] = "extra-bracket"
    title: ClassVar[str] = "this `{closing}` closes nothing"
    hint: ClassVar[str] = "leave it out, or open it before"
    wrong: ClassVar[str] = _wrong("status = 'paid'", "status = 'paid')")
    right: ClassVar[str] = _RIGHT
    closing: str


class ReservedWord(Diagnostic, frozen=True, kw_only=True):
    """A word that expressions are made of stands where a name is needed.

    `and`, `between`, `case`, `else`, `end`, `false`, `ilike`, `in`, `is`, `like`, `not`, `null`, `or`, `then`, `true`
    and `when` are names only between backticks.
    """

    code: ClassVar[str] = "reserved-word"
    title: ClassVar[str] = "`{word}` is a word of the language"
    hint: ClassVar[str] = "as a name it stands between backticks: `{word}`"
    wrong: ClassVar[str] = _wrong("select id, amount", "select id, amount | rename end = amount | drop end")
    right: ClassVar[str] = _wrong("select id, amount", "select id, amount | rename end = amount | drop `end`")
    word: str


class SqlComment(Diagnostic, frozen=True, kw_only=True):
    """A comment begins with `--`. Comments begin with `#` and end with their line."""

    code: ClassVar[str] = "sql-comment"
    title: ClassVar[str] = "a comment does not begin with `{mark}`"
    hint: ClassVar[str] = "comments begin with `#`"
    wrong: ClassVar[str] = _wrong("  | select", "  -- what is shown\n  | select")
    right: ClassVar[str] = _wrong("  | select", "  # what is shown\n  | select")
    mark: str


class RepeatedClause(Diagnostic, frozen=True, kw_only=True):
    """A clause that can be written once is written twice."""

    code: ClassVar[str] = "repeated-clause"
    title: ClassVar[str] = "`{clause}` is written twice"
    hint: ClassVar[str] = "keep one of them"
    wrong: ClassVar[str] = _wrong('"paid.csv"', '"paid.csv" mode overwrite mode append')
    right: ClassVar[str] = _wrong('"paid.csv"', '"paid.csv" mode overwrite')
    clause: str


class BadInterval(Diagnostic, frozen=True, kw_only=True):
    """The text of an `interval` is not a number and a unit of time.

    Durations are written `2 minutes` or `interval '2' minute`; units are microseconds, milliseconds, seconds, minutes,
    hours, days, weeks, months, quarters and years.
    """

    code: ClassVar[str] = "bad-interval"
    title: ClassVar[str] = "`{text}` is not a duration"
    hint: ClassVar[str] = "durations are a number and a unit of time: `2 minutes`, `7 days`"
    wrong: ClassVar[str] = _wrong("select id, amount", "derive wait = interval 'soon'")
    right: ClassVar[str] = _wrong("select id, amount", "derive wait = interval '2 days'")
    text: str


class NotAWholeNumber(Diagnostic, frozen=True, kw_only=True):
    """The digits of a type, as in `decimal(12, 2)`, are not whole numbers."""

    code: ClassVar[str] = "not-a-whole-number"
    title: ClassVar[str] = "`{text}` is not a number of digits"
    hint: ClassVar[str] = "digits are counted in whole numbers: `decimal(12, 2)`"
    wrong: ClassVar[str] = _wrong("| select id, amount", "| cast amount decimal(12.5)")
    right: ClassVar[str] = _wrong("| select id, amount", "| cast amount decimal(12, 5)")
    text: str


class TooDeep(Diagnostic, frozen=True, kw_only=True):
    """An expression has too many parts one inside the other; a chain `a + b + c …` counts one for each sign."""

    code: ClassVar[str] = "too-deep"
    title: ClassVar[str] = "more than {deepest} expressions stand one inside the other"
    hint: ClassVar[str] = "name a part of it in a `derive` of its own; many `or` on one column are `in (…)`"
    wrong: ClassVar[str] = _wrong("status = 'paid'", "id = " + "1 + " * 160 + "1")
    right: ClassVar[str] = _wrong("status = 'paid'", "id = 161")
    deepest: int


class EmptyFile(Diagnostic, frozen=True, kw_only=True):
    """A file has no statement, or nothing but comments."""

    code: ClassVar[str] = "empty-file"
    title: ClassVar[str] = "there is no statement in this file"
    hint: ClassVar[str] = "a pipeline begins with `pipeline NAME`; `odibi init` writes one that runs"
    wrong: ClassVar[str] = "# nothing yet\n"
    right: ClassVar[str] = _RIGHT
