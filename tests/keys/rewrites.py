"""Ways to write a pipeline differently that mean the same, and ways to change one a little."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.diagnostics import Source
from odibi_sql.ir.walk import map_expressions, map_inputs, rewrite
from odibi_sql.syntax.format import format_source

NAME = re.compile(r"\b[tscjuq][0-9]+\b")
Rewrite = Callable[[str, frozenset[str], random.Random], str]


# ---- the same meaning, in the text; `kept` are the names that a reader of the result sees


def renamed(text: str, kept: frozenset[str], chance: random.Random) -> str:
    """Call every step and every column that nobody sees something else.

    What is put aside says in a column which rule it breaks, as that is written; unpivot writes names of columns.
    """
    if "quarantine" in text or "unpivot" in text:
        return text
    names = sorted(set(NAME.findall(text)) - kept)
    new = [f"n{number}" for number in range(len(names))]
    chance.shuffle(new)
    return NAME.sub(lambda match: dict(zip(names, new, strict=True)).get(match[0], match[0]), text)


def reordered(text: str, kept: frozenset[str], chance: random.Random) -> str:
    """Put the steps in another order."""
    blocks = text.strip().split("\n\n")
    chance.shuffle(blocks)
    return "\n\n".join(blocks) + "\n"


def commented(text: str, kept: frozenset[str], chance: random.Random) -> str:
    """Say something about every step, and lay the text out (but for rules, as above)."""
    blocks = [f"## Step {number}.\n# and a word\n{block}" for number, block in enumerate(text.strip().split("\n\n"))]
    new = "\n\n".join(blocks) + "\n"
    return new if "quarantine" in text else format_source(Source("p.odibi", new))


def padded(text: str, kept: frozenset[str], chance: random.Random) -> str:
    """Derive what is dropped again, and filter by what always holds."""
    line = (
        "  | derive unused = 'x' || 'y', other = 1 + 2\n  | drop unused, other\n  | filter 1 = 1  # odibi: allow all\n"
    )
    heads = re.compile(r"^(transform \S+ from \S+\n)", re.MULTILINE)
    return heads.sub(lambda match: match[1] + line if chance.random() < 0.7 else match[1], text)


def extended(text: str, kept: frozenset[str], chance: random.Random) -> str:
    """Add steps that have nothing to do with the result."""
    more = "ingest unrelated from values (a int64) (1), (2)\n\ntransform more from unrelated\n  | filter a > 1\n"
    return f"{more}\n{text}"


REWRITES: tuple[Rewrite, ...] = (renamed, reordered, commented, padded, extended)


# ---- the same meaning, in the graph

COMMUTING = ("and", "or", "+", "*", "=", "<>", "is distinct from")


def shuffled(graph: ir.Graph, chance: random.Random) -> ir.Graph:
    """Put operands, items of lists and inputs of set operations in another order; take filters apart."""

    def expression(part: ir.Expr) -> ir.Expr:
        match part:
            case ir.Call(function=function, args=(one, other)) if function in COMMUTING and one.type == other.type:
                return replace(part, args=(other, one)) if chance.random() < 0.5 else part
            case ir.Call(function="in", args=(operand, *items)):
                chance.shuffle(items)
                return replace(part, args=(operand, *items))
            case ir.Call(function="<" | "<=" as function, args=(one, other)):
                return replace(part, function={"<": ">", "<=": ">="}[function], args=(other, one))
            case ir.Exists(relation=inside) | ir.InQuery(relation=inside) | ir.ScalarQuery(relation=inside):
                return replace(part, relation=relation(inside))
        return part

    def relation(node: ir.Relation) -> ir.Relation:
        node = map_expressions(map_inputs(node, relation), lambda each: rewrite(each, expression))
        match node:
            case ir.Filter(input=below, condition=ir.Call(function="and", args=(one, other))):
                inner = ir.Filter(schema=below.schema, input=below, condition=other)
                return replace(node, input=inner, condition=one)
            case ir.SetOperation(kind="intersect", inputs=inputs) | ir.SetOperation(is_distinct=True, inputs=inputs):
                return _with_inputs(node, inputs[::-1]) if node.kind != "except" else node
        return node

    datasets = tuple(replace(each, relation=relation(each.relation)) for each in graph.datasets)
    return replace(graph, datasets=datasets)


def _with_inputs(node: ir.SetOperation, inputs: tuple[ir.Relation, ...]) -> ir.SetOperation:
    names = [each.schema.names for each in inputs]
    return replace(node, inputs=inputs) if all(each == names[0] for each in names) else node


# ---- another meaning, perhaps

WORDS: dict[str, tuple[str, ...]] = {
    "left": ("right", "full", "inner"),
    "right": ("left", "full", "inner"),
    "full": ("left", "right", "inner"),
    "inner": ("left", "right", "full"),
    "semi": ("anti",),
    "anti": ("semi",),
    "first": ("last",),
    "last": ("first",),
    "min": ("max",),
    "max": ("min",),
    "sum": ("avg", "max"),
    "avg": ("sum",),
    "count": ("count_if",),
    "and": ("or",),
    "or": ("and",),
    "not": ("",),
    "desc": ("",),
    "distinct": ("",),
    "union": ("intersect", "except"),
    "intersect": ("union", "except"),
    "except": ("union", "intersect"),
    "all": ("",),
    "preceding": ("following",),
    "following": ("preceding",),
    "rank": ("dense_rank", "row_number"),
    "row_number": ("rank",),
    "lag": ("lead",),
    "first_value": ("last_value",),
    "upper": ("lower",),
    "lower": ("upper", "reverse"),
    "trim": ("upper",),
    "left(": ("right(",),
    "greatest": ("least",),
    "least": ("greatest",),
    "floor": ("ceil",),
    "abs": ("sign",),
    "month": ("week", "year"),
    "week": ("month",),
    "hour": ("day",),
    "day": ("hour", "month"),
    "true": ("false",),
    "false": ("true",),
    "null": ("1",),
    "is": ("is not",),
    "exists": ("not exists",),
    "drop": ("warn",),
    "warn": ("drop",),
    "int64": ("float64", "string"),
    "<=": ("<", ">=", "="),
    "<": ("<=", ">"),
    ">=": (">", "<="),
    ">": (">=", "<"),
    "=": ("<>", "<="),
    "<>": ("=",),
    "+": ("-", "*"),
    "-": ("+",),
    "*": ("+",),
    "/": ("//", "*"),
    "//": ("/", "%"),
    "%": ("//",),
    "||": ("|| '-' ||",),
    "rows": ("range",),
    "tumble": ("session",),
    "offset": ("",),
}
TOKEN = re.compile(r"'[^'\n]*'|[A-Za-z_][A-Za-z_0-9]*|[0-9]+(?:\.[0-9]+)?|<=|>=|<>|\|\||//|[<>=+*/%-]")


def mutated(text: str, chance: random.Random) -> str:
    """Change one token, leave out a line, or let two lines change places. What comes out can be wrong."""
    if chance.random() < 0.2:
        return _lines_mutated(text, chance)
    tokens = [match for match in TOKEN.finditer(text) if _others(match[0], text)]
    of_steps = [match for match in tokens if not _is_in_rows(match.start(), text)]
    match = chance.choice(of_steps if of_steps and chance.random() < 0.9 else tokens)
    other = chance.choice(_others(match[0], text))
    return f"{text[: match.start()]}{other}{text[match.end() :]}"


def _is_in_rows(place: int, text: str) -> bool:
    return text.startswith("  (", text.rfind("\n", 0, place) + 1)


def _others(token: str, text: str) -> list[str]:
    if token[0].isdigit():
        return [each for each in ("0", "1", "2", "5", "1.5") if each != token]
    if token[0] == "'":
        return [each for each in ("''", "'a'", "'B'", "'7'", "'2024-03-01'", "'a b'") if each != token]
    if NAME.fullmatch(token):
        return [each for each in sorted(set(NAME.findall(text))) if each[0] == token[0] and each != token]
    return list(WORDS.get(token.lower(), ()))


def _lines_mutated(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    places = [place for place, line in enumerate(lines) if line.startswith("  | ")]
    if not places:
        return text
    place = chance.choice(places)
    if chance.random() < 0.5 and place + 1 in places:
        lines[place], lines[place + 1] = lines[place + 1], lines[place]
    else:
        del lines[place]
    return "\n".join(lines)
