"""Which files a location names, and how their text is opened."""

from __future__ import annotations

import glob
import io
import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast
from urllib.parse import unquote

import msgspec

from odibi_sql.diagnostics import nearest
from odibi_sql.ir import Options, OptionValue, SourceProblem
from odibi_sql.ir.formats import COMPRESSION_ENDINGS, FORMATS
from odibi_sql.objects import Seen, is_elsewhere

GLOB_CHARACTERS = frozenset("*?[")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a location, as they would be written in a pipeline: relative to its folder, or absolute."""

    pattern: str  # the location; of a folder, a pattern for the files in it
    files: tuple[str, ...]  # sorted
    seen: tuple[Seen, ...] = ()  # of objects, in the order of `files`


def find_files(location: str, format_name: str, root: Path) -> Found:
    """Return the files at `location`: one file, those that a pattern names, or those of the format in a folder.

    A name that begins with `.` or `_` inside of a folder is not data. Raises SourceProblem for a location that is
    no place on this machine; where nothing matches, there are no files.
    """
    if is_elsewhere(location):
        hint = "this version reads local files, and s3://, gs://, az://, abfss://"
        raise SourceProblem(f"`{location}` is not on this machine", hint)
    if not location.strip() or "\x00" in location:
        raise SourceProblem("the location is empty", "name a file, a pattern such as 'data/*.csv', or a folder")
    place = root / location
    if place.is_file():
        return Found(pattern=location, files=(location,))
    if place.is_dir():
        return in_folder(location, _walk(place, ""), format_name)
    if GLOB_CHARACTERS.isdisjoint(location):
        return Found(pattern=location, files=())
    return Found(pattern=location, files=tuple(sorted(_matches(location, root))))


def _matches(pattern: str, root: Path) -> Iterator[str]:
    for match in glob.iglob(pattern, root_dir=root, recursive=True):  # noqa: PTH207 (it knows `**` and relative patterns)
        if not Path(match).name.startswith("_") and (root / match).is_file():
            yield Path(match).as_posix() if os.sep != "/" else match


def in_folder(location: str, names: Iterable[str], format_name: str) -> Found:
    """Return those of the files in a folder that are of the format; all, where none is. `names` start from it."""
    every = sorted(names)
    of_format = [each for each in every if _has_extension(each, format_name)] or every
    is_deep = any("/" in each for each in of_format)
    base = location.rstrip("/") or "/"
    ending = FORMATS[format_name].extensions[0]
    tail = f"*{ending}" if all(each.endswith(ending) for each in of_format) else "*"
    pattern = f"{base}/{'**/' if is_deep else ''}{tail}"
    return Found(pattern=pattern, files=tuple(f"{base}/{each}" for each in of_format))


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "_")):
                continue
            if entry.is_dir():
                yield from _walk(Path(entry.path), f"{prefix}{entry.name}/")
            elif entry.is_file():
                yield f"{prefix}{entry.name}"


def _has_extension(name: str, format_name: str) -> bool:
    name = name.lower()
    for ending in COMPRESSION_ENDINGS:
        name = name.removesuffix(ending)
    return name.endswith(FORMATS[format_name].extensions)


def nothing_there(location: str, root: Path) -> SourceProblem:
    """Return the problem that no file is at `location`, with the nearest name of what is there."""
    parent, missing = root, ""
    for part in Path(location).parts:
        missing = part
        if not GLOB_CHARACTERS.isdisjoint(part) or not (parent / part).exists():
            break
        parent = parent / part
    shown = os.path.relpath(parent, root) if parent != root else "the pipeline's folder"
    names = _names_in(parent)
    near = nearest(missing, names)
    if near is not None and near != missing:
        return SourceProblem(f"nothing is at `{location}`", f"did you mean `{_beside(location, missing, near)}`?")
    listing = ", ".join(f"`{each}`" for each in names[:8]) + (" …" if len(names) > 8 else "")
    hint = f"{shown} has {listing}" if names else f"{shown} is empty or cannot be read"
    return SourceProblem(f"no file matches `{location}`", hint)


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(each for each in os.listdir(folder) if not each.startswith("."))  # noqa: PTH208
    except OSError:
        return []


def _beside(location: str, part: str, near: str) -> str:
    parts = list(Path(location).parts)
    parts[parts.index(part)] = near
    return Path(*parts).as_posix()


def option_of(options: Options, name: str, default: OptionValue) -> OptionValue:
    """Return what `options` say of `name`, or `default`."""
    return dict(options).get(name, default)


def hive_values(file: str) -> dict[str, str | None]:
    """Return the columns that the folders of `file` give (`year=2025/`), with their values; None is null."""
    found: dict[str, str | None] = {}
    for part in file.split("/")[:-1]:
        name, equals, value = part.partition("=")
        if equals and name and "=" not in value:
            text = unquote(value)
            found[unquote(name)] = None if text == "__HIVE_DEFAULT_PARTITION__" else text
    return found


@contextmanager
def open_text(path: Path, compression: str, encoding: str) -> Iterator[IO[str]]:
    """Give the text of a file from its beginning, decompressed, without its byte order mark.

    `compression` is `auto` (by the file's ending), `none`, `gzip` or `zstd`.
    """
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with _open_bytes(path, compression) as stream, io.TextIOWrapper(stream, encoding=codec, newline="") as text:
        yield text


def _open_bytes(path: Path, compression: str) -> IO[bytes]:
    match compression_of(str(path), compression):
        case "gzip":
            import gzip

            return cast("IO[bytes]", gzip.open(path, "rb"))
        case "zstd":
            import pyarrow

            return cast("IO[bytes]", pyarrow.input_stream(str(path), compression="zstd"))
    return path.open("rb")


def compression_of(path: str, option: str) -> str:
    """Return `none`, `gzip` or `zstd`: what the option says of this file."""
    if option != "auto":
        return option
    return "gzip" if path.lower().endswith(".gz") else "zstd" if path.lower().endswith(".zst") else "none"


def lines_of(text: IO[str], skip: int) -> Iterator[str]:
    """Give the lines of a text after the first `skip`."""
    return itertools.islice(text, skip, None)


def sizes(files: tuple[str, ...], root: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, size in bytes and time of the last change (nanoseconds) of each file; size -1 where it is gone."""
    return tuple(_size(each, root) for each in files)


def _size(file: str, root: Path) -> tuple[str, int, int]:
    try:
        status = (root / file).stat()
    except OSError:
        return file, -1, 0
    return file, status.st_size, status.st_mtime_ns
