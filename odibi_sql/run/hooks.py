"""The functions that a pipeline asks to be called, imported before anything runs."""

from __future__ import annotations

import inspect
import sys
from functools import reduce
from importlib import import_module, invalidate_caches
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Protocol

import msgspec

from odibi_sql import ir
from odibi_sql.diagnostics import CompileError, did_you_mean
from odibi_sql.diagnostics.hooks_errors import CannotImport
from odibi_sql.run.bus import EventBus, Hook
from odibi_sql.run.encoding import words_of


class ProjectHook(Protocol):
    """What needs the folder of the project to be a hook. It stands in a module as a function would."""

    def of_project(self, root: Path) -> Hook:
        """Return the hook of a project."""


class FoundHook(msgspec.Struct, frozen=True, kw_only=True):
    """A hook of a pipeline, and the function that it names."""

    asked: ir.Hook
    function: Hook


def hooks_of(graph: ir.Graph, root: Path) -> tuple[FoundHook, ...]:
    """Return the functions that a pipeline asks to be called, in the order of its text.

    Their modules are imported, from the folder `root` first; where there are any, it is on Python's path from now on.
    Raises CompileError with all that cannot be imported: `cannot-import`.
    """
    if not graph.hooks:
        return ()
    folder = str(root.resolve())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    invalidate_caches()
    found, problems = [], []
    for hook in graph.hooks:
        try:
            found.append(FoundHook(asked=hook, function=_bound(_function(hook.reference, folder), root)))
        except _NotFound as problem:
            problems.append(
                CannotImport(
                    span=hook.span, reference=hook.reference, reason=problem.reason, suggestion=problem.suggestion
                )
            )
    if problems:
        raise CompileError(tuple(problems))
    return tuple(found)


def register_hooks(bus: EventBus, hooks: tuple[FoundHook, ...]) -> None:
    """Have the hooks of a pipeline called by a bus."""
    for each in hooks:
        bus.register(each.asked.event, each.function, each.asked.priority, name=each.asked.reference)


def unregister_hooks(bus: EventBus, hooks: tuple[FoundHook, ...]) -> None:
    """Have them called no more."""
    for each in hooks:
        bus.unregister(each.asked.event, each.function)


def _bound(function: Hook, root: Path) -> Hook:
    make = getattr(function, "of_project", None)
    return function if make is None else make(root)


class _NotFound(Exception):
    def __init__(self, reason: str, suggestion: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.suggestion = suggestion


def _function(reference: str, folder: str) -> Hook:
    module_name, _, path = reference.partition(":")
    _hold_apart(module_name.partition(".")[0], folder)
    found: Any = reduce(_attribute, path.split("."), _module(module_name, folder))
    if not callable(found):
        raise _NotFound(
            f"it is {type(found).__name__}, and cannot be called", "name a function of one argument, the event"
        )
    try:
        inspect.signature(found).bind(None)
    except TypeError as error:
        raise _NotFound("it does not take one argument", "write it as `def send(event): …`") from error
    except ValueError:  # written in C, it does not tell
        pass
    return found  # type: ignore[no-any-return]


def _hold_apart(name: str, folder: str) -> None:
    """Refuse a module of the pipeline's folder where another of the same name is imported already."""
    here = PathFinder.find_spec(name, [folder])
    loaded = sys.modules.get(name)
    if here is None or loaded is None or here.origin is None:
        return
    origin = getattr(loaded, "__file__", None)
    if origin is None or Path(origin).resolve() != Path(here.origin).resolve():
        raise _NotFound(f"another `{name}` is imported already, {origin or 'a part of Python'}", "rename the module")


def _module(name: str, folder: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise _NotFound(f"there is no module `{error.name}`", f"it is looked for in `{folder}` first") from error
        raise _NotFound(f"`{name}` needs `{error.name}`, which is not installed") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the code of a module does, `sys.exit()` too
        raise _NotFound(f"`{name}` failed with {words_of(error)}") from error


def _attribute(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError as error:
        known = [each for each in dir(owner) if not each.startswith("_")]
        kind = "the module" if inspect.ismodule(owner) else "the class"
        owner_name = getattr(owner, "__name__", type(owner).__name__)
        raise _NotFound(f"{kind} `{owner_name}` has no `{name}`", did_you_mean(name, known)) from error
