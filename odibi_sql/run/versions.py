"""Which programs make the rows: what every key depends on."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

from odibi_sql.resources import dialect_file

_PACKAGES = {"duckdb": "duckdb", "spark": "pyspark"}


def facts_of(engine: str) -> dict[str, str]:
    """Return the engine and the compiler, each with its version, and what the compiler knows of the engine."""
    dialect = sha256(dialect_file(f"{engine}.toml").read_bytes()).hexdigest()[:12]
    return {"engine": f"{engine} {_version(_PACKAGES[engine])}", "odibi": own_version(), "dialect": dialect}


def own_version() -> str:
    """Return the version of the compiler, as it is installed."""
    return _version("odibi-sql")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
