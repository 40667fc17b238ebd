"""Which columns tell the rows of a relation apart: what makes a distinct, a dedupe or a tie-break needless."""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.optimize.filters import conjuncts
from odibi_sql.optimize.rule import Keys

Key = frozenset[str]
MOST_KEYS = 4  # kept of one relation


def keys_of(relation: ir.Relation, known: Keys) -> tuple[Key, ...]:
    """Return sets of columns of which no two rows share the values, where null is a value like any other.

    An empty set says that there is one row at most. `known` are the keys of datasets.
    """
    match relation:
        case ir.Read(dataset=name):
            return _within(known.get(name, ()), relation.schema)
        case ir.Rows(rows=rows):
            return (frozenset(),) if len(rows) <= 1 else ()
        case ir.Aggregate(keys=keys):
            return (frozenset(key.name for key in keys),)
        case ir.Dedupe(keys=names):
            return _shortest(frozenset(names), *keys_of(relation.input, known))
        case ir.Distinct():
            return _shortest(frozenset(relation.schema.names), *keys_of(relation.input, known))
        case ir.SetOperation(is_distinct=True):
            return (frozenset(relation.schema.names),)
        case ir.Limit(count=int(count), per=names) if count <= 1:
            return _shortest(frozenset(names), *keys_of(relation.input, known))
        case ir.Filter() | ir.Sort() | ir.Limit():
            return keys_of(relation.input, known)
        case ir.Project():
            return _projected(relation, keys_of(relation.input, known))
        case ir.AsOfJoin():
            return keys_of(relation.left, known)
        case ir.Join():
            return _joined(relation, known)
    return ()


def has_key_within(relation: ir.Relation, names: frozenset[str], known: Keys) -> bool:
    """Whether no two rows share the values of these columns."""
    return any(key <= names for key in keys_of(relation, known))


def _within(keys: tuple[Key, ...], schema: ir.Schema) -> tuple[Key, ...]:
    return tuple(key for key in keys if all(name in schema for name in key))


def _shortest(*keys: Key) -> tuple[Key, ...]:
    """Return the keys of which none holds another."""
    found: list[Key] = []
    for key in sorted(keys, key=len):
        if not any(shorter <= key for shorter in found):
            found.append(key)
    return tuple(found[:MOST_KEYS])


def _projected(relation: ir.Project, keys: tuple[Key, ...]) -> tuple[Key, ...]:
    renamed = {each.value.name: each.name for each in relation.columns if isinstance(each.value, ir.Column)}
    return tuple(frozenset(renamed[name] for name in key) for key in keys if all(name in renamed for name in key))


def _joined(join: ir.Join, known: Keys) -> tuple[Key, ...]:
    left = keys_of(join.left, known)
    if join.kind in ("semi", "anti"):
        return left
    right = keys_of(join.right, known)
    left_once = join.kind in ("inner", "left", "cross") and _finds_one(join, right, join.right.schema)
    right_once = join.kind in ("inner", "right", "cross") and _finds_one(join, left, join.left.schema)
    pairs = [one | other for one in left for other in right] if join.kind != "full" else []
    return _shortest(*(left if left_once else ()), *(right if right_once else ()), *pairs)


def _finds_one(join: ir.Join, keys: tuple[Key, ...], schema: ir.Schema) -> bool:
    """Whether the condition equates a key of the side of `schema` with the other side: at most one partner is found."""
    equated: set[str] = set()
    for each in [] if join.condition is None else conjuncts(join.condition):
        match each:
            case ir.Call(function="=", args=(ir.Column(name=one), ir.Column(name=other))):
                if (one in schema) != (other in schema):
                    equated.add(one if one in schema else other)
    return any(key <= equated for key in keys)
