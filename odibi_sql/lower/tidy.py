"""The names of a finished statement: `orders_3` is `orders` where no other `orders` is in sight."""

from __future__ import annotations

import re

from sqlglot import exp

NUMBERED = re.compile(r"(.+)_[0-9]+")


def tidy_names(statement: exp.Expression, steps: frozenset[str]) -> exp.Expression:
    """Give CTEs the shortest names that mean nothing else in the statement. `steps`: names, in lower case, that are
    those of steps as they stand."""
    names = [cte.alias for cte in statement.find_all(exp.CTE) if cte.alias.lower() not in steps]
    if not any(NUMBERED.fullmatch(name) for name in names):
        return statement
    used = {identifier.name.lower() for identifier in _table_names(statement)}
    new: dict[str, str] = {}
    for name in names:
        shorter = _shorter(name, used)
        if shorter != name:
            used.add(shorter.lower())
            new[name] = shorter
    for identifier in _table_names(statement):
        identifier.set("this", new.get(identifier.name, identifier.name))
    return statement


def _shorter(name: str, used: set[str]) -> str:
    match = NUMBERED.fullmatch(name)
    if match is None:
        return name
    candidates = [match[1], *(f"{match[1]}_{number}" for number in range(2, 50))]
    return next((each for each in candidates if each.lower() not in used or each == name), name)


def _table_names(statement: exp.Expression) -> list[exp.Identifier]:
    """Return the identifiers that are names of tables, CTEs and aliases of them."""
    found = []
    for node in statement.walk():
        if isinstance(node, exp.Column):
            found.append(node.args.get("table"))
        elif isinstance(node, exp.Table | exp.TableAlias):
            found.append(node.this)
    return [each for each in found if isinstance(each, exp.Identifier)]
