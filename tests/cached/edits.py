"""A pipeline over files, and edits of both, made by lot. What an edit makes can be wrong: it is taken back then."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import msgspec

CLIENTS = ("a", "b", "c", "", "Ä b", '"q"')
WORD = re.compile(r"\b\d+\b|<=|>=|<>|[<>]|\b(?:sum|max|min|count|avg|left|inner|semi|anti|first|last|desc|and|or)\b")
OTHERS = {
    "<=": "<",
    ">=": ">",
    "<>": "=",
    "<": ">=",
    ">": "<=",
    "sum": "max",
    "max": "min",
    "min": "sum",
    "avg": "max",
    "count": "count",
    "left": "inner",
    "inner": "left",
    "semi": "anti",
    "anti": "semi",
    "first": "last",
    "last": "first",
    "desc": "",
    "and": "or",
    "or": "and",
}
TEXT = """
param least int64 = 2
param word string = 'x'

ingest orders from csv "orders.csv" schema (id int64 not null, client string, amount int64, day date)

ingest clients from csv "clients.csv" schema (client string, city string)

ingest parts from parquet "parts/*.parquet" schema (id int64, part int64)

transform good from orders
  | filter amount >= least
  | derive double = amount * 2, tax = amount % 7, said = client || word
  | expect sane: amount < 1000 else warn
  with (cache: true)

transform homes from clients
  | filter client is not null
  | dedupe by client keep first city

transform joined from good
  | join left homes (city) on client
  | join left parts (part) on id match many
  | filter double <= 150 or part is not null
  with (cache: true)

transform totals from joined
  | aggregate total = sum(double), n = count(), most = max(part) group by client
  | filter n > 0

transform days from joined
  | aggregate total = sum(tax), early = min(id) group by day
  with (cache: true)

transform both from totals
  | join inner days (early, taxes = total) on early <= most match many
  | derive sum = total + taxes

store good to parquet "good.parquet"

store joined to parquet "joined"

store totals to csv "totals.csv"

store days to json "days.json"

store both to parquet "both" partition by early
"""
STORES = {"good.parquet": "good", "joined": "joined", "totals.csv": "totals", "days.json": "days", "both": "both"}


class Edited(msgspec.Struct, frozen=True):
    """The text of a pipeline, its parameters and its files, by name."""

    text: str
    parameters: dict[str, str]
    files: dict[str, str]  # csv text; of Parquet, the numbers that are in it
    engine: str = "duckdb"
    touched: tuple[str, ...] = ()  # files that are written again as they are


Edit = Callable[[Edited, random.Random], Edited]


def beginning(chance: random.Random) -> Edited:
    """Return the pipeline before any edit, over some rows."""
    files = {"clients.csv": "client,city\na,Ulm\nb,Bonn\nc,\n", "parts/1": "1 2 3", "parts/2": "3 4 5 6"}
    return Edited(TEXT, {}, {"orders.csv": _orders(chance), **files})


def _orders(chance: random.Random) -> str:
    return "\n".join(["id,client,amount,day", *(_order(chance, number) for number in range(20)), ""])


def _order(chance: random.Random, number: int) -> str:
    client = chance.choice(CLIENTS).replace('"', '""')
    amount = chance.choice(["", *(str(chance.randint(-5, 90)) for _ in range(4))])
    return f'{number},"{client}",{amount},2025-01-0{chance.randint(1, 5)}'


def literal(old: Edited, chance: random.Random) -> Edited:
    """Another literal, comparison, aggregate or kind of join."""
    places = list(WORD.finditer(old.text))
    found = chance.choice(places)
    new = str(chance.randint(0, 9)) if found[0].isdigit() else OTHERS[found[0]]
    return replaced(old, f"{old.text[: found.start()]}{new}{old.text[found.end() :]}")


def column_added(old: Edited, chance: random.Random) -> Edited:
    """One more column, after a line of a step."""
    lines = old.text.split("\n")
    place = chance.choice([at for at, line in enumerate(lines) if line.startswith("transform")])
    name = f"more{chance.randint(0, 4)}"
    value = chance.choice(["1", "'x'", "id + 1", "client || 'y'", "amount * 3", "upper(client)"])
    lines.insert(place + 1, f"  | derive {name} = {value}")
    return replaced(old, "\n".join(lines))


def line_removed(old: Edited, chance: random.Random) -> Edited:
    """A line of a step less: a filter, a join, a column, a rule, or that rows are kept."""
    lines = old.text.split("\n")
    del lines[chance.choice([at for at, line in enumerate(lines) if line.startswith("  ")])]
    return replaced(old, "\n".join(lines))


def lines_swapped(old: Edited, chance: random.Random) -> Edited:
    """Two lines of a step the other way round."""
    lines = old.text.split("\n")
    pairs = [at for at in range(len(lines) - 1) if lines[at].startswith("  |") and lines[at + 1].startswith("  |")]
    if not pairs:
        return old
    at = chance.choice(pairs)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return replaced(old, "\n".join(lines))


def steps_reordered(old: Edited, chance: random.Random) -> Edited:
    """The same steps in another order."""
    blocks = old.text.strip().split("\n\n")
    chance.shuffle(blocks)
    return replaced(old, "\n\n".join(blocks) + "\n")


def renamed(old: Edited, chance: random.Random) -> Edited:
    """Another name for a column that is made here."""
    name = chance.choice(["double", "tax", "said", "total", "most", "early"])
    return replaced(old, re.sub(rf"\b{name}\b", f"{name}x", old.text))


def kept_otherwise(old: Edited, chance: random.Random) -> Edited:
    """Rows of a step are kept, or not, or computed each time, or put into a table."""
    options = ["cache: true", "cache: false", "materialize: true", "owner: 'me'"]
    old_option = chance.choice(options)
    if f"with ({old_option})" not in old.text:
        return old
    return replaced(old, old.text.replace(f"with ({old_option})", f"with ({chance.choice(options)})", 1))


def restored(old: Edited, chance: random.Random) -> Edited:
    """The pipeline as it was in the beginning: its results may be known still."""
    return replaced(old, TEXT)


def rows_edited(old: Edited, chance: random.Random) -> Edited:
    """A row more, less or another one; it may be of the same length."""
    lines = old.files["orders.csv"].rstrip("\n").split("\n")
    at = chance.randint(1, len(lines) - 1)
    match chance.randint(0, 3):
        case 0:
            lines.insert(at, _order(chance, chance.randint(0, 30)))
        case 1 if len(lines) > 2:
            del lines[at]
        case 2:
            lines[at] = re.sub(r"\d(?=,2025)", lambda found: str((int(found[0]) + 1) % 10), lines[at])
        case _:
            lines[at] = _order(chance, at)
    return with_files(old, {"orders.csv": "\n".join([*lines, ""])})


def rows_shuffled(old: Edited, chance: random.Random) -> Edited:
    """The same rows in another order."""
    head, *lines = old.files["orders.csv"].rstrip("\n").split("\n")
    chance.shuffle(lines)
    return with_files(old, {"orders.csv": "\n".join([head, *lines, ""])})


def file_touched(old: Edited, chance: random.Random) -> Edited:
    """A file that is written again as it is, and is said to be of another time."""
    return msgspec.structs.replace(old, touched=(chance.choice(sorted(old.files)),))


def files_swapped(old: Edited, chance: random.Random) -> Edited:
    """Two files of the same columns the one for the other, or one more of them, or one less."""
    parts = [name for name in old.files if name.startswith("parts/")]
    match chance.randint(0, 2):
        case 0 if len(parts) > 1:
            one, other = chance.sample(parts, 2)
            return with_files(old, {one: old.files[other], other: old.files[one]})
        case 1 if len(parts) > 1:
            gone = chance.choice(parts)
            return msgspec.structs.replace(old, files={name: old.files[name] for name in old.files if name != gone})
    numbers = " ".join(str(chance.randint(0, 9)) for _ in range(chance.randint(1, 4)))
    return with_files(old, {f"parts/{chance.randint(1, 4)}": numbers})


def clients_edited(old: Edited, chance: random.Random) -> Edited:
    """Another city, or a client more, perhaps twice."""
    lines = old.files["clients.csv"].rstrip("\n").split("\n")
    new = f"{chance.choice('abcd')},{chance.choice(['Ulm', 'Bonn', ''])}"
    at = chance.randint(1, len(lines))
    lines[at : at + chance.randint(0, 1)] = [new]
    return with_files(old, {"clients.csv": "\n".join([*lines, ""])})


def parameter_changed(old: Edited, chance: random.Random) -> Edited:
    """Another value of a parameter."""
    new = {"least": str(chance.randint(0, 40))} if chance.random() < 0.6 else {"word": chance.choice(["x", "", "yz"])}
    return msgspec.structs.replace(old, parameters={**old.parameters, **new})


def engine_changed(old: Edited, chance: random.Random) -> Edited:
    """The other engine; of a run that has no Spark, the same."""
    return msgspec.structs.replace(old, engine="spark" if old.engine == "duckdb" else "duckdb")


EDITS: tuple[Edit, ...] = (
    *(literal, literal, column_added, line_removed, lines_swapped, steps_reordered, renamed, kept_otherwise, restored),
    *(rows_edited, rows_edited, rows_shuffled, file_touched, files_swapped, clients_edited, parameter_changed),
)


def replaced(old: Edited, text: str) -> Edited:
    return msgspec.structs.replace(old, text=text)


def with_files(old: Edited, files: dict[str, str]) -> Edited:
    return msgspec.structs.replace(old, files={**old.files, **files})


def touch(file: Path, chance: random.Random) -> None:
    """Have a file changed at another time than it was: an hour before or after now, or in 1970."""
    at = chance.choice([1.0, file.stat().st_mtime - 3600, file.stat().st_mtime + 3600])
    os.utime(file, (at, at))
