"""The steps of a commit: functions of the product that a victim wraps, to count them and to die at one."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import Any

STEPS = (  # of a store, in about the order in which they come
    "stores.store:clear_stale",
    "engines.duckdb:DuckDB.write",
    "engines.duckdb:DuckDB.combine",
    "engines.spark:Spark.write",
    "engines.spark:Spark.combine",
    "engines.spark:write_frame",
    "engines.spark_writing:_move",
    "stores.making:_name_apart",
    "stores.making:_link_old",
    "stores.store:is_same",
    "stores.store:make_folders",
    "stores.store:flush",
    "stores.store:seal_of",
    "stores.ledger:Ledger.announce",
    "stores.ledger:Ledger._write",
    "stores.store:put_and_keep",
    "stores.versions:moved_in",
    "stores.versions:put",
    "stores.swap:exchange",
    "stores.swap:retire",
    "stores.swap:_flush",
    "stores.ledger:Ledger.confirm",
    "stores.store:tidy",
    "stores.versions:remove",
    "stores.staging:remove",
    # of stores that are published together, and of the next run
    "executor:roll_forward",
    "publishing:publish_together",
    "stores.together:hold_unchanged",
    "stores.together:moved_in",
    "stores.ledger:Ledger.write",
    "stores.pending:make_folders",
    "stores.together:put_staged",
    "stores.pending:put_staged",
    "stores.pending:exchange_whole",
    "stores.pending:put",
    "stores.pending:tidy",
    # of a rollback
    "stores.rollback:rollback",
    "stores.rollback:make_folders",
    "stores.versions:exchange_whole",
    "stores.rollback:exchange_whole",
    # of the record of a run, and of what it keeps
    "kept:flush",
    "kept:digest_of",
    "state.runs:Runs.begin",
    "state.runs:Runs.stage",
    "state.runs:Runs.end",
    "state.results:Results.put",
)
MODULES = (  # that a victim need not import
    *("cli.main", "cli.run_command", "cli.rollback_command", "cli.progress", "task", "check", "optimize", "lower"),
    *("keys", "sources", "syntax.parse", "run.fingerprints", "run.reuse", "run.versions"),
)


def import_all() -> None:
    """Import what victims need."""
    for step in STEPS:
        import_module(f"odibi_sql.run.{step.partition(':')[0]}")
    for name in MODULES:
        import_module(f"odibi_sql.{name}")
    for name in ("duckdb", "ibis", "sqlglot", "faults.model", "faults.clocks"):
        import_module(name)


class Taken:
    """How often each step was taken, and the one at which the process dies."""

    def __init__(self, order: dict[str, Any], has_group: bool) -> None:
        self.counts: Counter[str] = Counter()
        self._death = (order.get("step"), order.get("at", 1), order.get("side", "before"))
        self._pause: float = order.get("pause", 0.0)
        self._after_first: float | None = order.get("after_first")
        self._has_group = has_group
        self._at, self._do = -1, lambda: None

    def when(self, count: int, do: Callable[[], None]) -> None:
        """Have something done once so many steps were taken."""
        if count == 0:
            do()
        else:
            self._at, self._do = count, do

    def watch(self) -> None:
        """Wrap the steps."""
        for step in STEPS:
            module, _, name = step.partition(":")
            owner: Any = import_module(f"odibi_sql.run.{module}")
            *outer, name = name.split(".")
            for each in outer:
                owner = getattr(owner, each)
            setattr(owner, name, self._watched(getattr(owner, name), step))

    def _watched(self, do: Callable[..., Any], step: str) -> Any:
        def watched(*arguments: Any, **named: Any) -> Any:
            if not self.counts and self._after_first is not None:
                threading.Timer(self._after_first, self._die).start()
            self.counts[step] += 1
            if sum(self.counts.values()) == self._at:
                self._do()
            is_deadly = self._death[:2] == (step, self.counts[step])
            if is_deadly and self._death[2] == "before":
                self._die()
            done = do(*arguments, **named)
            if is_deadly:
                self._die()
            return done

        return watched

    def _die(self) -> None:
        time.sleep(self._pause)
        if self._has_group:
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
