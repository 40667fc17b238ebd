"""What the jobs of a stage cost, by the counters that Spark keeps of its own stages."""

from __future__ import annotations

from typing import Any

from odibi_sql.run.measured import Cost

_WAIT = 2000  # milliseconds until Spark has taken in what its tasks told


def cost_of(session: Any, tag: str) -> Cost:
    """Return what the jobs that ran under a tag cost; of Spark Connect, which does not tell, nothing is known."""
    try:
        context = session.sparkContext._jsc.sc()
        context.listenerBus().waitUntilEmpty(_WAIT)
        store = context.statusStore()
        return _added(store, _stages_of(store, tag))
    except Exception:  # noqa: BLE001 -- of a session that does not tell, or forgot: a run does not fail for it
        return Cost()


def _stages_of(store: Any, tag: str) -> set[int]:
    jobs, found = store.jobsList(None), set()
    for place in range(jobs.size()):  # the newest first
        job = jobs.apply(place)
        if tag in job.jobTags().mkString(" ").split():
            found |= {int(each) for each in job.stageIds().mkString(" ").split()}
        elif found:
            break
    return found


def _added(store: Any, stages: set[int]) -> Cost:
    """Return the sum of stages; memory is what the tasks of the largest of them asked for.

    Spark knows nothing of the processes beside it that read text and write files: their time and rows are not told.
    """
    cost = Cost(memory=0, spilled=0)
    for each in stages:
        data = store.lastStageAttempt(each)
        cost += Cost(memory=data.peakExecutionMemory(), spilled=data.diskBytesSpilled())
    return cost
