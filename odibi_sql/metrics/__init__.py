"""The numbers of runs, from their records: as values, as totals over runs, and in the formats of Prometheus."""

from odibi_sql.metrics.prometheus import text_of, write_prometheus
from odibi_sql.metrics.report import json_of, runs_of, write_json
from odibi_sql.metrics.totals import MetricsProblem, Totals, numbers_of, totals_of
from odibi_sql.metrics.values import FORMAT, RunMetrics, StageMetrics, document, metrics_of, summary_of, words_of

__all__ = ["FORMAT", "MetricsProblem", "RunMetrics", "StageMetrics", "Totals", "document", "metrics_of", "numbers_of"]
__all__ += ["json_of", "runs_of", "write_json"]
__all__ += ["summary_of", "text_of", "totals_of", "words_of", "write_prometheus"]
