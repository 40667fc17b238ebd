"""Stores that are put in place together, once all of them are ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odibi_sql.plan import Stage
from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.stages import Done, Place, failed_with, outcome_of
from odibi_sql.run.state.database import StateProblem
from odibi_sql.run.stores.ledger import Ledger
from odibi_sql.run.stores.together import publish_together


def published(prepared: Sequence[Done], stages: Mapping[str, Stage], place: Place, *, is_whole: bool) -> list[Done]:
    """Put all of them in place, or none; return how each went. `is_whole`: every one that there is to be is ready."""
    assert place.database is not None
    problem: Exception | None = None
    try:
        if is_whole:
            ready = [done.prepared for done in prepared if done.prepared is not None]
            publish_together(ready, Ledger(place.root, place.database))
    except (EngineProblem, StateProblem, OSError) as error:
        problem = error
    let_go(prepared)
    return [_ended(done, stages[done.outcome.stage], problem, is_whole=is_whole) for done in prepared]


def let_go(prepared: Sequence[Done]) -> None:
    """Hold their targets no longer, and remove what was made ready and is not in its place."""
    for done in prepared:
        if done.prepared is not None:
            done.prepared.let_go.close()


def _ended(done: Done, stage: Stage, problem: Exception | None, *, is_whole: bool) -> Done:
    if problem is not None:
        return failed_with(stage, problem)
    if not is_whole:
        return Done(outcome=outcome_of(stage, "cancelled", "not all that it is published with is ready"))
    return done
