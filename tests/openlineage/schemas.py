"""Events held to the published schemas, and read by the model of the official client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from openlineage.client import event_v2
from referencing import Registry, Resource

_SPEC = Path(__file__).parent / "spec"
_FOUND = [Resource.from_contents(json.loads(each.read_text())) for each in sorted(_SPEC.glob("*.json"))]
_REGISTRY: Registry[Any] = Registry().with_resources([(each.id() or "", each) for each in _FOUND])


def hold(event: dict[str, Any]) -> None:
    """Hold an event and each facet in it to the schema that it names. Raises where it does not."""
    _against(event["schemaURL"], event)
    for facet in _facets(event):
        _against(facet["_schemaURL"], facet)


def read(event: dict[str, Any]) -> event_v2.RunEvent:
    """Return the event in the model of the client, which holds times and ids to their forms."""
    return event_v2.RunEvent(
        eventType=event_v2.RunState(event["eventType"]),
        eventTime=event["eventTime"],
        run=event_v2.Run(**event["run"]),
        job=event_v2.Job(**event["job"]),
        inputs=[event_v2.InputDataset(**each) for each in event["inputs"]],
        outputs=[event_v2.OutputDataset(**each) for each in event["outputs"]],
        producer=event["producer"],
    )


def _against(url: str, value: Any) -> None:
    Draft202012Validator(
        {"$ref": url}, registry=_REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(value)


def _facets(event: dict[str, Any]) -> list[Any]:
    holders = [event["run"], event["job"], *event["inputs"], *event["outputs"]]
    kinds = ("facets", "inputFacets", "outputFacets")
    return [facet for holder in holders for kind in kinds for facet in holder.get(kind, {}).values()]
