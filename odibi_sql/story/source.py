"""The text of the pipeline as it was when it ran, with the numbers of its lines."""

from __future__ import annotations

from odibi_sql.story.colours import coloured
from odibi_sql.story.facts import Known
from odibi_sql.story.markup import Html, el, joined
from odibi_sql.story.numbers import many


def source(known: Known) -> Html:
    """Return the section, folded."""
    text = known.track.text.rstrip("\n")
    if not text:
        return joined()
    lines = text.count("\n") + 1
    numbers = "\n".join(str(number + 1) for number in range(lines))
    return el(
        "section",
        el("h2", "The pipeline as it was", id="source-title"),
        el(
            "details",
            el("summary", el("code", known.track.file or known.track.pipeline), f", {many(lines, 'line')}"),
            el(
                "div",
                el("pre", numbers, class_="lines", aria_hidden="true"),
                el("pre", el("code", coloured(text, "pipeline"))),
                class_="source scroll",
                tabindex="0",
                role="region",
                aria_label="Text of the pipeline",
            ),
        ),
        id="source",
        aria_labelledby="source-title",
    )
