"""The record of one run, for who reads it later: its steps, what each gave and cost, and what is new since the last."""

from odibi_sql.track.build import Facts, begun, tracked
from odibi_sql.track.counts import Counts, counts_of
from odibi_sql.track.files import TrackProblem, latest_before, read_track, track_file, write_track
from odibi_sql.track.masks import tracking_of
from odibi_sql.track.steps import steps_of_graph
from odibi_sql.track.tracker import Tracker
from odibi_sql.track.values import (
    FORMAT,
    Change,
    Column,
    MadeOf,
    Status,
    Track,
    TrackedRule,
    TrackedStage,
    TrackedStep,
)

__all__ = ["FORMAT", "Change", "Column", "Facts", "Track", "TrackProblem", "TrackedRule", "TrackedStage", "TrackedStep"]
__all__ += ["MadeOf", "Status", "Tracker"]
__all__ += ["begun", "latest_before", "read_track", "track_file", "tracked", "write_track"]
__all__ += ["Counts", "counts_of", "steps_of_graph", "tracking_of"]
