"""Make the events of the benchmark: the same bytes of meaning for the same count, on every machine.

    python benchmarks/events.py FOLDER [ROWS]

`events/*.parquet`: readings of 10,000 devices over seven days in the order of their arrival, 2 % of them
delivered again later, some with values that are no number, out of range, or without an instant.
`devices.parquet`, `sites.parquet`: the dimensions. Random numbers are hashes of the row's number, so nothing depends
on threads or on a seed's history.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

DEVICES = 10_000
DAYS = 7
FILES = 14

EVENTS = """
with first as (
    select
        i,
        hash(i) as h,
        (hash(i, 1) % {devices})::int as device_id,
        timestamp '2025-11-01' + to_microseconds((i::hugeint * {days} * 86400000000 // {rows})::bigint) as ts
    from range({rows}) as t(i)
),
delivered as (
    select *, false as again, 50 + h % 5000 as late from first
    union all
    select *, true, 60000 + h % 600000 from first where h % 50 = 0
)
select
    device_id,
    case when h % 1009 = 0 then null else ts end as ts,
    case
        when h % 331 = 0 then 'n/a'
        when h % 337 = 0 then ''
        when h % 401 = 0 then '-999.0'
        else printf('%.2f', 20 + (hash(i, 2) % 6000) / 100.0 + case when again then 0.01 else 0 end)
    end as value,
    (hash(i, 3) % 101)::int as battery,
    case when h % 97 = 0 then 'test' when h % 89 = 0 then null else 'ok' end as status,
    'v' || (hash(i, 4) % 7)::text as firmware,
    ts + to_milliseconds(late::bigint) as received_at
from delivered
where {low} <= i and i < {high}
"""

DEVICES_TABLE = """
select
    i::int as device_id,
    'SN-' || lpad(i::text, 6, '0') as serial,
    ['meter', 'pump', 'valve', 'camera', 'gateway', 'lock', 'scale', 'switch'][1 + (hash(i) % 8)::int] as device_type,
    (hash(i, 7) % 200)::int as site_id
from range({devices}) as t(i)
"""

SITES_TABLE = """
select i::int as site_id, 'Site ' || i as site, ['north', 'south', 'east', 'west'][1 + (hash(i) % 4)::int] as region
from range(190) as t(i)
"""


def make(folder: Path, rows: int) -> None:
    """Write the three tables into `folder`; what is there already is kept."""
    (folder / "events").mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    _copy(connection, DEVICES_TABLE.format(devices=DEVICES), folder / "devices.parquet")
    _copy(connection, SITES_TABLE, folder / "sites.parquet")
    for number in range(FILES):
        low, high = rows * number // FILES, rows * (number + 1) // FILES
        events = EVENTS.format(rows=rows, devices=DEVICES, days=DAYS, low=low, high=high)
        _copy(connection, f"{events} order by received_at, device_id", folder / "events" / f"part-{number:02}.parquet")


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    if not path.exists():
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20_000_000)
