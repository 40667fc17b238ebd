"""The suite: the cases of a name, on an engine."""

from __future__ import annotations

from conformance.cases import Case, scalar_cases
from conformance.engines import Engine
from conformance.frames import NAMES as FRAMES
from conformance.frames import frame_cases, run_frames
from conformance.groups import group_cases, run_groups
from conformance.operators import OPERATORS, cast_cases, cast_names, operator_cases
from conformance.related import run_related
from conformance.relations import NAMES, relation_cases
from conformance.scalar import Outcome, run_cases
from odibi_sql.functions import CATALOGUE

# Floats of these are not fixed to the last bit by IEEE 754: how many floats apart an engine may be.
NEAR = dict.fromkeys(
    ["exp", "ln", "log10", "log2", "log", "power", "cbrt", "sin", "cos", "tan", "cot", "asin", "acos", "atan", "atan2"]
    + ["sinh", "cosh", "tanh", "degrees", "radians", "haversine"],
    2,
)
# Floats of these depend on the order in which the rows are met; an intercept is what two great numbers leave.
LOOSE = dict.fromkeys(
    ["sum", "avg", "stddev_samp", "stddev_pop", "var_samp", "var_pop", "covar_samp", "covar_pop", "corr", "regr_slope"]
    + ["regr_r2", "kurtosis_pop", "percentile", "median", "weighted_avg"],
    1 << 16,
) | {"regr_intercept": 1 << 23}


# Where an engine is not brought to the page yet, and what would have to be done.
KNOWN: dict[str, dict[str, str]] = {"duckdb": {}, "spark": {}}
# Names of which an engine refuses cases when they are compiled.
REFUSED: dict[str, tuple[str, ...]] = {"duckdb": (), "spark": ("nullif",)}


def names() -> list[str]:
    """Return the name of everything that there are cases of."""
    functions = [each.name for each in CATALOGUE.values() if not each.reads_clock and each.name != "any_value"]
    return [*NAMES, *FRAMES, *OPERATORS, *cast_names(), *functions]


def is_of_relations(name: str) -> bool:
    """Whether it is a join, a set operation or a frame, of which one statement has all cases."""
    return name in NAMES or name in FRAMES


def is_group(name: str) -> bool:
    """Whether it is an aggregate or a window function."""
    return name in CATALOGUE and name not in OPERATORS and CATALOGUE[name].kind != "scalar"


def cases_of(name: str) -> list[Case]:
    """Return the cases of a name."""
    if name in OPERATORS:
        return operator_cases(name)
    if name.startswith("cast to "):
        return cast_cases(name)
    if name in NAMES:
        return relation_cases(name)
    if name in FRAMES:
        return frame_cases(name)
    return group_cases(name) if is_group(name) else scalar_cases(name)


def run(name: str, engine: Engine) -> Outcome:
    """Return what comes of all cases of a name on an engine."""
    if name in NAMES:
        return run_related(cases_of(name), engine)
    if name in FRAMES:
        return run_frames(cases_of(name), engine, lambda function: LOOSE.get(function, 0))
    if is_group(name):
        return run_groups(cases_of(name), engine, lambda text: LOOSE.get(name, 0))
    return run_cases(cases_of(name), engine, lambda text: NEAR.get(name, 0))
