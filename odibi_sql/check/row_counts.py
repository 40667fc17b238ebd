"""Calls of `rows(dataset)` in a `when`: conditions that are decided when the run comes to them."""

from __future__ import annotations

from collections.abc import Iterable

from odibi_sql import syntax
from odibi_sql.syntax.nodes import every


def calls_of_rows(written: syntax.Expr) -> list[syntax.Call]:
    """Return the calls in an expression, in the order written."""
    return [each for each in every(written) if isinstance(each, syntax.Call) and each.name.text == "rows"]


def counted_dataset(call: syntax.Call) -> syntax.Name | None:
    """Return what stands in `rows(…)`, where that is one name."""
    values = [each.value for each in call.args]
    if len(values) == 1 and isinstance(values[0], syntax.Reference) and len(values[0].parts) == 1:
        return values[0].parts[0]
    return None


def run_time_condition(options: Iterable[syntax.Option]) -> syntax.Expr | None:
    """Return the condition of a `when` that counts rows."""
    written = next((each.value for each in options if each.name.text == "when"), None)
    return written if written is not None and calls_of_rows(written) else None


def datasets_counted(options: Iterable[syntax.Option]) -> tuple[syntax.Name, ...]:
    """Return the datasets whose rows a `when` counts."""
    written = run_time_condition(options)
    calls = [] if written is None else calls_of_rows(written)
    return tuple(name for call in calls if (name := counted_dataset(call)) is not None)
