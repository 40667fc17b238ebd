"""Rows that are kept for later runs, in `.odibi/cache`: files of Parquet, each known by the key of what it is made of.

A file is written beside its name and put there whole, and its name is its own: so several processes can share the
folder, for none replaces what another one reads. Its digest is looked at before it is trusted: what is damaged is as
good as gone.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
import time
from contextlib import suppress
from pathlib import Path

from odibi_sql.ir import Target
from odibi_sql.objects import make_room
from odibi_sql.plan import Materialize, Write
from odibi_sql.run.engines.engine import Engine
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.results import Kept, Results
from odibi_sql.run.stores.staging import clear_stale_in, files_at, remove, staging
from odibi_sql.run.stores.swap import flush

_UNNAMED = 86400.0  # seconds for which another process may still read what was replaced
_LONG_AGO = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)


def folder_of(root: Path) -> Path:
    """Return where a project keeps rows."""
    return root / ".odibi" / "cache"


def as_store(stage: Materialize, place: Path, *, is_folder: bool) -> Write:
    """Return the store that holds the rows of a stage."""
    target = Target(format="parquet", path=str(place), is_folder=is_folder)
    return Write(
        name=stage.name,
        sql=stage.sql,
        schema=stage.schema,
        needs=stage.needs,
        steps=stage.steps,
        sources=stage.sources,
        views=stage.views,
        target=target,
        mode="overwrite",
        dataset=stage.name,
        table=stage.name,
    )


def keep(engine: Engine, stage: Materialize, root: Path, key: str, *, is_folder: bool) -> Kept:
    """Compute the rows of a stage into the folder of what is kept. Raises EngineProblem, Cancelled, OSError."""
    final = new_place(root, key, is_folder=is_folder)
    with staging(final) as ready:
        if is_folder:
            ready.mkdir()
        rows = engine.write(stage, as_store(stage, final, is_folder=is_folder).target, ready, None, False)
        flush(ready)
        digest, size = digest_of(ready)
        ready.rename(final)
    return Kept(
        artifact=final.relative_to(root).as_posix(),
        rows=rows,
        schema=str(stage.schema),
        sha256=digest,
        bytes=size,
        made=datetime.datetime.now(datetime.UTC),
    )


def new_place(root: Path, key: str, *, is_folder: bool) -> Path:
    """Return where rows of a key can be kept; nothing is there. Raises OSError."""
    name = f"{key}-{secrets.token_hex(4)}"
    final = folder_of(root) / key[:2] / (name if is_folder else f"{name}.parquet")
    final.parent.mkdir(parents=True, exist_ok=True)
    clear_stale_in(final.parent)
    return final


def is_whole(record: Kept, root: Path) -> bool:
    """Whether what was kept is there, byte for byte."""
    place = root / record.artifact
    try:
        return place.exists() and digest_of(place) == (record.sha256, record.bytes)
    except OSError:
        return False


def forget_most(
    root: Path,
    database: Database,
    limit: int,
    since: datetime.datetime = _LONG_AGO,
    needed: frozenset[str] = frozenset(),
) -> list[Kept]:
    """Remove what was not used for longest, until what is kept takes at most `limit` bytes, and what was not used
    `since` a time, unless its key is `needed`; return what went.

    The copies of objects that were read may take as much again.
    """
    make_room(root, limit)
    results = Results(database)
    kept = results.kept()
    size = sum({record.artifact: record.bytes for _, record in kept}.values())
    safe = {record.artifact for key, record in kept if key in needed}
    gone: dict[str, Kept] = {}
    for key, record in kept:
        if record.artifact not in gone:
            is_old = (record.last_used or record.made) < since and record.artifact not in safe
            if size <= limit and not is_old:
                continue
            size -= record.bytes
            gone[record.artifact] = record
            remove(root / record.artifact)
        results.forget(key)
    named = {record.artifact for _, record in kept if record.artifact not in gone}
    _forget_unnamed(root, named, _UNNAMED if limit else 0.0)
    return list(gone.values())


def _forget_unnamed(root: Path, named: set[str], age: float) -> None:
    """Remove what nothing is known of for so many seconds: it was replaced, or its files had changed meanwhile."""
    for place in folder_of(root).glob("[0-9a-f][0-9a-f]/[0-9a-f]*"):
        with suppress(FileNotFoundError):  # another process was faster
            if place.relative_to(root).as_posix() not in named and place.stat().st_mtime < time.time() - age:
                remove(place)


def digest_of(place: Path) -> tuple[str, int]:
    """Return the digest and the size of a file, or of those in a folder, whose names are left to chance."""
    digests, size = [], 0
    for file in files_at(place):
        with file.open("rb") as stream:
            digests.append(hashlib.file_digest(stream, "sha256").hexdigest())
        size += file.stat().st_size
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest(), size
