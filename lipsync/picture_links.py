"""Pictures behind an address: fetched by us, judged like any other, and sent as files.

The service would fetch an address itself. But it may be signed and short-lived, and must then not be
written into a job; and what is behind it could be judged only after it was paid for.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from lipsync.audio.links import LinkReport, Wanted, fetch_link
from lipsync.audio.words import link_in_words
from lipsync.i18n import t
from lipsync.pictures import MAX_PICTURE_BYTES, Picture, PictureShelf, picture_in_words
from lipsync.scratch import scratch_folder

PICTURE = Wanted(MAX_PICTURE_BYTES, "image/jpeg, image/png, */*;q=0.5", lambda _data, _whole: False)
"""What a picture is, the shelf knows."""


def picture_from_link(
    shelf: PictureShelf, url: str, *, allowed_hosts: frozenset[str], workspace: str, owner: str
) -> tuple[str, Picture | None]:
    """The kept picture, or the reason in words why there is none. Takes up to 10 s.

    What a link does never raises. Raises `OSError` when the disk is full.
    """
    with scratch_folder() as folder:
        to = folder / "picture"
        link = fetch_link(url, to, allowed_hosts=allowed_hosts, wanted=PICTURE)
        if not link.fetched:
            return _in_words(link), None
        with to.open("rb") as stream:
            name = Path(unquote(urlsplit(url).path)).name or "picture"
            report, picture = shelf.add(stream, name=name, workspace=workspace, owner=owner)
    return picture_in_words(report), picture


def _in_words(link: LinkReport) -> str:
    if link.reason == "too_big":
        return t("The picture at this link is larger than 10 MB. Save it smaller and upload it here.")
    if link.reason == "not_public":
        return t("This link leads into a private network. Please upload the picture instead.")
    return link_in_words(link)
