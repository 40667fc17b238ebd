"""Which stages can begin: those whose needs are there, in the order of the plan, and those that are tried again."""

from __future__ import annotations

import time
from collections.abc import Iterable

from odibi_sql.plan import Stage


class Schedule:
    """The stages of a run that wait, and for what."""

    def __init__(self, stages: Iterable[Stage]) -> None:
        self._needs = {stage.name: set(stage.needs) for stage in stages}
        self._places = {name: place for place, name in enumerate(self._needs)}
        self._waiting = {name: len(needs) for name, needs in self._needs.items()}
        self._ready = [name for name, count in self._waiting.items() if not count]
        self._later: dict[str, float] = {}  # when the next try of a stage is due
        self.readers: dict[str, list[str]] = {name: [] for name in self._needs}
        for name, needs in self._needs.items():
            for need in needs:
                self.readers[need].append(name)

    def __bool__(self) -> bool:
        """Whether a stage can begin, now or when its next try is due."""
        return bool(self._ready or self._later)

    def next(self) -> str | None:
        """Return the first stage of the plan that can begin now, once; None where none can."""
        now = time.monotonic()
        for name in [name for name, due in self._later.items() if due <= now]:
            del self._later[name]
            self._ready.append(name)
        if not self._ready:
            return None
        first = min(self._ready, key=self._places.__getitem__)
        self._ready.remove(first)
        return first

    def is_there(self, name: str) -> list[str]:
        """The rows of a stage can be read: return the stages that can begin because of it."""
        freed = []
        for reader in self.readers[name]:
            self._waiting[reader] -= 1
            if not self._waiting[reader]:
                freed.append(reader)
        self._ready += freed
        return freed

    def again(self, name: str, seconds: float) -> None:
        """Have a stage tried again in so many seconds."""
        self._later[name] = time.monotonic() + seconds

    def pause(self) -> float:
        """Return the seconds until the first of these is due; infinity where there is none."""
        return min((max(0.0, due - time.monotonic()) for due in self._later.values()), default=float("inf"))

    def stop(self) -> None:
        """Let nothing begin any more."""
        self._ready.clear()
        self._later.clear()
