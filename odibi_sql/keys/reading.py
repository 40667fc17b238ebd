"""The datasets of a graph by name, and which of them are read to make others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from odibi_sql import ir
from odibi_sql.ir.walk import datasets_read


class Reading:
    """Who reads whom, found out as it is asked for."""

    def __init__(self, graph: ir.Graph) -> None:
        self.datasets = {each.name: each for each in graph.datasets}
        self._places = {each.name: place for place, each in enumerate(graph.datasets)}
        self._reads: dict[str, tuple[str, ...]] = {}

    def needed(self, names: Iterable[str], is_known: Callable[[str], bool]) -> list[str]:
        """Return these datasets and what they need, each behind those that it reads; without those that are known, and
        what those alone need."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and not is_known(name):
                found.add(name)
                waiting.extend(self._read_by(name))
        return sorted(found, key=self._places.__getitem__)

    def _read_by(self, name: str) -> tuple[str, ...]:
        if name not in self._reads:
            self._reads[name] = datasets_read(self.datasets[name].relation)
        return self._reads[name]
