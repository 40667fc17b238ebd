"""What the steps of one stage ask of the run, together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from odibi_sql import ir
from odibi_sql.plan import Policy


def policy_of(options: Iterable[ir.StepOptions]) -> Policy:
    """Return the most tries and the longest pause that a step asks for, and the shortest time that one allows; what one
    of them wants computed each time is not kept."""
    every = list(options)
    caches = [each.cache for each in every if each.cache is not None]
    return Policy(
        retry=_one(max, [each.retry for each in every]),
        backoff=_one(max, [each.backoff for each in every]),
        timeout=_one(min, [each.timeout for each in every]),
        cache=all(caches) if caches else None,
    )


def _one(choose: Callable[[list[Any]], Any], values: list[Any]) -> Any:
    said = [each for each in values if each is not None]
    return choose(said) if said else None
