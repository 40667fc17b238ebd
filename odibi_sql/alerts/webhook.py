"""JSON sent to an address that is a secret: it is read when it is needed, and in no text that comes out of here."""

from __future__ import annotations

import os
import socket
import time
from http.client import InvalidURL
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

_PASSING = {408, 425, 429, 500, 502, 503, 504}  # answers after which another try may succeed


class AlertProblem(Exception):
    """A message could not be sent: why, in words without the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Where messages go: the variable of the environment that holds the address."""

    variable: str
    timeout: float = 5.0  # seconds for one try
    tries: int = 4
    backoff: float = 0.5  # seconds before the second try, doubled for each next one
    patience: float = 20.0  # seconds for all of it

    def send(self, message: dict[str, Any]) -> int:
        """Send one message; return at which try that was. Raises AlertProblem."""
        url = address_in(self.variable)
        content = msgspec.json.encode(message)
        until = time.monotonic() + self.patience
        for number in range(1, self.tries + 1):
            failure = _sent(url, content, min(self.timeout, max(0.1, until - time.monotonic())))
            if failure is None:
                return number
            wait = max(self.backoff * 2 ** (number - 1), failure.wait)
            if not failure.can_pass or number == self.tries or time.monotonic() + wait >= until:
                tries = "" if number == 1 else f", at {number} tries"
                raise AlertProblem(f"the webhook of `{self.variable}` {failure.words}{tries}")
            time.sleep(wait)
        raise AlertProblem(f"the webhook of `{self.variable}` was not tried")


def address_in(variable: str) -> str:
    """Return the address that a variable of the environment holds. Raises AlertProblem, without it."""
    url = os.environ.get(variable, "").strip()
    if not url:
        raise AlertProblem(f"the variable `{variable}`, which has to hold the address of a webhook, is not set")
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in ("http", "https") or not rest or any(each <= " " or each > "~" for each in url):
        raise AlertProblem(f"the variable `{variable}` holds no address that begins with `https://`")
    return url


class _Failure(msgspec.Struct, frozen=True):
    words: str
    can_pass: bool
    wait: float = 0.0  # seconds that the server asks for


class _NoRedirect(HTTPRedirectHandler):
    """The address is for one server alone."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _sent(url: str, content: bytes, timeout: float) -> _Failure | None:
    """Send once; return why it failed. No exception comes out: what libraries say of an address may hold it."""
    try:
        headers = {"Content-Type": "application/json", "User-Agent": "odibi-sql"}
        request = Request(url, data=content, headers=headers, method="POST")
        with build_opener(_NoRedirect).open(request, timeout=timeout) as answer:
            return None if 200 <= answer.status < 300 else _answered(answer.status, "")
    except HTTPError as error:
        error.close()
        return _answered(error.code, error.headers.get("Retry-After", "") if error.headers else "")
    except TimeoutError:
        return _Failure(f"did not answer within {timeout:.1f} s", can_pass=True)
    except URLError as error:
        return _unreached(error.reason, timeout)
    except (ValueError, InvalidURL):
        return _Failure("has an address that is none", can_pass=False)
    except Exception as error:  # noqa: BLE001  whatever it is: its words may hold the address
        return _unreached(error, timeout)


def _answered(status: int, retry_after: str) -> _Failure:
    wait = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
    return _Failure(f"answered {status}", can_pass=status in _PASSING, wait=wait)


def _unreached(reason: object, timeout: float) -> _Failure:
    match reason:
        case TimeoutError():
            return _Failure(f"did not answer within {timeout:.1f} s", can_pass=True)
        case socket.gaierror():
            return _Failure("has a host that is not found", can_pass=True)
        case OSError(strerror=str(words)):
            return _Failure(f"cannot be reached: {words.lower()}", can_pass=True)
    return _Failure(f"cannot be reached: {type(reason).__name__}", can_pass=True)
