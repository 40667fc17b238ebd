"""What is wrong with a store."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic

_A = "ingest a from values (x int64, tag string) (1, 'n')\n\n"


class SameTarget(Diagnostic, frozen=True, kw_only=True):
    """Two steps write one target, or one writes into what another writes."""

    code: ClassVar[str] = "same-target"
    title: ClassVar[str] = "two stores write to {path}"
    label: ClassVar[str] = "written a second time"
    hint: ClassVar[str] = "store to another path, or make one dataset of both with `union`"
    wrong: ClassVar[str] = _A + 'store a to csv "out/a.csv"\n\nstore a to csv "out/a.csv"\n'
    right: ClassVar[str] = _A + 'store a to csv "out/a.csv"\n\nstore a to csv "out/b.csv"\n'

    path: str


class TargetIsSource(Diagnostic, frozen=True, kw_only=True):
    """A store writes what the same run reads, so what is read would depend on what runs first."""

    code: ClassVar[str] = "target-is-source"
    title: ClassVar[str] = "this store writes {path}, which `{ingest}` reads in the same run"
    label: ClassVar[str] = "read by `{ingest}`"
    hint: ClassVar[str] = "store to another path"
    wrong: ClassVar[str] = (
        '# odibi: allow source-doubt\ningest a from csv "data/a.csv" schema (x int64)\n\n'
        'store a to csv "data/a.csv" mode overwrite\n'
    )
    right: ClassVar[str] = (
        '# odibi: allow source-doubt\ningest a from csv "data/a.csv" schema (x int64)\n\n'
        'store a to csv "out/a.csv" mode overwrite\n'
    )

    path: str
    ingest: str


class TargetIsProject(Diagnostic, frozen=True, kw_only=True):
    """A store would replace the folder that the pipeline is in, one around it, or what odibi keeps in `.odibi`.

    A store to a folder replaces the folder as a whole: this one would take the pipeline and its data with it.
    """

    code: ClassVar[str] = "target-is-project"
    title: ClassVar[str] = "this store would replace {what}"
    label: ClassVar[str] = "{what}"
    hint: ClassVar[str] = 'store to a file or a folder inside: "out/{dataset}"'
    wrong: ClassVar[str] = _A + 'store a to parquet "." mode overwrite\n'
    right: ClassVar[str] = _A + 'store a to parquet "out/a" mode overwrite\n'

    what: str
    dataset: str


class PartitionLeavesNothing(Diagnostic, frozen=True, kw_only=True):
    """Every column is in `partition by`.

    The values of those columns are the names of folders and not in the files, so nothing would be in the files.
    """

    code: ClassVar[str] = "partition-leaves-nothing"
    title: ClassVar[str] = "the files would have no columns: all of them are in `partition by`"
    label: ClassVar[str] = "every column"
    hint: ClassVar[str] = "keep at least one column out of `partition by`"
    wrong: ClassVar[str] = _A + 'store a to parquet "out/a" partition by x, tag\n'
    right: ClassVar[str] = _A + 'store a to parquet "out/a" partition by tag\n'


class PartitionType(Diagnostic, frozen=True, kw_only=True):
    """The values of `partition by` are the names of folders, and values of this type have none that is safe."""

    code: ClassVar[str] = "partition-type"
    title: ClassVar[str] = "`{name}` is {type}, which cannot be the name of a folder"
    label: ClassVar[str] = "{type}"
    hint: ClassVar[str] = "partition by a string, a whole number, a bool or a date"
    wrong: ClassVar[str] = _A + 'transform b from a\n  | derive l = [x]\n\nstore b to parquet "out/b" partition by l\n'
    right: ClassVar[str] = _A + 'transform b from a\n  | derive l = [x]\n\nstore b to parquet "out/b" partition by x\n'

    name: str
    type: str


class ModeNeedsPartition(Diagnostic, frozen=True, kw_only=True):
    """`overwrite partitions` replaces the partitions that the new rows are of, so the store has to have some."""

    code: ClassVar[str] = "mode-needs-partition"
    title: ClassVar[str] = "`mode overwrite partitions` needs `partition by`"
    label: ClassVar[str] = "there are no partitions"
    hint: ClassVar[str] = "write `partition by` and the columns, or `mode overwrite`"
    wrong: ClassVar[str] = _A + 'store a to parquet "out/a" mode overwrite partitions\n'
    right: ClassVar[str] = _A + 'store a to parquet "out/a" mode overwrite partitions partition by tag\n'


class AppendToFile(Diagnostic, frozen=True, kw_only=True):
    """`append` adds files to a folder, and the location is one file."""

    code: ClassVar[str] = "append-to-file"
    title: ClassVar[str] = "`mode append` adds files to a folder, and {path} is one file"
    label: ClassVar[str] = "one file"
    hint: ClassVar[str] = "store to a folder: {folder}"
    wrong: ClassVar[str] = _A + 'store a to parquet "out/a.parquet" mode append\n'
    right: ClassVar[str] = _A + 'store a to parquet "out/a" mode append\n'

    path: str
    folder: str


class FormatCannotHold(Diagnostic, frozen=True, kw_only=True):
    """A column has a type that the format has no way to write."""

    code: ClassVar[str] = "format-cannot-hold"
    title: ClassVar[str] = "{format} cannot hold `{column}`, which is {type}"
    label: ClassVar[str] = "{type} in {format}"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _A + 'transform b from a\n  | derive l = [x]\n\nstore b to csv "out/b.csv"\n'
    right: ClassVar[str] = _A + 'transform b from a\n  | derive l = [x]\n\nstore b to parquet "out/b.parquet"\n'

    column: str
    type: str
    format: str
    instead: str


class KeyType(Diagnostic, frozen=True, kw_only=True):
    """A key of `mode merge` or `mode scd2` is of a type whose values cannot be told apart exactly.

    Floats that are computed differ in their last digits, durations such as `1 month` and `30 days` are equal, and what
    has parts is no name of a row.
    """

    code: ClassVar[str] = "key-type"
    title: ClassVar[str] = "`{name}` is {type}, which cannot be a key of `mode {mode}`"
    label: ClassVar[str] = "{type}"
    hint: ClassVar[str] = "take a whole number, a decimal, a string, a bool, a date or a timestamp"
    wrong: ClassVar[str] = (
        _A + 'transform b from a\n  | derive f = x / 2\n\nstore b to parquet "out/b" mode merge on f\n'
    )
    right: ClassVar[str] = (
        _A + 'transform b from a\n  | derive f = x / 2\n\nstore b to parquet "out/b" mode merge on x\n'
    )

    name: str
    type: str
    mode: str


class HistoryColumn(Diagnostic, frozen=True, kw_only=True):
    """`mode scd2` adds columns to the target that say when a row was valid, and the dataset has one of that name."""

    code: ClassVar[str] = "history-column"
    title: ClassVar[str] = "`mode scd2` adds a column `{name}`, and the dataset has one"
    label: ClassVar[str] = "adds `valid_from`, `valid_to` and `is_current`"
    hint: ClassVar[str] = "`rename` the column, or `drop` it"
    wrong: ClassVar[str] = (
        _A + 'transform b from a\n  | derive is_current = true\n\nstore b to parquet "out/b" mode scd2 on x\n'
    )
    right: ClassVar[str] = _A + 'store a to parquet "out/b" mode scd2 on x\n'

    name: str


class HistoryCannotCompare(Diagnostic, frozen=True, kw_only=True):
    """`mode scd2` keeps a new row where a value changed, and of values of this type that cannot be told."""

    code: ClassVar[str] = "history-cannot-compare"
    title: ClassVar[str] = "whether `{name}` changed cannot be told: it is {type}"
    label: ClassVar[str] = "compares every column"
    hint: ClassVar[str] = "leave it out, or take what matters of it into columns of their own"
    wrong: ClassVar[str] = (
        _A + 'transform b from a\n  | derive d = x * 1 day\n\nstore b to parquet "out/b" mode scd2 on x\n'
    )
    right: ClassVar[str] = _A + 'transform b from a\n  | derive d = x\n\nstore b to parquet "out/b" mode scd2 on x\n'

    name: str
    type: str
