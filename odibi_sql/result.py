"""What a run gives back to Python: how it went, and rows in the form that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from odibi_sql.diagnostics import Diagnostic

if TYPE_CHECKING:
    import ibis
    import pandas
    import polars
    import pyarrow

    from odibi_sql.plan import Plan
    from odibi_sql.run import RunResult


class Rows(msgspec.Struct, frozen=True):
    """The rows of one dataset, as they are wanted."""

    table: Any  # pyarrow.Table

    def arrow(self) -> pyarrow.Table:
        """Return a pyarrow.Table; nothing is copied."""
        return self.table

    def polars(self) -> polars.DataFrame:
        """Return a polars.DataFrame. Needs the extra `polars`."""
        import polars

        frame = polars.from_arrow(self.table)
        assert isinstance(frame, polars.DataFrame)
        return frame

    def pandas(self) -> pandas.DataFrame:
        """Return a pandas.DataFrame. Needs the extra `pandas`."""
        frame: pandas.DataFrame = self.table.to_pandas()
        return frame

    def ibis(self) -> ibis.Table:
        """Return an Ibis table over these rows."""
        import ibis

        return ibis.memtable(self.table)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One run: `run` has the outcome of every stage, `warnings` what the check had to say."""

    run: RunResult
    warnings: tuple[Diagnostic, ...]
    task: Any  # a Task

    @property
    def plan(self) -> Plan:
        """The stages, as they are lowered where nothing is known from other runs."""
        plan: Plan = self.task.plan
        return plan

    @property
    def success(self) -> bool:
        """Whether every stage succeeded."""
        return self.run.success

    def dataset(self, name: str) -> Rows:
        """Return the rows of one of the datasets that were asked for. Raises KeyError, with the reason."""
        if name not in self.run.answers:
            failures = "; ".join(problem.message for problem in self.run.problems)
            why = f"the run failed: {failures}" if failures else f"ask for it: run(…, datasets=[{name!r}])"
            raise KeyError(f"no rows of `{name}`: {why}")
        return Rows(self.run.answers[name])

    def __repr__(self) -> str:
        return f"<Result of {self.run.pipeline}: {self.run.status}, {len(self.run.stages)} stages>"
