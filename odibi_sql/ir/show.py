"""Relations, expressions and graphs as text for people: an operator a line, what comes first on top.

scan orders/*.csv (id, amount)
filter amount > 0
aggregate total = sum(amount) group by id
"""

from __future__ import annotations

import datetime
import decimal
import re

from odibi_sql.ir.expressions import (
    AggregateCall,
    Bound,
    Call,
    Case,
    Cast,
    Column,
    Exists,
    Expr,
    Frame,
    GetMember,
    InQuery,
    Interval,
    Literal,
    MakeStruct,
    Outer,
    ScalarQuery,
    SortKey,
    Value,
    WindowCall,
)
from odibi_sql.ir.graph import Graph
from odibi_sql.ir.relations import (
    Aggregate,
    AsOfJoin,
    Dedupe,
    Distinct,
    Explode,
    Filter,
    Join,
    Limit,
    Project,
    Read,
    Relation,
    Rows,
    Scan,
    SetOperation,
    Sort,
)

INFIX = {"or": 1, "and": 2, "not": 3, "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "like": 4, "ilike": 4}
INFIX |= {"is distinct from": 4, "||": 5, "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7}
_PLAIN = re.compile(r"[^\W\d][\w.]*\Z")
MOST_ROWS = 3  # of rows written out that are shown


def show_graph(graph: Graph) -> str:
    """Return the datasets, gates and stores of a graph, each with its relation."""
    blocks = [f"{each.name}:\n{_indented(show(each.relation))}" for each in graph.datasets]
    blocks += [f"gate {each.name}:\n{_indented(show(each.relation))}" for each in graph.gates]
    blocks += [f"store {each.dataset} to {each.target.path}" for each in graph.stores]
    return "\n".join(blocks)


def show(relation: Relation) -> str:
    """Return the relation as text: one line for each node, the inputs of joins and set operations indented."""
    match relation:
        case Join(left=left, right=right) | AsOfJoin(left=left, right=right):
            return f"{show(left)}\n{show_line(relation)}\n{_indented(show(right))}"
        case SetOperation(inputs=(first, *others)):
            word = show_line(relation)
            return "\n".join([show(first), *(f"{word}\n{_indented(show(each))}" for each in others)])
        case Scan() | Rows() | Read():
            return _leaf(relation)
        case Filter() | Project() | Aggregate() | Dedupe() | Distinct() | Sort() | Limit() | Explode():
            return f"{show(relation.input)}\n{_line(relation)}"
    raise TypeError(relation)


def show_line(relation: Relation) -> str:
    """Return what one node says by itself, without what it is on."""
    match relation:
        case Join(condition=condition):
            on = "" if condition is None else f" on {show_expression(condition)}"
            return f"join {relation.kind}{on}{'' if relation.match is None else f' match {relation.match}'}"
        case AsOfJoin(times=(one, other)):
            pairs = [*(f"{mine} = {theirs}" for mine, theirs in relation.equal), f"{one} {relation.operator} {other}"]
            return f"join asof {relation.kind} on {' and '.join(pairs)}"
        case SetOperation():
            return f"{relation.kind}{' distinct' if relation.is_distinct else ''}"
        case Scan() | Rows() | Read():
            return _leaf(relation)
        case Filter() | Project() | Aggregate() | Dedupe() | Distinct() | Sort() | Limit() | Explode():
            return _line(relation)
    raise TypeError(relation)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _leaf(relation: Scan | Rows | Read) -> str:
    names = f"({', '.join(relation.schema.names)})"
    match relation:
        case Read(dataset=name):
            return f"read {name} {names}"
        case Rows(rows=rows):
            shown = [f"({', '.join(show_value(each.value) for each in row)})" for row in rows[:MOST_ROWS]]
            more = [f"… {len(rows)} rows"] if len(rows) > MOST_ROWS else []
            return f"values {names} {', '.join([*shown, *more]) or 'no rows'}"
    places = [group.pattern or ", ".join(group.files) for group in relation.source.groups]
    return f"scan {relation.source.format} {', '.join(places)} {names}"


def _line(relation: Filter | Project | Aggregate | Dedupe | Distinct | Sort | Limit | Explode) -> str:
    match relation:
        case Explode(value=value, name=name):
            return f"explode {show_expression(value)} as {show_name(name)}"
        case Filter(condition=condition):
            return f"filter {show_expression(condition)}"
        case Project(columns=columns):
            return f"select {', '.join(show_assigned(each.name, each.value) for each in columns)}"
        case Aggregate(keys=keys, aggregates=aggregates):
            made = ", ".join(show_assigned(each.name, each.value) for each in aggregates)
            by = ", ".join(show_assigned(each.name, each.value) for each in keys)
            return f"aggregate {made}{' group by ' if keys else ''}{by}".replace("aggregate  ", "aggregate ")
        case Dedupe(keys=names, order=order):
            return f"dedupe by {', '.join(map(show_name, names))} keep {f'first {_order(order)}' if order else 'any'}"
        case Sort(keys=keys):
            return f"sort {_order(keys)}"
        case Limit(count=count, offset=offset, per=per, order=order):
            words = [f"limit {'all' if count is None else count}"]
            words += [f"offset {offset}"] if offset else []
            words += ["per", ", ".join(map(show_name, per))] if per else []
            words += ["in the order of", _order(order)] if order else []
            return " ".join(words)
    return "distinct"


def show_assigned(name: str, value: Expr) -> str:
    """Return `name = value`, or the name alone of a column that keeps its own."""
    shown = show_name(name)
    return shown if isinstance(value, Column) and value.name == name else f"{shown} = {show_expression(value)}"


def show_name(name: str) -> str:
    """Return a name as the language writes it; one of the compiler's own, `c.id`, is left as it is."""
    return name if _PLAIN.match(name) else f"`{name.replace('`', '``')}`"


def _order(keys: tuple[SortKey, ...]) -> str:
    return ", ".join(map(_key, keys))


def _key(key: SortKey) -> str:
    direction = " desc" if key.descending else ""
    return f"{show_expression(key.value)}{direction}{' nulls first' if key.nulls_first else ''}"


def show_expression(expr: Expr, around: int = 0) -> str:
    """Return the expression as the language writes it; `around` is how tightly what is around it binds."""
    match expr:
        case Column(name=name):
            return show_name(name)
        case Outer(name=name, depth=depth):
            return f"{'outer.' * depth}{show_name(name)}"
        case Literal(value=value):
            return show_value(value)
        case Call():
            return _call(expr, around)
        case Cast(operand=operand, is_try=is_try, is_implicit=is_implicit):
            if is_implicit:
                return show_expression(operand, around)
            return f"{'try_' if is_try else ''}cast({show_expression(operand)} as {expr.type})"
        case Case(branches=branches, otherwise=otherwise):
            taken = " ".join(
                f"when {show_expression(each.condition)} then {show_expression(each.value)}" for each in branches
            )
            return f"case {taken}{'' if otherwise is None else f' else {show_expression(otherwise)}'} end"
        case MakeStruct(values=values):
            return f"struct({', '.join(map(show_expression, values))})"
        case GetMember(operand=operand, name=name):
            return f"{show_expression(operand, 9)}.{show_name(name)}"
        case AggregateCall() | WindowCall():
            return _aggregate(expr)
    return _subquery(expr)


def _call(expr: Call, around: int) -> str:
    tightness = INFIX.get(expr.function, 9)
    match expr.function, expr.args:
        case "not", (Call(function="is null", args=(operand,)),):
            text, tightness = f"{show_expression(operand, 5)} is not null", 4
        case "not", (operand,):
            text = f"not {show_expression(operand, 4)}"
        case "negate", (operand,):
            text = f"-{show_expression(operand, 8)}"
        case (("is null" | "is true" | "is false"), (operand,)):
            text, tightness = f"{show_expression(operand, 5)} {expr.function}", 4
        case "in", (operand, *items):
            text, tightness = f"{show_expression(operand, 5)} in ({', '.join(map(show_expression, items))})", 4
        case "between", (operand, low, high):
            ends = f"{show_expression(low, 5)} and {show_expression(high, 5)}"
            text, tightness = f"{show_expression(operand, 5)} between {ends}", 4
        case "[]", (holder, index):
            text = f"{show_expression(holder, 9)}[{show_expression(index)}]"
        case "array", items:
            text = f"[{', '.join(map(show_expression, items))}]"
        case name, (_, _, *_) if name in INFIX:
            text = _infix(expr, tightness)
        case name, args:
            text = f"{name}({', '.join(map(show_expression, args))})"
    return f"({text})" if tightness < around else text


def _infix(expr: Call, tightness: int) -> str:
    """Return `a + b - c`: without recursion, for such a chain is as deep as it is long."""
    words: list[str] = []
    first: Expr = expr
    while isinstance(first, Call) and len(first.args) > 1 and INFIX.get(first.function) == tightness != 4:
        for each in reversed(first.args[1:]):
            words += [show_expression(each, tightness + 1), first.function]
        first = first.args[0]
    if first is expr:  # comparisons do not chain
        return f"{show_expression(expr.args[0], 5)} {expr.function} {show_expression(expr.args[1], 5)}"
    return " ".join([show_expression(first, tightness), *reversed(words)])


def _aggregate(expr: AggregateCall | WindowCall) -> str:
    inside = ", ".join(map(show_expression, expr.args))
    if isinstance(expr, AggregateCall) and expr.order:
        inside += f" order by {_order(expr.order)}"
    text = f"{expr.function}({'distinct ' if expr.is_distinct else ''}{inside})"
    if expr.where is not None:
        text += f" filter (where {show_expression(expr.where)})"
    return text if isinstance(expr, AggregateCall) else f"{text} over ({_window(expr)})"


def _window(expr: WindowCall) -> str:
    said = []
    if expr.partition:
        said.append(f"partition by {', '.join(map(show_expression, expr.partition))}")
    if expr.order:
        said.append(f"order by {_order(expr.order)}")
    if expr.frame is not None:
        said.append(_frame(expr.frame))
    return " ".join(said)


def _frame(frame: Frame) -> str:
    return f"{frame.unit} between {_bound(frame.start)} and {_bound(frame.end)}"


def _bound(bound: Bound) -> str:
    if bound.offset is None:
        return f"unbounded {bound.side}"
    return "current row" if bound.offset == 0 else f"{bound.offset} {bound.side}"


def _subquery(expr: Expr) -> str:
    match expr:
        case Exists(relation=relation):
            return f"exists ({_on_one_line(relation)})"
        case InQuery(operand=operand, relation=relation):
            return f"{show_expression(operand, 5)} in ({_on_one_line(relation)})"
        case ScalarQuery(relation=relation):
            return f"({_on_one_line(relation)})"
    raise TypeError(expr)


def _on_one_line(relation: Relation) -> str:
    return " | ".join(line.strip() for line in show(relation).split("\n"))


def show_value(value: Value) -> str:
    """Return a constant as the language writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime.datetime():
            return f"timestamp '{value.isoformat(sep=' ')}'"
        case datetime.date():
            return f"date '{value.isoformat()}'"
        case Interval(months=months, days=days, microseconds=microseconds):
            said = [(months, "months"), (days, "days"), (microseconds, "microseconds")]
            return " ".join(f"{count} {unit}" for count, unit in said if count) or "0 days"
        case decimal.Decimal():
            return format(value, "f")
    return repr(value)
