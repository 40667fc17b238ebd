"""Objects in stores that speak as S3, Azure or GCS do: where they are, what is there, fetched to this machine, put."""

from odibi_sql.objects.client import (
    SHARE,
    InsteadOf,
    Seen,
    copy,
    download,
    hold_bucket,
    listed,
    look,
    names_below,
    put,
    read,
    remove,
)
from odibi_sql.objects.location import Location, is_elsewhere, is_object, parse, shortest
from odibi_sql.objects.mirror import Wanted, adopt, fetch, make_room, place_of, without_places
from odibi_sql.objects.problem import CameInPart, NoBucket, NothingThere, ObjectChanged, ObjectProblem

__all__ = [
    "SHARE",
    "CameInPart",
    "InsteadOf",
    "Location",
    "NoBucket",
    "NothingThere",
    "ObjectChanged",
    "ObjectProblem",
    "Seen",
    "Wanted",
    "adopt",
    "copy",
    "download",
    "fetch",
    "hold_bucket",
    "is_elsewhere",
    "is_object",
    "listed",
    "look",
    "make_room",
    "names_below",
    "parse",
    "place_of",
    "put",
    "read",
    "remove",
    "shortest",
    "without_places",
]
