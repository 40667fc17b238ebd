"""What of the rows of a pipeline may be written down."""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.run.measured import Tracking


def tracking_of(graph: ir.Graph) -> Tracking:
    """Return which columns are sensitive, and which names are those of columns that never are."""
    if not any(each.options.sensitive for each in graph.datasets):
        return Tracking()
    from odibi_sql.lineage import sensitive_columns

    sensitive = sensitive_columns(graph)
    seen = [each for each in graph.datasets if each.made_by != "hidden"]
    names = frozenset(name for each in seen for name in each.relation.schema.names)
    return Tracking(sensitive=sensitive, open=names - frozenset().union(*sensitive.values()))
