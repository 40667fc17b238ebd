"""What a run is of, beside the stages of its plan: for the record, and for what need not be computed again."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from odibi_sql.keys import Keys
from odibi_sql.run.fingerprints import Fingerprints
from odibi_sql.run.measured import Tracking

if TYPE_CHECKING:
    from odibi_sql.run.bus import EventBus
    from odibi_sql.run.shared import Shared


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A run that the project keeps a record of, in its `.odibi` folder.

    `keys` are those of the plan's graph, over `fingerprints`. `again`: steps that are computed whatever is known of
    them, and so is all that reads them. `uses_cache`: False computes everything.
    """

    keys: Keys
    fingerprints: Fingerprints
    file: str = ""
    engine_version: str = ""
    version: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    clock: datetime.datetime | None = None  # what now() is: naive, UTC
    goals: tuple[str, ...] = ()
    layers: tuple[tuple[str, str], ...] = ()  # steps, each with its layer
    tracking: Tracking = Tracking()  # what of the rows may be written down; how many, the settings say
    again: frozenset[str] = frozenset()
    uses_cache: bool = True
    checkpoint: str = "manual"  # what is kept for a run that is resumed: see `Checkpoints`
    resumed_from: str | None = None  # a run: it has the same clock, and its appends are not done twice
    left_failed: tuple[tuple[str, str, str], ...] = ()  # stages that are not tried again: name, key, why they failed
    origin: str | None = None  # the first of the runs that were resumed one after the other
    bus: EventBus | None = None
    shared: Shared | None = None  # where machines keep rows for each other
    began: Callable[[str], None] | None = None  # told the name of the run
