"""Colours in the text of a pipeline and in SQL: by their words alone, so that any text has some."""

from __future__ import annotations

import re

from odibi_sql.story.markup import Html, el, joined

_PIPELINE = (
    "pipeline param layer ingest transform sql store func fragment use test on from to schema key with mode "
    "partition by filter expect else quarantine drop warn fail skip derive set select rename cast fill join left "
    "right inner outer full semi anti cross asof match one many aggregate group sort limit per dedupe keep first "
    "last any union intersect except pivot unpivot explode sample distinct window apply given where rows values "
    "and or not null is in like ilike between case when then end true false as over order unbounded preceding "
    "following current row asc desc date timestamp interval merge append overwrite partitions publish call "
    "priority into materialize"
)
_SQL = (
    "select from where group by order having qualify with as join left right inner outer full cross semi anti "
    "asof using on union all except intersect distinct limit offset and or not null is in like ilike between case "
    "when then else end true false cast try_cast over partition rows range groups unbounded preceding following "
    "current row asc desc nulls first last filter within values lateral unnest exists any recursive create table "
    "insert into copy to struct array map escape interval date timestamp exclude replace pivot unpivot collate"
)
_TOKEN = {
    "pipeline": re.compile(
        r"(?P<c>\#[^\n]*)|(?P<s>\"\"\".*?\"\"\"|'(?:[^'\n]|'')*'|\"(?:[^\"\n]|\"\")*\")|(?P<q>`[^`\n]*`)"
        r"|(?P<n>\b\d[\d_.]*(?:e[+-]?\d+)?\b)|(?P<p>^[ \t]*\|)|(?P<w>[^\W\d]\w*)",
        re.DOTALL | re.IGNORECASE | re.MULTILINE,
    ),
    "sql": re.compile(
        r"(?P<c>--[^\n]*|/\*.*?\*/)|(?P<s>'(?:[^']|'')*')|(?P<q>\"(?:[^\"]|\"\")*\"|`[^`]*`)"
        r"|(?P<n>\b\d[\d.]*(?:e[+-]?\d+)?\b)|(?P<w>[^\W\d]\w*)",
        re.DOTALL | re.IGNORECASE,
    ),
}
_WORDS = {"pipeline": frozenset(_PIPELINE.split()), "sql": frozenset(_SQL.split())}


def coloured(text: str, language: str) -> Html:
    """Return the text of a pipeline (`pipeline`) or of a statement (`sql`) with its words marked."""
    parts: list[Html | str] = []
    end = 0
    words = _WORDS[language]
    for found in _TOKEN[language].finditer(text):
        kind = found.lastgroup or "w"
        if kind == "w":
            if found[0].lower() not in words:
                continue
            kind = "k"
        parts += [text[end : found.start()], el("span", found[0], class_=kind)]
        end = found.end()
    return joined(parts, text[end:])
