"""A studio on a plain sandbox, and its pages without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from lipsync.studio import Studio, use_studio
from tests.support.sandbox import ROOT, RunningSandbox, running_sandbox
from tests.support.sound_site import sound_site
from tests.support.studios import running_studio

SHELL = ROOT / "components" / "shell.py"
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="module")
def working_studio(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running_studio(sandbox, tmp_path_factory.mktemp("studio")) as studio:
        studio.parents.sync("main")  # so that no page waits for the first look
        yield studio


@pytest.fixture
def studio(working_studio: Studio, sandbox: RunningSandbox) -> Iterator[Studio]:
    """A studio that works on jobs; the pages' own one meanwhile."""
    sandbox.clear_faults()
    use_studio(working_studio)
    yield working_studio
    use_studio(None)
    sandbox.clear_faults()


@pytest.fixture
def open_page() -> Open:
    """Opens a page as a new visitor: `open_page("jobs", job=…)`."""

    def opened(name: str = "create", **query: str) -> AppTest:
        at = AppTest.from_file(str(SHELL), default_timeout=30)
        for key, value in query.items():
            at.query_params[key.rstrip("_")] = value
        at.run()
        if name != "create":
            at.switch_page(f"../pages/{name}.py")
            at.run()
        assert not at.exception, at.exception
        return follow(at)

    return opened


def follow(at: AppTest) -> AppTest:
    """Go where a page sends its visitor, as the browser does."""
    for going in at.get("page_link"):
        to = going.proto
        if to.label == "Opening the next page":
            at.query_params.clear()
            for key, values in parse_qs(to.query_string).items():
                at.query_params[key] = values[0]
            file = (to.page or "create").replace("-", "_")
            return follow(at.switch_page(f"../pages/{file}.py").run())
    return at


def words(at: AppTest) -> str:
    """Everything that can be read on a page."""
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "info",
        "warning",
        "error",
        "success",
        "code",
    )
    return "\n".join(str(one.value) for kind in kinds for one in at.get(kind))


def labels(at: AppTest) -> list[str]:
    """The labels of all buttons."""
    return [button.label for button in at.button]


def click(at: AppTest, label: str) -> AppTest:
    """Press the button with that label."""
    return follow(next(button for button in at.button if button.label == label).click().run())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web site with sounds, for all tests of a module that ask for one."""
    with sound_site(tmp_path_factory.mktemp("site")) as url:
        yield url
