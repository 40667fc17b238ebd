"""The version before of a target: kept when a new one is put in its place; `rollback.py` puts it back.

A new version is moved to where the old one is to be kept, and the two are exchanged: in one step the new one is in its
place and the old one in the other. Nothing is copied; where the project is on another file system, nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from msgspec.structs import replace

from odibi_sql.run.stores.ledger import Kept, Ledger, TargetRecord
from odibi_sql.run.stores.signature import seal_of
from odibi_sql.run.stores.staging import remove
from odibi_sql.run.stores.swap import exchange_whole, put


def put_and_keep(ledger: Ledger, ready: Path, final: Path, record: TargetRecord) -> None:
    """Announce what is ready, and put it in its place; what was there is kept."""
    place = moved_in(ledger, ready, final) if final.exists() else None
    if place is None:
        ledger.announce(final, ready, record)
        put(ready, final)
        return
    ledger.announce(final, place, record, kept_at(ledger, place, final))
    if not exchange_whole(place, final):
        put(place, final)


def tidy(ledger: Ledger, final: Path) -> None:
    """Remove all versions of a target but the one before, and what runs that were killed left there."""
    room, kept = _room(ledger, final), ledger.kept(final)
    if room.is_dir():
        for each in room.iterdir():
            if kept is None or each != ledger.root / kept.path:
                remove(each)


def forget_version(ledger: Ledger, final: Path) -> None:
    """Keep the version before of a target no longer. Raises StateProblem."""
    with ledger.locked(final):
        entry = ledger.entry(final)
        if entry is None or entry.is_pending:
            return
        if entry.kept is not None:
            ledger.write([(final, replace(entry, kept=None))])
        tidy(ledger, final)


def moved_in(ledger: Ledger, ready: Path, final: Path) -> Path | None:
    """Move what is ready to where the old version is to be kept; None where that cannot be."""
    place = _room(ledger, final) / secrets.token_hex(6)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        ready.rename(place)
    except OSError:  # another file system
        return None
    return place


def kept_at(ledger: Ledger, place: Path, final: Path) -> Kept:
    """Return what is at `final` now as the version that will be kept at a place."""
    return Kept(path=place.relative_to(ledger.root).as_posix(), record=record_of(ledger, final))


def _room(ledger: Ledger, final: Path) -> Path:
    return ledger.root / ".odibi" / "versions" / hashlib.sha256(os.fsencode(final)).hexdigest()[:16]


def record_of(ledger: Ledger, final: Path) -> TargetRecord:
    """Return the record of what is there; of what something else put there, no more is known than that."""
    known = ledger.there(final)
    if known is not None:
        return known
    return TargetRecord(stage="", at=final.stat().st_mtime, rows=0, bytes=0, files=0, seal=seal_of(final))
