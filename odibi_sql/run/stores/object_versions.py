"""The version before of an object: a copy that its store makes inside of the bucket; `odibi rollback` puts it back.

Copies are below `.odibi` beside the object, under names without an ending, which patterns such as `*.parquet` do not
take. Where a copy cannot be made, nothing is kept.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from contextlib import suppress

from msgspec.structs import replace

from odibi_sql import objects
from odibi_sql.objects import ObjectProblem, Seen
from odibi_sql.run.stores.ledger import Kept, Ledger, TargetRecord


def copy_aside(url: str, seen: Seen, record: TargetRecord | None) -> Kept | None:
    """Copy what is at a target, and return it as the version that is kept; None where that cannot be."""
    try:
        copied = objects.copy(seen, f"{_room(url)}/{secrets.token_hex(6)}")
    except ObjectProblem:
        return None
    if copied is None:
        return None
    unknown = TargetRecord(stage="", at=time.time(), rows=0, bytes=seen.size, files=1)
    return Kept(path=copied.url, record=record or unknown)


def tidy_copies(url: str, kept: Kept | None) -> None:
    """Remove all copies of a target but one. Raises ObjectProblem."""
    for each in objects.listed(f"{_room(url)}/", is_deep=False):
        if kept is None or each.url != kept.path:
            objects.remove(each.url)


def forget_copies(ledger: Ledger, url: str) -> None:
    """Keep the version before of a target no longer. Raises StateProblem."""
    with ledger.locked(url):
        entry = ledger.entry(url)
        if entry is None or entry.is_pending or entry.kept is None:
            return
        ledger.write([(url, replace(entry, kept=None))])
        with suppress(ObjectProblem):
            tidy_copies(url, None)


def _room(url: str) -> str:
    folder, _, name = url.rpartition("/")
    return f"{folder}/.odibi/{hashlib.sha256(name.encode()).hexdigest()[:16]}"
