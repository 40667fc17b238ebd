"""What an ingest reads and what a store writes, as values; and how the compiler asks what a source looks like."""

from __future__ import annotations

from typing import Protocol

import msgspec

from odibi_sql.ir.schema import Schema

OptionValue = bool | int | float | str
Options = tuple[tuple[str, OptionValue], ...]  # in the order of the declaration, those alone that were written


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an object, and where its bytes are on this machine, once they are needed."""

    place: str  # from the pipeline's folder; another one for each version
    size: int
    e_tag: str  # "": the store gives none
    version: str


class FileGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Files that are laid out alike: the same columns in the same order.

    `pattern` is the location as the pipeline wrote it where one group is all there is, so that the statement reads
    like the pipeline; otherwise the files stand for themselves. Whichever stands in the statement, it is written
    as it is here: the run puts exactly these files in its place, as absolute paths.

    A column of the source that is not in the `header` of a csv group is null in these files. A csv whose lines have
    no header (`header: false`) has the names here all the same, one for each column of the file.

    Files in an object store (`s3://…`) have a copy each, which is what is read.
    """

    pattern: str | None
    files: tuple[str, ...]  # sorted; relative to the pipeline's folder, as written; empty where nothing matches yet
    header: tuple[str, ...] = ()  # csv: every column of the files, in their order, each name once; none of hive's
    copies: tuple[Copy, ...] = ()  # of objects, in the order of `files`

    @property
    def paths(self) -> tuple[str, ...]:
        """Where the files are read, from the pipeline's folder."""
        return tuple(each.place for each in self.copies) or self.files


class FileSource(msgspec.Struct, frozen=True, kw_only=True):
    """Files of one format that together are one dataset.

    `columns` is everything that can be read from it, with the types that hold for it; the columns of hive folders
    (`year=2025/`) among them, named in `hive` (sorted, the order in which DuckDB gives them). `options` are those
    written, and what was found out in their place (the delimiter of a csv, whether quoted empty text is null), so that
    the same reading is done again.

    Text is read as it is said here and nothing is guessed (DuckDB: `auto_detect = false`). In a csv a null is empty and
    an empty text is `""`, unless the option `quoted_null` says otherwise (DuckDB: `allow_quoted_nulls`).

    `casts`: parquet: columns that the files hold in another type than `columns` says; a scan casts them to it.
    `by_name`: parquet: the files differ in columns or types; they are read by name, null where a file lacks one.
    """

    format: str  # csv, json, ndjson, parquet
    groups: tuple[FileGroup, ...]
    columns: Schema
    options: Options = ()
    hive: tuple[str, ...] = ()
    casts: tuple[str, ...] = ()
    by_name: bool = False


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a store writes: one file, or a folder of files where `is_folder` (hive folders where `partition`)."""

    format: str
    path: str  # relative to the pipeline's folder, as written
    is_folder: bool
    partition: tuple[str, ...] = ()
    options: Options = ()


class SourceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the catalog: what is at `location`?"""

    format: str
    location: str  # with parameters filled in
    options: Options = ()
    declared: Schema | None = None  # what the pipeline holds the source to


class SourceProblem(Exception):
    """A source is not there or is not what it is held to. `reason` is whole sentences in lower case, without a dot at
    the end; `hint` says what to do ("" where there is nothing to say)."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the source and the schema that holds for it. `warnings` are sentences for the reader."""

    source: FileSource
    schema: Schema
    is_discovered: bool  # False: it was declared
    warnings: tuple[str, ...] = ()


class Catalog(Protocol):
    """Who knows what sources look like. The compiler itself reads nothing."""

    def describe(self, request: SourceRequest) -> Described:
        """Return what is there. Raises SourceProblem."""
