"""What makes two keys differ, in words."""

from __future__ import annotations

from odibi_sql.keys.parts import Parts

_OF_ITS_OWN = {  # what a part begins with: what is said where its value is another
    "step": "its operators changed",
    "source": "its files changed",
    "rows of": "changed",
    "checks of": "its rules changed",
}


def changes(before: Parts, after: Parts) -> list[str]:
    """Return a sentence for each part that differs: what changed, in the order of the parts, then what is gone.

    A parameter or a fact is told with both values. Steps that were renamed are told as gone and new.
    """
    old, new = dict(before), dict(after)
    found = [_sentence(name, old.get(name), value) for name, value in after if old.get(name) != value]
    return found + [_sentence(name, value, None) for name, value in before if name not in new]


def _sentence(name: str, old: str | None, new: str | None) -> str:
    if old is None:
        return f"{name}: new"
    if new is None:
        return f"{name}: gone"
    said = next((words for start, words in _OF_ITS_OWN.items() if name.startswith(f"{start} ")), None)
    if said is None:
        return f"{name}: {old} became {new}"
    return f"{name}: {said}"
