"""What is wrong with a func or a fragment, and with a call of one."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic
from odibi_sql.diagnostics.samples import ORDERS

_VAT = "func vat(amount decimal(10, 2)) = amount * 0.2\n\n"
_FIRST = "fragment first(key)\n  | dedupe by key keep any\n\n"
_DERIVED = "transform result from orders\n  | derive tax = {}\n"
_TAX = _DERIVED.format("vat(amount)")


class FuncIsBuiltIn(Diagnostic, frozen=True, kw_only=True):
    """A func has the name of a function of the language, or another name of one, in any case.

    A call of that name means the language's function in every pipeline.
    """

    code: ClassVar[str] = "func-is-built-in"
    title: ClassVar[str] = "`{name}` is a function of the language already"
    hint: ClassVar[str] = "give the func another name"
    wrong: ClassVar[str] = ORDERS + "func upper(text string) = text || '!'\n\n" + _DERIVED.format("upper(status)")
    right: ClassVar[str] = ORDERS + "func shout(text string) = text || '!'\n\n" + _DERIVED.format("shout(status)")

    name: str


class UnknownInFunc(Diagnostic, frozen=True, kw_only=True):
    """The expression of a func names something that is no parameter of it, and none of the pipeline.

    A func sees no rows: what it needs of them comes in by its arguments.
    """

    code: ClassVar[str] = "unknown-in-func"
    title: ClassVar[str] = "`{name}` is no parameter of {func}, nor of the pipeline"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = ORDERS + _VAT.replace("= amount", "= amuont") + _TAX
    right: ClassVar[str] = ORDERS + _VAT + _TAX

    name: str
    func: str
    suggestion: str


class CallsItself(Diagnostic, frozen=True, kw_only=True):
    """Funcs call each other in a circle, or fragments apply each other in one: nothing would ever come out.

    Both are put in place when the pipeline is compiled, so that one of them cannot contain itself.
    """

    code: ClassVar[str] = "calls-itself"
    title: ClassVar[str] = "{path}: a {what} cannot contain itself"
    label: ClassVar[str] = "the circle begins here"
    hint: ClassVar[str] = "take one of these out"
    wrong: ClassVar[str] = ORDERS + _VAT.replace("* 0.2", "* vat(0.2)") + _TAX
    right: ClassVar[str] = ORDERS + _VAT + _TAX

    what: str  # "func", "fragment"
    path: str  # "`a` → `b` → `a`"


class GrowsTooLarge(Diagnostic, frozen=True, kw_only=True):
    """What funcs or fragments make of one line has more parts than the compiler follows.

    A func is put in place of each of its calls, and an argument in place of each name of its parameter: where one calls
    another twice, and that one the next, little text becomes very much. Name a part of it with `derive`, in a line
    above, and use the name.
    """

    code: ClassVar[str] = "grows-too-large"
    title: ClassVar[str] = "{what} becomes more than {most} parts, or more than {deepest} deep"
    hint: ClassVar[str] = "name a part of it with `derive` in a line above, and use the name"
    wrong: ClassVar[str] = (
        ORDERS
        + "func twice(x float64) = x + x\n\n"
        + _DERIVED.format(f"{'twice(' * 12}cast(amount as float64){')' * 12}")
    )
    right: ClassVar[str] = (
        ORDERS + "func twice(x float64) = x + x\n\n" + _DERIVED.format("4096 * twice(cast(amount as float64))")
    )

    what: str
    most: int
    deepest: int


class NotAFunction(Diagnostic, frozen=True, kw_only=True):
    """A fragment is called in an expression, or a func applied as an operator.

    A func gives a value and is called in expressions; a fragment gives rows and is applied as an operator.
    """

    code: ClassVar[str] = "func-or-fragment"
    title: ClassVar[str] = "`{name}` is a {what}"
    hint: ClassVar[str] = "{instead}"
    wrong: ClassVar[str] = ORDERS + _VAT + "transform result from orders\n  | apply vat(amount)\n"
    right: ClassVar[str] = ORDERS + _VAT + _TAX

    name: str
    what: str
    instead: str


class NameClash(Diagnostic, frozen=True, kw_only=True):
    """Two files that come together by `use` have a func, or a fragment, of the same name.

    All files of a pipeline share their names. A file that is used in two ways is one file and clashes with nothing.
    """

    code: ClassVar[str] = "name-clash"
    title: ClassVar[str] = "`{name}` is a {what} of `{file}` and of `{first}`"
    label: ClassVar[str] = "the second"
    hint: ClassVar[str] = "give one of them another name"

    name: str
    what: str
    file: str
    first: str


class UnknownFragment(Diagnostic, frozen=True, kw_only=True):
    """An `apply` names a fragment that is not there, in this file or in those that it uses."""

    code: ClassVar[str] = "unknown-fragment"
    title: ClassVar[str] = "there is no fragment `{name}`"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = ORDERS + _FIRST + "transform result from orders\n  | apply frist(order_id)\n"
    right: ClassVar[str] = ORDERS + _FIRST + "transform result from orders\n  | apply first(order_id)\n"

    name: str
    suggestion: str


class FragmentNeedsName(Diagnostic, frozen=True, kw_only=True):
    """An argument of a fragment stands where the fragment needs a name, and it is no single name.

    `dedupe by`, `drop`, `rename`, the left side of `set` and the dataset of a `join` take names; a parameter that
    stands there has to be given one. Where expressions stand, it can be given any.
    """

    code: ClassVar[str] = "fragment-needs-name"
    title: ClassVar[str] = "`{parameter}` is used as a name in `{fragment}`, and this is none"
    label: ClassVar[str] = "a single name is needed"
    hint: ClassVar[str] = "give the expression a name with `derive` in a line above"
    wrong: ClassVar[str] = ORDERS + _FIRST + "transform result from orders\n  | apply first(order_id % 10)\n"
    right: ClassVar[str] = (
        ORDERS + _FIRST + "transform result from orders\n  | derive digit = order_id % 10\n  | apply first(digit)\n"
    )

    parameter: str
    fragment: str


class CannotUse(Diagnostic, frozen=True, kw_only=True):
    """A file that is named by `use` cannot be read.

    Its path starts from the file that uses it. What it brings are its funcs, fragments and connections; its steps and
    tests stay its own.
    """

    code: ClassVar[str] = "cannot-use"
    title: ClassVar[str] = "`{path}` cannot be used: {reason}"
    hint: ClassVar[str] = "the path starts from the folder of this file"
    wrong: ClassVar[str] = 'use "no/such/file.odibi"\n\n' + ORDERS
    right: ClassVar[str] = ORDERS

    path: str
    reason: str


class UsesItself(Diagnostic, frozen=True, kw_only=True):
    """Files use each other in a circle. What two files both need stands in a third one, which both use."""

    code: ClassVar[str] = "uses-itself"
    title: ClassVar[str] = "{path}: files use each other in a circle"
    label: ClassVar[str] = "the circle closes here"
    hint: ClassVar[str] = "put what both need into a file that uses neither"
    wrong: ClassVar[str] = 'use "example.odibi"\n\n' + ORDERS
    right: ClassVar[str] = ORDERS

    path: str
