"""What is said of steps beside their doc comments, out of a file of JSON or Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<name>.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


class NotesProblem(Exception):
    """A file of notes cannot be taken: `reason` in words, `hint` what to write."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def read_notes(file: Path) -> dict[str, str]:
    """Return what is said of each step: of JSON `{"step": "text"}`, of Markdown what is below a heading with its name.

    Raises NotesProblem.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeError:
        raise NotesProblem(f"`{file}` is no UTF-8") from None
    except OSError as error:
        raise NotesProblem(f"cannot read `{file}`: {(error.strerror or str(error)).lower()}") from error
    if file.suffix.lower() == ".json":
        return _of_json(file, text)
    return _of_markdown(file, text)


def _of_json(file: Path, text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeError) as error:
        hint = 'it is one object of texts: `{"readings": "What the step is for."}`'
        raise NotesProblem(f"`{file}` holds no notes: {error}", hint) from error


def _of_markdown(file: Path, text: str) -> dict[str, str]:
    found = [*_HEADING.finditer(text)]
    if not found:
        raise NotesProblem(f"`{file}` holds no notes", "what is said of a step stands below its name: `# readings`")
    ends = [*(each.start() for each in found[1:]), len(text)]
    notes = {each["name"].strip("`"): text[each.end() : end].strip() for each, end in zip(found, ends, strict=True)}
    return {name: note for name, note in notes.items() if note}
