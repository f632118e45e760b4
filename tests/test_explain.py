"""Every trouble has words: what happened, what it means for the money, what to do."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import lipsync.jobs
from lipsync.explain import Explanation, explain_adoption, explain_call, explain_job
from lipsync.jobs.adopting import Adoption
from lipsync.jobs.model import Charge, Job, JobState
from lipsync.problems import PROBLEMS
from lipsync.upstream import errors
from lipsync.upstream.errors import Busy, Interrupted, InvalidRequest, NotSent, UpstreamError
from lipsync.upstream.replies import TaskKind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOBS = Path(inspect.getfile(lipsync.jobs)).parent
NO_WORDS = "Something went wrong that the studio has no words for"
IN_DOUBT = ("interrupted", "restarted", "task_taken", "named_task_gone")


def job(state: JobState, problem: str | None = None, charge: Charge = Charge.NONE, **facts: Any) -> Job:
    return Job(
        id="a" * 32,
        workspace="local",
        owner="local",
        kind=TaskKind.LIP_SYNC,
        account="main",
        request={},
        state=state,
        charge=charge,
        run=0,
        created_at=NOW,
        updated_at=NOW,
        callback_token="t",
        submit_key="k",
        problem=problem,
        problem_facts=facts or None,
    )


def explained(
    state: JobState, problem: str | None, charge: Charge = Charge.NONE, **facts: Any
) -> Explanation:
    found = explain_job(job(state, problem, charge, **facts))
    assert found is not None
    return found


def error_types(kind: type[UpstreamError] = UpstreamError) -> Iterator[type[UpstreamError]]:
    for one in kind.__subclasses__():
        if one.__module__ == errors.__name__:
            yield one
        yield from error_types(one)


def problems_in(source: str) -> set[str]:
    """The names of problems that a module of jobs writes: literals that are handed on as `problem`."""
    tree = ast.parse(source)
    places = {"_fail": 1, "_give_up_knowing": 1, "_note": 1, "_not_fetched": 1}
    found: set[str] = set()
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call):
            values += [k.value for k in node.keywords if k.arg == "problem"]
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in places and len(node.args) > places[name]:
                values.append(node.args[places[name]])
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "slug" for t in node.targets
        ):
            values.append(node.value)
        for value in values:
            found |= {
                part.value
                for part in ast.walk(value)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
    return found


def written_problems() -> set[str]:
    return set().union(*(problems_in(path.read_text(encoding="utf-8")) for path in JOBS.glob("*.py")))


def test_the_search_for_problems_in_the_code_finds_those_that_are_known_to_be_there() -> None:
    assert {"restarted", "sound_missing", "task_gone", "disk", "task_failed"} <= written_problems()


def test_every_problem_that_the_code_writes_has_words() -> None:
    assert written_problems() - set(PROBLEMS) == set()


def test_every_error_of_a_call_has_words() -> None:
    slugs = {one.slug for one in error_types()}
    assert len(slugs) >= 17
    assert slugs - set(PROBLEMS) == set()


def test_there_are_no_words_for_what_cannot_happen() -> None:
    assert set(PROBLEMS) - written_problems() - {one.slug for one in error_types()} == set()


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("state", [s for s in JobState if s is not JobState.SUBMITTING])
def test_every_explanation_says_all_three_things(problem: str, state: JobState) -> None:
    for charge in Charge:
        found = explained(state, problem, charge)
        for said in (found.what, found.money, found.todo):
            assert said[0].isupper()
            assert said.endswith(".")
            assert "{" not in said
            assert NO_WORDS not in said


@pytest.mark.parametrize(
    "state", [JobState.QUEUED, JobState.SUBMITTED, JobState.PROCESSING, JobState.FETCHING, JobState.READY]
)
def test_a_job_that_simply_goes_on_needs_no_words(state: JobState) -> None:
    assert explain_job(job(state)) is None


def test_while_a_job_is_sent_again_the_trouble_of_last_time_is_not_told() -> None:
    assert explain_job(job(JobState.SUBMITTING, "busy", Charge.UNKNOWN)) is None


def test_a_problem_without_words_is_still_explained() -> None:
    found = explained(JobState.FAILED, "of_next_year")
    assert NO_WORDS in found.what
    assert "of_next_year" in found.what
    assert found.actions


def test_a_job_that_waits_may_be_taken_back_and_costs_nothing() -> None:
    found = explained(JobState.QUEUED, "busy", code=1303)
    assert "as many jobs running" in found.what
    assert found.money == "Nothing was charged."
    assert found.actions == ("cancel",)


@pytest.mark.parametrize("problem", [None, "busy"])
def test_a_queued_job_without_its_account_says_that_it_waits_unpaid_and_for_what(problem: str | None) -> None:
    found = explain_job(replace(job(JobState.QUEUED, problem), account="training"), account_there=False)
    assert found is not None
    assert "“training” is not in the settings" in found.what
    assert found.money == "Nothing was sent, and nothing was charged."
    assert "goes on by itself afterwards" in found.todo
    assert "cancel" in found.actions


@pytest.mark.parametrize("problem", IN_DOUBT)
def test_a_job_in_doubt_says_that_it_may_be_charged_twice_and_lets_the_person_decide(problem: str) -> None:
    found = explained(JobState.UNKNOWN, problem, Charge.UNKNOWN)
    assert "not known whether this was charged" in found.money
    assert "second time" in found.todo
    assert "2026-03-01 12:00:00 (UTC)" in found.what
    assert "decide" in found.actions
    assert ("no answer arrived" in found.what) is (problem != "task_taken")


def test_a_paid_job_that_failed_does_not_claim_to_be_free() -> None:
    found = explained(
        JobState.FAILED, "task_failed", Charge.CHARGED, message="There is no human in the video"
    )
    assert "may have been charged" in found.money
    assert "no face" in found.what
    assert found.service_said == "There is no human in the video"


@pytest.mark.parametrize("said", ["Interface error", "surface defect", "inhumane load", ""])
def test_only_words_about_a_face_are_taken_for_that(said: str) -> None:
    found = explained(JobState.FAILED, "task_failed", Charge.CHARGED, message=said)
    assert found.what == "The service could not make this clip."


@pytest.mark.parametrize("problem", ["disk", "ffmpeg_missing", "result_broken"])
def test_words_of_our_own_are_not_put_into_the_services_mouth(problem: str) -> None:
    assert explained(JobState.FETCHING, problem, Charge.CHARGED, message="ours").service_said == ""


@pytest.mark.parametrize("problem", ["key_refused", "account_missing", "disk"])
def test_a_paid_job_that_waits_for_somebody_says_for_whom_and_that_it_goes_on(problem: str) -> None:
    found = explained(JobState.FETCHING, problem, Charge.CHARGED)
    assert "Whoever runs this studio" in found.todo
    assert found.todo.endswith("The job goes on by itself afterwards.")
    assert "paid for once" in found.money


@pytest.mark.parametrize("state", [JobState.CANCELLED, JobState.CLOSED])
def test_a_job_that_a_person_ended_can_be_sent_again(state: JobState) -> None:
    found = explained(state, None, Charge.NONE)
    assert found.actions == ("try_again", "change")
    assert found.money == "Nothing was charged."


def test_a_job_left_in_doubt_stays_in_doubt_about_the_money() -> None:
    found = explained(JobState.CLOSED, "interrupted", Charge.UNKNOWN)
    assert "not known" in found.money
    assert "charged a second time" in found.todo


@pytest.mark.parametrize("what_came", list(Adoption))
def test_whatever_comes_of_a_task_that_a_person_names_is_said_and_whether_anything_changed(
    what_came: Adoption,
) -> None:
    said = explain_adoption(what_came)
    assert said.endswith(".")
    assert "{" not in said
    assert ("Nothing was changed" in said) is (what_came is not Adoption.ADOPTED)


@pytest.mark.parametrize("kind", list(error_types()), ids=lambda kind: kind.slug)
def test_a_call_that_failed_says_that_looking_costs_nothing(kind: type[UpstreamError]) -> None:
    found = explain_call(kind("words of theirs"))
    assert (found.money, found.service_said, found.actions) == (
        "Looking costs nothing.",
        "words of theirs",
        (),
    )
    assert found.what
    assert found.todo
    assert NO_WORDS not in found.what


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotSent(cause="dns"), "could not be found"),
        (NotSent(cause="refused"), "did not accept a connection"),
        (NotSent(cause="tls"), "No safe connection"),
        (NotSent(), "could not be reached"),
        (Busy(code=1302), "slower pace"),
        (Busy(http_status=503), "maintained or is overloaded"),
        (Busy(http_status=429), "is busy"),
        (InvalidRequest(http_status=413), "too large"),
    ],
)
def test_the_particular_cause_is_told(error: UpstreamError, said: str) -> None:
    assert said in explain_call(error).what


def test_a_voice_that_does_not_exist_is_told() -> None:
    found = explained(JobState.FAILED, "invalid_request", message="Voice id not found", voice_not_found=True)
    assert "does not know this voice" in found.what
    assert found.actions == ("change",)


def test_our_own_words_about_the_connection_are_not_put_into_the_service_s_mouth() -> None:
    lost = Interrupted("the connection ended before the answer was complete", cause="reset")
    said = Interrupted("internal error", code=5000, cause="server")
    assert explain_call(lost).service_said == ""
    assert explain_call(said).service_said == "internal error"


@pytest.mark.parametrize("kind", [TaskKind.TEXT2VIDEO, TaskKind.IMAGE2VIDEO])
def test_no_trouble_of_a_video_speaks_of_clips_lips_or_voices(kind: TaskKind) -> None:
    said = {
        (problem, state): explain_job(replace(job(state, problem), kind=kind))
        for problem in PROBLEMS
        for state in (JobState.QUEUED, JobState.PROCESSING, JobState.FAILED, JobState.UNKNOWN)
    } | {(None, state): explain_job(replace(job(state), kind=kind)) for state in JobState}
    about = ("clip", "lip sync", "face should say")
    found = [
        key for key, one in said.items() if one and any(word in f"{one.what} {one.todo}" for word in about)
    ]
    assert found == []


def test_a_refused_picture_is_named_beside_the_words() -> None:
    refused = job(JobState.FAILED, "text_refused", code=1301)
    assert "the picture or the words" in str(explain_job(replace(refused, kind=TaskKind.IMAGE2VIDEO)))
    assert "picture" not in str(explain_job(replace(refused, kind=TaskKind.TEXT2VIDEO)))


def test_a_model_that_nobody_knows_is_told_from_a_task_that_nobody_knows() -> None:
    ordered = replace(job(JobState.FAILED, "not_found"), kind=TaskKind.TEXT2VIDEO)
    assert "does not know the model" in str(explain_job(ordered))
    followed = replace(ordered, state=JobState.PROCESSING, task_id="t1")
    assert "does not know this job" in str(explain_job(followed))
