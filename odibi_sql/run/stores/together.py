"""Stores that are published together: all of them are put in place, or none.

Each is made ready by `prepare`, whole and flushed. `publish_together` writes down in one transaction what all targets
become and where it is: that is the commit. Then it puts one after the other in its place. A run that is killed in
between is rolled forward by `roll_forward`, which every command calls before it does anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec.structs import replace

from odibi_sql.run.state.database import StateProblem
from odibi_sql.run.stores.ledger import Entry, Ledger
from odibi_sql.run.stores.pending import put_staged
from odibi_sql.run.stores.staging import spare
from odibi_sql.run.stores.store import Prepared, hold_unchanged
from odibi_sql.run.stores.versions import kept_at, moved_in, record_of


@contextmanager
def held_together(ledger: Ledger) -> Iterator[None]:
    """Hold off other runs that publish together: two that hold some targets each would wait for each other."""
    with ledger.locked(ledger.root / ".odibi" / "together"):
        yield


def publish_together(prepared: Sequence[Prepared], ledger: Ledger) -> None:
    """Put all that is ready in its place. The targets are still held: their `let_go` is closed by the caller.

    Raises EngineProblem where something else changed a target meanwhile, StateProblem, OSError: nothing was put in its
    place then, or it was written down that all of it will be.
    """
    for each in prepared:
        hold_unchanged(each)
    coming = [_staged(each, ledger) for each in prepared if each.ready is not None]
    ledger.write(coming)
    for final, entry in coming:
        put_staged(ledger, final, entry)
    for each in prepared:
        if each.ready is None and each.record is not None:
            with suppress(StateProblem):
                ledger.confirm(each.final, each.record)


def _staged(prepared: Prepared, ledger: Ledger) -> tuple[Path, Entry]:
    """Return what a target becomes, and where that is until then: in `.odibi`, where no other run clears it away."""
    ready, final, record = prepared.ready, prepared.final, prepared.record
    assert ready is not None
    assert record is not None
    place = moved_in(ledger, ready, final)
    kept = kept_at(ledger, place, final) if place is not None and final.exists() else None
    entry = ledger.coming(final, place or ready, record, kept)
    if kept is None and final.exists():
        entry = replace(entry, before=record_of(ledger, final))  # it tells that nothing else has changed it since
    if place is None:
        spare(ready)
    return final, replace(entry, staged=str((place or ready).resolve()))
