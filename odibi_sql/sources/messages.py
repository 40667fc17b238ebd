"""DuckDB's messages in words for the reader: what value, in which file, on which line, and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from odibi_sql.sources.files import open_text


class Explained(msgspec.Struct, frozen=True):
    """What went wrong, in words for the reader; `hint` says what to do ("": nothing to say)."""

    reason: str
    hint: str = ""


_TYPES = {
    "BOOL": "bool",
    "BOOLEAN": "bool",
    "TINYINT": "int8",
    "INT8": "int8",
    "SMALLINT": "int16",
    "INT16": "int16",
    "INTEGER": "int32",
    "INT32": "int32",
    "BIGINT": "int64",
    "INT64": "int64",
    "HUGEINT": "int128",
    "INT128": "int128",
    "FLOAT": "float32",
    "DOUBLE": "float64",
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TIMESTAMPTZ": "timestamptz",
    "INTERVAL": "duration",
    "BLOB": "binary",
}
_FILE = re.compile(r"^\s*file = (.+)$", re.MULTILINE)
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_ORIGINAL = re.compile(
    r"Original Line: (.*?)\n(?:Error when|Expected Number|Value with|Invalid unicode|Maximum)", re.DOTALL
)
_CONVERTING = re.compile(
    r"""Error when converting column "(.+?)"\. Could not convert string "(.*?)" to '(.+?)'""", re.DOTALL
)
_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_JSON = re.compile(
    r'JSON (?:transform error )?in file "(.+?)", (?:at byte \d+ )?in (?:line|record/value) (\d+): (.*)', re.DOTALL
)
_JSON_VALUE = re.compile(r"""(?:numerical: |format: |cast ')(.+?)(?:, expected.*|' to .*)?$""")
_GONE = re.compile(r'No files found that match the pattern "(.+?)"', re.DOTALL)
_OPENING = re.compile(r'(?:Cannot open file|Could not write file|Could not read from file) "(.+?)": (.+)')
_TEXT_CAST = re.compile(r"""Could not convert string (?:'(.*?)'|"(.*?)") to (\w+(?: ?\([\d, ]+\))?)""", re.DOTALL)
_RANGE_CAST = re.compile(
    r"Type (\w+) with value (.+?) can't be cast .* destination type ([\w(), ]+?)(?: when|$|\n)", re.DOTALL
)
_OVERFLOW = re.compile(r"Overflow in (\w+) of (\w+) \((.+?)\)")
_OPERATIONS = {"addition": "sum", "subtraction": "difference", "multiplication": "product"}


def explained(message: str, root: Path) -> Explained:
    """Return what went wrong in words. Files are named as the pipeline would, from `root`."""
    for known in (_csv, _json, _files, _memory, _values):
        words = known(message, root)
        if words is not None:
            return words
    return Explained(plain(message))


def misfit(column: str, type_: str, value: str, place: str) -> Explained:
    """Return the words for a value that does not fit. `place` is file and line as far as they are known, or ""."""
    where = f"{place}: " if place else ""
    if value == "":
        hint = 'a null is nothing between two delimiters; where `""` means null as well, say (quoted_null: true)'
        return Explained(f"{where}the empty text in column `{column}` is no {language_name(type_)}", hint)
    hint = f"declare `{column} string` and use `try_cast`, or leave such rows out with `filter`"
    return Explained(f"{where}`{shown(value)}` in column `{column}` is no {language_name(type_)}", hint)


def language_name(type_: str) -> str:
    """Return what the language calls a type of the engine."""
    return _TYPES.get(type_.upper().strip(), type_.lower())


def shown(value: str, most: int = 80) -> str:
    """Return a value on one line, cut where it is long."""
    text = " ".join(value.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def plain(message: str) -> str:
    """Return the first line of the engine's message, without the name of its kind."""
    first = message.strip().partition("\n")[0]
    kind, colon, rest = first.partition(": ")
    return (rest if colon and kind.endswith("Error") else first).strip().rstrip(".!")


def relative(path: str, root: Path) -> str:
    """Return a path as the pipeline would write it."""
    try:
        return Path(path).relative_to(root).as_posix()
    except ValueError:
        return path


def _csv(message: str, root: Path) -> Explained | None:
    line, file = _LINE.search(message), _FILE.search(message)
    if line is None:
        return None
    place = f"`{relative(file[1].strip(), root)}` line {line[1]}" if file else f"line {line[1]}"
    converting, width, original = _CONVERTING.search(message), _WIDTH.search(message), _ORIGINAL.search(message)
    if converting is not None:
        return misfit(converting[1], converting[3], converting[2], place)
    if width is not None:
        text = f": {shown(original[1])}" if original else ""
        return Explained(f"{place} has {width[2]} values, {width[1]} are wanted{text}")
    if "not utf-8" in message or "unicode" in message:
        return not_utf8(place)
    rest = [each for each in message.splitlines()[1:] if each and not each.startswith("Original Line")]
    return Explained(f"{place}: {rest[0].strip().rstrip('.') if rest else plain(message)}")


def not_utf8(place: str) -> Explained:
    """Return the words for bytes that are no text. `place` is file and line."""
    return Explained(f"{place} is not UTF-8", "say how it is written: (encoding: 'latin-1') or (encoding: 'utf-16')")


def _json(message: str, root: Path) -> Explained | None:
    found = _JSON.search(message)
    if found is None:
        return None
    file, reason = found[1], found[3].partition("\n")[0].strip().rstrip(".")
    if "Malformed" in message:
        return Explained(f"`{relative(file, root)}`{_broken_line(file)} is no JSON: {reason}")
    return Explained(f"`{relative(file, root)}`{_line_with(file, reason)} does not fit: {reason}")


def _broken_line(file: str) -> str:
    """Return " line 7": the first line that is no JSON, in a file of a value on each line."""
    try:
        with open_text(Path(file), "auto", "utf-8") as text:
            for number, line in enumerate(text, 1):
                if line.strip() == "[" or (number == 1 and line.lstrip().startswith("[")):
                    return ""
                if line.strip() and not _is_json(line):
                    return f" line {number}"
    except (OSError, EOFError, UnicodeError):
        return ""
    return ""


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _line_with(file: str, reason: str) -> str:
    """Return " line 7": the first line with the value that `reason` complains of (DuckDB's own number is a guess)."""
    value = _JSON_VALUE.search(reason)
    if value is None:
        return ""
    try:
        with open_text(Path(file), "auto", "utf-8") as text:
            for number, line in enumerate(text, 1):
                if value[1] in line:
                    return f" line {number}"
    except (OSError, EOFError, UnicodeError):
        return ""
    return ""


def _files(message: str, root: Path) -> Explained | None:
    gone, opening = _GONE.search(message), _OPENING.search(message)
    if gone is not None:
        path = re.sub(r"\[([*?\[])\]", r"\1", gone[1])
        return Explained(f"`{relative(path, root)}` is not there any more", "run the pipeline again")
    if opening is not None:
        return Explained(f"`{relative(opening[1], root)}` cannot be opened: {opening[2].strip().lower()}")
    if "No space left" in message:
        return Explained("the disk is full", "free some space, or set another spill folder")
    return None


def _memory(message: str, root: Path) -> Explained | None:
    if not message.startswith("Out of Memory"):
        return None
    used = re.search(r"\(([\d.]+ \w+)/([\d.]+ \w+) used\)", message)
    limit = f" of {used[2]}" if used else ""
    return Explained(f"the memory{limit} is not enough", "raise the memory limit, or lower the number of threads")


def _values(message: str, root: Path) -> Explained | None:
    text, range_, overflow = _TEXT_CAST.search(message), _RANGE_CAST.search(message), _OVERFLOW.search(message)
    if text is not None:
        value = shown(text[1] or text[2] or "")
        return Explained(f"`{value}` cannot be cast to {language_name(text[3])}", "`try_cast` gives null instead")
    if range_ is not None:
        return Explained(f"`{shown(range_[2])}` is too large for {language_name(range_[3])}")
    if overflow is not None:
        operation = _OPERATIONS.get(overflow[1], overflow[1])
        return Explained(f"the {operation} {overflow[3]} does not fit into {language_name(overflow[2])}")
    if "More than one row returned by a subquery" in message:
        return Explained("a subquery that stands for one value has more than one row", "aggregate or limit it")
    return None
