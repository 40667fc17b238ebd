"""What is wrong with steps as a whole: their names, who reads whom, their layers."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic, Severity

_ORDERS = "ingest orders from values (id int64 not null, amount float64) (1, 9.5), (2, 3.0)\n"


class UnknownDataset(Diagnostic, frozen=True, kw_only=True):
    """A step reads a dataset that no step of the pipeline makes.

    Datasets are named by `ingest`, `transform`, `sql` and `python` steps, and by `quarantine`. Names keep their case
    and are matched exactly. The step that makes a dataset can stand anywhere in the file.
    """

    code: ClassVar[str] = "unknown-dataset"
    title: ClassVar[str] = "there is no dataset `{name}`"
    label: ClassVar[str] = "no step makes it"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _ORDERS + "\ntransform large from order\n  | limit 1\n"
    right: ClassVar[str] = _ORDERS + "\ntransform large from orders\n  | limit 1\n"

    name: str
    suggestion: str


class DuplicateName(Diagnostic, frozen=True, kw_only=True):
    """Two statements give the same name to what they make.

    The names of datasets, of parameters and of layers are each given once in a pipeline.
    """

    code: ClassVar[str] = "duplicate-name"
    title: ClassVar[str] = "there are two {things} called `{name}`"
    label: ClassVar[str] = "named a second time"
    hint: ClassVar[str] = "give one of them another name"
    wrong: ClassVar[str] = _ORDERS + "\ntransform orders from orders\n  | limit 1\n"
    right: ClassVar[str] = _ORDERS + "\ntransform first_order from orders\n  | limit 1\n"

    name: str
    things: str


class NamesDifferInCase(Diagnostic, frozen=True, kw_only=True):
    """Two names differ only in the case of their letters.

    Names keep their case and are matched exactly, but not every engine and every file system tells such names apart,
    so what one engine keeps as two columns would be one on another.
    """

    code: ClassVar[str] = "names-differ-in-case"
    title: ClassVar[str] = "the {things} `{other}` and `{name}` differ only in the case of their letters"
    label: ClassVar[str] = "not every engine can tell it from `{other}`"
    hint: ClassVar[str] = "give one of them another name"
    wrong: ClassVar[str] = _ORDERS + "\ntransform more from orders\n  | derive Amount = amount * 2\n"
    right: ClassVar[str] = _ORDERS + "\ntransform more from orders\n  | derive twice = amount * 2\n"

    name: str
    other: str
    things: str


class Cycle(Diagnostic, frozen=True, kw_only=True):
    """Steps read each other in a circle, or a step reads itself.

    What runs first is decided by who reads whom, so a step cannot need what it makes itself, however long the way
    around.
    """

    code: ClassVar[str] = "cycle"
    title: ClassVar[str] = "{who}: {path}"
    label: ClassVar[str] = "`{first}` reads `{second}` here"
    hint: ClassVar[str] = "one of these steps has to read another dataset"
    wrong: ClassVar[str] = "transform a from b\n  | limit 1\n\ntransform b from a\n  | limit 1\n"
    right: ClassVar[str] = _ORDERS + "\ntransform a from orders\n  | limit 1\n\ntransform b from a\n  | limit 1\n"

    who: str
    path: str
    first: str
    second: str


class LaterLayer(Diagnostic, frozen=True, kw_only=True):
    """A step reads a dataset of a layer that begins after its own.

    Layers are in the order in which the file begins them. A step reads its own layer and earlier ones; what stands
    before the first `layer` is earlier than all of them.
    """

    code: ClassVar[str] = "later-layer"
    title: ClassVar[str] = "`{step}`, {where}, reads `{dataset}` of the later layer `{later}`"
    label: ClassVar[str] = "of layer `{later}`"
    hint: ClassVar[str] = (
        "a step reads its own layer and earlier ones: move `{step}` to `{later}`, or `{dataset}` to an earlier layer"
    )
    wrong: ClassVar[str] = (
        _ORDERS
        + "\nlayer silver\n\ntransform top from totals\n  | limit 1\n"
        + "\nlayer gold\n\ntransform totals from orders\n  | limit 5\n"
    )
    right: ClassVar[str] = (
        _ORDERS
        + "\nlayer silver\n\ntransform totals from orders\n  | limit 5\n"
        + "\nlayer gold\n\ntransform top from totals\n  | limit 1\n"
    )

    step: str
    where: str  # "of layer `silver`" or "before the first layer"
    dataset: str
    later: str


class TwoPipelines(Diagnostic, frozen=True, kw_only=True):
    """A file has more than one `pipeline` statement. A file is one pipeline."""

    code: ClassVar[str] = "two-pipelines"
    title: ClassVar[str] = "a file is one pipeline, and this one is already called `{name}`"
    label: ClassVar[str] = "a second name"
    hint: ClassVar[str] = "remove it, or move what follows to a file of its own"
    wrong: ClassVar[str] = "pipeline one\n\npipeline two\n"
    right: ClassVar[str] = "pipeline one\n"

    name: str


class UnusedDataset(Diagnostic, frozen=True, kw_only=True):
    """A dataset that nothing needs: no store writes it, and no step that a store needs reads it.

    It is not computed. This is told only where the pipeline has a store at all.
    """

    code: ClassVar[str] = "unused-dataset"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "nothing uses `{name}`"
    label: ClassVar[str] = "no store needs it, so it is not computed"
    hint: ClassVar[str] = "store it, remove it, or write `# odibi: allow unused-dataset` above it"
    wrong: ClassVar[str] = (
        _ORDERS
        + '\ntransform large from orders\n  | filter amount is not null\n\nstore orders to csv "out/orders.csv"\n'
    )
    right: ClassVar[str] = (
        _ORDERS + '\ntransform large from orders\n  | filter amount is not null\n\nstore large to csv "out/large.csv"\n'
    )

    name: str


class UnusedSort(Diagnostic, frozen=True, kw_only=True):
    """A sort whose order is lost before anything uses it.

    `sort` says in which order the rows come for a `limit` or `keep` below it, and for what is stored or shown.
    `filter`, `derive`, `set`, `select`, `rename`, `drop` and `limit` keep the order; any other operator ends it.
    """

    code: ClassVar[str] = "unused-sort"
    severity: ClassVar[Severity] = "warning"
    title: ClassVar[str] = "nothing uses the order of this sort"
    label: ClassVar[str] = "the `{ended_by}` below ends it"
    hint: ClassVar[str] = "sort after `{ended_by}`, or remove the sort"
    wrong: ClassVar[str] = _ORDERS + "\ntransform some from orders\n  | sort amount\n  | distinct\n"
    right: ClassVar[str] = _ORDERS + "\ntransform some from orders\n  | distinct\n  | sort amount\n"

    ended_by: str


class BadCount(Diagnostic, frozen=True, kw_only=True):
    """A number of rows has to be a whole number that is not negative, known when the pipeline is compiled."""

    code: ClassVar[str] = "bad-count"
    title: ClassVar[str] = "{what} is {actual}; it has to be a whole number from {least}"
    label: ClassVar[str] = "not a number of rows"
    wrong: ClassVar[str] = _ORDERS + "\ntransform some from orders\n  | limit -1\n"
    right: ClassVar[str] = _ORDERS + "\ntransform some from orders\n  | limit 2\n"

    what: str
    actual: str
    least: int = 0
