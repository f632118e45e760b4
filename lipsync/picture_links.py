"""Pictures behind an address: fetched by us, judged like any other, and sent as files.

The service would fetch an address itself. But it may be signed and short-lived, and must then not be
written into a job; and what is behind it could be judged only after it was paid for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lipsync.audio.links import LinkReport, Wanted, fetch_link
from lipsync.audio.words import link_in_words
from lipsync.i18n import t
from lipsync.pictures import MAX_GIVEN_BYTES, Picture, PictureShelf, picture_in_words, remade_in_words
from lipsync.scratch import scratch_folder

PICTURE = Wanted(MAX_GIVEN_BYTES, "image/jpeg, image/png, */*;q=0.5", lambda _data, _whole: False)
"""What a picture is, the shelf knows."""


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """The kept picture and what the studio made of it, if anything; or, in words, why there is none."""

    picture: Picture | None
    why_not: str = ""
    remade: str = ""


def picture_from_link(
    shelf: PictureShelf, url: str, *, allowed_hosts: frozenset[str], workspace: str, owner: str
) -> FetchedPicture:
    """What is behind an address. Takes up to 10 s, and seconds more where another picture is made of it.

    What a link does never raises. Raises `OSError` when the disk is full.
    """
    with scratch_folder() as folder:
        to = folder / "picture"
        link = fetch_link(url, to, allowed_hosts=allowed_hosts, wanted=PICTURE)
        if not link.fetched:
            return FetchedPicture(None, _in_words(link))
        with to.open("rb") as stream:
            name = Path(unquote(urlsplit(url).path)).name or "picture"
            report, picture = shelf.add(stream, name=name, workspace=workspace, owner=owner)
    return FetchedPicture(picture, picture_in_words(report), remade_in_words(report))


def _in_words(link: LinkReport) -> str:
    if link.reason == "too_big":
        return t(
            "The picture at this link is larger than {most} MB. Save it smaller and upload it here.",
            most=MAX_GIVEN_BYTES // 1024 // 1024,
        )
    if link.reason == "not_public":
        return t("This link leads into a private network. Please upload the picture instead.")
    return link_in_words(link)
