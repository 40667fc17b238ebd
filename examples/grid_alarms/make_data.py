"""Make the data of the example: 25 meters, one day, a reading each hour; always the same. Five readings are planted."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent / "data"
DAY = datetime(2025, 11, 2)
PLANTED = {(3, 4): 6.0, (3, 5): 9.5, (11, 18): 4.2, (17, 0): 5.0, (24, 23): 12.0}  # (meter, hour): times the usual


def main() -> None:
    """Write `data/readings.csv`."""
    chance = random.Random(32)
    HERE.mkdir(exist_ok=True)
    with (HERE / "readings.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["meter_id", "ts", "kwh"])
        for meter in range(1, 26):
            usual = chance.uniform(0.4, 2.5)
            for hour in range(24):
                kwh = usual * chance.uniform(0.9, 1.1) * PLANTED.get((meter, hour), 1.0)
                writer.writerow([meter, DAY + timedelta(hours=hour), round(kwh, 3)])


if __name__ == "__main__":
    main()
