"""A function in words, for a terminal."""

from __future__ import annotations

from odibi_sql.functions.signature import Function, Parameter


def signature(function: Function) -> str:
    """Return how a call of it looks: `round(x, [digits])`."""
    shown = ""
    for parameter in function.parameters:
        comma = ", " if shown else ""
        name = f"{parameter.name}, …" if parameter.is_variadic else parameter.name
        shown += f"{comma}[{name}]" if parameter.is_optional else f"{comma}{name}"
    over = " over (…)" if function.kind == "window" else ""
    return f"{function.name}({shown}){over}"


def summary(function: Function) -> str:
    """Return the first sentence of its doc, on one line."""
    first = " ".join(function.doc.partition("\n\n")[0].split())
    return first.partition(": ")[0].rstrip(".") + "." if len(first) > 100 and ": " in first else first


def parameter_in_words(parameter: Parameter) -> str:
    """Return what a parameter takes: "a whole number that is known when compiled; 0 where left out"."""
    words = parameter.words
    if parameter.choices:
        words = f"one of {', '.join(repr(each) for each in parameter.choices)}"
    if parameter.is_constant:
        words += ", known when compiled"
    if parameter.is_variadic:
        words += ", any number of them"
    if parameter.is_optional and not parameter.is_variadic:
        words += " (can be left out)" if parameter.default is None else f" ({parameter.default!r} where left out)"
    return words


def result_in_words(function: Function) -> str:
    """Return what comes out and when it is null: "float64. Null where an argument is null."."""
    kind = "by the types of the arguments" if function.fixed_result is None else str(function.fixed_result)
    return f"{kind}. {function.null_rule}"


def describe(function: Function) -> str:
    """Return all there is to know about a function, as plain text."""
    lines = [signature(function), "", *_paragraphs(function.doc), ""]
    if function.parameters:
        width = max(len(each.name) for each in function.parameters)
        lines += [f"  {each.name:<{width}}  {parameter_in_words(each)}" for each in function.parameters]
    lines += [f"  gives {result_in_words(function)}"]
    if function.aliases:
        lines += [f"  also called {', '.join(function.aliases)}"]
    return "\n".join([*lines, "", *(f"  {example}" for example in function.examples), ""])


def _paragraphs(doc: str) -> list[str]:
    return [line.strip() for line in doc.strip().splitlines()]
