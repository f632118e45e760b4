"""The Videos page without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from lipsync.database.tables import parents
from lipsync.jobs.model import JobState
from lipsync.studio import Studio, use_studio
from lipsync.upstream.replies import TaskKind
from tests.pages.conftest import Open, click, labels, words
from tests.support.parents import mark_gone, put_parent
from tests.support.replies_server import unused_port
from tests.support.sandbox import RunningSandbox
from tests.support.studios import request_for, running_studio
from tests.support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("pages")
IDS = "videos_ids"


@pytest.fixture(scope="module")
def own_studio(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that nobody else fills, and that has read no list yet."""
    with running_studio(sandbox, tmp_path_factory.mktemp("videos"), start=False) as studio:
        yield studio


@pytest.fixture
def shelf(own_studio: Studio, sandbox: RunningSandbox) -> Iterator[Studio]:
    use_studio(own_studio)
    yield own_studio
    use_studio(None)
    sandbox.clear_faults()


def open_video(at: AppTest, task_id: str, studio: Studio) -> AppTest:
    """Press the card of a task's first video."""
    known = studio.parents.find(workspace="local", account="main", task_id=task_id)[0]
    at.button(key=f"videos-{known.id}").click().run()
    assert not at.exception, at.exception
    assert at.query_params["video"] == known.id
    return at


def test_the_gallery_says_which_may_speak_and_why_not(studio: Studio, open_page: Open) -> None:
    at = open_page("videos")
    said = words(at)
    assert "12 videos" in said
    assert "Can speak" in said
    for why_not in ("Too old", "Not 5 s or 10 s long", "Failed", "Still being made"):
        assert why_not in said
    assert labels(at).count("Open") == 12


def test_filters_and_search_narrow_the_gallery_and_can_be_cleared(studio: Studio, open_page: Open) -> None:
    at = open_page("videos")
    at.segmented_control(key="videos_show").set_value("usable").run()
    assert "8 of 12 videos" in words(at)
    at.text_input(key="videos_search").set_value("no such words").run()
    assert "No video fits" in words(at)
    click(at, "Show all videos")
    assert "12 videos" in words(at)
    assert at.text_input(key="videos_search").value == ""


def test_the_address_holds_values_that_stay_and_what_it_does_not_know_is_left_out(
    studio: Studio, open_page: Open
) -> None:
    at = open_page("videos")
    at.segmented_control(key="videos_show").set_value("usable").run()
    at.selectbox(key="videos_sort").set_value("oldest").run()
    at.selectbox(key="videos_source").set_value("listed").run()
    view = {"videos_show": "usable", "videos_sort": "oldest", "videos_source": "listed"}
    assert {name: at.query_params[name] for name in view} == view
    again = open_page("videos", **view)
    assert again.segmented_control(key="videos_show").value == "usable"
    assert again.selectbox(key="videos_sort").value == "oldest"
    assert again.selectbox(key="videos_source").value == "listed"
    junk = open_page("videos", videos_show="Can speak", videos_sort="?", videos_account="x", videos_page="-1")
    assert "12 videos" in words(junk)
    assert junk.selectbox(key="videos_sort").value == "newest"


def test_accounts_that_made_videos_can_be_chosen_also_when_they_were_removed(
    sandbox: RunningSandbox, tmp_path: Path, open_page: Open
) -> None:
    offered = ["Sandbox", "sold (no longer in the settings)"]
    with running_studio(sandbox, tmp_path, start=False) as own:
        put_parent(own, "kept")
        put_parent(own, "orphan", account="sold")
        use_studio(own)
        try:
            at = open_page("videos")
            assert at.selectbox(key="videos_account").options == offered
            at.selectbox(key="videos_account").set_value("sold").run()
            assert at.query_params["videos_account"] == "sold"
            assert "1 of 2 videos" in words(at)
            again = open_page("videos", videos_account="sold")
            assert again.selectbox(key="videos_account").options == offered
            assert "1 of 2 videos" in words(again)
        finally:
            use_studio(None)


def test_the_gallery_is_as_it_was_left_and_drops_what_belongs_to_other_pages(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    at = open_page("videos", videos_show="usable", parent="0" * 32, form="1" * 32)
    assert at.query_params == {"videos_show": "usable"}
    opened = open_video(at, sandbox.parents()["second"]["task_id"], studio).query_params["video"]
    at.switch_page("../pages/jobs.py").run()
    at.query_params.clear()
    at.query_params["parent"] = "0" * 32
    at.switch_page("../pages/videos.py").run()
    assert at.query_params == {"videos_show": "usable", "video": opened}
    assert "8 of 12 videos" in words(at)
    assert "Use in Create" in labels(at)


def test_it_is_said_that_the_room_for_copies_is_used_up(
    sandbox: RunningSandbox, tmp_path: Path, open_page: Open
) -> None:
    with running_studio(sandbox, tmp_path, start=False, STUDIO_PARENT_COPIES_MB=1) as small:
        old = put_parent(small, "dead", days=20)
        put_parent(small, "waits", days=1)
        with small.database.begin() as connection:
            full = {"copy_bytes": 2_000_000, "copied_at": old.seen_at, "pictured_at": old.seen_at}
            connection.execute(sa.update(parents).where(parents.c.id == old.id).values(**full))
        mark_gone(small.database, old)
        small.keeper.start()
        wait_until(lambda: small.keeper.room_used_up, what="the keeper")
        use_studio(small)
        try:
            assert "The 1.0 MB for copies of videos are used up" in words(open_page("videos"))
        finally:
            use_studio(None)


def test_a_video_leads_to_create(studio: Studio, open_page: Open, sandbox: RunningSandbox) -> None:
    second = sandbox.parents()["second"]["task_id"]
    at = open_video(open_page("videos"), second, studio)
    assert "Goes to Sandbox, free and on this computer" in words(at)
    click(at, "Use in Create")
    assert at.title[0].value == "Make a video speak"
    assert studio.parents.get(at.session_state["draft_parent"]).parent.task_id == second


def test_a_video_that_cannot_be_used_says_why_and_is_not_offered(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    at = open_video(open_page("videos"), sandbox.parents()["too-long"]["task_id"], studio)
    assert "The service takes videos of 5 s or 10 s only" in words(at).replace("\\", "")
    assert "Use in Create" not in labels(at)
    click(at, "Close")
    assert "video" not in at.query_params
    assert "Make it again" not in labels(at)


def test_the_service_is_asked_again_and_what_it_says_stays(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    at = open_video(open_page("videos"), sandbox.parents()["third"]["task_id"], studio)
    sandbox.set_fault("http", route="query", status=401)
    click(at, "Ask the service again")
    wait_until(lambda: "does not accept this account's key" in words(at.run()), what="the answer")
    sandbox.clear_faults()
    click(at, "Ask the service again")
    wait_until(lambda: "how the service describes it now" in words(at.run()), what="the answer")


def test_where_a_video_came_from_and_what_it_was_used_for_is_told(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    known = put_parent(studio, "brought", owner="ada", source="looked_up", prompt="A :red[cook] *sings*")
    request = request_for(sandbox, "Used once.") | {
        "parent_task_id": known.parent.task_id, "video_id": known.parent.video_id,
    }  # fmt: skip
    with studio.database.begin() as connection:
        studio.jobs.insert(
            connection, kind=TaskKind.LIP_SYNC, account="main", workspace="local", owner="local",
            request=request, submit_key=uuid4().hex, state=JobState.READY,
        )  # fmt: skip
    at = open_page("videos", video=known.id)
    said = words(at)
    assert "**Used once:**" in said
    assert "Added by its id, by ada" in said
    assert r"A :⁠red\[cook\] \*sings\*" in said or r"\:red\[cook\] \*sings\*" in said
    assert any("Used once" in link.label for link in at.get("page_link"))


def test_the_videos_of_one_task_stand_beside_each_other(studio: Studio, open_page: Open) -> None:
    one, two = (put_parent(studio, "twins", video_id=name) for name in ("a", "b"))
    at = open_page("videos", video=one.id)
    assert "made 2 videos" in words(at)
    at.button(key=f"sibling-{two.id}").click().run()
    assert at.query_params["video"] == two.id


def test_a_video_that_died_or_whose_account_was_removed_says_so(studio: Studio, open_page: Open) -> None:
    dead = put_parent(studio, "dead")
    mark_gone(studio.database, dead)
    at = open_page("videos", video=dead.id)
    assert "The service no longer has it" in words(at)
    assert "No copy of it was kept here" in words(at)
    assert not at.get("video")
    orphan = put_parent(studio, "orphan", account="sold")
    at = open_page("videos", video=orphan.id)
    assert "sold (no longer in the settings)" in words(at).replace("\\", "")
    assert next(b for b in at.button if b.label == "Ask the service again").disabled


def test_a_copy_of_a_dead_video_stays_watchable(studio: Studio, open_page: Open, clip: Path) -> None:
    dead = put_parent(studio, "kept")
    path = studio.archive.parent_path(dead.id)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(clip.read_bytes())
    mark_gone(studio.database, dead)
    at = open_page("videos", video=dead.id)
    assert at.get("video")[0].url.endswith(f"/parents/{dead.id}.mp4")
    assert "A copy here stays" in words(at)
    assert "Made in the sandbox, not by Kling" in words(at)


def test_an_address_of_no_video_is_answered_kindly(studio: Studio, open_page: Open) -> None:
    at = open_page("videos", video="nonsense", added="nonsense")
    assert "The video in this address is not here." in words(at)
    assert "forgotten" in words(at)
    assert "Open" in labels(at)


# -- by id -----------------------------------------------------------------------------------------


def look_up(at: AppTest, pasted: str) -> str:
    """What the page says when every id has its answer."""
    at.text_area(key=IDS).set_value(pasted)
    click(at, "Look them up")
    wait_until(lambda: not at.run().get("progress"), what="every answer")
    return words(at)


def test_each_of_several_pasted_ids_is_answered_until_one_is_done_with_it(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    shipped = sandbox.parents()
    known, other = shipped["upright"]["task_id"], shipped["second"]["task_id"]
    at = open_page("videos")
    said = look_up(
        at, f'{{"data": [{{"task_id": "{known}"}}, {{"task_id": "{other}"}}, {{"task_id": "nobody"}}]}}'
    )
    assert "Found 2 videos" in said
    assert "**Not found:** 1 id. Asked: Sandbox." in said
    assert [code.value for code in at.code] == ["nobody"]
    assert "Found 2 videos" in words(open_page("videos", added=at.query_params["added"]))
    click(at, "Done")
    assert "added" not in at.query_params
    assert "Found 2 videos" not in words(at)


def test_one_id_that_is_found_is_opened(studio: Studio, open_page: Open, sandbox: RunningSandbox) -> None:
    at = open_page("videos")
    look_up(at, f"https://example.com/videos/{sandbox.parents()['fourth']['task_id']}")
    opened = studio.parents.get(at.query_params["video"])
    assert opened.parent.task_id == sandbox.parents()["fourth"]["task_id"]


def test_what_could_not_be_asked_for_is_tried_again(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    sandbox.set_fault("http", route="query", status=401)
    at = open_page("videos")
    said = look_up(at, "some-task-1234567")
    assert "**Could not be asked for:** 1 id. Sandbox refuses its key: the Account page says" in said
    assert "To the Account page" in [link.label for link in at.get("page_link")]
    sandbox.clear_faults()
    click(at, "Try these again")
    wait_until(lambda: "**Not found:** 1 id." in words(at.run()), what="the other answer")


def test_of_every_account_it_is_said_what_it_answered(
    sandbox: RunningSandbox, tmp_path: Path, open_page: Open
) -> None:
    away = {"away": {"key": "sk-away", "base_url": f"http://127.0.0.1:{unused_port()}"}}
    with running_studio(sandbox, tmp_path, start=False, accounts=away) as two:
        use_studio(two)
        try:
            said = look_up(open_page("videos"), "some-task-1234567")
        finally:
            use_studio(None)
    assert "Sandbox does not have it. away could not be reached" in said


def test_a_key_in_a_paste_is_neither_asked_for_nor_shown_again(
    studio: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    task_id = sandbox.parents()["fourth"]["task_id"]
    at = open_page("videos")
    said = look_up(at, f"curl https://x.example/text2video/{task_id} -H 'Authorization: Bearer sk-secret-1'")
    assert "A key was left out" in at.warning[0].value
    assert "sk-secret" not in at.text_area(key=IDS).value
    assert "sk-secret" not in said
    assert "Found 1 video" in said
    batch = studio.look_ups.batch(at.query_params["added"], workspace="local")
    assert batch is not None
    assert batch.task_ids == (task_id,)


@pytest.mark.parametrize(
    ("pasted", "answer"), [("", "There is no task id in this."), (" ,;\n", "There is no task id in this.")]
)
def test_a_paste_without_ids_is_answered(studio: Studio, open_page: Open, pasted: str, answer: str) -> None:
    at = open_page("videos")
    at.text_area(key=IDS).set_value(pasted)
    click(at, "Look them up")
    assert answer in words(at)
    assert "added" not in at.query_params


def test_of_a_hundred_and_twenty_ids_the_first_hundred_are_asked_for(studio: Studio, open_page: Open) -> None:
    at = open_page("videos")
    said = look_up(at, "\n".join(f"never-made-{n:05}" for n in range(120)))
    assert "There are 120 ids in this; the first 100 are looked up." in said
    assert "**Not found:** 100 ids." in said


# -- lists -----------------------------------------------------------------------------------------


def test_a_shelf_without_videos_says_what_keeps_it_empty(
    shelf: Studio, open_page: Open, sandbox: RunningSandbox
) -> None:
    sandbox.set_fault("no-lists")
    shelf.parents.sync("main")
    at = open_page("videos")
    assert "This account gives no list of its videos." in words(at)
    assert "No videos yet" in words(at)
    sandbox.clear_faults()
    sandbox.set_fault("http", route="list", status=401)
    shelf.parents.sync("main")
    at = open_page("videos")
    assert "does not accept this account's key" in words(at)
    assert "The lists could not be read" in words(at)
    at.switch_page("../pages/create.py").run()
    assert "There is no video here yet" in words(at)
    assert "Choose a video first." in words(at)


def test_the_first_look_of_a_new_installation_fills_create_by_itself(
    sandbox: RunningSandbox, tmp_path: Path, open_page: Open
) -> None:
    with running_studio(sandbox, tmp_path) as new:
        use_studio(new)
        try:
            at = open_page()
            wait_until(lambda: at.run().session_state["draft_parent"], what="the first video")
            assert "Can speak" in words(at)
        finally:
            use_studio(None)
