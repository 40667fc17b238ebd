"""`odibi init`: a project that runs, with its data."""

from __future__ import annotations

import csv
import datetime
import random
from pathlib import Path

import click

from odibi_sql.cli.common import stop

PIPELINE = '''pipeline {name} "What customers ordered, cleaned, and who spends most."

## Values given with `--param`, or here.
param smallest decimal(10, 2) = 0

layer bronze

## The schema holds the files to it: a value that does not fit is an error with its file and line.
ingest orders from csv "data/orders/*.csv"
  schema (
    order_id int64 not null,
    customer_id int64,
    amount decimal(10, 2),
    status string,
    ordered_at timestamp
  )

## Without a schema, it is discovered once; `odibi check` prints it.
ingest customers from csv "data/customers.csv" key customer_id

layer silver

## One row for each order: the last state of it that arrived.
transform clean from orders
  | expect known: amount > smallest and customer_id is not null else quarantine rejected
  | dedupe by order_id keep last ordered_at
  | join left customers (name, country) on customer_id
  | derive day = cast(ordered_at as date)

store clean to parquet "lake/orders" partition by country
store rejected to ndjson "lake/rejected.ndjson"

layer gold

transform spending from clean
  | filter status is distinct from 'cancelled'
  | aggregate
      orders = count(),
      total  = sum(amount),
      latest = max(day)
    group by country, name
  | derive place = rank() over (partition by country order by total desc)
  | sort country, place, name

## The same language of expressions in SQL, where that reads better.
sql per_day from clean """
  select day, count(*) as orders, sum(amount) as total
  from clean
  group by day
  order by day
"""

store spending to parquet "lake/spending.parquet"
store per_day to csv "lake/per_day.csv"
'''


@click.command("init")
@click.argument("folder", default=".", type=click.Path())
def command(folder: str) -> None:
    """Write a pipeline that runs, with its data, into FOLDER (the current one where none is named).

    Nothing that is there is overwritten.
    """
    root = Path(folder)
    name = _identifier(root.resolve().name)
    files = {root / f"{name}.odibi": PIPELINE.replace("{name}", name), root / ".gitignore": ".odibi/\nlake/\n"}
    files |= {root / "data" / path: text for path, text in _data().items()}
    there = [str(path) for path in files if path.exists() and path.name != ".gitignore"]
    if there:
        stop(f"`{there[0]}` is there already; nothing was written")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_text(text, encoding="utf-8")
    except OSError as error:
        stop(f"cannot write into `{folder}`: {(error.strerror or str(error)).lower()}")
    pipeline = root / f"{name}.odibi"
    click.echo(f"wrote {pipeline} and its data")
    click.echo(f"next: odibi check {pipeline}, odibi run {pipeline}, odibi show {pipeline} spending")


def _identifier(text: str) -> str:
    name = "".join(each if each.isascii() and each.isalnum() else "_" for each in text.lower()).strip("_")
    return name if name and not name[0].isdigit() else f"pipeline_{name}".rstrip("_")


def _data() -> dict[str, str]:
    """Return the texts of the data files by their paths: invented, always the same."""
    chance = random.Random(7)
    names = ["Ada", "Blaise", "Carl", "Dorothy", "Emmy", "Felix", "Grace", "Henri", "Ida", "Joan"]
    customers = [[str(i), name, "FR" if i % 3 else "DE"] for i, name in enumerate(names, start=1)]
    texts = {"customers.csv": _csv(["customer_id", "name", "country"], customers)}
    number = 0
    for day in range(3):
        rows = []
        for _ in range(40):
            number += 1
            rows += _order(number, datetime.datetime(2025, 11, 1 + day), chance)
        header = ["order_id", "customer_id", "amount", "status", "ordered_at"]
        texts[f"orders/2025-11-{day + 1:02}.csv"] = _csv(header, rows)
    return texts


def _order(number: int, day: datetime.datetime, chance: random.Random) -> list[list[str]]:
    """Return the rows of one order: mostly one, sometimes a later state of it, sometimes a broken one."""
    at = day + datetime.timedelta(seconds=chance.randrange(86_000))
    customer = "" if chance.random() < 0.03 else str(chance.randint(1, 11))
    amount = "-1.00" if chance.random() < 0.03 else f"{chance.uniform(5, 300):.2f}"
    first = [str(number), customer, amount, "open", str(at)]
    if chance.random() < 0.7:
        return [first]
    status = chance.choice(["paid", "paid", "cancelled"])
    return [first, [*first[:3], status, str(at + datetime.timedelta(minutes=chance.randint(1, 5)))]]


def _csv(header: list[str], rows: list[list[str]]) -> str:
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
