"""How a record is written: a JSON object, or words for a person."""

from __future__ import annotations

import datetime
import logging
from typing import Any

from odibi_sql.logs.redact import redacted
from odibi_sql.run.encoding import encoded


class JsonLines(logging.Formatter):
    """A JSON object on one line: `time` (UTC), `level`, `logger`, `message`, and the facts of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end and without secrets of the environment."""
        facts: dict[str, Any] = {
            "time": _time(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            **getattr(record, "odibi", {}),
            "message": record.getMessage(),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return redacted(encoded(facts).decode())


class Words(logging.Formatter):
    """`14:03:27 INFO  store a: done, 3 rows, 0.02 s`: the time is that of this machine."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end and without secrets of the environment."""
        hint = getattr(record, "odibi", {}).get("hint", "")
        lines = [f"{_time(record).astimezone():%H:%M:%S} {record.levelname:7} {record.getMessage()}"]
        lines += [f"  help: {hint}"] if hint else []
        lines += [self.formatException(record.exc_info)] if record.exc_info else []
        return redacted("\n".join(lines))


def _time(record: logging.LogRecord) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(record.created, datetime.UTC)
