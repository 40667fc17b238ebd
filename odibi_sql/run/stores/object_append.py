"""`mode append` to a folder of an object store: each run adds one object, by one request.

Who lists the folder sees it or does not. Its name is made of the run and the step, so that a run that is resumed finds
what it has added, and adds nothing twice; the ledger need not know of it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from odibi_sql import objects
from odibi_sql.objects import ObjectChanged, ObjectProblem, Seen
from odibi_sql.plan import Write
from odibi_sql.run.engines.copying import extension
from odibi_sql.run.engines.engine import Engine, EngineProblem
from odibi_sql.run.fetching import in_words
from odibi_sql.run.stores.facts import Stored, changed_meanwhile, stored_of
from odibi_sql.run.stores.ledger import Commit, Ledger, applied_as
from odibi_sql.run.stores.object_seals import COMMIT, DIGEST, look_at
from odibi_sql.run.stores.object_target import There, copy_here, digest_of, made_object, moved_here, upload_place
from odibi_sql.run.stores.staging import clear_stale, staging


def append_object(engine: Engine, stage: Write, ledger: Ledger, commit: Commit) -> Stored:
    """Add the rows of a stage to a folder. Raises EngineProblem, Cancelled, OSError."""
    which = applied_as(commit, stage.name) or secrets.token_hex(16)
    name = f"part-{hashlib.sha256(which.encode()).hexdigest()[:16]}.{extension(stage.target)}"
    url = f"{stage.target.path.rstrip('/')}/{name}"
    with ledger.locked(url):
        seen = look_at(url)
        if seen is not None:
            return _was_applied(ledger, seen)
        with in_words():
            objects.hold_bucket(url)
        final = upload_place(ledger.root, url)
        clear_stale(final)
        with staging(final) as file:
            return _added(engine, stage, url, ledger, commit, file)


def _added(engine: Engine, stage: Write, url: str, ledger: Ledger, commit: Commit, file: Path) -> Stored:
    one = replace(stage, target=replace(stage.target, path=url, is_folder=False), mode="fail if exists")
    started = time.perf_counter()
    made = made_object(engine, one, ledger.root, There(seen=None, record=None, entry=None), file)
    _, stored = stored_of(stage, commit, made, time.perf_counter() - started, (), ())
    token = secrets.token_hex(16)
    seen = _put(url, file, token)
    if seen.marks.get(COMMIT) != token:
        return _was_applied(ledger, seen)
    return replace(stored, at=moved_here(ledger.root, file, seen))


def _put(url: str, file: Path, token: str) -> Seen:
    """Put a file where nothing is; return what is there then: an answer can be lost, and another process be faster."""
    try:
        return objects.put(url, file, "nothing", {COMMIT: token, DIGEST: digest_of(file)})
    except ObjectProblem as problem:
        with suppress(ObjectProblem):
            seen = objects.look(url)
            if seen is not None and COMMIT in seen.marks:
                return seen
        if isinstance(problem, ObjectChanged):
            raise changed_meanwhile(url) from problem
        raise EngineProblem(problem.reason, problem.hint, can_pass=problem.can_pass) from problem


def _was_applied(ledger: Ledger, seen: Seen) -> Stored:
    return Stored(rows=0, bytes=0, files=0, was_applied=True, at=copy_here(ledger.root, seen))
