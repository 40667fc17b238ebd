"""What stands for an object without reading it: the marks that were put with it, its size, its ETag."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from odibi_sql import objects
from odibi_sql.objects import ObjectProblem, Seen
from odibi_sql.run.fetching import in_words

if TYPE_CHECKING:
    from odibi_sql.run.stores.ledger import TargetRecord

COMMIT = "odibicommit"  # a mark: by chance another one for each commit (Azure takes letters and digits alone)
DIGEST = "odibisha256"  # a mark: of the bytes


def seal_of_object(seen: Seen | None) -> str:
    """Return what the ledger knows an object by, "" where nothing is, or what is there was not put by a commit."""
    return sealed(seen.marks[COMMIT], seen.size) if seen is not None and COMMIT in seen.marks else ""


def sealed(commit: str, size: int) -> str:
    """Return what an object will be known by, once it is put."""
    return f"{commit} {size}"


def stamp_of_object(seen: Seen) -> str:
    """Return what is another one each time that an object is written."""
    return f"{seen.e_tag} {seen.version}"


def look_at(url: str) -> Seen | None:
    """Return what is at a location, None where nothing is. Raises EngineProblem."""
    with in_words():
        return objects.look(url)


def looked_at(url: str) -> Seen | None:
    """Return what is at a location, None where nothing is, or that cannot be told now."""
    try:
        return objects.look(url)
    except ObjectProblem:
        return None


def known_as(sides: Iterable[TargetRecord], seen: Seen | None, *, is_strict: bool = False) -> TargetRecord | None:
    """Return the record of an object out of those of what can be there. Strictly: it was not even written again."""
    seal = seal_of_object(seen)
    for each in sides:
        if seal and each.seal == seal:
            is_untouched = seen is not None and each.strict in ("", stamp_of_object(seen))
            return each if is_untouched or not is_strict else None
    return None
