"""Real clusters on this machine: a master with a worker, a Spark Connect server. They end with the block."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
PACKAGE = str(Path(__file__).parents[2])


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command with a group of its own until the block ends; no process of the group stays."""
    environment = {
        **os.environ,
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": PACKAGE,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_NO_DAEMONIZE": "1",
    }
    with log.open("wb") as words:
        started = subprocess.Popen(command, stdout=words, stderr=words, env=environment, start_new_session=True)
    try:
        yield started
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def wait_for(port: int, started: subprocess.Popen[bytes], log: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and started.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text(errors="replace")[-2000:])


@contextmanager
def master(folder: Path) -> Iterator[str]:
    """Give the address of a master that has one worker."""
    port = free_port()
    spark_class, deploy = str(HOME / "bin" / "spark-class"), "org.apache.spark.deploy"
    address = f"spark://127.0.0.1:{port}"
    own = ["--host", "127.0.0.1", "--webui-port", "0"]
    lead = [spark_class, f"{deploy}.master.Master", *own, "--port", str(port)]
    work = [spark_class, f"{deploy}.worker.Worker", *own, "-c", "2", "-m", "1g", "-d", str(folder), address]
    with process(lead, folder / "master.log") as leading:
        wait_for(port, leading, folder / "master.log")
        with process(work, folder / "worker.log"):
            yield address


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """Give the address of a Spark Connect server."""
    port = free_port()
    said = {
        "spark.connect.grpc.binding.port": port,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": 2,
        "spark.sql.warehouse.dir": folder / "warehouse",
    }
    confs = [word for name, value in said.items() for word in ("--conf", f"{name}={value}")]
    server = ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    command = [str(HOME / "bin" / "spark-submit"), "--master", "local[2]", *confs, *server]
    with process(command, folder / "server.log") as started:
        wait_for(port, started, folder / "server.log")
        yield f"sc://127.0.0.1:{port}"
