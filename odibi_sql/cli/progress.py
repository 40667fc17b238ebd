"""What a run shows while it goes: a live display on a terminal, plain lines where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from odibi_sql.cli.common import show_problem, size_of
from odibi_sql.plan import Stage

if TYPE_CHECKING:
    from odibi_sql.run import Listener, RuleOutcome, RunProblem, RunResult, StageOutcome
    from odibi_sql.run.engines.engine import Combined

MARKS = {
    "cached": ("=", "cyan"),
    "done": ("✓", "green"),
    "failed": ("✗", "red"),
    "skipped": ("-", "yellow"),
    "cancelled": ("-", "yellow"),
}


@contextmanager
def watching(*, is_terminal: bool) -> Iterator[Listener]:
    """Show a run until the block ends."""
    if is_terminal:
        with Display() as display:
            yield display
    else:
        yield Lines()


def show_result(result: RunResult) -> None:
    """Print how the run went: what failed on standard error, the counts on standard output."""
    for problem in result.problems:
        show_problem(problem)
    for step, reason in result.steps_skipped:
        click.echo(f"  - {step}: skipped, {reason}")
    for warning in result.warnings:
        click.echo(f"warning: {warning}", err=True)
    counts: dict[str, int] = {}
    for outcome in result.stages:
        counts[outcome.status] = counts.get(outcome.status, 0) + 1
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    click.echo(f"{result.pipeline}: {told} in {result.seconds:.2f} s")


class Lines:
    """A plain line for each stage that ends."""

    def stage_started(self, stage: Stage) -> None:
        """Say nothing: the line comes when it ends."""

    def stage_finished(self, outcome: StageOutcome) -> None:
        """Print the outcome."""
        for line in lines_of(outcome):
            click.echo(line)

    def stage_retried(self, stage: Stage, problem: RunProblem, seconds: float) -> None:
        """Print why, and when."""
        click.echo(_again(stage, problem, seconds))

    def progress(self, stage: str, fraction: float) -> None:
        """Say nothing."""


class Display:
    """Running stages as bars that move, ended ones as lines above them."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self.bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            transient=True,
        )
        self.tasks: dict[str, Any] = {}

    def __enter__(self) -> Display:
        self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bars.stop()

    def stage_started(self, stage: Stage) -> None:
        """Show a bar; it fills as far as the engine tells."""
        self.tasks[stage.name] = self.bars.add_task(stage.name, total=None)

    def stage_finished(self, outcome: StageOutcome) -> None:
        """Replace the bar by the outcome."""
        from rich.text import Text

        if outcome.stage in self.tasks:
            self.bars.remove_task(self.tasks.pop(outcome.stage))
        mark, colour = MARKS[outcome.status]
        first, *more = lines_of(outcome)
        line = Text(first)
        line.highlight_words([mark], colour)
        for each in (line, *map(Text, more)):
            self.bars.console.print(each, soft_wrap=True)

    def stage_retried(self, stage: Stage, problem: RunProblem, seconds: float) -> None:
        """Print why, and when."""
        self.bars.console.print(_again(stage, problem, seconds), markup=False, soft_wrap=True)

    def progress(self, stage: str, fraction: float) -> None:
        """Fill the bar."""
        if stage in self.tasks:
            self.bars.update(self.tasks[stage], total=1.0, completed=fraction)


def lines_of(outcome: StageOutcome) -> list[str]:
    """Return what there is to say of an ended stage: one line, and one for each rule that something broke."""
    facts = [rows_of(outcome.rows)] if outcome.rows is not None and outcome.kind != "check" else []
    if outcome.kind == "write" and outcome.status in {"done", "cached"}:
        facts.append(size_of(outcome.bytes or 0))
        if (outcome.files or 1) > 1:
            facts.append(f"{outcome.files} files")
    if outcome.combined is not None:
        facts.append(_merged(outcome.combined))
    if outcome.status in {"done", "failed"}:
        facts.append(f"{outcome.seconds:.2f} s")
    if outcome.status in {"skipped", "cancelled"}:
        facts.append(f"{outcome.status}: {outcome.message}")
    elif outcome.status in {"done", "cached"} and outcome.message:
        facts.append(outcome.message)
    target = f" -> {outcome.target}" if outcome.target else ""
    mark = MARKS[outcome.status][0]
    lines = [f"  {mark} {outcome.stage}{target}  {', '.join(facts)}".rstrip()]
    if outcome.changed is not None:
        lines.append(f"      columns: {outcome.changed}")
    broken = [rule for rule in outcome.rules if not rule.holds and rule.action != "skip"]
    return lines + [f"      {rule.action} {rule.rule}: {_breaks(rule)}" for rule in broken]


def _merged(combined: Combined) -> str:
    return f"{combined.inserted:,} inserted, {combined.updated:,} updated, {combined.kept:,} kept"


def _again(stage: Stage, problem: RunProblem, seconds: float) -> str:
    return f"  ↻ {stage.name}  {problem.message}; tried again in {seconds:.1f} s"


def _breaks(rule: RuleOutcome) -> str:
    if rule.counts == "failures":
        return "does not hold"
    return rows_of(rule.count)


def rows_of(count: int) -> str:
    """Return `1 row`, `2,000 rows`."""
    return f"{count:,} row{'' if count == 1 else 's'}"
