"""Every fault times every call, with the real parts: what the job does, what is read, what it costs.

`CASES[name]` observes one of them; `outcomes.json` holds what was observed when the table in
docs/reliability.md was written. The tests compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from lipsync.explain import Explanation, explain_call, explain_job, explain_lists
from lipsync.jobs.model import Job, JobState
from lipsync.jobs.send import AGAIN
from lipsync.jobs.store import utcnow
from lipsync.shelf.lists import sync_account
from lipsync.upstream.errors import UpstreamError
from lipsync.upstream.retry import PAGE
from tests.faults.service import Desk
from tests.support.replies_server import RepliesServer, raw, unused_port
from tests.upstream.faults import FAULTS, Fault

PLACES = ("create", "query", "search", "download", "videos page", "balance")
"""The five calls; a list is asked for by the search for a lost answer and by the page of videos."""
_CALL = {"search": "list", "videos page": "list"}


@dataclass(frozen=True)
class Outcome:
    """What was observed. `later`: where the job was when the fault had gone and nobody had done anything.
    `posts`: creates that reached the service while the fault lasted, `posts_in_all` up to the end."""

    state: str
    charge: str
    problem: str
    later: str
    posts: int
    posts_in_all: int
    what: str
    money: str
    todo: str


Observe = Callable[[Desk], Outcome]
Trouble = Callable[[Desk, str], Callable[[], None]]
"""Makes a call go wrong at a desk, and gives what ends it."""


def observed(desk: Desk, job: Job, posts: int, at_fault: Job, *, account_there: bool = True) -> Outcome:
    """The outcome of a case, from the row during the fault and the row now."""
    said = explain_job(at_fault, account_there=account_there) or Explanation("", "", "")
    return Outcome(
        state=at_fault.state,
        charge=at_fault.charge,
        problem=at_fault.problem or "",
        later=desk.store.get(job.id).state,
        posts=posts,
        posts_in_all=desk.service.posts,
        what=re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\ba[0-9a-f]{12}\b", "…", said.what),
        money=said.money,
        todo=said.todo,
    )


def sending(trouble: Trouble) -> Observe:
    """Send a job into trouble; afterwards let the studio do what it does by itself."""

    def observe(desk: Desk) -> Outcome:
        end = trouble(desk, "create")
        job = desk.add()
        outcome = desk.send(job, "first")
        at_fault, posts = desk.store.get(job.id), desk.service.posts
        end()
        if outcome == AGAIN:
            desk.wait_is_over(job)
        # A restart runs the same steps again; so does the sweeper.
        desk.send(job, "second")
        desk.settler.settle(job.id)
        return observed(desk, job, posts, at_fault)

    return observe


def following(trouble: Trouble, call: str, **values: Any) -> Observe:
    """Follow a job of two minutes ago through trouble with a query or a download."""

    def observe(desk: Desk) -> Outcome:
        end = trouble(desk, call)
        job = desk.add_sent(**{"sent_at": utcnow() - timedelta(minutes=2)} | values)
        if call == "query":  # its result is here already, so that only the query matters
            path = desk.bench.archive.result_path(job.id)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(desk.service.clip)
        seen: list[Job] = []

        def on_wait(_seconds: float) -> None:
            if not seen:
                seen.append(desk.store.get(job.id))
                end()

        desk.patience.on_wait = on_wait
        desk.follower.follow(job.id)
        now = desk.store.get(job.id)
        if now.state is JobState.READY:
            assert desk.bench.archive.result_path(job.id).read_bytes() == desk.service.clip
        return observed(desk, job, desk.service.posts, seen[0] if seen else now)

    return observe


def searching(trouble: Trouble) -> Observe:
    """Search for the task of a job in doubt; the fault ends before the second look."""

    def observe(desk: Desk) -> Outcome:
        end = trouble(desk, "list")
        job = desk.add_in_doubt()
        waits: list[Job] = []

        def on_wait(_seconds: float) -> None:
            waits.append(desk.store.get(job.id))
            if len(waits) == 2:
                end()

        desk.patience.on_wait = on_wait
        desk.settler.settle(job.id)
        return observed(desk, job, desk.service.posts, waits[-1])

    return observe


def looking(trouble: Trouble, call: str) -> Observe:
    """A look that a page makes: no job depends on it."""

    def look(desk: Desk) -> Explanation | None:
        if call == "balance":
            try:
                desk.clients.client(desk.name).balance()
            except UpstreamError as error:
                return explain_call(error)
            return None
        # Without the keeper's second try, whose waiting would only make this slow.
        once = replace(PAGE, attempts=1)
        client = desk.clients.client(desk.name)
        return explain_lists(
            sync_account(desk.store.engine, client, desk.name, workspaces=["local"], policy=once)
        )

    def observe(desk: Desk) -> Outcome:
        end = trouble(desk, _CALL.get(call, call))
        said = look(desk) or Explanation("", "", "")
        posts = desk.service.posts
        end()
        later = "" if look(desk) is None else "broken"
        return Outcome(
            "", "", "", later, posts, desk.service.posts, said.what, said.money or "Looking costs nothing.",
            said.todo,
        )  # fmt: skip

    return observe


def at(place: str, trouble: Trouble) -> Observe:
    """What `trouble` does at one of `PLACES`."""
    if place == "create":
        return sending(trouble)
    if place == "search":
        return searching(trouble)
    return following(trouble, place) if place in ("query", "download") else looking(trouble, place)


def answering(answer: Any) -> Trouble:
    """The call is answered with a reply or a behaviour."""

    def begin(desk: Desk, call: str) -> Callable[[], None]:
        desk.service.trouble[call] = lambda seen: answer
        return desk.service.trouble.clear

    return begin


def unreachable(url: Callable[[], str]) -> Trouble:
    """The call goes to an address at which nothing can be had."""

    def begin(desk: Desk, call: str) -> Callable[[], None]:
        wrong = url()
        if call == "download":
            desk.service.files_at = wrong
        else:
            desk.reach(wrong)

        def end() -> None:
            desk.service.files_at = desk.server.url
            desk.reach(desk.server.url)

        return end

    return begin


def _no_tls(desk: Desk, call: str) -> Callable[[], None]:
    """Whoever answers does not speak TLS."""
    other = RepliesServer(lambda seen: (200, {}, b""), on_accept=raw(b"220 no TLS here\r\n"))
    other.__enter__()
    end = unreachable(lambda: f"https://127.0.0.1:{other.port}")(desk, call)

    def end_all() -> None:
        end()
        other.__exit__()

    return end_all


NETWORK: dict[str, Trouble] = {
    "the name is not found": unreachable(lambda: "http://nowhere.invalid"),
    "the connection is refused": unreachable(lambda: f"http://127.0.0.1:{unused_port()}"),
    "no safe connection": _no_tls,
}


def _from_faults(fault: Fault) -> Trouble:
    return answering(fault.answer)


CASES: dict[tuple[str, str], Observe] = {
    (place, name): at(place, trouble)
    for place in PLACES
    for name, trouble in ({n: _from_faults(f) for n, f in FAULTS.items()} | NETWORK).items()
}
"""(place, fault) to what observes it; `special.py` adds those that fit no scheme."""
SLOW = frozenset(name for name, fault in FAULTS.items() if fault.slow)
