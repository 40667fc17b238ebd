"""A cursor of DuckDB that adds up what its statements cost, by the engine's own profile of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from odibi_sql.run.measured import Cost

_WANTED = (
    '{"CPU_TIME": "true", "SYSTEM_PEAK_BUFFER_MEMORY": "true", "SYSTEM_PEAK_TEMP_DIR_SIZE": "true",'
    ' "OPERATOR_TYPE": "true", "OPERATOR_CARDINALITY": "true"}'
)


class _Operator(msgspec.Struct):
    operator_type: str = ""
    operator_cardinality: int = 0
    children: list[_Operator] = []


class _Profile(msgspec.Struct):
    cpu_time: float = 0.0
    system_peak_buffer_memory: int = 0
    system_peak_temp_dir_size: int = 0
    children: list[_Operator] = []


_DECODER = msgspec.json.Decoder(_Profile)


def count_from_here(cursor: Any) -> None:
    """Have the engine keep a profile of each statement that the cursor runs from now on."""
    cursor.execute("PRAGMA enable_profiling = 'no_output'")
    cursor.execute(f"SET custom_profiling_settings = '{_WANTED}'")


class Counted:
    """What a cursor is, and what its statements cost."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._cost = Cost()
        self._is_running = False

    def execute(self, sql: str) -> Counted:
        """Run a statement; its rows are read from here."""
        self._add()
        self._is_running = True
        self._cursor.execute(sql)
        return self

    def cost(self) -> Cost:
        """Return what all statements cost together."""
        self._add()
        return self._cost

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def _add(self) -> None:
        if not self._is_running:
            return
        self._is_running = False
        try:
            found = _DECODER.decode(self._cursor.get_profiling_information(format="json"))
        except Exception:  # noqa: BLE001 -- a statement without a profile has no cost that is known
            return
        self._cost += Cost(
            cpu=found.cpu_time,
            memory=found.system_peak_buffer_memory,
            spilled=found.system_peak_temp_dir_size,
            scanned=sum(_scanned(found.children)),
        )


def _scanned(operators: list[_Operator]) -> Iterator[int]:
    """Give how many rows each scan gave on. (What the engine calls rows scanned is guessed by the size of files.)"""
    waiting = list(operators)
    while waiting:
        each = waiting.pop()
        if each.operator_type == "TABLE_SCAN":
            yield each.operator_cardinality
        waiting += each.children
