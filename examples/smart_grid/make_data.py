"""Make the data of the example: 40 meters, one day, a reading each half hour; always the same.

Some readings arrive twice (the later one is right), some are impossible, some have no time, and a few spike.
"""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent / "data"
DAY = datetime(2025, 11, 1)
REGIONS = ["Bretagne", "Normandie", "Occitanie", "Provence"]


def main() -> None:
    """Write `data/sites.csv` and `data/meters/2025-11-01/*.csv`."""
    chance = random.Random(2025)
    meters = range(1, 41)
    capacity = {meter: chance.choice([6, 9, 12, 36]) for meter in meters}
    write(HERE / "sites.csv", ["meter_id", "region", "capacity_kw"], [[m, REGIONS[m % 4], capacity[m]] for m in meters])
    rows = [row for meter in meters for row in readings(meter, capacity[meter], chance)]
    rows.sort(key=lambda row: (row[3], row[0]))
    for part in range(3):
        path = HERE / "meters" / f"{DAY:%Y-%m-%d}" / f"part-{part}.csv"
        write(path, ["meter_id", "ts", "kwh", "received_at"], rows[part::3])


def readings(meter: int, capacity: int, chance: random.Random) -> list[list[object]]:
    """Return the rows of one meter: each half hour, and what goes wrong with it."""
    rows: list[list[object]] = []
    for half_hour in range(48):
        at = DAY + timedelta(minutes=30 * half_hour)
        evening = 2.0 if 36 <= half_hour <= 42 else 1.0
        kwh = round(capacity * evening * chance.uniform(0.08, 0.16), 3)
        if chance.random() < 0.004:
            kwh = round(kwh * 8, 3)  # a spike
        if chance.random() < 0.01:
            kwh = -1.0  # a broken meter
        received = at + timedelta(seconds=chance.randint(5, 90))
        rows.append([meter, None if chance.random() < 0.003 else at, kwh, received])
        if chance.random() < 0.05:
            rows.append([meter, at, round(kwh + 0.001, 3), received + timedelta(minutes=chance.randint(5, 50))])
    return rows


def write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    """Write one CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
