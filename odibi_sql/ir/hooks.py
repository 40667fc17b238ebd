"""What a pipeline asks to be called when something happens in its run."""

from __future__ import annotations

from typing import Literal as OneOf
from typing import get_args

import msgspec

from odibi_sql.diagnostics import Span

Priority = OneOf["CRITICAL", "HIGH", "MEDIUM", "LOW"]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)  # in the order in which hooks are called
EVENTS = (  # each is a class of `run/events.py`
    "pipeline_start",
    "pipeline_complete",
    "pipeline_error",
    "run_cancelled",
    "node_start",
    "node_complete",
    "node_error",
    "node_retry",
    "node_skipped",
    "node_cached",
    "layer_complete",
    "checkpoint_saved",
    "quality_failed",
    "schema_changed",
    "run_recorded",
)


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A Python function that is called with each event of a name."""

    event: str  # of EVENTS
    reference: str  # "module:function", found from the pipeline's folder
    priority: Priority = "MEDIUM"
    span: Span | None = None  # of the reference
