"""Places on Earth, in degrees: latitudes from -90 to 90, longitudes from -180 to 180. What is no place is null."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import always, function
from odibi_sql.functions.patterns import INTEGER, REAL, TEXT, constant
from odibi_sql.ir.types import FLOAT64, STRING

if TYPE_CHECKING:
    from ibis.expr.types import FloatingValue, NumericValue, StringValue


def _precision(characters: int) -> str | None:
    return None if 1 <= characters <= 12 else "a number of characters from 1 to 12"


@function(
    lat=REAL,
    lon=REAL,
    precision=constant(INTEGER, problem=_precision),
    result=STRING,
    nullable=always,
    native=True,
    examples=(
        "geohash(57.64911, 10.40744, 11) = 'u4pruydqqvj'",
        "geohash(42.6, -5.6, 5) = 'ezs42'",
        "geohash(90, 180, 3) = 'zzz'",
        "geohash(-90, -180, 12) = '000000000000'",
        "geohash(91, 0, 5) is null",
    ),
)
def geohash(lat: NumericValue, lon: NumericValue, precision: int) -> StringValue:
    """Return the geohash of a place, `precision` characters (1 to 12) long; null where it is no place.

    A place on the border of two cells is in the one to the north and east of it; the poles and the meridian of 180
    degrees are in the last cells.
    """


@function(
    geohash=TEXT,
    result=FLOAT64,
    nullable=always,
    native=True,
    examples=("round(geohash_lat('ezs42'), 4) = 42.605", "geohash_lat('s') = 22.5", "geohash_lat('a') is null"),
)
def geohash_lat(geohash: StringValue) -> FloatingValue:
    """Return the latitude of the middle of a geohash's cell, exactly.

    Null where the text is no geohash: 1 to 12 of its digits and small letters.
    """


@function(
    geohash=TEXT,
    result=FLOAT64,
    nullable=always,
    native=True,
    examples=("round(geohash_lon('ezs42'), 4) = -5.6030", "geohash_lon('s') = 22.5", "geohash_lon('') is null"),
)
def geohash_lon(geohash: StringValue) -> FloatingValue:
    """Return the longitude of the middle of a geohash's cell, exactly.

    Null where the text is no geohash: 1 to 12 of its digits and small letters.
    """


@function(
    lat1=REAL,
    lon1=REAL,
    lat2=REAL,
    lon2=REAL,
    result=FLOAT64,
    nullable=always,
    native=True,
    aliases=("great_circle_distance",),
    examples=(
        "round(haversine(48.8566, 2.3522, 51.5074, -0.1278)) = 343557.0",
        "haversine(10, 20, 10, 20) = 0.0",
        "haversine(0, 0, 95, 0) is null",
    ),
)
def haversine(lat1: NumericValue, lon1: NumericValue, lat2: NumericValue, lon2: NumericValue) -> FloatingValue:
    """Return the distance of two places in metres, along a sphere of the Earth's mean radius, 6371008.8 metres.

    Null where one of them is no place. The last digits may differ between engines; between places on opposite sides of
    the Earth they are centimetres.
    """
