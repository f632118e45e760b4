"""The parent videos every sandbox account starts with: good ones, and one of each kind that is refused.

Their ids follow from the account and the name, so that a page of the documentation can
name them. They are dated back from the moment the account is first seen; when a parent
meant to be young has grown too old, a fresh one takes its place beside it.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass
from typing import Final

from lipsync.sandbox.store import Store, Task, now_ms

DAY_MS: Final = 24 * 3600 * 1000
KEPT_DAYS: Final = 30
TOO_LONG: Final = "15.08"
RISK_CONTROL: Final = "Failure to pass the risk control system"
_REPLACED_AFTER_DAYS: Final = 29


@dataclass(frozen=True, slots=True)
class ShippedParent:
    """One parent of the catalogue. `seconds` as the API writes it; `days` old when it is made."""

    name: str
    prompt: str
    presenter: str
    """The name of who is drawn."""
    seconds: str = "5.041"
    orientation: str = "landscape"
    days: float = 2.0
    status: str = "succeed"
    reason: str = ""
    faceless: bool = False

    @property
    def meant_to_be_too_old(self) -> bool:
        """Whether being too old is the point of this one."""
        return self.days > KEPT_DAYS

    @property
    def has_file(self) -> bool:
        """Whether the service still has its video."""
        return self.status == "succeed" and not self.meant_to_be_too_old


CATALOGUE: Final = (
    ShippedParent("first", "A woman in a yellow jumper looks into the camera", "amara", days=1),
    ShippedParent(
        "second", "A bearded man in a blue shirt, city lights behind him", "diego", "10.04", days=3
    ),
    ShippedParent(
        "upright", "An elegant older woman in front of a gallery wall", "nasrin", "5.1", "portrait", days=6
    ),
    ShippedParent("third", "A newsreader in a blue studio", "mei", days=9),
    ShippedParent("fourth", "An old professor among his books", "oskar", days=14),
    ShippedParent(
        "upright-long", "A little girl with red bunches in a garden", "lily", "10.04", "portrait", days=19
    ),
    ShippedParent("nearly-too-old", "A young newsreader, seen upright", "mei", "5.1", "portrait", days=25),
    ShippedParent("faceless", "An empty room with shelves, nobody around", "amara", days=4, faceless=True),
    ShippedParent("too-long", "A bearded man talks on and on, extended", "diego", TOO_LONG, days=5),
    ShippedParent("too-old", "An old professor, filmed last month", "oskar", days=34),
    ShippedParent("failed", "A crowd in a stadium", "amara", days=2, status="failed", reason=RISK_CONTROL),
    ShippedParent("still-processing", "A chef tastes the soup", "diego", days=0.01, status="processing"),
)


def shipped_ids(account: str, name: str, generation: int = 0) -> tuple[str, str]:
    """Task id and video id of a shipped parent."""
    digest = hashlib.sha256(f"{account}/{name}/{generation}".encode()).digest()
    task_id = base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
    return task_id, str(uuid.UUID(bytes=digest[16:], version=4))


def ensure_parents(store: Store, account: str) -> None:
    """Give the account its parents, and fresh ones for those that have grown too old."""
    present = store.shipped(account)
    limit = now_ms() - _REPLACED_AFTER_DAYS * DAY_MS
    for parent in CATALOGUE:
        mine = [task for task in present if task.shipped == parent.name]
        young = any(task.created_at > limit for task in mine)
        if not mine or (not young and not parent.meant_to_be_too_old):
            store.add(_task(account, parent, generation=len(mine)))


def _task(account: str, parent: ShippedParent, generation: int) -> Task:
    task_id, video_id = shipped_ids(account, parent.name, generation)
    created = now_ms() - int(parent.days * DAY_MS)
    return Task(
        task_id=task_id,
        account=account,
        kind="text2video",
        status=parent.status,
        reason=parent.reason,
        spec=spec_of(parent),
        video_id=video_id,
        duration=parent.seconds,
        file=f"parents/{parent.name}.mp4",
        parent_task_id=None,
        external_task_id=None,
        callback_url=None,
        price_usd=0.0,
        ready_at=created,
        created_at=created,
        updated_at=created + 240_000,
        shipped=parent.name,
    )


def spec_of(parent: ShippedParent) -> dict[str, object]:
    """What to draw for a shipped parent; see `render.py`."""
    return {
        "prompt": parent.prompt,
        "presenter": parent.presenter,
        "seconds": float(parent.seconds),
        "orientation": parent.orientation,
        "seed": int.from_bytes(hashlib.sha256(parent.name.encode()).digest()[:4]),
        "faceless": parent.faceless,
    }


def why_not_usable(task: Task) -> str | None:
    """Why this task's video cannot be a parent, in the service's words; None when it can."""
    if task.kind not in ("text2video", "image2video"):
        return "task_id must be the task of a text2video or image2video"
    if task.status != "succeed":
        return "The task of the video has not succeeded"
    if now_ms() - task.created_at > KEPT_DAYS * DAY_MS:
        return "The video is older than 30 days"
    if round(float(task.duration)) not in (5, 10):
        return "Only videos of 5 or 10 seconds are supported"
    return None
