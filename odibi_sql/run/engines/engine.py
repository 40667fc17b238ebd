"""What the executor asks of an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import msgspec

from odibi_sql.ir import Schema, Target
from odibi_sql.plan import Answer, Check, Materialize, Stage, Write
from odibi_sql.run.measured import Cost


class EngineProblem(Exception):
    """An engine could not do a statement: `reason` in words for the reader, `hint` what to do ("": nothing to say).

    `can_pass`: the same statement may well succeed a moment later, as after a lost connection.
    """

    def __init__(self, reason: str, hint: str = "", *, can_pass: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.can_pass = can_pass


class Cancelled(Exception):
    """The statement was interrupted."""


class Existing(msgspec.Struct, frozen=True, kw_only=True):
    """A file that new rows are added to: it is read again, with the types of `schema`."""

    path: Path
    schema: Schema


class Combined(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows of a target: `updated` were replaced (or closed, in a history), `kept` stayed.

    `is_same`: nothing changed, so nothing was written.
    """

    inserted: int
    updated: int
    kept: int
    is_same: bool = False


class Looked(msgspec.Struct, frozen=True):
    """A few rows, as Python values."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Engine(Protocol):
    """Statements of one run. Every method but `close` may be called from several threads at once."""

    def materialize(self, stage: Materialize) -> int | None:
        """Keep the rows as a table for later stages; return how many there are, where that is known.

        Raises EngineProblem, Cancelled.
        """

    def drop(self, table: str) -> None:
        """Forget a table that no later stage reads."""

    def check(self, stage: Check) -> dict[str, int]:
        """Return the one row of counts, by column. Raises EngineProblem, Cancelled."""

    def answer(self, stage: Answer) -> Any:
        """Return the rows as an Arrow table. Raises EngineProblem, Cancelled."""

    def write(self, stage: Stage, target: Target, to: Path, before: Existing | None, is_ordered: bool) -> int:
        """Write the rows to `to`, a file that is not there or an empty folder that is; return how many there are.

        `before`: a file whose rows come first. Raises EngineProblem, Cancelled.
        """

    def combine(self, stage: Write, at: Path | None, to: Path) -> Combined:
        """Write to `to` what the target of a stage becomes, in mode merge or scd2. `at`: where it is; None: it is new.

        Raises EngineProblem, Cancelled.
        """

    def adopt(self, table: str, stage: Write, at: Path) -> None:
        """Let later stages read what a stage has stored `at` a place as a table. Raises EngineProblem."""

    def cost(self, stage: str) -> Cost:
        """Return what the statements of a stage cost since this was asked last."""

    def glimpse(self, stage: Stage, sql: str) -> Looked:
        """Return the few rows of a query over what a stage reads. Raises EngineProblem, Cancelled."""

    def look(self, sql: str, *, exact: bool = False) -> Looked:
        """Return the few rows of a query of DuckDB's about files that are there. Raises EngineProblem, Cancelled.

        `exact`: durations, maps and times with a zone are as Arrow has them, for which that is imported.
        """

    def peek(self, table: str, columns: tuple[str, ...], count: int, *, exact: bool) -> Looked:
        """Return some rows of a table that a stage has kept. Raises EngineProblem, Cancelled, KeyError."""

    def progress(self, stage: str) -> float | None:
        """Return about which part (0 to 1) of a running stage is done; None where that is not known."""

    def interrupt(self, stage: str | None = None) -> None:
        """Stop what runs of a stage (None: whatever runs, and all that would begin): it raises Cancelled."""

    def close(self) -> None:
        """Let go of everything; temporary files are removed."""
