"""Sessions of Spark: one that is there already, one of this process, or one of a server."""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from odibi_sql.run.engines.duckdb import pinned_settings
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.outcome import Settings

_REACH = 5.0  # seconds for a master or a server to answer
_WORKERS = 60.0  # seconds for the first worker of a master
_PORTS = {"spark": 7077, "sc": 15002}
_QUIET = """status = off
rootLogger.level = off
"""
_INSTALL = "pip install 'odibi-sql[spark]'"
_JAVA = "install Java 17, or set JAVA_HOME to it"
_lock = threading.Lock()
_own: dict[str, Any] = {}  # the sessions that this process started, by what they were asked for


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A session for one run. `give_back` undoes what was changed of a session that belongs to someone else."""

    session: Any
    cores: int
    is_local: bool  # it runs in this process, and so on this machine
    give_back: Callable[[], None]


def open_session(settings: Settings) -> Opened:
    """Return a session that is held to the settings of the dialect. Raises EngineProblem."""
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise EngineProblem("pyspark is not installed", f"`{_INSTALL}`") from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)  # it prints what is raised anyway
    found = settings.session or (None if _is_asked_for(settings) else _active())
    session = found if found is not None else _started(settings)
    return _for_a_run(session, is_own=found is None)


def _is_asked_for(settings: Settings) -> bool:
    return bool(settings.spark_master or settings.spark_remote)


def _active() -> Any:
    """Return the session that a notebook or a job has already, or None. Those that we started are not meant."""
    from pyspark.sql import SparkSession

    try:
        active = SparkSession.getActiveSession()
    except (RuntimeError, ImportError):  # of Connect, without its packages
        return None
    return None if any(active is each for each in _own.values()) else active


def _for_a_run(session: Any, is_own: bool) -> Opened:
    if is_remote(session):
        before = {} if is_own else _changed(session)
        _pin(session)
        cores = _cores(session)
        return Opened(session=session, cores=cores, is_local=False, give_back=lambda: _put_back(session, before))
    apart = session.newSession()
    if not is_own:
        _take_over(session, apart)
    _pin(apart)
    context = session.sparkContext
    is_local = str(context.master).startswith("local")
    return Opened(session=apart, cores=context.defaultParallelism, is_local=is_local, give_back=lambda: None)


def is_remote(session: Any) -> bool:
    """Whether a session speaks to a Spark Connect server."""
    return type(session).__module__.startswith("pyspark.sql.connect")


def _cores(session: Any) -> int:
    value = session.conf.get("spark.default.parallelism", None) or session.conf.get("spark.sql.shuffle.partitions")
    return max(1, min(int(value), 32))


def _pin(session: Any) -> None:
    for name, value in pinned_settings("spark").items():
        _set(session, name, value)


def _set(session: Any, name: str, value: str | None) -> None:
    """Set a setting, or (None) have it as it is without a word; Connect would warn of those that are old."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if value is None:
            session.conf.unset(name)
        else:
            session.conf.set(name, value)


def _take_over(session: Any, apart: Any) -> None:
    """Give a new session what the other was told since it began (how to reach a storage, how to shuffle)."""
    for name, value in session.conf.getAll.items():
        if apart.conf.isModifiable(name):
            _set(apart, name, value)


def _changed(session: Any) -> dict[str, str | None]:
    return {name: session.conf.get(name, None) for name in pinned_settings("spark")}


def _put_back(session: Any, before: dict[str, str | None]) -> None:
    for name, value in before.items():
        _set(session, name, value)


def _started(settings: Settings) -> Any:
    """Return the session of this process for what is asked; it stays to its end, for it is slow to start."""
    asked = settings.spark_remote or settings.spark_master or f"local[{settings.threads or '*'}]"
    with _lock:
        known = _own.get(asked)
        if known is None or not _is_alive(known):
            known = _connect(asked) if settings.spark_remote else _start(asked, settings)
            _own[asked] = known
        return known


def _is_alive(session: Any) -> bool:
    if is_remote(session):
        return not session.is_stopped
    return session.sparkContext._jsc is not None


def _connect(address: str) -> Any:
    _reach(address, "sc", "a Spark Connect server")
    try:
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise EngineProblem(
            "the packages of Spark Connect are missing", "`pip install 'odibi-sql[connect]'`"
        ) from error
    from pyspark.errors import PySparkException

    try:
        return SparkSession.builder.remote(address).create()
    except (PySparkException, OSError) as error:
        raise EngineProblem(f"`{address}` does not answer as a Spark Connect server: {error}") from error


def _reach(address: str, scheme: str, what: str) -> None:
    """Raise EngineProblem where nobody listens at an address such as spark://host:7077."""
    found = re.fullmatch(rf"{scheme}://(\[[^\]]+\]|[^:/;,]+)(?::(\d+))?([/;,].*)?", address)
    if found is None:
        raise EngineProblem(f"`{address}` is no address of {what}", f"`{scheme}://HOST:{_PORTS[scheme]}` is one")
    host, port = found[1].strip("[]"), int(found[2] or _PORTS[scheme])
    try:
        socket.create_connection((host, port), timeout=_REACH).close()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise EngineProblem(f"{what} cannot be reached at `{host}:{port}`: {reason}", "is it running there?") from error


def _start(master: str, settings: Settings) -> Any:
    """Start Spark in a JVM of this process, whose words go to a file instead of the terminal."""
    if master.startswith("spark://"):
        _reach(master, "spark", "a master of Spark")
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # a machine need not know its own name
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise EngineProblem("there is no Java, which Spark runs on", "install Java 17, or set JAVA_HOME")
    from py4j.protocol import Py4JError
    from pyspark import SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    folder = Path(tempfile.mkdtemp(prefix="odibi-spark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "log4j2.properties").write_text(_QUIET)
    said = folder / "said"
    conf = _configuration(master, settings, folder)
    try:
        with said.open("wb") as words:
            gateway = launch_gateway(conf, {"stdout": words, "stderr": words})
        context = SparkContext(gateway=gateway, conf=conf)
    except (PySparkException, Py4JError, OSError, ValueError) as error:
        raise _not_started(said.read_text(errors="replace") if said.exists() else "", error) from error
    atexit.register(context.stop)
    if not master.startswith("local"):
        _wait_for_workers(context, master)
    return SparkSession(context)


def _configuration(master: str, settings: Settings, folder: Path) -> Any:
    from pyspark import SparkConf

    java = f"-Dlog4j2.configurationFile=file:{folder}/log4j2.properties -Dderby.system.home={folder}"
    said = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.driver.extraJavaOptions": java,
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).parents[3]),  # workers on this machine find odibi_sql there
        "spark.local.dir": str(settings.spill or folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    if master.startswith("local"):
        partitions = str(max(16, 4 * (os.cpu_count() or 1)))
        said |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        said |= {"spark.sql.shuffle.partitions": partitions}
    said["spark.driver.memory"] = _java_size(settings.memory_limit or "50%")
    return SparkConf().setMaster(master).setAppName("odibi").setAll(list(said.items()))


def _java_size(text: str) -> str:
    """Return a size such as `4GB` or `50%` as Java has it."""
    found = re.fullmatch(r"([\d.]+) *(?:([KMGT])i?B|(B)|(%))", text, re.IGNORECASE)
    assert found is not None, text
    number = float(found[1])
    if found[4]:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * number / 100
    else:
        size = number * 1024 ** " KMGT".index((found[2] or " ").upper())
    return f"{max(1, int(size / 2**20))}m"


def _wait_for_workers(context: Any, master: str) -> None:
    end = time.monotonic() + _WORKERS
    while context._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver is one
        if time.monotonic() > end:
            context.stop()
            hint = "does it have workers with free cores and memory?"
            raise EngineProblem(f"no worker of `{master}` took the run in {_WORKERS:.0f} seconds", hint)
        time.sleep(0.1)


def _not_started(said: str, error: Exception) -> EngineProblem:
    if "UnsupportedClassVersionError" in said or "Unrecognized option" in said:
        return EngineProblem("the Java that is installed is too old for Spark 4", _JAVA)
    if "JAVA_HOME" in said:
        return EngineProblem("there is no Java where JAVA_HOME says", _JAVA)
    last = next((line.strip() for line in reversed(said.splitlines()) if "rror" in line or "xception" in line), "")
    return EngineProblem(f"Spark does not start: {last or str(error).splitlines()[0]}")
