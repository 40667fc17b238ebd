"""`odibi runs`: what a project remembers of its runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odibi_sql.cli.common import root_option, stop
from odibi_sql.cli.state import state_of
from odibi_sql.cli.tables import one_line, print_table, time_of

if TYPE_CHECKING:
    from odibi_sql.run.events import Event
    from odibi_sql.run.state.runs import RunRecord, Runs, StageRecord

_KEPT = 100  # runs of each pipeline, where nothing else is said


@click.command("runs")
@click.argument("run", required=False)
@click.option("--pipeline", metavar="NAME", help="Only the runs of this pipeline.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="So many runs at most.")
@click.option("--events", "with_events", is_flag=True, help="What happened in RUN, one event a line.")
@click.option("--prune", "forget", is_flag=True, help=f"Forget old runs: all but {_KEPT} of each pipeline.")
@click.option("--keep", type=click.IntRange(min=0), metavar="N", help="With `--prune`: keep N runs of each pipeline.")
@click.option(
    "--days", type=click.FloatRange(min=0), metavar="N", help="With `--prune`: keep those of the last N days."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; with `--events`, one object a line.")
@root_option("The folder of the project, where its pipelines are")
def command(
    run: str | None,
    pipeline: str | None,
    limit: int,
    with_events: bool,
    forget: bool,
    keep: int | None,
    days: float | None,
    as_json: bool,
    root: Path,
) -> None:
    """List the runs of the project, the newest first; or tell how RUN went, stage by stage.

    RUN is the name of a run, the beginning of one, or `latest`. A run that says it runs, and whose process is not there
    any more, is `dead`. Pruning keeps what runs, and of each pipeline the last run that is done and the newest that can
    be resumed.
    """
    _hold_options(run, with_events, forget, keep, days)
    from odibi_sql.run.state.runs import Runs

    with state_of(root) as database:
        runs = Runs(database)
        runs.dead()
        if forget:
            _prune(runs, keep, days, as_json=as_json)
        elif run is None:
            _list(runs, runs.list(limit, pipeline), as_json=as_json)
        elif with_events:
            _show_events(root, runs.get(run).run, as_json=as_json)
        else:
            _show(runs, runs.get(run), as_json=as_json)


def _hold_options(run: str | None, with_events: bool, forget: bool, keep: int | None, days: float | None) -> None:
    if with_events and run is None:
        stop("`--events` is for one run: `odibi runs latest --events`")
    if forget and (run is not None or with_events):
        stop("`--prune` is for all runs; it takes `--keep` and `--days`, no RUN")
    if not forget and (keep is not None or days is not None):
        stop("`--keep` and `--days` say what `--prune` leaves; add `--prune`")


def _prune(runs: Runs, keep: int | None, days: float | None, *, as_json: bool) -> None:
    names = runs.prune(_KEPT if keep is None and days is None else keep, days)
    if as_json:
        click.echo(json.dumps({"forgotten": names}, indent=2))
    else:
        click.echo(f"{len(names)} run{'' if len(names) == 1 else 's'} forgotten")


def _list(runs: Runs, found: Sequence[RunRecord], *, as_json: bool) -> None:
    counts = [Counter(stage.status for stage in runs.stages(each.run)) for each in found]
    if as_json:
        facts = [_facts(each) | {"stages": count} for each, count in zip(found, counts, strict=True)]
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    rows = [
        (each.run, each.pipeline, each.status, time_of(each.started), _seconds(each.seconds), _told(count))
        for each, count in zip(found, counts, strict=True)
    ]
    print_table(("run", "pipeline", "status", "started (UTC)", "seconds", "stages"), rows, right={4})


def _show(runs: Runs, record: RunRecord, *, as_json: bool) -> None:
    stages = runs.stages(record.run)
    if as_json:
        facts = _facts(record) | {"stages": [_plain(each) for each in stages]}
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for line in _head(record):
        click.echo(line)
    if stages:
        click.echo()
        rows = [(each.stage, each.status, _rows(each), _seconds(each.seconds), _why(each)) for each in stages]
        print_table(("stage", "status", "rows", "seconds", "why"), rows, right={2, 3})


def _head(record: RunRecord) -> list[str]:
    took = "" if record.seconds is None else f", {record.seconds:.2f} s"
    facts = {
        "file": record.file,
        "engine": f"{record.engine} {record.engine_version}".strip(),
        "started": f"{time_of(record.started)} UTC{took}",
        "process": f"{record.process.pid} on {record.process.host}" if record.status == "running" else "",
        "parameters": ", ".join(f"{name} = {value}" for name, value in record.parameters.items()),
        "goals": ", ".join(record.goals),
        "options": ", ".join(f"{name} = {value}" for name, value in record.options.items()),
        "resumed from": record.resumed_from or "",
    }
    lines = [f"{record.run}  {record.pipeline}  {record.status}"]
    lines += [f"  {name.ljust(12)}  {one_line(text)}" for name, text in facts.items() if text]
    for problem in record.problems:
        place = f"{problem.stage}: " if problem.stage else ""
        lines.append(f"  {'problem'.ljust(12)}  {one_line(place + problem.message)}")
    return lines


def _why(stage: StageRecord) -> str:
    broken = [
        f"{rule.action} {rule.rule}: {rule.count:,}" for rule in stage.rules if not rule.holds and rule.action != "skip"
    ]
    attempts = [f"{stage.attempts} attempts"] if stage.attempts > 1 else []
    return one_line("; ".join([*([stage.message] if stage.message else []), *broken, *attempts]))


def _show_events(root: Path, run: str, *, as_json: bool) -> None:
    from odibi_sql.run.encoding import encoded
    from odibi_sql.run.events import event_file, read_events

    for event in read_events(event_file(root, run)):
        click.echo(encoded(event).decode() if as_json else _event(event))


def _event(event: Event) -> str:
    """Return `0.512 s  node_complete  store b  rows 3, bytes 120`: what is not as it always is."""
    import msgspec

    from odibi_sql.run.events import Event

    common = {*Event.__struct_fields__, "node", "kind", "steps"}
    facts = [
        f"{field.name} {_value(getattr(event, field.name))}"
        for field in msgspec.structs.fields(event)
        if field.name not in common and getattr(event, field.name) not in (field.default, "", None)
    ]
    node = [getattr(event, "node", "")] if hasattr(event, "node") else []
    return one_line("  ".join([f"{event.elapsed:9.3f} s", event.name, *node, ", ".join(facts)]).rstrip())


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value)


def _facts(record: RunRecord) -> dict[str, Any]:
    facts: dict[str, Any] = _plain(record)
    return facts | {"seconds": record.seconds}


def _plain(record: Any) -> Any:
    from odibi_sql.run.encoding import encoded

    return json.loads(encoded(record))


def _rows(stage: StageRecord) -> str:
    return "" if stage.rows is None or stage.kind == "check" else f"{stage.rows:,}"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"


def _told(counts: Counter[Any]) -> str:
    return ", ".join(f"{count} {status}" for status, count in counts.items())
