"""Layers: the order in which a file begins them, and that no step reads a later one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from odibi_sql import syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.steps_errors import DuplicateName, LaterLayer


class Layers(msgspec.Struct, frozen=True, kw_only=True):
    """The layers in order, and of each statement that stands in one (by its place in the file) the name of it."""

    names: tuple[str, ...]
    of_statement: Mapping[int, str]

    def rank(self, layer: str | None) -> int:
        """Return how late a layer is: what stands before all of them is the earliest."""
        return -1 if layer is None else self.names.index(layer)


def layers_of(context: Context, statements: Iterable[syntax.Statement]) -> Layers:
    """Return the layers of a file. One that begins twice is reported."""
    places: dict[str, Span] = {}
    of_statement: dict[int, str] = {}
    current = None
    for number, each in enumerate(statements):
        if isinstance(each, syntax.Layer):
            current = each.name.text
            if current in places:
                more = ((places[current], "it begins here"),)
                context.report(DuplicateName(span=each.name.span, name=current, things="layers", more=more))
            places.setdefault(current, each.name.span)
        elif current is not None:
            of_statement[number] = current
    return Layers(names=tuple(places), of_statement=of_statement)


def check_layers(
    context: Context,
    layers: Layers,
    step: str,
    layer: str | None,
    reads: Iterable[syntax.Name],
    made: Mapping[str, str | None],
) -> None:
    """Report each dataset that a step reads from a layer later than its own. `made`: the layer of each dataset."""
    for name in reads:
        later = made.get(name.text)
        if later is not None and layers.rank(later) > layers.rank(layer):
            where = "before the first layer" if layer is None else f"of layer `{layer}`"
            context.report(LaterLayer(span=name.span, step=step, where=where, dataset=name.text, later=later))
