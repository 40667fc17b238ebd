"""What commands share: pipelines from the command line, findings printed, exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

import click

from odibi_sql.api import ENGINES, Pipeline, load
from odibi_sql.cli.exit_codes import CANCELLED, FAILED, WRONG
from odibi_sql.diagnostics import CompileError, Diagnostic, render_all

if TYPE_CHECKING:
    from odibi_sql.run import RunProblem, RunResult


class _Problem(Protocol):
    reason: str
    hint: str


Command = TypeVar("Command", bound=Callable[..., Any])


def pipeline_options(command: Command) -> Command:
    """Add the arguments that every command over one pipeline takes: FILE, `--param`, `--strict`."""
    return click.argument("file", type=click.Path())(parameter_options(command))


def parameter_options(command: Command) -> Command:
    """Add `--param` and `--strict`."""
    command = click.option("--strict", is_flag=True, help="Take warnings for errors.")(command)
    return click.option(
        "--param", "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A value for a parameter."
    )(command)


def engine_option(command: Command) -> Command:
    """Add the argument of every command that lowers a pipeline: `--engine`."""
    choice = click.Choice(list(ENGINES))
    return click.option("--engine", type=choice, default="duckdb", show_default=True, help="For which engine.")(command)


def root_option(what: str) -> Callable[[Command], Command]:
    """Add `--root`: the folder of the project, `what` in the words of the command."""
    return click.option(
        "--root",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        default=Path(),
        help=f"{what}; without it, the folder that the command is called in.",
    )


def spark_options(command: Command) -> Command:
    """Add the arguments of every command that runs a pipeline: `--engine`, `--spark-master`, `--spark-remote`."""
    command = click.option("--spark-remote", metavar="sc://…", help="A Spark Connect server to run on.")(command)
    command = click.option("--spark-master", metavar="spark://…", help="Where Spark runs; else local[*].")(command)
    return engine_option(command)


def hold_spark_options(engine: str, master: str | None, remote: str | None) -> None:
    """End the command where what is said of Spark makes no sense."""
    said = "--spark-master" if master else "--spark-remote" if remote else ""
    if said and engine != "spark":
        stop(f"`{said}` is for Spark; add `--engine spark`")
    if master and remote:
        stop("`--spark-master` and `--spark-remote` exclude each other: a server has a master of its own")


def load_pipeline(file: str, parameters: Iterable[str]) -> Pipeline:
    """Return the pipeline of `file` with the values of `--param`. A file that cannot be read ends the command."""
    values: dict[str, str] = {}
    for name, value in map(_split, parameters):
        if name in values:
            stop(f"`--param {name}` is given twice")
        values[name] = value
    with findings_shown():
        try:
            return load(file, **values)
        except OSError as error:
            stop(f"cannot read `{file}`: {(error.strerror or str(error)).lower()}")


def _split(parameter: str) -> tuple[str, str]:
    name, equals, value = parameter.partition("=")
    if not equals or not name:
        stop(f"`--param {parameter}` is not NAME=VALUE, as in `--param day=2025-11-02`")
    return name, value


def stop(message: str, code: int = WRONG, hint: str = "") -> NoReturn:
    """End the command with a message on standard error, and what to do on a line of its own."""
    _tell(message, hint)
    raise click.exceptions.Exit(code)


def stop_for(problem: _Problem, code: int = WRONG) -> NoReturn:
    """End the command with what an exception of ours says, and what to do."""
    stop(problem.reason, code, problem.hint)


def _tell(message: str, hint: str) -> None:
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"  help: {hint}", err=True)


def stop_failed(result: RunResult) -> NoReturn:
    """End the command after a run that failed or was cancelled, with the reasons on standard error."""
    for problem in result.problems:
        show_problem(problem)
    if result.status == "cancelled":
        click.echo("cancelled", err=True)
        raise click.exceptions.Exit(CANCELLED)
    raise click.exceptions.Exit(FAILED)


def show_problem(problem: RunProblem) -> None:
    """Print why a stage failed, and what to do."""
    place = f"{problem.stage}: " if problem.stage else ""
    _tell(f"{place}{problem.message}", problem.hint)


@contextmanager
def findings_shown() -> Iterator[None]:
    """Print what a CompileError carries, and end the command with exit code 2."""
    try:
        yield
    except CompileError as error:
        show_findings(error.diagnostics)
        if all(each.severity == "warning" for each in error.diagnostics):
            click.echo("error: `--strict` takes warnings for errors", err=True)
        raise click.exceptions.Exit(WRONG) from None


def show_findings(findings: Iterable[Diagnostic]) -> None:
    """Print findings on standard error, in colours where that is a terminal."""
    text = render_all(findings)
    click.echo(_coloured(text) if sys.stderr.isatty() else text, err=True)


def _coloured(text: str) -> str:
    return "\n".join(_coloured_line(line) for line in text.split("\n"))


def _coloured_line(line: str) -> str:
    if line.startswith("error["):
        return click.style(line, fg="red", bold=True)
    if line.startswith("warning["):
        return click.style(line, fg="yellow", bold=True)
    if line.startswith("  help:"):
        return click.style(line, fg="cyan")
    return line


def size_of(count: int) -> str:
    """Return `1.4 kB`."""
    size = float(count)
    for unit in ["B", "kB", "MB"]:
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
