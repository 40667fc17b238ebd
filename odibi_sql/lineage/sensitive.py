"""Which columns have sensitive values: those that a step says are, and all whose values are made of theirs."""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.lineage.lineage import lineage_of
from odibi_sql.lineage.values import DIRECT, Traced


def sensitive_columns(graph: ir.Graph) -> dict[str, frozenset[str]]:
    """Return the sensitive columns of each dataset that has some.

    A count of them, a digest, a first letter is one too: how much it tells cannot be known here. What they only decide
    (which rows there are, which branch of a `case` is taken) is none.
    """
    if not any(each.options.sensitive for each in graph.datasets):
        return {}
    found: dict[str, frozenset[str]] = {}
    for name, traced in lineage_of(graph).datasets.items():
        columns = frozenset(traced.dataset.options.sensitive).intersection(traced.columns) | _made_of(traced, found)
        if columns:
            found[name] = columns
    return found


def _made_of(traced: Traced, known: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(
        name
        for name, column in traced.columns.items()
        if any(
            use.kind in DIRECT and use.ref.column in known.get(use.ref.dataset, frozenset()) and not use.ref.is_source
            for use in column.uses
        )
    )
