"""Make the data of the example: the departures and the weather of three airports over ten days; always the same.

The flights are invented, and so is the weather; their shape (columns, `NA`, one row an hour and airport) is that of the
flight data of New York that many know.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent / "data"
AIRPORTS = {"EWR": 40, "JFK": 45, "LGA": 35}  # flights a day
CARRIERS = {"AA": "American Airlines", "B6": "JetBlue Airways", "DL": "Delta Air Lines", "UA": "United Air Lines"}
DESTINATIONS = ["ATL", "BOS", "LAX", "MCO", "ORD", "SFO"]
FIRST_DAY = datetime(2013, 1, 1)


def main() -> None:
    """Write `flights/*.csv` (a file a day), `weather.csv.gz`, `carriers.json`."""
    chance = random.Random(13)
    wind = {(a, h): max(0.0, chance.gauss(11, 8)) for a in AIRPORTS for h in range(240)}
    write_weather(wind, chance)
    for day in range(10):
        rows = [row for airport, count in AIRPORTS.items() for row in departures(airport, day, count, wind, chance)]
        name = f"{FIRST_DAY + timedelta(days=day):%Y-%m-%d}.csv"
        header = ["carrier", "flight", "origin", "dest", "scheduled", "dep_delay", "distance"]
        write(HERE / "flights" / name, header, sorted(rows, key=lambda row: str(row[4])))
    carriers = [{"carrier": code, "name": name} for code, name in CARRIERS.items()]
    (HERE / "carriers.json").write_text(json.dumps(carriers, indent=1) + "\n", encoding="utf-8")


def departures(
    airport: str, day: int, count: int, wind: dict[tuple[str, int], float], chance: random.Random
) -> list[list[object]]:
    """Return the flights of one airport and day; the stronger the wind, the later they leave."""
    rows: list[list[object]] = []
    for _ in range(count):
        hour = chance.randint(5, 22)
        scheduled = FIRST_DAY + timedelta(days=day, hours=hour, minutes=chance.choice([0, 15, 30, 45]))
        strength = wind[airport, day * 24 + hour]
        delay: object = round(chance.expovariate(1 / (4 + strength)) - 5)
        if strength > 28 and chance.random() < 0.3:
            delay = "NA"  # cancelled
        code = chance.choice([*CARRIERS])
        rows.append([code, chance.randint(1, 2500), airport, chance.choice(DESTINATIONS), scheduled, delay, 0])
        rows[-1][6] = 200 + 400 * DESTINATIONS.index(str(rows[-1][3]))
    return rows


def write_weather(wind: dict[tuple[str, int], float], chance: random.Random) -> None:
    """Write the hourly weather, some hours missing, some winds unknown."""
    rows = []
    for (airport, hour), strength in wind.items():
        if chance.random() > 0.02:
            known = "NA" if chance.random() < 0.02 else f"{strength:.2f}"
            at = FIRST_DAY + timedelta(hours=hour)
            rows.append([airport, f"{at:%Y-%m-%d %H:%M:%S}", f"{chance.gauss(36, 9):.1f}", known])
    lines = ["origin,at,temp,wind_speed", *(",".join(row) for row in rows), ""]
    with gzip.GzipFile(HERE / "weather.csv.gz", "wb", mtime=0) as file:
        file.write("\n".join(lines).encode())


def write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    """Write one CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    (HERE / "flights").mkdir(parents=True, exist_ok=True)
    main()
