"""What a job asks the service for, to the letter, where a picture is the only thing given."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

from lipsync.jobs.send import DONE, Sender
from lipsync.pictures import PictureShelf
from lipsync.upstream.replies import TaskKind
from tests.support.bench import Bench
from tests.support.replies_server import RepliesServer
from tests.support.videos import picture_bytes, video


def test_a_picture_to_end_with_is_sent_alone(make_bench: Callable[..., Bench]) -> None:
    created = {"code": 0, "data": {"task_id": "t-1", "task_status": "submitted"}}
    with RepliesServer(lambda seen: (200, {}, created)) as server:
        bench = make_bench(server.url)
        shelf = PictureShelf(bench.folder, bench.database)
        given = picture_bytes()
        _, picture = shelf.add(io.BytesIO(given), name="end.png", workspace="local", owner="local")
        assert picture is not None
        bench.sender = Sender(
            bench.store, bench.clients, bench.sounds, bench.sender._patience, pictures=shelf
        )
        request = video("", kind=TaskKind.IMAGE2VIDEO, tail_picture_id=picture.id)
        job = bench.add(request, kind=TaskKind.IMAGE2VIDEO)
        assert bench.send(job) == DONE
        assert server.seen[0].path == "/kling/v1/videos/image2video"
        assert server.seen[0].json == {
            "model_name": "kling-v2-6", "mode": "std", "duration": "5", "external_task_id": job.id,
            "image_tail": base64.b64encode(given).decode(),
        }  # fmt: skip
