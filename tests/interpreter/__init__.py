"""A reference interpreter: what the language means, in plain Python, a row at a time. Slow and obvious on purpose."""

from interpreter.evaluate import evaluate
from interpreter.relations import rows_of
from interpreter.world import Row, RunFailure, World, run_graph

__all__ = ["Row", "RunFailure", "World", "evaluate", "rows_of", "run_graph"]
