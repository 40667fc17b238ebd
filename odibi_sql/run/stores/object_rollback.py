"""`odibi rollback` of an object: its kept copy is put in its place by one conditional request."""

from __future__ import annotations

from odibi_sql.objects import Seen
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.stores.ledger import Kept, Ledger, TargetRecord
from odibi_sql.run.stores.object_seals import look_at, seal_of_object
from odibi_sql.run.stores.object_target import Ready, copy_here, digest_of, kept_by, put_ready, what_is_there


def rollback_object(ledger: Ledger, url: str) -> TargetRecord:
    """Put the version before of a target back, and keep the one that is there; return what is there then.

    Raises EngineProblem where there is none, or something else changed one of the two; StateProblem, OSError.
    """
    with ledger.locked(url):
        there = what_is_there(ledger, url)
        if there.record is None:
            reason = "was never stored by this project" if there.entry is None else "was changed since"
            raise EngineProblem(f"`{url}` {reason}", "there is nothing to go back from" if there.seen is None else "")
        kept = kept_by(there)
        old = look_at(kept.path) if kept is not None else None
        if kept is None or old is None or not _is_it(old, kept):
            raise EngineProblem(f"no version before of `{url}` is kept", "one is, once a run has replaced another")
        file = copy_here(ledger.root, old)
        put_ready(ledger, url, there, Ready(file=file, digest=digest_of(file), record=kept.record), is_forced=False)
        return kept.record


def _is_it(seen: Seen, kept: Kept) -> bool:
    if kept.record.seal:
        return seal_of_object(seen) == kept.record.seal
    return seen.size == kept.record.bytes
