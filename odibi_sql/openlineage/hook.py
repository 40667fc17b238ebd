"""A hook that tells of a run: one START, and one COMPLETE, FAIL or ABORT."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odibi_sql import ir
from odibi_sql.openlineage.naming import run_id
from odibi_sql.openlineage.sending import Sender
from odibi_sql.run.bus import EventBus
from odibi_sql.run.events import (
    Event,
    NodeCached,
    NodeComplete,
    PipelineComplete,
    PipelineError,
    PipelineStart,
    RunCancelled,
)
from odibi_sql.run.versions import own_version

if TYPE_CHECKING:
    from odibi_sql.openlineage.facets import Datasets

PRODUCER = f"urn:odibi-sql:{own_version()}"
_TOLD = ("pipeline_start", "node_complete", "node_cached", "pipeline_complete", "pipeline_error", "run_cancelled")


class OpenLineage:
    """Tells OpenLineage of the runs of one graph. What it raises is told by the bus, and fails no run.

    The job is called as the pipeline, in the namespace `OPENLINEAGE_NAMESPACE`, or `odibi`. START has all that is to be
    stored; the last event what was stored, or was there already.
    """

    def __init__(self, graph: ir.Graph, root: Path, goals: Iterable[str], send: Sender) -> None:
        """`graph` as it was written, not optimized; `goals`: the stores of the run."""
        self._graph = graph
        self._root = root
        self._goals = tuple(goals)
        self._send = send
        self._began: PipelineStart | None = None
        self._written: dict[str, dict[str, int | None] | None] = {}
        self._datasets: Datasets | None = None

    def register(self, bus: EventBus) -> None:
        """Have the bus tell it what happens."""
        for name in _TOLD:
            bus.register(name, self, "LOW", name="openlineage")

    def __call__(self, event: Event) -> None:
        """Take note of an event, or send what it means."""
        match event:
            case PipelineStart():
                self._began, self._written = event, {}
                self._tell("START", event)
            case NodeComplete(kind="write", node=node, rows=rows, bytes=size, files=files):
                self._written[node] = {"rows": rows, "bytes": size, "files": files}
            case NodeCached(kind="write", node=node):
                self._written[node] = None
            case PipelineComplete():
                self._tell("COMPLETE", event)
            case RunCancelled():
                self._tell("ABORT", event)
            case PipelineError(message=message, hint=hint):
                self._tell("FAIL", event, f"{message}; {hint}" if hint else message)

    def _tell(self, state: str, event: Event, problem: str = "") -> None:
        from openlineage.client import event_v2

        from odibi_sql.openlineage.facets import Datasets

        if self._datasets is None:
            self._datasets = Datasets(self._graph, self._root, self._goals, PRODUCER)
        stores = self._datasets.stores
        if state == "START":
            outputs = [self._datasets.output(each) for each in stores.values()]
        else:
            there = [(stores[name], counts) for name, counts in self._written.items() if name in stores]
            outputs = [self._datasets.output(store, counts) for store, counts in there]
        self._send(
            event_v2.RunEvent(
                eventType=event_v2.RunState(state),
                eventTime=event.at.isoformat(),
                run=event_v2.Run(run_id(self._root, event.run), self._run_facets(problem)),
                job=self._job(),
                inputs=self._datasets.inputs(),
                outputs=outputs,
                producer=PRODUCER,
            )
        )

    def _job(self) -> Any:
        from openlineage.client import event_v2, facet_v2

        room = facet_v2.job_type_job
        facets: dict[str, Any] = {"jobType": room.JobTypeJobFacet("BATCH", "ODIBI", "PIPELINE", producer=PRODUCER)}
        if self._graph.doc:
            facets["documentation"] = facet_v2.documentation_job.DocumentationJobFacet(
                self._graph.doc, producer=PRODUCER
            )
        return event_v2.Job(os.environ.get("OPENLINEAGE_NAMESPACE") or "odibi", self._graph.pipeline, facets)

    def _run_facets(self, problem: str) -> dict[str, Any]:
        from openlineage.client import facet_v2

        clock = f"{self._graph.clock.isoformat()}Z"
        found: dict[str, Any] = {"nominalTime": facet_v2.nominal_time_run.NominalTimeRunFacet(clock, producer=PRODUCER)}
        began = self._began
        if began is not None:
            found["processing_engine"] = facet_v2.processing_engine_run.ProcessingEngineRunFacet(
                began.engine_version, began.engine, own_version(), producer=PRODUCER
            )
        if began is not None and began.parameters:
            room = facet_v2.execution_parameters_run
            listed = [
                room.ExecutionParameter(key=name, name=name, value=str(value)) for name, value in began.parameters
            ]
            found["executionParameters"] = room.ExecutionParametersRunFacet(listed, producer=PRODUCER)
        if problem:
            found["errorMessage"] = facet_v2.error_message_run.ErrorMessageRunFacet(problem, "SQL", producer=PRODUCER)
        return found
