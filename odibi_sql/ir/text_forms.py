"""What a text has to be, whole and without the spaces around it, to be cast: "Casts" of the language's page.

Regular expressions that RE2, Java and Python read alike.
"""

from __future__ import annotations

from odibi_sql.ir.types import Bool, Date, Decimal, Float, Integer, Timestamp, TimestampTz, Type

_SPACES = " *"
_DIGITS = "[+-]?[0-9]+"
_POINTED = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)"
_NUMBER = f"{_POINTED}([eE][+-]?[0-9]+)?"
_NO_NUMBER = "[+-]?[iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN]"
_BOOL = "[tT]([rR][uU][eE])?|[fF]([aA][lL][sS][eE])?|[yY]([eE][sS])?|[nN][oO]?|[01]"
_YEAR = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_DAY = f"{_YEAR}-[0-9]{{1,2}}-[0-9]{{1,2}}"
_MINUTES = "[ T]([01]?[0-9]|2[0-3]):[0-5]?[0-9]"
_SECONDS = ":[0-5]?[0-9]([.][0-9]{1,6}0*)?"
_ZONE = "(Z| UTC|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"

POINTED = f"{_SPACES}{_POINTED}{_SPACES}"  # a number without an exponent
WHOLE_PART = f"{_SPACES}{_DIGITS}([.][0-9]*)?{_SPACES}"  # a number whose whole part stands before the point, if any
DIGITS = _DIGITS


def text_form(type_: Type) -> str | None:
    """Return what a text has to be to be cast to this type, spaces around it included; None: the engine decides."""
    form = _form(type_)
    return None if form is None else f"{_SPACES}({form}){_SPACES}"


def _form(type_: Type) -> str | None:
    match type_:
        case Bool():
            return _BOOL
        case Integer():
            return _NUMBER
        case Float():
            return f"{_NUMBER}|{_NO_NUMBER}"
        case Decimal():
            return _NUMBER
        case Date() | Timestamp():
            return f"{_DAY}({_MINUTES}({_SECONDS})?)?"
        case TimestampTz():
            return f"{_DAY}({_MINUTES}({_SECONDS}{_ZONE}?)?)?"
    return None
