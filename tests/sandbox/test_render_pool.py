import asyncio
from pathlib import Path
from typing import Any

import pytest

from lipsync.sandbox import render_pool
from lipsync.sandbox.orders import RenderFailed, RenderOrder
from lipsync.sandbox.render import carry_out
from lipsync.sandbox.render_pool import RenderPool

SPEC: dict[str, Any] = {"prompt": "", "presenter": None, "seconds": 1.0, "orientation": "square", "seed": 7}


def order(to: Path, **changes: Any) -> RenderOrder:
    return RenderOrder("plain", {**SPEC, **changes}, to)


def in_pool(*orders: RenderOrder) -> list[BaseException | None]:
    async def run() -> list[BaseException | None]:
        pool = RenderPool()
        pool.start()
        try:
            return await asyncio.gather(*(pool.render(one) for one in orders), return_exceptions=True)
        finally:
            await pool.stop()

    return asyncio.run(run())


def test_an_order_survives_the_way_as_a_line(tmp_path: Path) -> None:
    one = RenderOrder("plain", SPEC, tmp_path / "a.mp4", {"text": "你好"}, tmp_path / "b.wav", "wav")
    assert RenderOrder.from_line(one.to_line()) == one
    assert one.to_line().count(b"\n") == 1


def test_asking_twice_for_a_file_makes_it_once(tmp_path: Path) -> None:
    to = tmp_path / "a.mp4"
    assert in_pool(order(to), order(to), order(to)) == [None, None, None]
    first = to.stat().st_mtime_ns
    assert in_pool(order(to)) == [None]
    assert to.stat().st_mtime_ns == first
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_process_stands_ready_before_anybody_asks_and_makes_the_next_clip_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bool] = []
    begin = render_pool._begin

    async def noted(niceness: int, *, ready: bool = False) -> asyncio.subprocess.Process:
        begun.append(ready)
        return await begin(niceness)  # without loading what a plain clip does not need

    monkeypatch.setattr(render_pool, "_begin", noted)

    async def run() -> None:
        pool = RenderPool(ready=True)
        pool.start()
        try:
            for number in range(3):
                await pool.render(order(tmp_path / f"{number}.mp4", seconds=0.2))
        finally:
            await pool.stop()

    asyncio.run(run())
    assert begun == [True]


def test_two_clips_are_made_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    both = asyncio.Event()

    async def ask(process: object, _order: RenderOrder) -> None:
        asked.append(process)
        if len(set(asked)) == 2:
            both.set()
        await asyncio.wait_for(both.wait(), 60)

    monkeypatch.setattr(render_pool, "_ask", ask)
    assert in_pool(order(tmp_path / "a.mp4"), order(tmp_path / "b.mp4")) == [None, None]


@pytest.mark.parametrize(
    ("bad", "logged"),
    [({"to": "no/such/a.mp4"}, "Error opening output file"), ({"seconds": "x"}, "Traceback")],
)
def test_a_clip_that_cannot_be_made_says_so_plainly_the_log_says_why_and_the_next_is_made(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], bad: dict[str, Any], logged: str
) -> None:
    to = tmp_path / bad.pop("to", "a.mp4")
    first, second = in_pool(order(to, **bad), order(tmp_path / "b.mp4"))
    assert isinstance(first, RenderFailed)
    assert str(first) == "The clip could not be made"
    assert logged in capfd.readouterr().err
    assert second is None


def test_a_sound_that_is_something_else_is_refused(tmp_path: Path) -> None:
    sound = tmp_path / "a.mp3"
    sound.write_text("#EXTM3U\n/etc/passwd\n")
    with pytest.raises(RenderFailed, match="could not be decoded"):
        carry_out(RenderOrder("plain", SPEC, tmp_path / "a.mp4", None, sound, "mp3"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp3"]
