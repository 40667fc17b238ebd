"""Who reads whom: the order in which steps are checked and run, and the circles that have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from odibi_sql import syntax
from odibi_sql.check.context import Context
from odibi_sql.check.row_counts import datasets_counted
from odibi_sql.diagnostics.steps_errors import Cycle

Step = syntax.Ingest | syntax.Transform | syntax.Sql
Reads = Mapping[str, tuple[syntax.Name, ...]]  # of each step, the datasets that it reads, as they are written


def reads_of(step: Step) -> tuple[syntax.Name, ...]:
    """Return the datasets that a step reads, as often as they are written."""
    counted = datasets_counted(step.options)
    match step:
        case syntax.Transform(source=source, operators=operators):
            return (source, *(name for each in operators for name in _reads_of_operator(each)), *counted)
        case syntax.Ingest(operators=operators):
            return (*(name for each in operators for name in _reads_of_operator(each)), *counted)
        case syntax.Sql(sources=sources):
            return (*sources, *counted)
    raise TypeError(step)


def _reads_of_operator(operator: syntax.Operator) -> tuple[syntax.Name, ...]:
    match operator:
        case syntax.Join(dataset=dataset) | syntax.AsOfJoin(dataset=dataset):
            return (dataset,)
        case syntax.SetWith(datasets=datasets):
            return datasets
        case syntax.Expect(rule=syntax.ReferencesRule(dataset=dataset)):
            return (dataset,)
    return ()


def quarantines_of(step: Step) -> tuple[syntax.Name, ...]:
    """Return the quarantines that a step makes, each once."""
    operators = () if isinstance(step, syntax.Sql) else step.operators
    found = {
        each.quarantine.text: each.quarantine
        for each in reversed(operators)
        if isinstance(each, syntax.Expect) and each.quarantine is not None
    }
    return tuple(reversed(found.values()))


def in_order(context: Context, steps: Sequence[str], reads: Reads, makers: Mapping[str, str]) -> list[str]:
    """Return the steps so that each comes after those that it reads, otherwise as they are written.

    `makers`: the step that makes each dataset. Each circle is reported once, with the whole way around; its steps come
    in some order.
    """
    order: list[str] = []
    state: dict[str, bool] = {}  # True: done; False: on the way
    for start in steps:
        if start in state:
            continue
        way: list[tuple[str, Iterator[syntax.Name]]] = [(start, iter(reads[start]))]
        used: dict[str, syntax.Name] = {}  # on the way, what each step was entered by
        state[start] = False
        while way:
            step, rest = way[-1]
            name = next(rest, None)
            if name is None:
                state[step] = True
                order.append(step)
                way.pop()
                continue
            needed = makers.get(name.text)
            if needed is None or state.get(needed):
                continue
            if needed in state:
                _report_cycle(context, [each for each, _ in way], needed, used, name)
                continue
            state[needed] = False
            used[needed] = name
            way.append((needed, iter(reads[needed])))
    return order


def _report_cycle(
    context: Context, way: Sequence[str], needed: str, used: Mapping[str, syntax.Name], last: syntax.Name
) -> None:
    """Report the circle from `needed` along the way and back by the name `last`."""
    steps = list(way[way.index(needed) :])
    names = [*(used[each] for each in steps[1:]), last]
    if len(steps) == 1:
        finding = Cycle(
            span=last.span,
            who=f"`{needed}` reads itself",
            path=f"`{needed}` → `{last.text}`",
            first=needed,
            second=last.text,
        )
        context.report(finding)
        return
    path = " → ".join(f"`{each}`" for each in (*steps, needed))
    more = tuple(
        (name.span, f"`{step}` reads `{name.text}` here") for step, name in zip(steps[1:], names[1:], strict=True)
    )
    who = f"{len(steps)} steps read each other in a circle"
    context.report(Cycle(span=names[0].span, who=who, path=path, first=steps[0], second=names[0].text, more=more))
