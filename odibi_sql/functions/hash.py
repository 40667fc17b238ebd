"""Hashes that every engine computes alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import function
from odibi_sql.functions.patterns import BINARY as BINARY_VALUE
from odibi_sql.functions.patterns import BYTES, TEXT
from odibi_sql.ir.types import BINARY, INT64, STRING

if TYPE_CHECKING:
    from ibis.expr.types import BinaryValue, IntegerValue, StringValue, Value


@function(value=BYTES, result=STRING, native=True, examples=("md5('odibi') = 'c3b34fab6b262a775c718e94fd5376a4'",))
def md5(value: Value) -> StringValue:
    """Return the MD5 of a binary value, or of a string in UTF-8, as 32 small hexadecimal digits."""


@function(value=BYTES, result=STRING, native=True, examples=("sha1('a') = '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'",))
def sha1(value: Value) -> StringValue:
    """Return the SHA-1 of a binary value, or of a string in UTF-8, as 40 small hexadecimal digits."""


@function(
    value=BYTES,
    result=STRING,
    native=True,
    examples=("sha256('a') = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'",),
)
def sha256(value: Value) -> StringValue:
    """Return the SHA-256 of a binary value, or of a string in UTF-8, as 64 small hexadecimal digits."""


@function(text=TEXT, result=INT64, native=True, examples=("stable_hash('a') = 57446577476672362",))
def stable_hash(text: StringValue) -> IntegerValue:
    """Return a whole number from 0 to 2^60 - 1 that depends on the text alone: the first 15 digits of its MD5."""


@function(value=BYTES, result=STRING, native=True, aliases=("to_hex",), examples=("hex('né') = '6EC3A9'",))
def hex_(value: Value) -> StringValue:
    """Return the bytes of a binary value, or of a string in UTF-8, as capital hexadecimal digits."""


@function(text=TEXT, result=BINARY, native=True, aliases=("from_hex",), examples=("decode(unhex('6EC3A9')) = 'né'",))
def unhex(text: StringValue) -> BinaryValue:
    """Return the bytes that hexadecimal digits stand for; what is none fails the run.

    An odd number of digits is read with a 0 before them.
    """


@function(text=TEXT, result=BINARY, native=True, aliases=("to_utf8",), examples=("octet_length(encode('né')) = 3",))
def encode(text: StringValue) -> BinaryValue:
    """Return the bytes of `text` in UTF-8."""


@function(value=BYTES, result=STRING, native=True, examples=("to_base64('né') = 'bsOp'",))
def to_base64(value: Value) -> StringValue:
    """Return the bytes of a binary value, or of a string in UTF-8, in base 64."""


@function(text=TEXT, result=BINARY, native=True, examples=("decode(from_base64('bsOp')) = 'né'",))
def from_base64(text: StringValue) -> BinaryValue:
    """Return the bytes that a text in base 64 stands for; what is none fails the run."""


@function(
    value=BINARY_VALUE, result=STRING, native=True, aliases=("from_utf8",), examples=("decode(encode('né')) = 'né'",)
)
def decode(value: BinaryValue) -> StringValue:
    """Return the text that the bytes are in UTF-8; bytes that are no UTF-8 fail the run."""
