"""A store whose target is one object: made ready on this machine, and put in its place by one conditional request.

The id of the commit is in the marks of the object itself: data and record become one step. The record is written down
first, with that id; whenever a process is killed, a look at the object says which of the two versions it is. The
request holds what is there to the ETag that was seen, so that nothing is written over what something else put there.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from odibi_sql import objects
from odibi_sql.objects import InsteadOf, ObjectChanged, ObjectProblem, Seen, Wanted
from odibi_sql.plan import Write
from odibi_sql.run.engines.engine import Engine, EngineProblem
from odibi_sql.run.fetching import in_words
from odibi_sql.run.state.database import StateProblem
from odibi_sql.run.stores.facts import REPLACING, Stored, applied_in, changed_meanwhile, refused, stored_of
from odibi_sql.run.stores.ledger import Commit, Entry, Kept, Ledger, TargetRecord, applied_as
from odibi_sql.run.stores.making import Made, make
from odibi_sql.run.stores.object_seals import COMMIT, DIGEST, known_as, look_at, seal_of_object, sealed, stamp_of_object
from odibi_sql.run.stores.object_versions import copy_aside, tidy_copies
from odibi_sql.run.stores.staging import clear_stale, staging


class There(msgspec.Struct, frozen=True, kw_only=True):
    """What is at a target: the object, its record if the project put it there, and what is known of the target."""

    seen: Seen | None
    record: TargetRecord | None
    entry: Entry | None


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is to be at a target, with the digest of its bytes."""

    file: Path
    digest: str
    record: TargetRecord


def what_is_there(ledger: Ledger, url: str) -> There:
    """Look at a target. Raises EngineProblem."""
    seen = look_at(url)
    return There(seen=seen, record=known_as(ledger.sides(url), seen), entry=ledger.entry(url))


def refusal_of_object(stage: Write, ledger: Ledger) -> EngineProblem | None:
    """Return why a store may not be written, judged by what is there now, or None."""
    try:
        return _refusal(stage, what_is_there(ledger, stage.target.path))
    except EngineProblem as problem:
        return problem


def _refusal(stage: Write, there: There) -> EngineProblem | None:
    if there.seen is not None and not stage.target.is_folder:
        return refused(stage, is_ours=there.record is not None, is_known=there.entry is not None)
    with in_words():
        objects.hold_bucket(stage.target.path)
    return None


def store_object(engine: Engine, stage: Write, ledger: Ledger, commit: Commit) -> Stored:
    """Write the rows of a stage to an object. Raises EngineProblem, Cancelled, StateProblem, OSError."""
    url = stage.target.path
    with ledger.locked(url):
        there = what_is_there(ledger, url)
        problem = _refusal(stage, there)
        if problem is not None:
            raise problem
        final = upload_place(ledger.root, url)
        clear_stale(final)
        with staging(final) as file:
            return _stored(engine, stage, ledger, commit, there, file)


def upload_place(root: Path, url: str) -> Path:
    """Return the name beside which an object is made ready."""
    name = url.rpartition("/")[2]
    folder = root.absolute() / ".odibi" / "uploads" / hashlib.sha256(url.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name[-100:]


def _stored(engine: Engine, stage: Write, ledger: Ledger, commit: Commit, there: There, file: Path) -> Stored:
    applied = applied_in(stage, there.record, there.entry) if stage.mode == "append" and there.seen is not None else ()
    if stage.mode == "append" and there.seen is not None and applied_as(commit, stage.name) in applied:
        return Stored(rows=0, bytes=0, files=0, was_applied=True, at=copy_here(ledger.root, there.seen))
    started = time.perf_counter()
    made = made_object(engine, stage, ledger.root, there, file)
    making = time.perf_counter() - started
    last = there.record or (there.entry.now if there.entry is not None else None)
    record, stored = stored_of(stage, commit, made, making, applied, last.columns if last is not None else ())
    if made.combined is not None and made.combined.is_same:
        assert there.seen is not None
        return _left(ledger, stage, there, record, replace(stored, at=copy_here(ledger.root, there.seen)))
    ready = Ready(file=file, digest=digest_of(file), record=record)
    if stage.mode in REPLACING and there.seen is not None and _is_same(ready, there.seen):
        return _left(ledger, stage, there, record, replace(stored, at=moved_here(ledger.root, file, there.seen)))
    seen = put_ready(ledger, stage.target.path, there, ready, is_forced=stage.mode == "overwrite")
    return replace(stored, at=moved_here(ledger.root, file, seen))


def made_object(engine: Engine, stage: Write, root: Path, there: There, file: Path) -> Made:
    """Write what is to be at the target to a file; what is there is read where the mode asks for it."""
    at = file.with_name("nothing")
    if there.seen is not None and stage.mode not in (*REPLACING, "fail if exists"):
        at = copy_here(root, there.seen)
    try:
        return make(engine, stage, at, file)
    except EngineProblem as problem:
        names = [name for each in (file, at) for name in (str(each), str(each.relative_to(root.absolute())))]
        reason, hint = (_with(each, names, stage.target.path) for each in (problem.reason, problem.hint))
        raise EngineProblem(reason, hint, can_pass=problem.can_pass) from problem


def _with(text: str, names: list[str], url: str) -> str:
    for each in names:
        text = text.replace(each, url)
    return text


def _is_same(ready: Ready, seen: Seen) -> bool:
    return seen.marks.get(DIGEST) == ready.digest and seen.size == ready.file.stat().st_size


def _left(ledger: Ledger, stage: Write, there: There, record: TargetRecord, stored: Stored) -> Stored:
    """Leave what is there, which is the same, and write down that it is what the stage makes."""
    assert there.seen is not None
    known = known_as(ledger.sides(stage.target.path), there.seen, is_strict=True)
    content = known.content if known is not None and known.content else record.content
    kept = kept_by(there)
    now = replace(record, content=content, seal=seal_of_object(there.seen), strict=stamp_of_object(there.seen))
    if now.seal:
        with suppress(StateProblem):
            ledger.write([(stage.target.path, Entry(now=now, kept=kept))])
    return replace(stored, is_same=True, content=content)


def put_ready(ledger: Ledger, url: str, there: There, ready: Ready, *, is_forced: bool) -> Seen:
    """Put what is ready in its place; what was there is kept. `is_forced`: whatever is there by then.

    Raises EngineProblem, StateProblem, OSError.
    """
    token = secrets.token_hex(16)
    kept = copy_aside(url, there.seen, there.record) if there.seen is not None else None
    record = replace(ready.record, seal=sealed(token, ready.file.stat().st_size), strict="")
    ledger.write([(url, Entry(now=record, before=there.record, is_pending=True, kept=kept, older=kept_by(there)))])
    instead_of: InsteadOf = "anything"
    if not is_forced:
        instead_of = there.seen if there.seen is not None else "nothing"
    seen = _put(ledger, url, there, ready, instead_of, token)
    with suppress(StateProblem, ObjectProblem):  # it is there and announced
        ledger.write([(url, Entry(now=replace(record, strict=stamp_of_object(seen)), kept=kept))])
        tidy_copies(url, kept)
    return seen


def _put(ledger: Ledger, url: str, there: There, ready: Ready, instead_of: InsteadOf, token: str) -> Seen:
    """Put a file, and look what came of it where the request does not tell: an answer can be lost on its way."""
    try:
        return objects.put(url, ready.file, instead_of, {COMMIT: token, DIGEST: ready.digest})
    except ObjectProblem as problem:
        with suppress(ObjectProblem):
            seen = objects.look(url)
            if seen is not None and seen.marks.get(COMMIT) == token:
                return seen
        if isinstance(problem, ObjectChanged):  # it did not happen, and will not
            ledger.write([(url, there.entry)])
            raise changed_meanwhile(url) from problem
        raise EngineProblem(problem.reason, problem.hint, can_pass=problem.can_pass) from problem


def kept_by(there: There) -> Kept | None:
    """Return the version before the one that is there."""
    entry, record = there.entry, there.record
    if entry is None or record is None:
        return None
    return entry.kept if record.seal == entry.now.seal else entry.older


def copy_here(root: Path, seen: Seen) -> Path:
    """Return the file that has the bytes of an object, fetched if it is not here. Raises EngineProblem."""
    place = objects.place_of(seen)
    with in_words():
        objects.fetch(root, [Wanted(seen, place)])
    return root.absolute() / place


def stored_copy(url: str, root: Path) -> Path:
    """Return the file that has the bytes of what is at a target. Raises EngineProblem where nothing is."""
    seen = look_at(url)
    if seen is None:
        raise EngineProblem(f"`{url}` is gone", "run it again")
    return copy_here(root, seen)


def moved_here(root: Path, file: Path, seen: Seen) -> Path:
    """Move a file that was put to where the object is read from."""
    place = root.absolute() / objects.place_of(seen)
    with in_words():
        objects.adopt(root, file, place)
    return place


def digest_of(file: Path) -> str:
    """Return what stands for the bytes of a file, as it is marked."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
