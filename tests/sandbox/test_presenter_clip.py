"""The real thing once: the server has presenters say a text while it answers queries."""

import http.client
import json
from pathlib import Path

from lipsync.media import check_video_decodes, probe_video
from tests.sandbox.bodies import LIP_SYNC, create, finished, for_parent
from tests.support.sandbox import RunningSandbox, running_sandbox

QUERIES_A_SECOND = 50


def test_two_presenters_say_a_text_while_more_than_fifty_queries_are_answered_for_each_second_of_it(
    tmp_path: Path,
) -> None:
    """Two clips are drawn at once, as many as ever. On two free cores that takes as long as they last.

    There, 50 queries for each second of the clips are 50 a second. On a busy machine drawing and answering
    become slow alike, so the queries are held against what is drawn, not against a clock.
    """
    with running_sandbox(tmp_path, "--renderer", "presenter") as sandbox:
        tasks = {
            create(sandbox, for_parent(sandbox, name, text="Hello from the sandbox.")): size
            for name, size in (("first", (1280, 720)), ("upright", (720, 1280)))
        }
        answered = queries_while_drawing(sandbox, list(tasks))
        seconds = 0.0
        for number, (task_id, size) in enumerate(tasks.items()):
            task = finished(sandbox, task_id)
            assert task["task_status"] == "succeed", task["task_status_msg"]
            clip = tmp_path / f"{number}.mp4"
            clip.write_bytes(sandbox.session.get(task["task_result"]["videos"][0]["url"]).content)
            check_video_decodes(clip)
            facts = probe_video(clip)
            assert (facts.width, facts.height, facts.has_sound) == (*size, True)
            seconds += facts.seconds
        assert seconds > 10
        assert answered > QUERIES_A_SECOND * seconds
        assert {task["task_id"] for task in sandbox.get(LIP_SYNC).json()["data"]} == set(tasks)


def queries_while_drawing(sandbox: RunningSandbox, tasks: list[str]) -> int:
    """How many queries, each sent after the answer to the last, are answered before all tasks are done."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=60)
    answered = 0

    def ask(task_id: str) -> bool:
        nonlocal answered
        connection.request("GET", f"{LIP_SYNC}/{task_id}", headers=sandbox.headers)
        answer = connection.getresponse()
        task = json.loads(answer.read())["data"]
        assert answer.status == 200
        answered += task["task_status"] == "processing"
        return bool(task["task_status"] in ("succeed", "failed"))

    left = set(tasks)
    while left:
        left = {task_id for task_id in left if not ask(task_id)}
    connection.close()
    return answered
