"""`odibi rollback`: the version before of a target is put back, in one step."""

from __future__ import annotations

import time
from pathlib import Path

from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.stores.ledger import Kept, Ledger, TargetRecord
from odibi_sql.run.stores.pending import hold_rolled
from odibi_sql.run.stores.signature import seal_of
from odibi_sql.run.stores.swap import exchange_whole, make_folders


def rollback(ledger: Ledger, path: str, final: Path) -> TargetRecord:
    """Put the version before of a target back, and keep the one that is there; return what is there then.

    Raises EngineProblem where there is none, or something else changed one of the two; StateProblem, OSError.
    """
    with ledger.locked(final):
        hold_rolled(ledger, final)
        there, kept = ledger.there(final), ledger.kept(final)
        if there is None:
            reason = "was never stored by this project" if ledger.entry(final) is None else "was changed since"
            raise EngineProblem(f"`{path}` {reason}", "there is nothing to go back from" if not final.exists() else "")
        place = ledger.root / kept.path if kept is not None else None
        if kept is None or place is None or seal_of(place) != kept.record.seal:
            raise EngineProblem(f"no version before of `{path}` is kept", "one is, once a run has replaced another")
        ripe = make_folders(place, final)
        ledger.announce(final, place, kept.record, Kept(path=kept.path, record=there))
        time.sleep(max(0.0, ripe - time.monotonic()))
        if not exchange_whole(place, final):
            raise EngineProblem(f"`{path}` is on a file system that cannot exchange two names in one step")
        ledger.confirm(final, kept.record)
        return kept.record
