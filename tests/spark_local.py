"""The one local Spark session of a test run."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from functools import cache
from typing import Any

from odibi_sql.lower import load_dialect


def missing() -> str:
    """Return why Spark cannot be started here, or ""."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "pyspark is not installed"
    has_java = shutil.which("java") or os.environ.get("JAVA_HOME")
    return "" if has_java else "there is no Java"


@cache
def session() -> Any:
    """Start a session of two threads with the settings that the dialect pins."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local[2]").appName("odibi tests")
    settings = {each.name: each.value for each in load_dialect("spark").settings.values() if each.name}
    own = {
        "spark.driver.memory": "1g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.warehouse.dir": tempfile.mkdtemp(prefix="odibi-warehouse-"),
    }
    for name, value in {**own, **settings}.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    started.sparkContext.setLogLevel("OFF")
    return started
