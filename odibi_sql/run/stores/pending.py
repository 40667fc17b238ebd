"""What a run that was killed while it published had still to put in its place.

A target is then pending in the ledger, with the place where its new version is. Whoever writes to it next, and every
command that runs something or rolls it back, puts that in its place first: what was published together is all there.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.state.database import StateProblem
from odibi_sql.run.stores.ledger import Entry, Ledger
from odibi_sql.run.stores.signature import seal_of
from odibi_sql.run.stores.staging import retire
from odibi_sql.run.stores.swap import exchange_whole, make_folders, put
from odibi_sql.run.stores.versions import tidy


def roll_forward(ledger: Ledger) -> list[str]:
    """Put in its place what a run that was killed had still to put there; return what could not be, in words."""
    problems = []
    for final, _ in ledger.unpublished():
        with ledger.locked(final):
            problems += _roll_target(ledger, final)
    return problems


def hold_rolled(ledger: Ledger, final: Path) -> None:
    """Do the same for one target, which is held and about to be written: who was to may have been killed just now.

    Raises EngineProblem where it cannot be.
    """
    problems = _roll_target(ledger, final)
    if problems:
        raise EngineProblem(problems[0], "run it again")


def _roll_target(ledger: Ledger, final: Path) -> list[str]:
    entry = ledger.entry(final)  # another process may have been faster
    return _rolled(ledger, final, entry) if entry is not None and entry.is_pending and entry.staged else []


def _rolled(ledger: Ledger, final: Path, entry: Entry) -> list[str]:
    old = entry.kept.record if entry.kept is not None else entry.before
    expected = old.seal if old is not None else ""
    if seal_of(final) == entry.now.seal:
        ledger.confirm(final, entry.now)
        return []
    if seal_of(final) == expected and seal_of(Path(entry.staged)) == entry.now.seal:
        put_staged(ledger, final, entry)
        return []
    ledger.write([(final, replace(entry, staged=""))])  # it is told once
    why = "was changed by something else since" if seal_of(final) != expected else f"`{entry.staged}` is gone"
    return [f"`{final}` was to be published together with others, and {why}"]


def put_staged(ledger: Ledger, final: Path, entry: Entry) -> None:
    """Put in its place what the record of a target says is ready for it."""
    place = Path(entry.staged)
    ripe = make_folders(place, final)
    time.sleep(max(0.0, ripe - time.monotonic()))
    if not final.exists() or not exchange_whole(place, final):
        final.parent.mkdir(parents=True, exist_ok=True)
        put(place, final)
    if entry.kept is None and place.exists():
        retire(place)  # of another file system, where no version before is kept
    with suppress(StateProblem):  # it is there and written down
        ledger.confirm(final, entry.now)
        tidy(ledger, final)
