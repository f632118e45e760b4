"""Where there are several accounts: which one a job goes to is said before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from components import draft
from components import video_form_draft as form
from lipsync.database.tables import parents
from lipsync.jobs.store import utcnow
from lipsync.parent_shelf import KnownParent, ParentQuery
from lipsync.studio import Studio, use_studio
from lipsync.upstream.replies import TaskKind
from tests.pages.conftest import Open, click, words
from tests.support.sandbox import RunningSandbox
from tests.support.studios import running_studio

pytestmark = pytest.mark.xdist_group("pages")
LABEL = "Training & onboarding"


@pytest.fixture(scope="module")
def two_accounts(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    training = {"key": "sk-training", "label": LABEL, "base_url": sandbox.url}
    folder = tmp_path_factory.mktemp("two")
    with running_studio(sandbox, folder, start=False, accounts={"training": training}) as studio:
        for name in studio.accounts:
            studio.parents.sync(name)
        yield studio


@pytest.fixture
def both(two_accounts: Studio) -> Iterator[Studio]:
    use_studio(two_accounts)
    yield two_accounts
    use_studio(None)


def usable(studio: Studio, account: str) -> KnownParent:
    """A video of that account that can speak."""
    return studio.parents.items("local", ParentQuery(account=account, eligible=True, limit=1))[0]


def test_create_names_the_account_of_the_video_and_sends_there(both: Studio, open_page: Open) -> None:
    at = open_page(parent=usable(both, "training").id)
    said = words(at).replace("\\", "")
    assert f"Goes to **{LABEL}**" in said
    assert f"Goes to {LABEL}, free and on this computer" in said
    at.text_area(key=draft.TEXT).set_value("To the other account.")
    click(at, "Make it speak")
    assert both.jobs.find(workspace="local", limit=1)[0].account == "training"


def test_new_video_asks_for_the_account_names_it_and_sends_there(both: Studio, open_page: Open) -> None:
    at = open_page("new_video")
    choice = at.selectbox(key=form.ACCOUNT)
    assert choice.options == ["Sandbox: free, on this computer", f"{LABEL}: free, on this computer"]
    assert "Goes to **Sandbox**" in words(at)
    choice.set_value("training").run()
    assert f"Goes to **{LABEL}**" in words(at).replace("\\", "")
    click(at, "Presenter")
    click(at, "Make the video")
    job = both.jobs.find(workspace="local", kinds=[TaskKind.TEXT2VIDEO], limit=1)[0]
    assert (job.account, job.request["account"]) == ("training", "training")


def test_the_cards_and_the_open_video_name_the_account(both: Studio, open_page: Open) -> None:
    said = words(open_page("videos", video=usable(both, "training").id)).replace("\\", "")
    assert f"From the list · {LABEL}" in said
    assert f"Goes to {LABEL}, free and on this computer" in said


def test_a_video_in_its_last_days_is_marked_where_it_is_chosen_and_where_it_is_sent(
    both: Studio, open_page: Open
) -> None:
    known = usable(both, "main")
    assert "too old to speak" not in words(open_page(parent=known.id))
    with both.database.begin() as connection:
        age = utcnow() - timedelta(days=28.5)
        connection.execute(sa.update(parents).where(parents.c.id == known.id).values(made_at=age))
    assert ":orange[:material/hourglass_bottom: 1 day left]" in words(open_page("videos"))
    said = words(open_page(parent=known.id)).replace("\\", "")
    assert "This video will soon be too old to speak: 1 day left" in said
    assert ":orange-badge[:material/hourglass_bottom: 1 day left]" in said
