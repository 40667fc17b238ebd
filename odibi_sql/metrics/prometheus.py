"""Totals in the text formats of Prometheus, by its own library: a file, or answers over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odibi_sql.metrics.families import BUCKETS, FAMILIES, Family
from odibi_sql.metrics.totals import MetricsProblem, Numbers, Totals, totals_of, write_whole

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric


def write_prometheus(root: Path, file: Path, pipeline: str | None = None) -> None:
    """Write the metrics of a project, or of one pipeline of it, whole: for the textfile collector of node_exporter.

    Raises MetricsProblem, StateProblem.
    """
    write_whole(file, text_of(totals_of(root), pipeline))


def text_of(totals: Totals, pipeline: str | None = None) -> bytes:
    """Return the text format 0.0.4. Raises MetricsProblem where prometheus-client is not installed."""
    registry = registry_of(totals if pipeline is None else totals.of_pipeline(pipeline))
    from prometheus_client import generate_latest

    return bytes(generate_latest(registry))


def registry_of(totals: Totals) -> CollectorRegistry:
    """Return a registry of some totals, and nothing else. Raises MetricsProblem."""
    hold_installed()
    from prometheus_client import CollectorRegistry

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(totals))
    return registry


def hold_installed() -> None:
    """Raise MetricsProblem where prometheus-client is not installed."""
    try:
        import prometheus_client  # noqa: F401
    except ImportError as error:
        raise MetricsProblem(
            "metrics for Prometheus need `prometheus-client`", "pip install 'odibi-sql[metrics]'"
        ) from error


class _Collector:
    """What the library asks for families."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        """Give the families that have series, always in the same order."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        kinds: dict[str, Callable[..., Any]] = {
            "counter": CounterMetricFamily,
            "gauge": GaugeMetricFamily,
            "histogram": HistogramMetricFamily,
        }
        for family in FAMILIES:
            found = self._totals.series.get(family.name, {})
            if not found:
                continue
            metric = kinds[family.kind](family.name, family.help, labels=family.labels)
            for labels, numbers in sorted(found.items()):
                metric.add_metric(labels, **_values(family, numbers))
            yield metric


def _values(family: Family, numbers: Numbers) -> dict[str, Any]:
    if family.kind != "histogram":
        return {"value": numbers[0]}
    total, *counts = numbers
    reached, buckets = 0.0, []
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
        reached += count
        buckets.append((bound, reached))
    return {"buckets": buckets, "sum_value": total}
