"""A graph becomes a plan: which datasets are tables of the run, and the statement of each stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.readers import reads
from odibi_sql.lower.cost import is_cheap
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.draft import Draft, over_source, with_free_alias
from odibi_sql.lower.finish import finish
from odibi_sql.lower.goals import Asked, what_is_asked
from odibi_sql.lower.grouping import lower_sort
from odibi_sql.lower.naming import Names, unused
from odibi_sql.lower.policies import policy_of
from odibi_sql.lower.printer import print_statement
from odibi_sql.lower.refused import refuse
from odibi_sql.lower.relations import MOST_CTES, lower_relation
from odibi_sql.lower.reread import store_to_read
from odibi_sql.lower.scope import Place, Shared
from odibi_sql.lower.subqueries import with_ctes
from odibi_sql.lower.tidy import tidy_names
from odibi_sql.lower.wrapping import table, wrap
from odibi_sql.plan import Answer, Check, Materialize, Plan, Stage, View, Write


def lower(graph: ir.Graph, dialect: Dialect, goals: tuple[str, ...] | None = None) -> Plan:
    """Return the stages that compute `goals` (names of stores and datasets; None: all stores), in an order to run in.

    A dataset that several read is a table of the run where reading it anew would cost more; every check of an
    expectation comes before the stages that depend on it. Raises CompileError: `not-on-this-engine`.
    """
    refuse(graph, dialect)
    asked = what_is_asked(graph, goals)
    work = Work(graph, dialect, asked)
    for name in asked.datasets:
        work.make(name)
    for store in asked.stores:
        if store.name not in work.stage_names:
            work.write(store)
    for name in asked.answers:
        work.answer(name)
    return Plan(pipeline=graph.pipeline, dialect=dialect.name, stages=tuple(work.stages), steps_skipped=asked.skipped)


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement is of: the stages that come first, the steps it computes, the files it reads; and the gates that
    have to hold before its rows are stored."""

    needs: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    sources: tuple[ir.FileSource, ...] = ()
    views: tuple[View, ...] = ()

    def and_(self, other: Traits) -> Traits:
        """Return both together."""
        return Traits(
            needs=_both(self.needs, other.needs),
            gates=_both(self.gates, other.gates),
            steps=_both(self.steps, other.steps),
            sources=_each_once(self.sources, other.sources),
            views=_each_once(self.views, other.views),
        )


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other))) if one and other else one or other


def _each_once(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*one, *(each for each in other if not any(each is seen for seen in one)))


class Made(msgspec.Struct, kw_only=True):
    """A dataset that is lowered: how its rows are read, and what reading them brings along."""

    draft: Draft
    traits: Traits
    is_cheap: bool


class Work:
    """The plan in the making."""

    def __init__(self, graph: ir.Graph, dialect: Dialect, asked: Asked) -> None:
        self.dialect = dialect
        self.clock = graph.clock
        self.asked = asked
        self.datasets = {each.name: each for each in graph.datasets}
        self.gates = {each.name: each for each in graph.gates}
        self.options = {each.step: each.options for each in graph.datasets if each.made_by != "hidden"}
        self.options |= {each.name: each.options for each in graph.stores}
        self.names = Names(self.datasets)
        self.shared = Shared()
        self.steps = frozenset(name.lower() for name in self.datasets)
        self.made: dict[str, Made] = {}
        self.stages: list[Stage] = []
        self.stage_names: set[str] = set()
        self.reading = Traits()  # of the statement that is being put together

    def make(self, name: str) -> None:
        """Lower a dataset; those that it reads are there."""
        dataset = self.datasets[name]
        draft = self._lowered(dataset.relation, name)
        traits = self.reading.and_(Traits(steps=(dataset.step,), gates=dataset.gates))
        made = Made(draft=draft, traits=traits, is_cheap=is_cheap(dataset.relation, self._is_cheap))
        if self._is_table(dataset, made):
            self._keep(dataset, made)
        self.made[name] = made
        source = made.draft.source
        if source is not None and source.is_wide and made.draft.is_plain and not made.draft.joins:
            self.shared.whole[id(source)] = made.draft

    def _is_cheap(self, name: str) -> bool:
        return self.made[name].is_cheap

    def _is_table(self, dataset: ir.Dataset, made: Made) -> bool:
        options = dataset.options
        if dataset.made_by != "hidden" and (options.is_kept or options.materialize is not None):
            return options.is_kept
        if len(made.draft.ctes) > MOST_CTES:
            return True
        return self.asked.readers.get(dataset.name, 0) > 1 and not made.is_cheap and not made.draft.is_bare

    def _keep(self, dataset: ir.Dataset, made: Made) -> None:
        """Make a table of a dataset, after the checks that can be done without it: the files of a store of it that
        give the rows back as they are, or else one in the engine's memory."""
        traits = self._checked(made.traits)
        later = tuple(each for each in traits.gates if each not in self.stage_names)
        store = None if later else store_to_read(dataset, self.asked.stores)
        if store is None:
            self._materialize(dataset, made.draft, traits)
        else:
            self._write(store, dataset, made.draft, traits, table=dataset.name)
        self.names.given.add(dataset.name.lower())
        source = table(dataset.name, dataset.relation.schema.names)
        made.draft = over_source(source, dataset.relation.schema, dataset.name)
        made.traits = Traits(needs=(self.stages[-1].name,), gates=later)
        made.is_cheap = True

    def _materialize(self, dataset: ir.Dataset, draft: Draft, traits: Traits) -> None:
        if dataset.order and not draft.is_cut:
            draft = replace(draft, order=())
        self._add(Materialize, dataset.name, draft, dataset.relation.schema, traits)

    def _checked(self, traits: Traits) -> Traits:
        """Return the traits with a need of every check that can be done by now; those not yet planned are added."""
        for name in traits.gates:
            gate = self.gates.get(name)
            if gate is not None and name not in self.stage_names and all(map(self.made.get, reads(gate.relation))):
                self._check(gate)
        return traits.and_(Traits(needs=tuple(name for name in traits.gates if name in self.stage_names)))

    def _after_conditions(self, traits: Traits, gate: ir.Gate) -> Traits:
        """Return the traits with a need of each `when` that decides whether the rows are there at all."""
        waits = [name for name in traits.gates if name in self.gates and _skips(self.gates[name])]
        names = tuple(name for name in dict.fromkeys((*gate.after, *waits)) if name != gate.name)
        return self._checked(replace(traits, gates=names)).and_(traits) if names else traits

    def _check(self, gate: ir.Gate) -> None:
        draft = self._lowered(gate.relation, gate.name)
        traits = self._after_conditions(self.reading, gate).and_(Traits(steps=(gate.step,)))
        self._add(Check, gate.name, draft, gate.relation.schema, traits, rules=gate.rules)

    def write(self, store: ir.Store) -> None:
        """Add the stage of a store."""
        dataset = self.datasets[store.dataset]
        draft = self._all_of(dataset)
        self._write(store, dataset, draft, self._checked(self.reading.and_(Traits(gates=store.gates))))

    def _write(
        self, store: ir.Store, dataset: ir.Dataset, draft: Draft, traits: Traits, table: str | None = None
    ) -> None:
        draft = _sorted(dataset, draft, self._place(dataset.name))
        self._add(
            Write,
            store.name,
            draft,
            dataset.relation.schema,
            traits.and_(Traits(steps=(store.name,))),
            target=store.target,
            mode=store.mode,
            dataset=store.dataset,
            keys=store.keys,
            is_unique=store.is_unique,
            clock=self.clock if store.mode == "scd2" else None,
            is_ordered=bool(draft.order),
            together=store.options.together,
            table=table,
        )

    def answer(self, name: str) -> None:
        """Add the stage that gives a dataset to who asked for it."""
        dataset = self.datasets[name]
        stage = unused(name, self.stage_names) if name in self.stage_names else name
        draft = self._all_of(dataset)
        self._add(Answer, stage, draft, dataset.relation.schema, self._checked(self.reading), dataset=name)

    def _all_of(self, dataset: ir.Dataset) -> Draft:
        """Return all rows of a dataset, in its order."""
        self.reading = Traits()
        place = self._place(dataset.name)
        draft = self.read(ir.Read(schema=dataset.relation.schema, dataset=dataset.name), place)
        return _sorted(dataset, draft, place)

    def _lowered(self, relation: ir.Relation, owner: str) -> Draft:
        self.reading = Traits(sources=tuple(_files(relation)))
        place = self._place(owner)
        draft = lower_relation(relation, place)
        self.reading = self.reading.and_(Traits(views=tuple(place.views)))
        return draft

    def _place(self, owner: str) -> Place:
        return Place(
            dialect=self.dialect,
            clock=self.clock,
            names=self.names,
            shared=self.shared,
            read=self.read,
            lower_query=lower_relation,
            finish=finish,
            owner=owner,
        )

    def read(self, read: ir.Read, place: Place) -> Draft:
        """Return the columns of a dataset that are asked for; what that brings along is noted for the statement."""
        made = self.made[read.dataset]
        self.reading = self.reading.and_(made.traits)
        names = read.schema.names
        draft = made.draft
        is_fixed = (draft.is_distinct or draft.queries or draft.is_exploded) and names != tuple(draft.env)
        is_wide = draft.source is not None and draft.source.is_wide and bool(place.outside)
        if is_fixed or is_wide:
            draft = made.draft = wrap(draft, self._place(read.dataset))
        if names != tuple(draft.env):
            draft = replace(draft, env={name: draft.env[name] for name in names})
        return self._apart(draft, place)

    def _apart(self, draft: Draft, place: Place) -> Draft:
        """Return the draft with no alias that a query around it has."""
        clashing = [source.alias for source in draft.sources if source.alias in place.taken]
        if clashing and not draft.is_plain:
            return wrap(draft, place)
        for alias in clashing:
            draft = with_free_alias(draft, alias, place.taken)
        return draft

    def _add(self, kind: type[Stage], name: str, draft: Draft, schema: ir.Schema, traits: Traits, **more: Any) -> None:
        statement = with_ctes(finish(draft, self._place(name)), draft.ctes, self.dialect)
        statement = tidy_names(statement, self.steps)
        self.stage_names.add(name)
        self.stages.append(
            kind(
                name=name,
                sql=print_statement(statement, self.dialect),
                schema=schema,
                needs=tuple(each for each in traits.needs if each != name),
                steps=traits.steps,
                sources=traits.sources,
                views=traits.views,
                policy=policy_of(self.options[each] for each in traits.steps if each in self.options),
                **more,
            )
        )


def _skips(gate: ir.Gate) -> bool:
    return any(rule.action == "skip" for rule in gate.rules)


def _sorted(dataset: ir.Dataset, draft: Draft, place: Place) -> Draft:
    """Return the rows in the order that the dataset is said to have; with a limit they have it already."""
    return lower_sort(dataset.order, draft, place) if dataset.order and not draft.is_cut else draft


def _files(relation: ir.Relation) -> Iterable[ir.FileSource]:
    for each in ir.walk.relations(relation):
        if isinstance(each, ir.Scan):
            yield each.source
