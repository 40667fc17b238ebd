"""The command line: one command a file, imported when it is called."""

from odibi_sql.cli.main import main

__all__ = ["main"]
