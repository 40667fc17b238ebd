"""Column lineage: of which columns each column is made, and which decide its rows. It sees the graph alone."""

from odibi_sql.lineage.lineage import lineage_of
from odibi_sql.lineage.sensitive import sensitive_columns
from odibi_sql.lineage.trace import Hop, Impact, Origins, RuleHit, StoreHit, impact_of, origins_of, sources_of
from odibi_sql.lineage.values import (
    DIRECT,
    INDIRECT,
    Column,
    Kind,
    Lineage,
    Made,
    Mention,
    Ref,
    SourceColumns,
    Traced,
    TracedRule,
    Use,
    Uses,
    strength,
)
from odibi_sql.lineage.words import Expression, expressions_of, line_of, words_of

__all__ = ["DIRECT", "INDIRECT", "Column", "Expression", "Hop", "Impact", "Kind", "Lineage", "Made", "Mention"]
__all__ += ["Origins", "Ref", "RuleHit", "SourceColumns", "StoreHit", "Traced", "TracedRule", "Use", "Uses"]
__all__ += ["expressions_of", "impact_of", "line_of", "lineage_of", "origins_of", "sensitive_columns", "sources_of"]
__all__ += ["strength", "words_of"]
