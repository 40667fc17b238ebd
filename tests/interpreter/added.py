"""Functions beyond those of SQL's common stock: formats of times, time zones, bins, geohashes, parts of URLs."""

from __future__ import annotations

import calendar
import datetime
import math
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

from interpreter.numbers import fitted
from interpreter.operators import Args, Operator, strict
from interpreter.times import add_interval
from interpreter.values import identity, is_equal, rank
from interpreter.world import LeftOpen, RunFailure
from odibi_sql import ir

UTC = datetime.UTC
MONTHS = [each.lower() for each in calendar.month_name]
NUMBERS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%I": 2, "%M": 2, "%S": 2, "%f": 6}
BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"
WEEKDAYS = [each.lower() for each in calendar.day_name]
MONDAY = datetime.datetime(2000, 1, 3)
MICROSECONDS = {"microsecond": 1, "millisecond": 1_000, "second": 1_000_000, "minute": 60_000_000}
MICROSECONDS |= {"hour": 3_600_000_000, "day": 86_400_000_000, "week": 604_800_000_000}
IN_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _moment(value: Any) -> datetime.datetime:
    return value if isinstance(value, datetime.datetime) else datetime.datetime(value.year, value.month, value.day)


def _like(value: Any, moment: datetime.datetime) -> Any:
    return moment if isinstance(value, datetime.datetime) else moment.date()


def _printed(time: Any, form: str) -> str:
    return _moment(time).strftime(re.sub("%Y", f"{time.year:04}", form))


def _read(text: str, form: str) -> datetime.datetime | None:
    """Walk along the format: a number takes two digits where there are two, and needs them beside another number."""
    parts = re.findall(r"%%|%.|[^%]", form)
    found: dict[str, str] = {}
    at = 0
    for i, part in enumerate(parts):
        if part in NUMBERS:
            is_full = part == "%Y" or (part != "%f" and any(_is_number(each) for each in _beside(parts, i)))
            pattern = f"[0-9]{{{NUMBERS[part] if is_full else 1},{NUMBERS[part]}}}"
        else:
            words = {"%b": "|".join(each[:3] for each in MONTHS[1:]), "%B": "|".join(MONTHS[1:]), "%p": "am|pm"}
            pattern = f"(?i:{words[part]})" if part in words else re.escape("%" if part == "%%" else part)
        match = re.compile(pattern).match(text, at)
        if match is None:
            return None
        found[part] = match[0].lower()
        at = match.end()
    return _made(found) if at == len(text) else None


def _beside(parts: list[str], i: int) -> list[str]:
    return [*parts[max(i - 1, 0) : i], *parts[i + 1 : i + 2]]


def _is_number(part: str) -> bool:
    return part in NUMBERS or part.isdigit()


def _made(found: dict[str, str]) -> datetime.datetime | None:
    hour = int(found.get("%H", 0))
    if "%I" in found:
        if not 1 <= int(found["%I"]) <= 12:
            return None
        hour = int(found["%I"]) % 12 + 12 * (found["%p"] == "pm")
    names = [each for each in MONTHS if each and each.startswith(found.get("%B", found.get("%b", "-")))]
    month = MONTHS.index(names[0]) if names else int(found.get("%m", 1))
    rest = (int(found.get(each, 0)) for each in ("%M", "%S"))
    try:
        return datetime.datetime(
            int(found["%Y"]), month, int(found.get("%d", 1)), hour, *rest, int(found.get("%f", "0").ljust(6, "0"))
        )
    except ValueError:
        return None


def _must(value: Any, problem: str) -> Any:
    if value is None:
        raise RunFailure(problem)
    return value


def _to_zone(instant: datetime.datetime, zone: str) -> datetime.datetime:
    return instant.replace(tzinfo=UTC).astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)


def _from_zone(local: datetime.datetime, zone: str) -> datetime.datetime:
    return local.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=0).astimezone(UTC).replace(tzinfo=None)


def _at_zone(args: Args, expr: ir.Call) -> Any:
    return strict(_to_zone if isinstance(expr.type, ir.Timestamp) else _from_zone)(args, expr)


def _bin(width: ir.Interval, time: Any, origin: Any = MONDAY) -> Any:
    length = datetime.timedelta(days=width.days, microseconds=width.microseconds)
    start = _moment(origin)
    return _like(time, start + (_moment(time) - start) // length * length)


def _elapsed(unit: str, start: Any, end: Any) -> int:
    if end < start:
        return -_elapsed(unit, end, start)
    if unit in MICROSECONDS:
        return (_moment(end) - _moment(start)) // datetime.timedelta(microseconds=MICROSECONDS[unit])
    months = (end.year - start.year) * 12 + end.month - start.month
    if _moved(start, months=months) > end:
        months -= 1
    return months // IN_MONTHS[unit]


def _moved(time: Any, months: int = 0, days: int = 0) -> Any:
    return add_interval(time, ir.Interval(months, days, 0), 1, ir.DATE)


def _weekday(step: int) -> Any:
    def day(time: Any, name: str) -> datetime.date:
        found = _moment(time).date() + datetime.timedelta(days=step)
        while WEEKDAYS[found.weekday()] != name:
            found += datetime.timedelta(days=step)
        return found

    return day


def _geohash(lat: float, lon: float, precision: int) -> str | None:
    """Halve the world again and again: in turn by longitude and by latitude, five halvings a character."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    sides, places, text, code = [[-180.0, 180.0], [-90.0, 90.0]], (lon, lat), "", 0
    for bit in range(precision * 5):
        low, high = sides[bit % 2]
        is_above = places[bit % 2] >= (low + high) / 2
        sides[bit % 2] = [(low + high) / 2, high] if is_above else [low, (low + high) / 2]
        code = code * 2 + is_above
        if bit % 5 == 4:
            text, code = text + BASE32[code], 0
    return text


def _middle(side: int) -> Any:
    def middle(text: str) -> float | None:
        if not 1 <= len(text) <= 12 or not {*text} <= {*BASE32}:
            return None
        sides = [[-180.0, 180.0], [-90.0, 90.0]]
        for bit in range(len(text) * 5):
            low, high = sides[bit % 2]
            is_above = BASE32.index(text[bit // 5]) >> (4 - bit % 5) & 1
            sides[bit % 2] = [(low + high) / 2, high] if is_above else [low, (low + high) / 2]
        return sum(sides[side]) / 2

    return middle


def _haversine(*degrees: float) -> float | None:
    if any(not abs(each) <= most for each, most in zip(degrees, (90, 180, 90, 180), strict=True)):
        return None
    lat1, lon1, lat2, lon2 = degrees
    height = math.sin(math.radians(lat2 - lat1) / 2) ** 2
    width = math.sin(math.radians(lon2 - lon1) / 2) ** 2
    chord = height + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * width
    return 2 * 6371008.8 * math.asin(min(1.0, math.sqrt(chord)))


def _within(operation: Any) -> Any:
    def tried(x: int, y: int) -> int | None:
        found = operation(x, y)
        return found if -(2**63) <= found < 2**63 else None

    return strict(tried)


def _bucket(x: float, low: float, high: float, count: int) -> int | None:
    if not rank(low) < rank(high) or count <= 0:
        return None
    if rank(x) < rank(low):
        return 0
    if rank(x) >= rank(high):
        return count + 1
    if not math.isfinite((x - low) / (high - low)):
        raise LeftOpen("buckets without end")
    return min(math.floor((x - low) / (high - low) * count) + 1, count)


def _overlay(text: str, new: str, start: int, length: int | None = None) -> str | None:
    taken = len(new) if length is None else max(length, 0)
    return None if start < 1 else text[: start - 1] + new + text[start - 1 + taken :]


def _index(text: str, separator: str, count: int) -> str:
    parts = text.split(separator)
    return separator.join(parts[:count] if count > 0 else parts[count:] if count < 0 else [])


def _cut(cut: Any) -> Operator:
    return lambda args, expr: args[0] if None in args else cut(*args)


def _url(url: str, part: str) -> str | None:
    front, _, fragment = url.partition("#")
    front, _, query = front.partition("?")
    protocol, colon, rest = front.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", protocol):
        protocol, rest = "", front
    authority, path = "", rest
    if rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        path = slash + path
    where = authority.partition("@")[2] if "@" in authority else authority
    match = re.match(r"(\[[^\]]*\]|[^:]*)(?::([0-9]+))?", where) if protocol else None
    host, port = (match[1], match[2]) if match else ("", "")
    parts = {"protocol": protocol, "host": host, "port": port, "path": path, "query": query, "fragment": fragment}
    return parts[part] or None


def _parameter(url: str, name: str) -> str | None:
    query = url.partition("#")[0].partition("?")[2]
    pairs = [each.partition("=") for each in query.split("&")]
    return next((value for key, sign, value in pairs if key == name and sign), None) or None


def _distinct(values: list[Any]) -> list[Any]:
    there = {identity(each): each for each in values if each is not None}
    return sorted(there.values(), key=rank)


def _except(array: list[Any], other: list[Any]) -> list[Any]:
    return [each for each in _distinct(array) if identity(each) not in {identity(one) for one in other}]


def _map(entries: list[Any]) -> dict[Any, Any]:
    pairs = [tuple(_must(each, "an entry is null").values()) for each in entries]
    if None in dict(pairs) or len(dict(pairs)) < len(pairs):
        raise RunFailure("a key is null, or there twice")
    return dict(pairs)


ADDED: dict[str, Operator] = {
    "date_format": strict(_printed),
    "parse_timestamp": strict(lambda text, form: _must(_read(text, form), text)),
    "parse_date": strict(lambda text, form: _must(_read(text, form), text).date()),
    "try_parse_timestamp": strict(_read),
    "try_parse_date": strict(lambda text, form: (found := _read(text, form)) and found.date()),
    "to_timezone": strict(_to_zone),
    "from_timezone": strict(_from_zone),
    "at_time_zone": _at_zone,
    "date_bin": strict(_bin),
    "elapsed": strict(_elapsed),
    "add_days": strict(lambda time, days: _moved(time, days=days)),
    "add_months": strict(lambda time, months: _moved(time, months=months)),
    "seconds_between": strict(
        lambda start, end: float((_moment(end) - _moment(start)) // datetime.timedelta(microseconds=1)) / 1e6
    ),
    "epoch_day": strict(lambda time: (_moment(time) - datetime.datetime(1970, 1, 1)).days),
    "from_epoch_day": strict(lambda days: datetime.date(1970, 1, 1) + datetime.timedelta(days=days)),
    "days_in_month": strict(lambda time: calendar.monthrange(time.year, time.month)[1]),
    "is_weekend": strict(lambda time: time.weekday() >= 5),
    "next_day": strict(_weekday(1)),
    "previous_day": strict(_weekday(-1)),
    "geohash": strict(_geohash),
    "geohash_lon": strict(_middle(0)),
    "geohash_lat": strict(_middle(1)),
    "haversine": strict(_haversine),
    "try_add": _within(lambda x, y: x + y),
    "try_subtract": _within(lambda x, y: x - y),
    "try_multiply": _within(lambda x, y: x * y),
    "nullif_zero": strict(lambda x: None if x == 0 else x),
    "zero_if_null": lambda args, expr: fitted(0 if args[0] is None else args[0], expr.type),
    "width_bucket": strict(_bucket),
    "equal_null": lambda args, expr: identity(args[0]) == identity(args[1]),
    "nullif_blank": strict(lambda text: text if text.strip(" ") else None),
    "normalize_space": strict(lambda text: re.sub("[ \t\n\f\r]+", " ", text).strip(" ")),
    "overlay": strict(_overlay),
    "substring_index": strict(_index),
    "remove_prefix": _cut(str.removeprefix),
    "remove_suffix": _cut(str.removesuffix),
    "parse_url": strict(_url),
    "url_parameter": strict(_parameter),
    "array_remove": strict(lambda array, value: [each for each in array if each is None or not is_equal(each, value)]),
    "array_except": strict(_except),
    "array_repeat": lambda args, expr: None if args[1] is None else [args[0]] * args[1],
    "map_entries": strict(lambda map_: [{"key": key, "value": value} for key, value in map_.items()]),
    "map_from_entries": strict(_map),
}


def _weighted_avg(rows: list[Args]) -> float | None:
    pairs = [(x, weight) for x, weight in rows if x is not None and weight is not None]
    whole = math.fsum(weight for _, weight in pairs)
    return math.fsum(x * weight for x, weight in pairs) / whole if whole else None


# of the arguments in each row
ADDED_AGGREGATES: dict[str, Callable[[list[Args]], Any]] = {
    "weighted_avg": _weighted_avg,
    "collect_set": lambda rows: _distinct([value for (value,) in rows]),
}
