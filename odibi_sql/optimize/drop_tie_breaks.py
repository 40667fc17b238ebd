"""Leave out the end of an order that can decide nothing.

    before   aggregate n = count() group by day | limit 10 by n, day, n     dedupe by K order by at, b   (K, at a key)
    after    aggregate n = count() group by day | limit 10 by n, day        dedupe by K order by at

The columns so far, with those that a dedupe goes by, have to hold a key of the rows. What a limit goes by is no help:
its order is also the one that its rows come in. In a gate the keys of the steps that it reads do not count. A column
that comes twice decides nothing the second time.
"""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.optimize.keys import keys_of
from odibi_sql.optimize.rule import Keys, NodeRule


def drop_tie_breaks(relation: ir.Relation, keys: Keys) -> ir.Relation:
    """Return a dedupe or limit with the keys of its order that can decide something."""
    match relation:
        case ir.Dedupe(keys=names, order=(_, *_)):
            order = _deciding(relation.order, frozenset(names), keys_of(relation.input, keys))
        case ir.Limit(order=(_, *_)):
            order = _deciding(relation.order, frozenset(), keys_of(relation.input, keys))
        case _:
            return relation
    if len(order) < len(relation.order):
        return replace(relation, order=order)
    return relation


def _deciding(
    order: tuple[ir.SortKey, ...], names: frozenset[str], keys: tuple[frozenset[str], ...]
) -> tuple[ir.SortKey, ...]:
    decided = names
    kept: list[ir.SortKey] = []
    for key in order:
        if kept and any(each <= decided for each in keys):
            break
        if not (kept and isinstance(key.value, ir.Column) and key.value.name in decided):
            kept.append(key)
        if isinstance(key.value, ir.Column):
            decided |= {key.value.name}
    return tuple(kept)


DROP_TIE_BREAKS = NodeRule(name="drop-tie-breaks", change=drop_tie_breaks)
