"""What is wrong with a pipeline, and where: one class for each kind of error."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec

from odibi_sql.diagnostics.span import Span

Severity = Literal["error", "warning"]
KINDS: dict[str, type[Diagnostic]] = {}


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. The facts are its fields; the words stand beside them with `{holes}`.

    `title` says what is wrong in one line, `hint` what to write instead ("" where there is nothing
    to add), `label` what stands under the underlined text. The docstring of the class explains the kind
    at length and `wrong` and `right` show it: `odibi explain CODE` prints all three.
    """

    code: ClassVar[str] = ""
    severity: ClassVar[Severity] = "error"
    title: ClassVar[str] = ""
    label: ClassVar[str] = ""
    hint: ClassVar[str] = ""
    wrong: ClassVar[str] = ""  # a whole pipeline that has this error
    right: ClassVar[str] = ""  # the same, mended

    span: Span | None = None  # None: about no place of a text (a command line, a file that cannot be read)
    more: tuple[tuple[Span, str], ...] = ()  # other places that matter, each with a few words

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.code:
            first = KINDS.setdefault(cls.code, cls)
            assert (first.__module__, first.__qualname__) == (cls.__module__, cls.__qualname__), cls.code
            KINDS[cls.code] = cls

    def holes(self) -> dict[str, object]:
        """Return what fills the holes of the words; a kind that derives words from its facts extends it."""
        return {name: getattr(self, name) for name in self.__struct_fields__}

    @property
    def message(self) -> str:
        """The title, filled in."""
        return self.title.format(**self.holes())

    @property
    def advice(self) -> str:
        """The hint, filled in; "" where there is none."""
        return self.hint.format(**self.holes())

    @property
    def caption(self) -> str:
        """The words under the underlined text; "" where there are none."""
        return self.label.format(**self.holes())


class CompileError(Exception):
    """A pipeline is wrong: it carries every finding of the phase, warnings among them, in the order of the text."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n".join(map(_line, diagnostics)))
        self.diagnostics = diagnostics


def _line(finding: Diagnostic) -> str:
    place = "" if finding.span is None else f"{finding.span!r}: "
    return f"{place}{finding.message} [{finding.code}]"
