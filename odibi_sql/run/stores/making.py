"""The rows of a stage made ready beside its target."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

import msgspec
from msgspec.structs import replace

from odibi_sql.plan import Write
from odibi_sql.run.engines.engine import Combined, Engine, Existing
from odibi_sql.run.engines.existing import hold_columns
from odibi_sql.run.stores.same import TOKEN
from odibi_sql.run.stores.staging import files_in, staging


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What is ready: how many rows, bytes and files are new, and whether older files are linked beside them."""

    rows: int
    bytes: int
    files: int
    is_linked: bool = False
    combined: Combined | None = None  # of modes merge and scd2; where it is the same, nothing is ready


def make(engine: Engine, stage: Write, final: Path, ready: Path) -> Made:
    """Write to `ready` what is to be at `final`. Raises EngineProblem, Cancelled, OSError."""
    if stage.mode in ("merge", "scd2"):
        return _make_combined(engine, stage, final, ready)
    return (_make_folder if stage.target.is_folder else _make_file)(engine, stage, final, ready)


def _make_combined(engine: Engine, stage: Write, final: Path, ready: Path) -> Made:
    if stage.target.is_folder:
        ready.mkdir()
    combined = engine.combine(stage, final if final.exists() else None, ready)
    rows = combined.inserted + combined.updated
    if combined.is_same:
        return Made(rows=0, bytes=0, files=0, combined=combined)
    files = list(files_in(ready)) if stage.target.is_folder else [ready]
    size = sum(file.stat().st_size for file in files)
    if stage.target.is_folder and _are_told_apart(stage, files):
        _name_apart(files)
    if final.exists():
        shutil.copymode(final, ready)
    return Made(rows=rows, bytes=size, files=len(files), combined=combined)


def _make_file(engine: Engine, stage: Write, final: Path, ready: Path) -> Made:
    if stage.mode == "append" and final.exists():
        rows = _appended(engine, stage, final, ready)
    else:
        rows = engine.write(stage, stage.target, ready, None, stage.is_ordered)
    if final.exists():
        shutil.copymode(final, ready)
    return Made(rows=rows, bytes=ready.stat().st_size, files=1)


def _appended(engine: Engine, stage: Write, final: Path, ready: Path) -> int:
    """Write the rows of `final` and the new ones to `ready`; return how many are new."""
    hold_columns(stage, final)
    if stage.target.format in ("parquet", "json"):
        return engine.write(stage, stage.target, ready, Existing(path=final, schema=stage.schema), stage.is_ordered)
    options = (*(each for each in stage.target.options if each[0] != "header"), ("header", False))
    headless = replace(stage.target, options=options) if stage.target.format == "csv" else stage.target
    with staging(final) as new:
        rows = engine.write(stage, headless, new, None, stage.is_ordered)
        shutil.copyfile(final, ready)
        with ready.open("ab") as out, new.open("rb") as rest:
            if not final.name.endswith((".gz", ".zst")) and not _ends_a_line(final):
                out.write(b"\n")
            shutil.copyfileobj(rest, out, 2**20)
    return rows


def _ends_a_line(file: Path) -> bool:
    with file.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return True
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def _make_folder(engine: Engine, stage: Write, final: Path, ready: Path) -> Made:
    ready.mkdir()
    rows = engine.write(stage, stage.target, ready, None, stage.is_ordered)
    new = list(files_in(ready))
    size = sum(file.stat().st_size for file in new)
    keeps_old = stage.mode in ("append", "overwrite partitions") and final.exists()
    if keeps_old or _are_told_apart(stage, new):
        _name_apart(new)
    if keeps_old:
        _link_old(final, ready, {file.parent for file in new} if stage.mode == "overwrite partitions" else set())
    if final.exists():
        shutil.copymode(final, ready)
    return Made(rows=rows, bytes=size, files=len(new), is_linked=keeps_old)


def _are_told_apart(stage: Write, files: list[Path]) -> bool:
    """Whether the files of a folder are called otherwise in each version: not a text alone, opened once."""
    return len(files) > 1 or bool(stage.target.partition) or stage.target.format == "parquet"


def _name_apart(files: list[Path]) -> None:
    """Give the files names that no other run gives: a reader that has listed an older version can miss a file of it,
    but can never take a newer one in its place. (DuckDB opens a file of Parquet by its name again for each thread.)"""
    token = secrets.token_hex(4)
    for file in files:
        file.rename(file.with_name(_with_token(file.name, token)))


def _with_token(name: str, token: str) -> str:
    stem, dot, ending = name.partition(".")
    return f"{TOKEN.sub('', stem)}-{token}{dot}{ending}"


def _of(token: str, name: str) -> str:
    """Return a token for one file: two of a folder can have names that differ in their tokens alone."""
    return hashlib.sha256(f"{token}{name}".encode()).hexdigest()[:8]


def _link_old(final: Path, ready: Path, replaced: set[Path]) -> None:
    """Put the files of `final` into `ready` as well, but for those of folders that are replaced.

    In folders of partitions they get new names: who lists these one after the other while the two are exchanged would
    see the old files of some and all files of others. With a name that is gone, that reader misses a file instead.
    """
    token = secrets.token_hex(4)
    for file in files_in(final):
        place = ready / file.relative_to(final)
        if place.parent in replaced:
            continue
        if place.parent != ready:
            place = place.with_name(_with_token(file.name, _of(token, file.name)))
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, place)
        except OSError:  # a file system without links
            shutil.copy2(file, place)
