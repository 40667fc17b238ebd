"""`odibi`: the group of the commands, and the edge of the process where errors become words and exit codes."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from importlib import import_module
from typing import Any, TypeGuard

import click

from odibi_sql import __version__
from odibi_sql.cli.exit_codes import CANCELLED, DONE, FAILED, WRONG

COMMANDS = {
    "check": "Find everything that is wrong with a pipeline, before anything runs.",
    "lineage": "Tell of which source columns a column is made, and what breaks where it changes.",
    "graph": "Draw the steps of a pipeline, as SVG, for Mermaid or for Graphviz.",
    "compile": "Print the SQL that a pipeline becomes, stage by stage.",
    "run": "Run a pipeline.",
    "runs": "List the runs of a project, tell how one went, or forget old ones.",
    "story": "Tell how a run went, as one page that a browser shows.",
    "metrics": "Print what runs took and gave, or answer Prometheus.",
    "cache": "List or clear the rows that are kept for later runs.",
    "checkpoints": "List what is on the disk that a run which is resumed starts from.",
    "why": "Tell why a step ran or did not, and what a run would do now.",
    "rollback": "Put back what a step stored before the last time.",
    "show": "Print the rows of one dataset.",
    "test": "Run the tests of pipelines, with nothing but their rows.",
    "verify": "Run a pipeline on two engines, and compare the rows.",
    "fmt": "Lay out pipelines in the one style.",
    "docs": "Write a project as a static site: pipelines, datasets, types, origins, tests.",
    "functions": "List the functions of the language, or describe one.",
    "explain": "Explain an error code, with an example.",
    "init": "Write a pipeline that runs, with its data, into a folder.",
}


class Commands(click.Group):
    """Commands that are imported when they are called, so that the others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"odibi_sql.cli.{cmd_name}_command").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS:
            from odibi_sql.diagnostics import did_you_mean

            ctx.fail(f"no command `{args[0]}`; {did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="odibi %(version)s")
def commands() -> None:
    """A compiler for data pipelines: written once, checked whole, the same result on every engine."""


def main() -> None:
    """Run the command line. Exit code 0: done; 1: the run failed; 2: the pipeline or the command is wrong."""
    gc.set_threshold(100_000, 50, 50)  # what a compilation makes lives to its end: looking for garbage finds none
    _mend_streams()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an orderly end, as after Ctrl-C
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
    except OSError as error:
        _forget_output()
        code = _tell_unwritten(error)
    sys.exit(code)


def _run() -> int:
    """Return the exit code of one command."""
    try:
        return int(commands.main(standalone_mode=False) or DONE)  # click returns the code of an Exit
    except click.Abort:
        click.echo("cancelled", err=True)
        return CANCELLED
    except click.ClickException as wrong:
        wrong.show()
        return WRONG
    except BrokenPipeError:  # who reads the output has enough of it, as `head` has
        _forget_output()
        return DONE
    except Exception as error:
        if _is_of_output(error):
            _forget_output()
            return _tell_unwritten(error)
        if "ODIBI_DEBUG" in os.environ:
            raise
        click.echo(f"internal error: {type(error).__name__}: {error}", err=True)
        click.echo("This is a defect of odibi, not of the pipeline; ODIBI_DEBUG=1 shows where.", err=True)
        return FAILED


def _is_of_output(error: Exception) -> TypeGuard[OSError]:
    """Whether standard output could not be written: a full disk behind `>`, a closed terminal."""
    return isinstance(error, OSError) and error.filename is None and error.errno in {errno.ENOSPC, errno.EIO}


def _tell_unwritten(error: OSError) -> int:
    click.echo(f"error: cannot write the output: {(error.strerror or str(error)).lower()}", err=True)
    return FAILED


def _mend_streams() -> None:
    """Have streams that take every character: what the locale cannot show becomes `?`."""
    if sys.stdout is None or sys.stderr is None:  # the shell closed it
        nowhere = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in {"utf-8", "utf8"}:
            stream.reconfigure(errors="replace")


def _forget_output() -> None:
    """Let what is still to be written go nowhere, so that nothing fails on it when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
