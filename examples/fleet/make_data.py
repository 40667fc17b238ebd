"""Make the data of the example: 30 devices around three towns, 600 events; always the same."""

from __future__ import annotations

import csv
import json
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent / "data"
START = datetime(2025, 11, 2)
TOWNS = [(48.117, -1.678), (47.218, -1.554), (49.182, -0.371)]  # Rennes, Nantes, Caen
FIRMWARE = {"1.4.0": "2024-03-01", "1.5.2": "2024-11-15", "2.0.1": "2025-09-30"}
ALERTS = [("gbwc8", "storm"), ("gbqus", "flood")]


def main() -> None:
    """Write `data/*.csv` and `data/events.ndjson`."""
    chance = random.Random(63)
    HERE.mkdir(exist_ok=True)
    devices = [
        (f"v{number:02}", chance.choice(["van", "truck"]), chance.choice(list(FIRMWARE))) for number in range(30)
    ]
    write("devices.csv", ["device", "model", "firmware"], devices)
    write("firmware_versions.csv", ["firmware", "released"], list(FIRMWARE.items()))
    write("alerts.csv", ["cell", "alert"], ALERTS)
    lines = [json.dumps(event(number, chance)) for number in range(600)]
    (HERE / "events.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def event(number: int, chance: random.Random) -> dict[str, object]:
    """Return one event; of some the place is not known, or cannot be."""
    lat, lon = TOWNS[number % 3]
    placed = chance.random()
    return {
        "event_id": number,
        "device": f"v{chance.randrange(30):02}",
        "ts": str(START + timedelta(seconds=144 * number)),
        "lat": None if placed < 0.01 else 999.0 if placed < 0.02 else round(lat + chance.uniform(-0.05, 0.05), 5),
        "lon": None if placed < 0.01 else round(lon + chance.uniform(-0.05, 0.05), 5),
        "is_connected": chance.random() < 0.92,
    }


def write(name: str, header: list[str], rows: list[tuple[str, ...]]) -> None:
    """Write one CSV file."""
    with (HERE / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
