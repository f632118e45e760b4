"""The real thing once: the server has the presenter say a text while it answers queries."""

from pathlib import Path

from lipsync.media import check_video_decodes, probe_video
from tests.sandbox.bodies import LIP_SYNC, create, finished, for_parent
from tests.support.sandbox import running_sandbox


def test_a_presenter_says_the_text_while_queries_are_answered(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--renderer", "presenter") as sandbox:
        task_id = create(sandbox, for_parent(sandbox, text="Hello from the sandbox."))
        task = finished(sandbox, task_id)
        assert task["task_status"] == "succeed", task["task_status_msg"]
        clip = tmp_path / "clip.mp4"
        clip.write_bytes(sandbox.session.get(task["task_result"]["videos"][0]["url"]).content)
        check_video_decodes(clip)
        facts = probe_video(clip)
        assert (facts.width, facts.height, facts.has_sound) == (1280, 720, True)
        assert sandbox.log()["calls"][f"query {task_id}"] > 20  # all of them answered while it was drawn
        assert sandbox.get(LIP_SYNC).json()["data"][0]["task_id"] == task_id
