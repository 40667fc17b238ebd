"""The file formats and the options that each takes when it is read and when it is written, as data."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from odibi_sql.ir.source import OptionValue

Side = OneOf["read", "write"]
OptionKind = OneOf["bool", "whole number", "text", "character"]  # a character is a text of one character


class FormatOption(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a format, written `name: value` in the parentheses after the location."""

    name: str
    kind: OptionKind
    doc: str
    default: OptionValue | None = None  # None: nothing is said to the engine
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    least: int = 0  # of a whole number
    sides: tuple[Side, ...] = ("read", "write")


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A file format: what it is called, by which endings its files are known, what it takes."""

    name: str
    doc: str
    extensions: tuple[str, ...]
    options: tuple[FormatOption, ...]
    holds_nested: bool = True  # arrays, structs and maps

    def option(self, name: str, side: Side) -> FormatOption | None:
        """Return the option called `name`, or known by that other name, where this side takes it."""
        for each in self.options:
            if side in each.sides and (name == each.name or name in each.aliases):
                return each
        return None

    def option_names(self, side: Side) -> tuple[str, ...]:
        """Return the names of what this side takes, in the order declared."""
        return tuple(each.name for each in self.options if side in each.sides)


_HIVE = FormatOption(
    name="hive",
    kind="bool",
    doc="Folders called `name=value` are columns. Left out: they are where the location has such folders.",
    sides=("read",),
)
_TEXT_COMPRESSION = (
    FormatOption(
        name="compression",
        kind="text",
        default="auto",
        choices=("auto", "none", "gzip", "zstd"),
        doc="How the files are compressed; `auto` goes by their ending (`.gz`, `.zst`).",
        sides=("read",),
    ),
    FormatOption(
        name="compression",
        kind="text",
        default="none",
        choices=("none", "gzip", "zstd"),
        doc="How the files are compressed.",
        sides=("write",),
    ),
)
_TIME_FORMATS = tuple(
    FormatOption(name=f"{what}_format", kind="text", doc=f"How a {what} is written, in the letters of `strftime`.")
    for what in ("date", "timestamp")
)
_CSV_TEXT = (
    FormatOption(name="header", kind="bool", default=True, doc="Whether the first line names the columns."),
    FormatOption(
        name="delimiter",
        kind="character",
        default=",",
        aliases=("sep", "separator"),
        doc="What stands between two values.",
    ),
    FormatOption(name="quote", kind="character", default='"', doc="What stands around a value that needs it."),
    FormatOption(
        name="escape", kind="character", default='"', doc="What stands before a quote inside of a quoted value."
    ),
    FormatOption(name="null", kind="text", default="", doc="The text, without quotes, that stands for null."),
)
_CSV_READ = (
    FormatOption(
        name="encoding",
        kind="text",
        default="utf-8",
        choices=("utf-8", "utf-16", "latin-1"),
        doc="How characters are made of bytes.",
        sides=("read",),
    ),
    FormatOption(
        name="skip",
        kind="whole number",
        default=0,
        doc="How many lines at the beginning of each file are left out, before the header.",
        sides=("read",),
    ),
    FormatOption(
        name="comment",
        kind="character",
        doc="Lines that begin with this character are left out.",
        sides=("read",),
    ),
    FormatOption(
        name="quoted_null",
        kind="bool",
        default=False,
        doc="Whether the text for null means null between quotes as well: `` is then null, not an empty text.",
        sides=("read",),
    ),
    FormatOption(
        name="decimal",
        kind="character",
        default=".",
        choices=(".", ","),
        doc="What stands before the fraction of a number.",
        sides=("read",),
    ),
)
_PARQUET_WRITE = (
    FormatOption(
        name="compression",
        kind="text",
        default="snappy",
        choices=("none", "snappy", "gzip", "zstd", "lz4", "brotli"),
        doc="How column chunks are compressed.",
        sides=("write",),
    ),
    FormatOption(
        name="row_group_size",
        kind="whole number",
        least=1,
        doc="How many rows a row group holds at most.",
        sides=("write",),
    ),
)

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format(
            name="csv",
            doc="Text, a line for each row, values with a delimiter between them.",
            extensions=(".csv", ".tsv", ".txt"),
            options=(*_CSV_TEXT, *_CSV_READ, *_TIME_FORMATS, *_TEXT_COMPRESSION, _HIVE),
            holds_nested=False,
        ),
        Format(
            name="json",
            doc="An array of objects. Read: objects one after the other as well.",
            extensions=(".json",),
            options=(*_TIME_FORMATS, *_TEXT_COMPRESSION, _HIVE),
        ),
        Format(
            name="ndjson",
            doc="JSON, an object on each line.",
            extensions=(".ndjson", ".jsonl", ".json"),
            options=(*_TIME_FORMATS, *_TEXT_COMPRESSION, _HIVE),
        ),
        Format(
            name="parquet",
            doc="Columns, typed and compressed.",
            extensions=(".parquet", ".pq"),
            options=(*_PARQUET_WRITE, _HIVE),
        ),
    )
}
LATER_FORMATS = ("avro", "delta", "orc", "iceberg", "xlsx", "excel", "xml")  # known words that no version reads yet
COMPRESSION_ENDINGS = (".gz", ".zst")


def is_file_of(format_: Format, path: str) -> bool:
    """Whether a target's path names one file of this format, by its ending; otherwise it is a folder."""
    name = path.lower()
    for ending in COMPRESSION_ENDINGS:
        name = name.removesuffix(ending)
    return name.endswith(format_.extensions)
