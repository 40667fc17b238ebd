"""What is wrong with the characters of a text: kinds of errors that the scanner reports."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic

_RIGHT = """pipeline demo
ingest orders from values (id int64, status string) (1, 'paid')
transform paid from orders
  | filter status = 'paid'
store paid to csv "paid.csv"
"""


class UnclosedText(Diagnostic, frozen=True, kw_only=True):
    """A string is opened and not closed before its line ends.

    A string stands between `'` or `"` on one line; a quote inside it is written twice. A text of several
    lines stands between three double quotes. What follows on the line is taken to be part of the string.
    """

    code: ClassVar[str] = "unclosed-string"
    title: ClassVar[str] = "this string is not closed"
    label: ClassVar[str] = "it begins here"
    hint: ClassVar[str] = "{advice_words}"
    wrong: ClassVar[str] = _RIGHT.replace("= 'paid'", "= 'paid")
    right: ClassVar[str] = _RIGHT
    quotes: str

    def holes(self) -> dict[str, object]:
        several = "" if len(self.quotes) == 3 else '; a text of several lines stands between `"""` and `"""`'
        return {**super().holes(), "advice_words": f"close it with `{self.quotes}`{several}"}


class UnclosedName(Diagnostic, frozen=True, kw_only=True):
    """A name between backticks is opened and not closed before its line ends.

    It is the same where nothing stands between the backticks.
    """

    code: ClassVar[str] = "unclosed-name"
    title: ClassVar[str] = "this name is not closed"
    label: ClassVar[str] = "it begins here"
    hint: ClassVar[str] = "close it with a backtick on the same line; a backtick inside a name is written twice"
    wrong: ClassVar[str] = _RIGHT.replace("filter status =", "filter `status =")
    right: ClassVar[str] = _RIGHT.replace("filter status =", "filter `status` =")


class BackslashQuote(Diagnostic, frozen=True, kw_only=True):
    """A quote inside a string is written with a backslash, as other languages do.

    A backslash is a plain character here. A quote inside a string is written twice.
    """

    code: ClassVar[str] = "bad-escape"
    title: ClassVar[str] = "a backslash does not keep a quote inside a string"
    label: ClassVar[str] = "the string ends here"
    hint: ClassVar[str] = "write the quote twice: {quote}{quote}"
    wrong: ClassVar[str] = _RIGHT.replace("= 'paid'", r"= 'it\'s paid'")
    right: ClassVar[str] = _RIGHT.replace("= 'paid'", "= 'it''s paid'")
    quote: str


class BadNumber(Diagnostic, frozen=True, kw_only=True):
    """Letters, points or underscores stand where a number cannot have them.

    Numbers are `7`, `1_000_000`, `0.17`, `1e6`; a name cannot begin with a digit unless it stands between backticks.
    """

    code: ClassVar[str] = "bad-number"
    title: ClassVar[str] = "`{text}` is not a number"
    hint: ClassVar[str] = (
        "numbers are written `7`, `1_000_000`, `0.17`, `1e6`; a name that begins with a digit stands between backticks"
    )
    wrong: ClassVar[str] = _RIGHT.replace("'paid')\n", "'paid'), (2x, 'void')\n")
    right: ClassVar[str] = _RIGHT.replace("'paid')\n", "'paid'), (2, 'void')\n")
    text: str


class DoubleEquals(Diagnostic, frozen=True, kw_only=True):
    """Two values are compared with `==`. Equality is `=`, as in SQL."""

    code: ClassVar[str] = "double-equals"
    title: ClassVar[str] = "`==` is not written in this language"
    hint: ClassVar[str] = "equality is a single `=`"
    wrong: ClassVar[str] = _RIGHT.replace("status = ", "status == ")
    right: ClassVar[str] = _RIGHT


class Semicolon(Diagnostic, frozen=True, kw_only=True):
    """A statement ends with `;`. A statement ends where the next one begins, without any mark."""

    code: ClassVar[str] = "semicolon"
    title: ClassVar[str] = "`;` is not written in this language"
    hint: ClassVar[str] = "leave it out: a statement ends where the next one begins"
    wrong: ClassVar[str] = _RIGHT.replace("= 'paid'\n", "= 'paid';\n")
    right: ClassVar[str] = _RIGHT


class ForeignMark(Diagnostic, frozen=True, kw_only=True):
    """A mark of another language stands here, such as `&&`, `:=`, `**` or a curly quotation mark."""

    code: ClassVar[str] = "foreign-mark"
    title: ClassVar[str] = "`{found}` is not written in this language"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = _RIGHT.replace("= 'paid'\n", "= 'paid' && id > 0\n")
    right: ClassVar[str] = _RIGHT.replace("= 'paid'\n", "= 'paid' and id > 0\n")
    found: str
    instead: str


class UnknownCharacter(Diagnostic, frozen=True, kw_only=True):
    """A character that means nothing in a pipeline stands outside of strings, names between backticks and comments."""

    code: ClassVar[str] = "unknown-character"
    title: ClassVar[str] = "the character {shown} means nothing here"
    hint: ClassVar[str] = "leave it out, or put it into a string or a name between backticks"
    wrong: ClassVar[str] = _RIGHT.replace("filter status", "filter € status")
    right: ClassVar[str] = _RIGHT
    character: str

    def holes(self) -> dict[str, object]:
        is_plain = self.character.isprintable() and not self.character.isspace()
        shown = f"`{self.character}`" if is_plain else f"U+{ord(self.character):04X}"
        return {**super().holes(), "shown": shown}


class NotUtf8(Diagnostic, frozen=True, kw_only=True):
    """A file is no text in UTF-8: save it in that encoding."""

    code: ClassVar[str] = "not-utf8"
    title: ClassVar[str] = "`{name}` is not a text in UTF-8: byte {offset} ({value}) cannot be read"
    hint: ClassVar[str] = "save the file with the encoding UTF-8"
    name: str
    offset: int  # of the first byte that cannot be read, from 0
    value: str


class UnreadableFile(Diagnostic, frozen=True, kw_only=True):
    """A file is not there, or cannot be read."""

    code: ClassVar[str] = "unreadable-file"
    title: ClassVar[str] = "cannot read `{name}`: {reason}"
    name: str
    reason: str
