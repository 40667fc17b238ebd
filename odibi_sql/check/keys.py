"""Keys: sets of columns of which no two rows share the values (nulls equal each other here).

The empty set is a key of what has at most one row. What holds of rows before an operator is carried through it; where
that takes a proof that is not at hand the key is let go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from odibi_sql import ir

Keys = tuple[frozenset[str], ...]
MOST_KEYS = 8  # more of them would only cost time
ONE_ROW: Keys = (frozenset(),)


def keys_of(sets: Iterable[frozenset[str]]) -> Keys:
    """Return the keys without those that a smaller one makes superfluous, the smallest first."""
    found: list[frozenset[str]] = []
    for each in sorted(sets, key=len):
        if not any(known <= each for known in found):
            found.append(each)
    return tuple(found[:MOST_KEYS])


def is_unique(keys: Keys, columns: Iterable[str]) -> bool:
    """Whether no two rows share the values of these columns."""
    given = frozenset(columns)
    return any(key <= given for key in keys)


def kept_columns(columns: Iterable[ir.Assignment]) -> dict[str, str]:
    """Return for each column that a projection takes over as it is the name that it has above, its own where it can."""
    kept: dict[str, str] = {}
    for each in columns:
        if isinstance(each.value, ir.Column):
            if each.name == each.value.name:
                kept[each.name] = each.name
            else:
                kept.setdefault(each.value.name, each.name)
    return kept


def renamed(keys: Keys, names: Mapping[str, str]) -> Keys:
    """Return the keys under the new names of their columns; those with a column that `names` has not are gone."""
    return keys_of(frozenset(names[each] for each in key) for key in keys if all(each in names for each in key))


def within(keys: Keys, columns: Iterable[str]) -> Keys:
    """Return the keys of which all columns are among `columns`."""
    there = frozenset(columns)
    return tuple(key for key in keys if key <= there)


def after_join(kind: ir.JoinKind, left: Keys, right: Keys, *, one_right: bool, one_left: bool) -> Keys:
    """Return the keys of a join's rows.

    `one_right`: a left row finds at most one right row; `one_left`: a right row finds at most one left row. The rows
    without a match have nulls for the whole other side, so there its keys hold no more.
    """
    if kind in ("semi", "anti"):
        return left
    found: list[frozenset[str]] = []
    if one_right and kind in ("inner", "left", "cross"):
        found += left
    if one_left and kind in ("inner", "right", "cross"):
        found += right
    if kind != "full":
        found += [one | other for one in left for other in right]
    return keys_of(found)
