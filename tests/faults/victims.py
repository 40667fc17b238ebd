"""Processes that store a version each, and are killed: at a step of the commit, or after some time.

`Victims` starts one process that has imported everything, and forks for each store: so a death costs milliseconds.
This file is that process, too. A step is a function of the product that the victim wraps, in itself alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
STEPS = (  # of a store, in about the order in which they come
    "stores.store:clear_stale",
    "engines.duckdb:DuckDB.write",
    "engines.duckdb:DuckDB.combine",
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
)


class Victims:
    """The process that forks; to be closed."""

    def __init__(self) -> None:
        root = HERE.parents[2]
        path = os.pathsep.join([str(root), str(root / "tests"), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, str(HERE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def run(self, root: Path, mode: str, place: str, number: int, **how: Any) -> dict[str, Any]:
        """Store a version; return how it ended and, where it was not killed, how often each step was taken.

        `step`, `at`, `side`: killed before or after a step is taken for the time `at`; `after`: seconds until it is
        killed.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        order = {"root": str(root), "mode": mode, "place": place, "number": number, **how}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def serve() -> None:
    """Fork for each order that is read."""
    for module in dict.fromkeys(step.partition(":")[0] for step in STEPS):
        import_module(f"odibi_sql.run.{module}")
    import duckdb  # noqa: F401 -- so that no victim has to

    import_module("odibi_sql.lower")
    import_module("faults.model")
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        victim = os.fork()
        if victim == 0:
            os.close(reading)
            _store_and_die(order, writing)
        os.close(writing)
        status = _wait(victim, order.get("after"))
        with os.fdopen(reading) as told:
            text = told.read()
        answer = json.loads(text) if text else {}
        sys.stdout.write(json.dumps({"is_killed": os.WIFSIGNALED(status), **answer}) + "\n")
        sys.stdout.flush()


def _wait(victim: int, after: float | None) -> int:
    if after is not None:
        time.sleep(after)
        os.kill(victim, signal.SIGKILL)
    return os.waitpid(victim, 0)[1]


def _store_and_die(order: dict[str, Any], writing: int) -> None:
    try:
        _store(order, writing)
    finally:
        os._exit(0)


def _store(order: dict[str, Any], writing: int) -> None:
    from faults.model import Case
    from odibi_sql.run import Settings
    from odibi_sql.run.engines.duckdb import DuckDB
    from odibi_sql.run.stores.ledger import Commit
    from odibi_sql.run.stores.staging import clear_retired
    from odibi_sql.run.stores.store import store

    taken: Counter[str] = Counter()
    _watch(taken, order.get("step"), order.get("at", 1), order.get("side", "before"))
    root, number = Path(order["root"]), order["number"]
    answer: dict[str, Any] = {}
    try:
        engine = DuckDB(Settings(root=root, threads=1))
        stage = Case(root, order["mode"], order["place"]).stage(number)
        stored = store(engine, stage, root, Commit(run=f"r{number}", key=f"k{number}"))
        clear_retired()
        engine.close()
        answer = {"rows": stored.rows, "was_applied": stored.was_applied, "steps": taken}
    except Exception as error:  # noqa: BLE001 -- told to who ordered it
        answer = {"error": f"{type(error).__name__}: {error}"}
    os.write(writing, json.dumps(answer).encode())


def _watch(taken: Counter[str], deadly: str | None, at: int, side: str) -> None:
    """Count the steps, and die at one."""
    for step in STEPS:
        module, _, name = step.partition(":")
        owner: Any = import_module(f"odibi_sql.run.{module}")
        *outer, name = name.split(".")
        for each in outer:
            owner = getattr(owner, each)
        setattr(owner, name, _watched(getattr(owner, name), step, taken, (deadly, at, side)))


def _watched(do: Callable[..., Any], step: str, taken: Counter[str], death: tuple[str | None, int, str]) -> Any:
    def watched(*arguments: Any, **named: Any) -> Any:
        taken[step] += 1
        is_deadly = death[:2] == (step, taken[step])
        if is_deadly and death[2] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = do(*arguments, **named)
        if is_deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return watched


if __name__ == "__main__":
    serve()
