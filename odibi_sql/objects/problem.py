"""What goes wrong with an object store, in words for the reader.

An error of a client can hold more than its reader may see: an address with a signature, a header with a key. None of
its text is handed on, but for the short code that the store gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odibi_sql.objects.location import Location

INSTALL = "`pip install 'odibi-sql[objects]'`"
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_METADATA = re.compile(r"https?://(?:169\.254\.169\.254|169\.254\.170\.2|metadata)\b|MissingAccount|Account must be")
_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist|InvalidBucketName")
_UNREACHED = re.compile(
    r"error sending request|connection (?:refused|reset|closed)|timed? ?out|dns error|broken pipe"
    r"|request or response body error|error decoding response body|incomplete message",
    re.IGNORECASE,
)
_PASSING = re.compile(r"SlowDown|ServerBusy|TooManyRequests|InternalError|ConditionalRequestConflict|RequestTimeout")
_CREDENTIALS = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION; AWS_ENDPOINT_URL for a store that is not Amazon's",
    "gs": "GOOGLE_SERVICE_ACCOUNT, or GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME, and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_KEY",
}
_CREDENTIALS["abfss"] = _CREDENTIALS["az"]


class ObjectProblem(Exception):
    """An object store did not do what it was asked. `can_pass`: the same may well succeed a moment later."""

    def __init__(self, reason: str, hint: str = "", *, can_pass: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.can_pass = can_pass


class ObjectChanged(ObjectProblem):
    """An object is not the one that it has to be: something else changed it, made it, or removed it."""


class CameInPart(ObjectProblem):
    """The bytes of an object are not as many as it has."""


class NothingThere(ObjectProblem):
    """No object is at a location."""


class NoBucket(NothingThere):
    """There is no such bucket."""


def obstore_module() -> Any:
    """Return the package that object stores are reached by. Raises ObjectProblem."""
    try:
        import obstore
    except ImportError:
        raise ObjectProblem("obstore, which object stores are reached by, is not installed", INSTALL) from None
    return obstore


@contextmanager
def in_words(location: Location) -> Iterator[None]:
    """Raise what the client raises as ObjectProblem."""
    obstore_module()
    from obstore import exceptions

    try:
        yield
    except (exceptions.PreconditionError, exceptions.AlreadyExistsError, exceptions.NotModifiedError):
        raise ObjectChanged(f"`{location.url}` was changed by something else", "run it again") from None
    except (exceptions.BaseError, OSError, ValueError) as error:
        raise _told(error, str(error), location) from None


def _told(error: Exception, text: str, location: Location) -> ObjectProblem:
    from obstore import exceptions

    where, wanted = f"`{location.url}`", f"set {_CREDENTIALS[location.scheme]}"
    if _NO_BUCKET.search(text):
        what = "bucket" if location.scheme in ("s3", "gs") else "container"
        return NoBucket(f"there is no {what} `{location.root}`")
    if isinstance(error, FileNotFoundError):
        return NothingThere(f"nothing is at {where}")
    if isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError):
        code = _CODE.search(text)
        said = f" ({code[1]})" if code is not None else ""
        return ObjectProblem(f"the credentials of the environment do not open {where}{said}", wanted)
    if _METADATA.search(text):
        return ObjectProblem(f"there are no credentials for {where}", wanted)
    return _of_network(text, where) or ObjectProblem(f"the object store refuses {where}{_answer(text)}")


def _of_network(text: str, where: str) -> ObjectProblem | None:
    if "BadScheme" in text:
        return ObjectProblem(f"{where} is at an address without TLS", "AWS_ALLOW_HTTP=true allows that")
    status = _STATUS.search(text)
    if _PASSING.search(text) or (status is not None and status[1][0] == "5") or (status and status[1] == "429"):
        return ObjectProblem(f"the object store of {where} has trouble{_answer(text)}", can_pass=True)
    if status is None and _UNREACHED.search(text):
        return ObjectProblem(f"the object store of {where} cannot be reached", "is its address right?", can_pass=True)
    return None


def _answer(text: str) -> str:
    code, status = _CODE.search(text), _STATUS.search(text)
    found = code[1] if code is not None else f"HTTP {status[1]}" if status is not None else ""
    return f": {found}" if found else ""
