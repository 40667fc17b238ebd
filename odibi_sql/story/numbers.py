"""Numbers as they are read: rows, seconds, bytes, and what was not counted."""

from __future__ import annotations

from odibi_sql.story.markup import Html, el


def counted(number: int) -> str:
    """Return `1,890`."""
    return f"{number:,}"


def many(number: int, noun: str, plural: str = "") -> str:
    """Return `1 row`, `1,890 rows`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def seconds(value: float) -> str:
    """Return `0.4 ms`, `260 ms`, `1.26 s`, `2 min 5 s`, `3 h 20 min`."""
    if value < 0.0095:
        return f"{value * 1000:.1f} ms"
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 59.95:
        return f"{value:.2f} s" if value < 9.995 else f"{value:.1f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(value / 60)
    return f"{minutes // 60:,} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60:,} h"


def size(count: int) -> str:
    """Return `98.6 kB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.95:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def difference(now: int, before: int) -> str:
    """Return `+12`, `−3`, `±0`."""
    if now == before:
        return "±0"
    return f"{'+' if now > before else '−'}{abs(now - before):,}"


def share(now: float, before: float) -> str:
    """Return by how many hundredths one is more or less than another, `+14 %`; "" where that says nothing."""
    if before <= 0 or round(abs(now - before) / before * 100) == 0:
        return ""
    percent = abs(now - before) / before * 100
    sign = "+" if now > before else "−"
    return f"{sign}{percent:,.0f} %" if percent < 1000 else f"{now / before:,.0f}×"


def rows(number: int | None) -> Html:
    """Return a number of rows, or that they were not counted."""
    return el("span", counted(number), class_="number") if number is not None else not_counted()


def not_counted() -> Html:
    """Return what stands for a number that is not known."""
    return el("span", el("span", "–", aria_hidden="true"), el("span", "not counted", class_="sr"), class_="none")
