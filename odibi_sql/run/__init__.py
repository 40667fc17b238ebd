"""Running a plan: stages in the order of what they need, on an engine, into stores that are whole or not there."""

from odibi_sql.run.bus import EventBus
from odibi_sql.run.executor import execute
from odibi_sql.run.outcome import Listener, RuleOutcome, RunProblem, RunResult, Settings, StageOutcome

__all__ = ["EventBus", "Listener", "RuleOutcome", "RunProblem", "RunResult", "Settings", "StageOutcome", "execute"]
