"""Which targets the project wrote itself, in `.odibi/stores.json`: the default mode replaces these and no others."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from odibi_sql.run.stores.staging import files_in

VERSION = 1


class Ledger(msgspec.Struct, frozen=True):
    """The ledger of the project in the folder `root`."""

    root: Path

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return self.root / ".odibi" / "stores.json"

    def wrote(self, final: Path) -> bool:
        """Whether the project wrote what is at `final` now, and nothing has changed it since."""
        return signature(final) in _seals(self._read(), self._name(final))

    def knows(self, final: Path) -> bool:
        """Whether the project ever wrote to `final`."""
        return bool(_seals(self._read(), self._name(final)))

    def announce(self, final: Path, ready: Path) -> None:
        """Write down, before it is put there, that `final` becomes what is at `ready`."""
        with self.locked(self.file):
            entries = self._read()
            name = self._name(final)
            entries[name] = {"seals": [*_seals(entries, name)[-1:], signature(ready)]}
            self._write(entries)

    @contextmanager
    def locked(self, final: Path) -> Iterator[None]:
        """Hold off other runs that would write to `final`."""
        folder = self.root / ".odibi" / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(os.fsencode(final)).hexdigest()[:16]
        with (folder / f"{name}.lock").open("w") as handle:
            _lock(handle.fileno())
            yield

    def _name(self, final: Path) -> str:
        try:
            return final.relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return str(final)

    def _read(self) -> dict[str, Any]:
        try:
            content = msgspec.json.decode(self.file.read_bytes())
        except (OSError, msgspec.DecodeError, UnicodeError):
            return {}
        if not isinstance(content, dict) or content.get("version") != VERSION:
            return {}
        targets = content.get("targets")
        return targets if isinstance(targets, dict) else {}

    def _write(self, entries: dict[str, Any]) -> None:
        data = msgspec.json.format(msgspec.json.encode({"version": VERSION, "targets": entries}))
        temporary = self.file.with_name(f".{self.file.name}.{secrets.token_hex(4)}")
        temporary.write_bytes(data)
        temporary.replace(self.file)


def signature(place: Path) -> str:
    """Return what stands for the content of a file or folder: names, sizes and times of change."""
    files = list(files_in(place)) if place.is_dir() else [place]
    facts = []
    for file in files:
        status = file.stat()
        name = file.relative_to(place).as_posix() if file != place else ""
        facts.append([name, status.st_size, status.st_mtime_ns])
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:32]


def _seals(entries: dict[str, Any], name: str) -> list[str]:
    entry = entries.get(name)
    seals = entry.get("seals") if isinstance(entry, dict) else None
    return [each for each in seals if isinstance(each, str)] if isinstance(seals, list) else []


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # not on this system: two runs at one time are then not held apart
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
