"""Events as records of Python's `logging`, under `odibi_sql.run`; formats and a file for them."""

import logging

from odibi_sql.logs.files import LogFile, rotate
from odibi_sql.logs.forms import JsonLines, Words
from odibi_sql.logs.records import LOGGER, log_event, log_warning
from odibi_sql.logs.redact import redacted

logging.getLogger("odibi_sql").addHandler(logging.NullHandler())  # who wants to see records says where

__all__ = ["LOGGER", "JsonLines", "LogFile", "Words", "log_event", "log_warning", "redacted", "rotate"]
