"""Records on standard error, for a person."""

from __future__ import annotations

import logging
import sys


class Terminal(logging.Handler):
    """Writes to what standard error is at that moment: a live display puts something in its place.

    Warnings of the run as a whole are not among it: the command prints them in the end.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record. A terminal that is gone is no problem of the run."""
        if getattr(record, "odibi", {}).get("event") == "warning":
            return
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            return
