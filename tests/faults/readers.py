"""Who reads targets all the while, as tools of others do: by the name of a file, and by what a folder lists."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import duckdb

from faults.model import Case

# What docs/language.md says of readers may fail, and nothing else: of a folder a file that was listed and is gone; of a
# file of Parquet that DuckDB opens by its name more than once, what is in it: then it is not the file it opened first.
GONE = re.compile(r"IO Error: Cannot open file \".*\": No such file or directory", re.DOTALL)
EMPTY = re.compile(r"IO Error: No files found that match the pattern")  # took longer than a version lasts to list it
OPENED = re.compile(r"Cannot open|No files found|[Pp]ermission|lock")


class Reader:
    """Reads the targets one after the other, from the first version to the last.

    A reader is late that took so long between listing a folder and those in it that it has not heard of a new
    partition; that is documented, too.
    """

    def __init__(self, cases: Sequence[Case], pause: float = 0.0) -> None:
        """`pause`: seconds between two rounds."""
        self._pause = pause
        self.missed: Counter[str] = Counter()  # failures that are documented, by what they are
        self.late = 0
        self._cases = cases
        self._seen: list[Counter[tuple[Any, ...]]] = [Counter() for _ in cases]
        self._failed: list[str] = []
        self._stop = threading.Event()
        self._connection = duckdb.connect(config={"threads": 1})
        self._thread = threading.Thread(target=self._poll)

    @property
    def readings(self) -> int:
        """Return how often something was read."""
        return sum(sum(each.values()) for each in self._seen)

    def __enter__(self) -> Reader:
        self._versions = [[each.digest(self._connection)] for each in self._cases]
        if self._cases:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._cases:
            self._thread.join()

    def knows(self) -> None:
        """Take what is there now for a version that may be seen, too."""
        with closing(duckdb.connect()) as connection:
            for case, versions in zip(self._cases, self._versions, strict=True):
                versions.append(case.digest(connection))

    def _poll(self) -> None:
        while not self._stop.wait(self._pause):
            for case, seen in zip(self._cases, self._seen, strict=True):
                try:
                    seen[case.digest(self._connection)] += 1
                except Exception as error:  # noqa: BLE001 -- judged one by one
                    self._judge(case, error)
                if "." in case.place:
                    try:
                        seen[case.digest_at_once(self._connection)] += 1
                    except Exception as error:  # noqa: BLE001 -- a file that is opened once is whole, always
                        self._failed.append(f"{case}, opened once: {type(error).__name__}: {error}")

    def _judge(self, case: Case, error: Exception) -> None:
        """Take a failure for one that is documented, or not."""
        words = str(error)
        if "." not in case.place and isinstance(error, duckdb.IOException) and GONE.match(words):
            self.missed["a file of a folder was gone"] += 1
        elif "." not in case.place and isinstance(error, duckdb.IOException) and EMPTY.match(words):
            self.missed["a folder was listed late"] += 1
        elif case.place.endswith(".parquet") and isinstance(error, duckdb.Error) and not OPENED.search(words):
            self.missed[f"a file of Parquet was opened twice: {type(error).__name__}"] += 1
        else:
            self._failed.append(f"{case}: {type(error).__name__}: {error}")

    def wrong(self) -> str:
        """Return what was read that is neither the first version nor the last, or failed, in words; "": nothing."""
        found = self._failed[:3]
        self.knows()
        for case, seen, versions in zip(self._cases, self._seen, self._versions, strict=True):
            late = [case.digest(self._connection, but) for but in range(4)] if case.place == "h" else []
            self.late += sum(count for each, count in seen.items() if each in late and each not in versions)
            found += [f"{case}: a reader saw {each}, not {versions}" for each in seen if each not in (*versions, *late)]
        return "; ".join(found)
