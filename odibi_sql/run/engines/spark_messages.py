"""What Spark says, in words for the reader."""

from __future__ import annotations

import json
import re
from pathlib import Path

from odibi_sql.run.engines.engine import EngineProblem
from odibi_sql.run.engines.spark_tasks import MARK
from odibi_sql.sources.messages import Explained, explained, plain, relative, shown

_SAID = re.compile(r"\[([A-Z][A-Z0-9_.]+)\]\s+(.*?)(?:\s*SQLSTATE: \w+|\n\tat |$)", re.DOTALL)
_NO_MODULE = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_NO_CAST = re.compile(r"""The value '(.*?)' of the type "[^"]+" cannot be cast to "(.+?)" because""", re.DOTALL)
_TOO_LARGE = re.compile(r"""The value (.+?)[LSTBDF]? of the type "[^"]+" cannot be cast to "(.+?)" due""", re.DOTALL)
_NO_DECIMAL = re.compile(r"(\S+) cannot be represented as Decimal\((\d+), (\d+)\)")
_PATH = re.compile(r"file:(/\S+?)[.,]?(?:\s|$)")
_TYPES = {
    "BOOLEAN": "bool",
    "TINYINT": "int8",
    "SMALLINT": "int16",
    "INT": "int32",
    "BIGINT": "int64",
    "FLOAT": "float32",
    "DOUBLE": "float64",
    "TIMESTAMP_NTZ": "timestamp",
    "TIMESTAMP": "timestamptz",
}


def problem_of(message: str, root: Path) -> EngineProblem:
    """Return why a statement failed. Files are named as the pipeline would, from `root`."""
    _, found, rest = message.partition(MARK)
    if found:
        reason, hint = json.JSONDecoder().raw_decode(rest)[0]
        return EngineProblem(reason, hint)
    missing = _NO_MODULE.search(message)
    if missing is not None:
        hint = "install odibi-sql where Spark's workers run, with the Python that PYSPARK_PYTHON names there"
        return EngineProblem(f"the Python of Spark's workers has no `{missing[1].partition('.')[0]}`", hint)
    if "OutOfMemoryError" in message:
        return EngineProblem(
            "the memory of Spark is not enough", "raise the memory limit, or lower the number of threads"
        )
    said = _SAID.search(message)
    words = _of_class(said[1].partition(".")[0], said[2], root) if said is not None else Explained(plain(message))
    return EngineProblem(words.reason, words.hint)


def _of_class(name: str, text: str, root: Path) -> Explained:
    """Return the words for an error of one of Spark's classes."""
    match name:
        case "USER_RAISED_EXCEPTION":
            return explained(text, root)
        case "CAST_INVALID_INPUT" if no_cast := _NO_CAST.search(text):
            reason = f"`{shown(no_cast[1])}` cannot be cast to {_type(no_cast[2])}"
            return Explained(reason, "`try_cast` gives null instead")
        case "CAST_OVERFLOW" if large := _TOO_LARGE.search(text):
            return Explained(f"`{shown(large[1])}` is too large for {_type(large[2])}")
        case "NUMERIC_VALUE_OUT_OF_RANGE" if decimal := _NO_DECIMAL.search(text):
            return Explained(f"`{decimal[1]}` is too large for decimal({decimal[2]}, {decimal[3]})")
        case "ARITHMETIC_OVERFLOW":
            return Explained("a sum, difference or product of whole numbers does not fit into int64")
        case "SCALAR_SUBQUERY_TOO_MANY_ROWS":
            return Explained("a subquery that stands for one value has more than one row", "aggregate or limit it")
        case "FAILED_READ_FILE" | "PATH_NOT_FOUND" if path := _PATH.search(text):
            return Explained(f"`{relative(path[1], root)}` cannot be read", "is it still there, and whole?")
    return Explained(plain(text))


def _type(name: str) -> str:
    """Return what the language calls a type of Spark."""
    return _TYPES.get(name, name.lower().replace(",", ", "))
