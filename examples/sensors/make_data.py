"""Make the data of the example: three machines, five days, a reading every five minutes; always the same.

`data/machines/plant=…/*.ndjson` has the readings, `data/planted.csv` the anomalies that were put in on purpose.
"""

from __future__ import annotations

import json
import math
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent / "data"
START = datetime(2025, 3, 1)
MACHINES = {"lyon": ["press-1", "press-2"], "turin": ["kiln-1"]}
PLANTED = {("press-1", 400): 26.0, ("press-2", 910): -24.0, ("kiln-1", 1200): 31.0}


def main() -> None:
    """Write the readings of each plant and the list of what was planted."""
    chance = random.Random(5)
    for plant, machines in MACHINES.items():
        folder = HERE / "machines" / f"plant={plant}"
        folder.mkdir(parents=True, exist_ok=True)
        for machine in machines:
            lines = [json.dumps(reading(machine, number, chance)) for number in range(1440)]
            (folder / f"{machine}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    planted = [f"{machine},{START + timedelta(minutes=5 * number)}" for machine, number in PLANTED]
    (HERE / "planted.csv").write_text("machine,at\n" + "\n".join(planted) + "\n", encoding="utf-8")


def reading(machine: str, number: int, chance: random.Random) -> dict[str, object]:
    """Return one reading: a daily wave, noise, and what was planted; now and then the sensor says nothing."""
    wave = 60 + 8 * math.sin(2 * math.pi * number / 288)
    celsius = round(wave + chance.gauss(0, 1.2) + PLANTED.get((machine, number), 0.0), 2)
    silent = chance.random() < 0.01 and (machine, number) not in PLANTED
    at = START + timedelta(minutes=5 * number)
    return {"machine": machine, "at": f"{at:%Y-%m-%dT%H:%M:%S}", "reading": {"celsius": None if silent else celsius}}


if __name__ == "__main__":
    main()
