"""`odibi story`: a run as one page that a browser shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odibi_sql.cli.common import root_option, stop, stop_for
from odibi_sql.cli.exit_codes import FAILED
from odibi_sql.cli.state import state_of
from odibi_sql.diagnostics import did_you_mean

if TYPE_CHECKING:
    from odibi_sql.track import Track


@click.command("story")
@click.argument("run", default="latest")
@click.option("--output", "-o", type=click.Path(path_type=Path, allow_dash=True), help="The file to write; `-` prints.")
@click.option("--notes", type=click.Path(path_type=Path), help="More about steps: JSON, or Markdown with their names.")
@click.option("--open", "opens", is_flag=True, help="Show it in the browser.")
@root_option("The folder of the project, where its pipelines are")
def command(run: str, output: Path | None, notes: Path | None, opens: bool, root: Path) -> None:
    """Tell how RUN went, as one page of HTML: `latest`, the name of a run or the beginning of one.

    The page needs nothing else, and no network. It has the picture of the pipeline, a card for each step with its
    columns, rows, expectations, text and SQL, the times of all stages, and what is new since the run before. Runs that
    failed, or were killed, have theirs too.
    """
    from odibi_sql.track import TrackProblem, read_track

    if opens and output is not None and str(output) == "-":
        stop("`--open` shows a file; leave `-o -` out")
    with state_of(root) as database:
        try:
            track = read_track(root, database, run)
        except TrackProblem as problem:
            stop_for(problem)
    written = _write(root, track, output, _notes(notes, track))
    if written is None:
        return
    click.echo(written)
    if opens:
        import webbrowser

        webbrowser.open(written.resolve().as_uri())


def tell(root: Path, run: str, output: Path | None) -> None:
    """Write the story of a run that has just ended; where that cannot be, the run is what it is."""
    from odibi_sql.track import TrackProblem, read_track

    with state_of(root) as database:
        try:
            track = read_track(root, database, run)
        except TrackProblem as problem:
            click.echo(f"warning: the story is not written: {problem.reason}", err=True)
            return
    try:
        click.echo(f"story: {_written(root, track, output)}")
    except OSError as error:
        click.echo(f"warning: the story is not written: {(error.strerror or str(error)).lower()}", err=True)


def _write(root: Path, track: Track, output: Path | None, notes: Mapping[str, str] | None = None) -> Path | None:
    """Write the story of a run, beside its record where nothing else is said; return the file. `-` is printed."""
    if output is not None and str(output) == "-":
        from odibi_sql.story import story_of

        click.echo(story_of(track, notes), nl=False)
        return None
    try:
        return _written(root, track, output, notes)
    except OSError as error:
        return stop(f"cannot write `{output or 'the story'}`: {(error.strerror or str(error)).lower()}", FAILED)


def _written(root: Path, track: Track, output: Path | None, notes: Mapping[str, str] | None = None) -> Path:
    from odibi_sql.story import story_of
    from odibi_sql.track import track_file

    file = output or track_file(root, track.run).with_name("story.html")
    file.write_text(story_of(track, notes), encoding="utf-8")
    return file


def _notes(file: Path | None, track: Track) -> Mapping[str, str] | None:
    """Return the notes of a file. One that is of no step ends the command."""
    if file is None:
        return None
    from odibi_sql.story import NotesProblem, read_notes

    try:
        notes = read_notes(file)
    except NotesProblem as problem:
        stop_for(problem)
    steps = [each.name for each in track.steps]
    for name in notes:
        if name not in steps:
            stop(f"`{file}` tells of `{name}`, and the run has no such step; {did_you_mean(name, steps)}")
    return notes
