"""Which process a run is of, so that another can tell later whether it is still there."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from pathlib import Path

import msgspec

_PROC = Path("/proc")


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """A process of a machine. A number is used again: only with its start it means one process."""

    host: str = ""
    boot: str = ""  # the start of the machine, and the namespace that numbers its processes; "": not known here
    pid: int = 0
    born: str = ""  # when the process started, in the words of the system; "": not known here


@cache
def boot() -> str:
    """Return what stands for this start of this machine, and for the container."""
    try:
        start = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{start} {(_PROC / 'self/ns/pid').readlink()}"
    except (OSError, ValueError):
        return ""


def this_process() -> Process:
    """Return the process that calls."""
    return Process(host=platform.node(), boot=boot(), pid=os.getpid(), born=born(os.getpid()) or "")


def is_gone(process: Process) -> bool:
    """Whether a process is known to have ended: False where it is of another machine or nothing can be told."""
    if process.host != platform.node() or not process.pid:
        return False
    if _machine(process.boot) != _machine(boot()):
        return True  # the machine was started anew
    if process.boot != boot():
        return False  # of another container, whose processes are not seen from here
    now = born(process.pid)
    return now is not None and now != process.born


def _machine(boot_: str) -> str:
    return boot_.partition(" ")[0]


def born(pid: int) -> str | None:
    """Return when the process of this number started, "" where there is none, None where the system does not tell."""
    if (_PROC / "self/stat").exists():
        return _born_by_proc(pid)
    return _born_by_ps(pid) if os.name == "posix" else None


def _born_by_proc(pid: int) -> str:
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *fields = text.rpartition(")")[2].split()  # the name of the program may hold anything, brackets too
    return "" if state in ("Z", "X") else fields[18]  # one that ended and whose parent did not ask is gone


def _born_by_ps(pid: int) -> str | None:
    """Return the same where there is no `/proc`: on macOS."""
    asked = ["ps", "-o", "lstart=", "-p", str(pid)]
    try:
        told = subprocess.run(
            asked, capture_output=True, check=False, timeout=10, env={"PATH": os.defpath, "LC_ALL": "C"}
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout.decode(errors="replace").strip()
