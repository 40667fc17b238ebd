"""The suite: the cases of a name, on an engine."""

from __future__ import annotations

from conformance.cases import scalar_cases
from conformance.engines import Engine
from conformance.groups import group_cases, run_groups
from conformance.operators import OPERATORS, cast_cases, cast_names, operator_cases
from conformance.scalar import Outcome, run_cases
from odibi_sql.functions import CATALOGUE

# Floats of these are not fixed to the last bit by IEEE 754: how many floats apart an engine may be.
NEAR = dict.fromkeys(
    ["exp", "ln", "log10", "log2", "log", "power", "cbrt", "sin", "cos", "tan", "cot", "asin", "acos", "atan", "atan2"]
    + ["sinh", "cosh", "tanh", "degrees", "radians", "haversine"],
    2,
)
# Floats of these depend on the order in which the rows are met.
LOOSE = dict.fromkeys(
    ["sum", "avg", "stddev_samp", "stddev_pop", "var_samp", "var_pop", "covar_samp", "covar_pop", "corr", "regr_slope"]
    + ["regr_intercept", "regr_r2", "kurtosis_pop", "percentile", "median"],
    1 << 16,
)


# Where DuckDB is not brought to the page yet, and what would have to be done.
KNOWN = {
    "cast to decimal(10, 2)": "DuckDB reads the text 5e-324 as 0.01: an exponent of three digits has to be met first",
    "cast to decimal(38, 10)": "the same",
}


def names() -> list[str]:
    """Return the name of everything that there are cases of."""
    functions = [each.name for each in CATALOGUE.values() if not each.reads_clock and each.name != "any_value"]
    return [*OPERATORS, *cast_names(), *functions]


def run(name: str, engine: Engine) -> Outcome:
    """Return what comes of all cases of a name on an engine."""
    if name in OPERATORS:
        return run_cases(operator_cases(name), engine, lambda text: 0)
    if name.startswith("cast to "):
        return run_cases(cast_cases(name), engine, lambda text: 0)
    if CATALOGUE[name].kind == "scalar":
        return run_cases(scalar_cases(name), engine, lambda text: NEAR.get(name, 0))
    return run_groups(group_cases(name), engine, lambda text: LOOSE.get(name, 0))
