"""What relations begin with: all that is below them, or nothing but names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from odibi_sql import functions, ir
from odibi_sql.keys.digest import Term, digest, type_text
from odibi_sql.keys.relations import Shape


class Whole:
    """Datasets are what they are made of, down to the files; or the content that is known of them."""

    def __init__(
        self,
        graph: ir.Graph,
        datasets: Mapping[str, ir.Dataset],
        fingerprint: Callable[[ir.FileSource], str],
        contents: Mapping[str, str] = {},
    ) -> None:
        self._graph, self._datasets, self._fingerprint, self._contents = graph, datasets, fingerprint, contents
        self._known: dict[int, tuple[ir.FileSource, str]] = {}  # with the source, so that its id stays its own
        self.shapes: dict[str, Shape] = {}

    def after(self, contents: Mapping[str, str]) -> Whole:
        """Return leaves for which the content of these datasets is known."""
        found = Whole(self._graph, self._datasets, self._fingerprint, dict(contents))
        found._known = self._known
        return found

    def dataset(self, name: str) -> Shape:
        """Return the shape of a dataset; a step that is switched off is another."""
        dataset = self._datasets[name]
        if name in self._contents:
            return _of_content(dataset, self._contents[name])
        shape = self.shapes[name]
        return _skipped(shape) if dataset.options.skip else shape

    def files(self, source: ir.FileSource) -> str:
        """Return the fingerprint of files, asked for once."""
        known = self._known.get(id(source))
        if known is None:
            known = self._known[id(source)] = source, self._fingerprint(source)
        return known[1]

    def moment(self, function: str) -> str:
        """Return what the clock says; the day alone where the function gives no more."""
        found, clock = functions.lookup(function), self._graph.clock
        is_day = found is not None and found.fixed_result == ir.DATE
        return clock.date().isoformat() if is_day else clock.isoformat()


def _of_content(dataset: ir.Dataset, content: str) -> Shape:
    base = digest("content", content)
    return Shape(base=base, columns=_columns(dataset.relation.schema), order=base if dataset.order else "")


def _columns(schema: ir.Schema) -> dict[str, Term]:
    return {field.name: ("", digest("column", field.name, type_text(field.type))) for field in schema}


def _skipped(shape: Shape) -> Shape:
    return replace(shape, base=digest("skipped", shape.base))


class Alone:
    """Datasets and files are names: what a step says by itself."""

    def __init__(self, datasets: Mapping[str, ir.Dataset]) -> None:
        self._datasets = datasets

    def dataset(self, name: str) -> Shape:
        """Return a shape that stands for the name."""
        return Shape(base=digest("dataset", name), columns=_columns(self._datasets[name].relation.schema))

    def files(self, source: ir.FileSource) -> str:
        """Return the same for all files."""
        return ""

    def moment(self, function: str) -> str:
        """Return the same at all times."""
        return function
