"""From the graph to SQL, stage by stage. The one room that knows what an engine's statements look like."""

from odibi_sql.lower.dialect import Dialect, load_dialect
from odibi_sql.lower.lower import lower

__all__ = ["Dialect", "load_dialect", "lower"]
