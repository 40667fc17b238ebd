"""A small project, run by the API and by the command line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from odibi_sql import api
from odibi_sql.result import Result

TEXT = """pipeline shop
ingest orders from csv "orders.csv" schema (id int64 not null, customer string, price decimal(9, 2))
transform sold from orders
  | expect priced: price is not null else drop
  | distinct
  with (materialize: true)
transform by_customer from sold | aggregate n = count(), total = sum(price) group by customer
store sold to parquet "out/sold.parquet"
store by_customer to csv "out/by_customer.csv"
"""
BROKEN = TEXT.replace("| expect priced", "| derive bad = cast(customer as int64) | expect priced")
ROWS = "id,customer,price\n1,ann,1.50\n2,bob,3.00\n3,cy,\n4,ann,9.99\n"
COMMAND = (sys.executable, "-m", "odibi_sql")


def shop(folder: Path, text: str = TEXT, name: str = "shop.odibi") -> Path:
    """Write the project, and return its folder."""
    (folder / name).write_text(text)
    (folder / "orders.csv").write_text(ROWS)
    return folder


def run(folder: Path, name: str = "shop.odibi", **options: object) -> Result:
    """Run it in this process."""
    return api.run(api.load(folder / name), **options)  # type: ignore[arg-type]


def odibi(
    folder: Path, *words: object, env: dict[str, str] | None = None, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command, which ends with `code`."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **(env or {})},
    )
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def got(url: str, seconds: float = 30.0, **headers: str) -> tuple[str, str]:
    """Return the type and the text of an answer, as soon as something listens there."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
                return answer.headers["Content-Type"], answer.read().decode()
        except (ConnectionError, URLError) as error:
            if getattr(error, "code", None) is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
