"""Processes that store, or run a whole command, and are killed: at a step of a commit, or after some time.

`Victims` starts one process that has imported everything, and forks for each order: so a death costs milliseconds. (On
Spark each of them starts Spark.) This file is that process, too. A step is a function of the product that the victim
wraps, in itself alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()


class Victims:
    """The process that forks; to be closed. One thing at a time: for two processes at once there are two of it.

    `shares_spark`: it starts Spark itself, and its victims use that, as processes use a cluster: they die, and what
    they had begun there goes on. Otherwise each starts Spark, which takes seconds, and dies together with it.
    """

    def __init__(self, *, shares_spark: bool = False) -> None:
        self.shares_spark = shares_spark
        root = HERE.parents[2]
        path = os.pathsep.join([str(root), str(root / "tests"), os.environ.get("PYTHONPATH", "")])
        spark = "--conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=1 --driver-memory 1g"
        quick = '--conf "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" pyspark-shell'
        self._process = subprocess.Popen(
            [sys.executable, str(HERE), *(["shared"] if shares_spark else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                "PYSPARK_SUBMIT_ARGS": f"{spark} {quick}",
                "SPARK_LOCAL_IP": "127.0.0.1",
                "PYSPARK_PYTHON": sys.executable,
                "PYSPARK_PIN_THREAD": "false",  # so that a victim can leave the connections of its parent alone
                **os.environ,
                "PYTHONPATH": path,
            },
        )

    def run(self, root: Path, mode: str, place: str, number: int, **how: Any) -> dict[str, Any]:
        """Store a version; return how it ended and, where it was not killed, how often each step was taken.

        `step`, `at`, `side`: killed before or after a step is taken for the time `at`, `pause`: so many seconds after
        it came to it; `after`: seconds until it is killed, `after_first`: counted from its first step on; `engine`;
        `clock`: seconds by which its clock is set, `clock_at`: once so many steps were taken.
        """
        return self._order({"root": str(root), "mode": mode, "place": place, "number": number, **how})

    def command(self, root: Path, *words: str, **how: Any) -> dict[str, Any]:
        """Call `odibi` in a folder; return its exit `code`, what it `said`, and the rest as `run` does."""
        return self._order({"root": str(root), "words": words, **how})

    def _order(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
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
    from faults.steps import import_all

    import_all()
    if "shared" in sys.argv:
        _start_spark()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _start_spark() -> None:
    """Start the session that the victims find as their own; what Java prints is no answer to anybody."""
    from odibi_sql.run import Settings
    from odibi_sql.run.engines.spark_session import _started

    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    _started(Settings(root=Path(), threads=1))
    os.dup2(kept, 1)


def _leave_connections() -> None:
    """Speak to Java over connections of one's own."""
    from pyspark import SparkContext

    if SparkContext._gateway is not None:
        SparkContext._gateway._gateway_client.deque.clear()


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as said:
        started, victim = time.monotonic(), os.fork()
        if victim == 0:
            os.close(reading)
            _die(order, writing, said.fileno())
        os.close(writing)
        status = _wait(victim, order)
        said.seek(0)
        words = said.read().decode(errors="replace")
    with os.fdopen(reading) as told:
        text = told.read()
    is_killed = os.WIFSIGNALED(status)
    answer = {"is_killed": is_killed, "said": words, "seconds": time.monotonic() - started}
    if not is_killed and not text:
        return {**answer, "error": words}
    return {**answer, "code": None if is_killed else os.waitstatus_to_exitcode(status), **json.loads(text or "{}")}


def _wait(victim: int, order: dict[str, Any]) -> int:
    after = order.get("after")
    if after is not None:
        time.sleep(after)
        _kill(victim, order)
    return os.waitpid(victim, 0)[1]


def _kill(victim: int, order: dict[str, Any]) -> None:
    if _has_group(order):
        os.killpg(victim, signal.SIGKILL)
    else:
        os.kill(victim, signal.SIGKILL)


def _has_group(order: dict[str, Any]) -> bool:
    """Whether a victim is killed with its children: with the JVM of Spark."""
    return "spark" in (order.get("engine"), *order.get("words", ()))


def _die(order: dict[str, Any], writing: int, said: int) -> None:
    """Do what is ordered, in the process that was forked for it; never return."""
    from faults.clocks import set_clock
    from faults.steps import Taken

    code = 0
    try:
        if _has_group(order):
            os.setpgid(0, 0)
            _leave_connections()
        os.dup2(said, 1)
        os.dup2(said, 2)
        taken = Taken(order, _has_group(order))
        if order.get("clock"):
            taken.when(order.get("clock_at", 0), lambda: set_clock(order["clock"]))
        taken.watch()
        if "words" in order:
            os.chdir(order["root"])
            code = _command(order["words"])
            answer: dict[str, Any] = {"steps": taken.counts}
        else:
            answer = {**_store(order), "steps": taken.counts}
        os.write(writing, json.dumps(answer).encode())
    except BaseException:  # noqa: BLE001 -- of the harness itself: told, and the process ends
        traceback.print_exc()
        code = 70
    finally:
        os._exit(code)


def _command(words: list[str]) -> int:
    from odibi_sql.cli.main import main

    sys.argv = ["odibi", *words]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _store(order: dict[str, Any]) -> dict[str, Any]:
    from faults.model import Case
    from odibi_sql.run import Settings
    from odibi_sql.run.executor import _engine
    from odibi_sql.run.stores.ledger import Commit
    from odibi_sql.run.stores.staging import clear_retired
    from odibi_sql.run.stores.store import store

    root, number = Path(order["root"]), order["number"]
    try:
        settings = Settings(root=root, threads=1)
        engine = _engine(order.get("engine", "duckdb"), settings)
        stage = Case(root, order["mode"], order["place"]).stage(number, order.get("engine", "duckdb"))
        stored = store(engine, stage, root, Commit(run=f"r{number}", key=f"k{number}"))
        clear_retired()
        engine.close()
    except Exception as error:  # noqa: BLE001 -- told to who ordered it
        return {"error": f"{type(error).__name__}: {error}"}
    return {"rows": stored.rows, "was_applied": stored.was_applied}


if __name__ == "__main__":
    serve()
