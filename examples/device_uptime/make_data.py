"""Make the data of the example: 12 devices, two hours, a heartbeat or two each minute; always the same."""

from __future__ import annotations

import csv
import json
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent / "data"
START = datetime(2025, 11, 2, 8)
REGIONS = ["north", "south", "west"]
FIRMWARE = ["1.4.0", "1.5.2", "2.0.1"]


def main() -> None:
    """Write `data/devices.csv` and `data/heartbeats/*.ndjson`, one file an hour."""
    chance = random.Random(7)
    devices = [(f"d{number:02}", REGIONS[number % 3], chance.choice(FIRMWARE)) for number in range(12)]
    (HERE / "heartbeats").mkdir(parents=True, exist_ok=True)
    with (HERE / "devices.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["device", "region", "firmware"])
        writer.writerows(devices)
    for hour in range(2):
        lines = [line for device, *_ in devices for line in heartbeats(device, START + timedelta(hours=hour), chance)]
        file_of_hour = HERE / "heartbeats" / f"{START + timedelta(hours=hour):%Y-%m-%d-%H}.ndjson"
        file_of_hour.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def heartbeats(device: str, hour: datetime, chance: random.Random) -> list[dict[str, str | None]]:
    """Return what one device sent in one hour: some minutes it is silent, some it says that it is down."""
    found: list[dict[str, str | None]] = []
    for minute in range(60):
        if chance.random() < 0.08:
            continue
        for _ in range(chance.choice([1, 1, 2])):
            at = hour + timedelta(minutes=minute, seconds=chance.randint(0, 59))
            status = "down" if chance.random() < 0.02 else "up"
            found.append({"device": device, "ts": None if chance.random() < 0.004 else str(at), "status": status})
    return found


if __name__ == "__main__":
    main()
