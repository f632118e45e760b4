"""What a job asks the service for, as one call that is ready to be made.

Everything that can be missing on our side is looked for here, before the call: whoever
makes it need only fear the connection.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lipsync.jobs.model import Job
from lipsync.pictures import PictureNotFound, PictureShelf
from lipsync.request import LipSyncRequest
from lipsync.sounds import SoundShelf
from lipsync.upstream.bodies import LipSyncSpec, image2video_body, text2video_body
from lipsync.upstream.client import UpstreamClient
from lipsync.upstream.replies import Task, TaskKind
from lipsync.video_request import VideoRequest

Order = Callable[[UpstreamClient], Task]
"""Makes the one POST of a job. **Costs money.**"""


def order_of(job: Job, sounds: SoundShelf, pictures: PictureShelf | None, callback_url: str | None) -> Order:
    """The call of a job, whatever its kind. Raises `SoundNotFound` and `PictureNotFound`."""
    if job.kind is TaskKind.LIP_SYNC:
        spec = _lip_sync(LipSyncRequest.from_dict(job.request), sounds)
        return lambda client: client.create_lip_sync(spec, callback_url=callback_url)
    body = _video(job, VideoRequest.from_dict(job.request), pictures, callback_url)
    return lambda client: client.create_video(job.kind, body)


def _lip_sync(request: LipSyncRequest, sounds: SoundShelf) -> LipSyncSpec:
    common: dict[str, Any] = {"task_id": request.parent_task_id, "video_id": request.video_id}
    if request.source == "text":
        return LipSyncSpec(
            **common,
            mode="text2video",
            text=request.text,
            voice_id=request.voice_id,
            voice_language=request.voice_language,
            voice_speed=Decimal(request.voice_speed or "1.0"),
        )
    if request.source == "link":
        return LipSyncSpec(**common, mode="audio2video", audio_type="url", audio_url=request.sound_url)
    sound = sounds.get(request.sound_id or "")
    data = sounds.path(sound).read_bytes()
    return LipSyncSpec(**common, mode="audio2video", audio_type="file", audio_file=data)


def _video(
    job: Job, request: VideoRequest, pictures: PictureShelf | None, callback_url: str | None
) -> dict[str, Any]:
    common: dict[str, Any] = {
        "prompt": request.prompt,
        "model_name": request.model_name,
        "negative_prompt": request.negative_prompt,
        "cfg_scale": request.cfg_scale,
        "mode": request.mode,
        "duration": request.duration,
        # The job's own id, so that a task whose answer was lost can be told from all others.
        "external_task_id": job.id,
        "callback_url": callback_url,
    }
    if job.kind is TaskKind.TEXT2VIDEO:
        return text2video_body(**common, aspect_ratio=request.aspect_ratio)
    return image2video_body(
        **common,
        image=_picture(pictures, request.picture_id) or request.picture_url,
        image_tail=_picture(pictures, request.tail_picture_id) or request.tail_picture_url,
    )


def _picture(pictures: PictureShelf | None, picture_id: str | None) -> bytes | None:
    if picture_id is None:
        return None
    if pictures is None:
        raise PictureNotFound(picture_id)
    return pictures.path(pictures.get(picture_id)).read_bytes()
