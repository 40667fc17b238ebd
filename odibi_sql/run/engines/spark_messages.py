"""What Spark says, in words for the reader."""

from __future__ import annotations

import json
import re
from pathlib import Path

from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.engines.spark_tasks import MARK
from odibi_sql.sources.messages import plain

_CLASS = re.compile(r"^\[([A-Z0-9_.]+)\]\s*")
_NO_MODULE = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")


def problem_of(message: str, root: Path) -> EngineProblem:
    """Return why a statement failed. Files are named as the pipeline would, from `root`."""
    _, found, rest = message.partition(MARK)
    if found:
        reason, hint = json.loads(rest.partition(MARK)[0])
        return EngineProblem(reason, hint)
    missing = _NO_MODULE.search(message)
    if missing is not None:
        hint = "install odibi-sql where Spark's workers run, with the Python that PYSPARK_PYTHON names there"
        return EngineProblem(f"the Python of Spark's workers has no `{missing[1].partition('.')[0]}`", hint)
    return EngineProblem(plain(_CLASS.sub("", message.strip())))
