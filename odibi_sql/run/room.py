"""What a project need not remember any more: rows, results and runs that are over and were not used for long."""

from __future__ import annotations

import datetime

from odibi_sql.objects import is_object
from odibi_sql.plan import Plan, Write
from odibi_sql.run.kept import forget_most
from odibi_sql.run.outcome import Settings
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.results import Checked, Kept, Made, Results
from odibi_sql.run.state.runs import Runs
from odibi_sql.run.stores.ledger import Ledger
from odibi_sql.run.stores.object_versions import forget_copies
from odibi_sql.run.stores.store import final_path
from odibi_sql.run.stores.versions import forget_version

_LONGEST = 1e10  # seconds


def forget_old(plan: Plan, database: Database, settings: Settings) -> None:
    """Forget what takes too much room or was not used for too long, after a run. Raises StateProblem, OSError.

    What the newest run of a pipeline that can be resumed has made stays, however old it is.
    """
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=min(settings.cache_age, _LONGEST))
    runs = Runs(database)
    needed = frozenset(stage.key for run in runs.resumable() for stage in runs.stages(run.run))
    forget_most(settings.root, database, settings.cache_limit, since, needed)
    _forget_results(database, settings, since, needed)
    if not settings.keep_versions:
        ledger = Ledger(settings.root, database)
        for stage in plan.stages:
            if isinstance(stage, Write):
                _forget_version(ledger, stage, settings)
    if runs.count() > settings.keep_runs:
        runs.prune(settings.keep_runs)


def _forget_version(ledger: Ledger, stage: Write, settings: Settings) -> None:
    if is_object(stage.target.path):
        forget_copies(ledger, stage.target.path)
    else:
        forget_version(ledger, final_path(stage, settings.root))


def _forget_results(database: Database, settings: Settings, since: datetime.datetime, needed: frozenset[str]) -> None:
    """Forget results that no run can take: what was stored and is nowhere any more, rows that are gone, and checks that
    no run has asked for."""
    results = Results(database)
    found = results.list()  # before the ledger is asked: what another run stores meanwhile is in that alone
    stored = Ledger(settings.root, database).contents()
    for key, record in found:
        match record:
            case Made(content=content):
                is_over = content not in stored
            case Kept(artifact=artifact):
                is_over = not (settings.root / artifact).exists()
            case Checked():
                is_over = (record.last_used or record.made) < since and key not in needed
        if is_over:
            results.forget(key)
