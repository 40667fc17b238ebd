"""Names of tables, CTEs and aliases: each means one thing in a plan."""

from __future__ import annotations

from collections.abc import Iterable


class Names:
    """The names of the tables and CTEs of a plan: engines take names that differ only in case for one."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = {name.lower() for name in taken}
        self.given: set[str] = set()

    def of_step(self, name: str) -> str:
        """Return a new name for rows of the step `name`: its own, then `name_2`, `name_3`, …"""
        if name.lower() not in self.given:
            self.given.add(name.lower())
            return name
        number = 2
        while f"{name}_{number}".lower() in self.taken | self.given:
            number += 1
        self.given.add(f"{name}_{number}".lower())
        return f"{name}_{number}"


def unused(name: str, taken: Iterable[str]) -> str:
    """Return `name`, or `name_2`, `name_3`, … where it is taken."""
    lowered = {each.lower() for each in taken}
    found, number = name, 1
    while found.lower() in lowered:
        number += 1
        found = f"{name}_{number}"
    return found
