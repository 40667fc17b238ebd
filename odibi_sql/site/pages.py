"""The pages of a site: one for the project, one for each pipeline. They need no script and no network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from odibi_sql.site.collect import Documented
from odibi_sql.site.parts import Shown, dataset, picture, shown_of, sources_and_tests
from odibi_sql.story import policy, style_of_pages
from odibi_sql.story.markdown import doc, inline
from odibi_sql.story.markup import Child, Html, el, joined
from odibi_sql.story.numbers import many


def pages_of(project: str, pipelines: Sequence[Documented]) -> dict[str, str]:
    """Return the pages by the names of their files; the first is `index.html`."""
    names = _file_names(pipelines)
    pages = {"index.html": _page(project, project, None, _index(project, pipelines, names))}
    for each in pipelines:
        title = f"{each.graph.pipeline}: {project}"
        pages[names[each.file]] = _page(title, project, each.graph.pipeline, _pipeline(each))
    return pages


def _file_names(pipelines: Sequence[Documented]) -> dict[str, str]:
    """Return a name for the page of each file: `examples/flights.odibi` is on `examples-flights.html`."""
    found: dict[str, str] = {}
    taken = {"index"}
    for each in pipelines:
        stem = re.sub(r"[^a-z0-9_]+", "-", each.file.removesuffix(".odibi").lower()).strip("-") or "pipeline"
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        found[each.file] = f"{name}.html"
    return found


def _page(title: str, project: str, crumb: str | None, main: Iterator[Child]) -> str:
    style = _style()
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy(style)),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", title),
        el("style", Html(style)),
    )
    here = el("a", project, href="index.html") if crumb is not None else project
    top = el(
        "header",
        el("span", el("b", "odibi"), " docs", class_="brand"),
        el("span", here, f" / {crumb}" if crumb is not None else None, class_="crumb stays"),
        class_="top",
    )
    body = el(
        "body",
        el("a", "Skip to the page", href="#page", class_="skip"),
        top,
        el("main", main, id="page", tabindex="-1", class_="page"),
        el("footer", el("p", "Made by odibi docs of what the pipelines say, and of the records of their last runs.")),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


@cache
def _style() -> str:
    own = files("odibi_sql.site").joinpath("site.css").read_text(encoding="utf-8").strip()
    return f"{style_of_pages()}\n{own}"


def _index(project: str, pipelines: Sequence[Documented], names: Mapping[str, str]) -> Iterator[Child]:
    datasets = sum(len(_datasets(each)) for each in pipelines)
    said = f"{many(len(pipelines), 'pipeline')}, {many(datasets, 'dataset')}"
    yield el("section", el("h1", project), el("p", said, class_="lede"), class_="hero")
    yield el("section", el("h2", "Pipelines"), [_summary(each, names[each.file]) for each in pipelines])
    rows = [
        el(
            "tr",
            el(
                "th",
                el("a", el("code", step.name), href=f"{names[each.file]}#{shown_of(each).anchor(step.name)}"),
                scope="row",
            ),
            el("td", step.kind),
            el("td", step.layer or ""),
            el("td", el("a", each.graph.pipeline, href=names[each.file])),
            el("td", ", ".join(column.name for column in step.columns)),
        )
        for each in pipelines
        for step in _datasets(each)
    ]
    heads = ("Dataset", "Kind", "Layer", "Pipeline", "Columns")
    table = el(
        "table",
        el("caption", "All datasets of the project", class_="sr"),
        el("thead", el("tr", (el("th", name, scope="col") for name in heads))),
        el("tbody", rows),
        class_="grid-table",
    )
    yield el(
        "section",
        el("h2", "Datasets"),
        el("div", table, class_="scroll", tabindex="0", role="region", aria_label="Datasets"),
    )


def _datasets(each: Documented) -> list:  # type: ignore[type-arg]
    return sorted((step for step in each.steps if step.kind != "store"), key=lambda step: step.name)


def _summary(each: Documented, page: str) -> Html:
    counts = [
        many(len(_datasets(each)), "dataset"),
        many(len(each.graph.stores), "store"),
        many(len(each.tests), "test"),
    ]
    last = shown_of(each).last_words()
    return el(
        "article",
        el(
            "div",
            el("h3", el("a", each.graph.pipeline, href=page)),
            el("p", inline(each.graph.doc)) if each.graph.doc else None,
            el("p", el("code", each.file), f", {', '.join(counts)}", f". {last}" if last else "", class_="hint"),
            class_="inside",
        ),
        class_="card-of",
    )


def _pipeline(each: Documented) -> Iterator[Child]:
    shown = shown_of(each)
    last = shown.last_words()
    yield el(
        "section",
        el("p", el("code", each.file), class_="over"),
        el("h1", each.graph.pipeline),
        doc(each.graph.doc) if each.graph.doc else None,
        el("p", last, class_="more") if last else None,
        _parameters(each),
        class_="hero",
    )
    yield el("section", el("h2", "How it hangs together"), el("div", picture(shown), class_="canvas"), id="graph")
    yield el("section", el("h2", "Steps"), list(_by_layer(shown)), id="steps")
    yield from sources_and_tests(shown)


def _parameters(each: Documented) -> Html | None:
    if not each.graph.parameters:
        return None
    items = (
        el("div", el("dt", f"{parameter.name} {parameter.type}"), el("dd", el("code", str(parameter.value))))
        for parameter in each.graph.parameters
    )
    return joined(el("h4", "Parameters"), el("dl", items, class_="facts"))


def _by_layer(shown: Shown) -> Iterator[Child]:
    layers = [None, *shown.documented.graph.layers]
    for layer in layers:
        members = [step for step in shown.documented.steps if step.layer == layer]
        if members and layer is not None:
            yield el("h3", layer, class_="layer-name")
        yield [dataset(shown, step) for step in members]
