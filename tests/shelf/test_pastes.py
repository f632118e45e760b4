"""Task ids out of any paste, and no key of an account among them."""

from __future__ import annotations

import random

import pytest

from lipsync.shelf.pastes import MOST_OF_A_LINK, read_paste

ID = "CjilGmfJXYIAAAAAADleeQ"
NUMBER = "847129384712938471"
VIDEO = "1f936158-ea15-4775-84c9-78391705b734"
OURS = "0123456789abcdef0123456789abcdef"
API = "https://api.example/kling/v1/videos"

PLAIN = [
    (ID, [ID]),
    (f" {ID},\n{NUMBER};{ID} ", [ID, NUMBER]),
    ("T", ["T"]),
    ("-oNKBbcnpfPbIDyn5_IbnQ", ["-oNKBbcnpfPbIDyn5_IbnQ"]),
    ("oNKBbcn_sk-pfPbIDyn5_Ib", ["oNKBbcn_sk-pfPbIDyn5_Ib"]),
    (f"my task id is {ID}, thanks!", [ID]),
    (f"task id: {ID}", [ID]),
    ("Task-ID: A1", ["A1"]),
    ("task_id=A1&page=2", ["A1"]),
    (f"{NUMBER}\t{ID} | {VIDEO}", [NUMBER, ID, VIDEO]),
    ("", []),
    (" ,;\n", []),
    ("x" * 201, []),
]
ANSWERS = [
    (f'{{"code":0,"data":{{"task_id":"A1","task_result":{{"videos":[{{"id":"{VIDEO}",'
     '"url":"https://x.example/a.mp4"}]}}}', ["A1"]),
    ('{"data": [{"task_id": "A1"}, {"task_id": 98765432109876543210}]}', ["A1", "98765432109876543210"]),
    ("{'task_id': 'A1', 'task_status': 'suc", ["A1"]),
    ('{"code":"success","message":"","data":"A1"}', ["A1"]),
    ('{"task_id":"A1","external_task_id":"of somebody"}', ["A1"]),
    (r'"{\"code\":0,\"data\":{\"task_id\":\"A1\"}}"', ["A1"]),
    (r'{\n  \"task_id\": \"A1\"\n}', ["A1"]),
    (r'{\\\"task_id\\\": \\\"A1\\\"}', ["A1"]),
    (f'data: {{\n "id": "{ID}",\n "status":"ok"}}', [ID]),
    (rf'{{"url":"https:\/\/x.example\/works\/{ID}\/edit"}}', [ID]),
]  # fmt: skip
LINKS = [
    (f"{API}/text2video/{ID}", [ID]),
    (f"see {API}/text2video/{NUMBER} thanks", [NUMBER]),
    (f"{API}/lip-sync/A1", ["A1"]),
    (f"{API}/lip-sync?pageNum=1", []),
    (f"/kling/v1/videos/image2video/{ID}?x=1", [ID]),
    (f"api.example/kling/v1/videos/text2video/{ID}", [ID]),
    (f"https://cdn.example/upload-2026/{ID}/video.mp4?sig=abc", [ID]),
    (f"https://cdn.example/kling/{ID}.mp4?Expires=1777385361501&Signature=aB3dE5fG7hI9jK1l", [ID]),
    (f"https://site.example/app/video/{ID}/edit", [ID]),
    (f"https://site.example/app/task/{ID}/details", [ID]),
    (f"https://site.example/works?taskId={ID}#x", [ID]),
    (f"https://site.example/global/#/task?taskId={ID}", [ID]),
    (f"https://site.example/global/#!/works/{ID}", [ID]),
    (f"https://site.example/player?url=https%3A%2F%2Fcdn.example%2F{ID}.mp4&token=aB3dE5fG7hI9jK1l", [ID]),
    (f"{ID}/…", [ID]),
    (f"http://localhost:8501/videos?video={OURS}&videos_show=usable", [OURS]),
    (f"http://localhost:8501/?parent={OURS}&form={OURS[::-1]}", [OURS]),
    (f"http://localhost:8501/jobs?job={OURS}", [OURS]),
    ("http://localhost:8501/videos", []),
    ("https://site.example/a/b.html and/or nothing", []),
    ("https://[not an address", []),
    (f"curl --compressed -X GET {API}/text2video/-oNKBbcnpfPbIDyn5_IbnQ", ["-oNKBbcnpfPbIDyn5_IbnQ"]),
    (f"curl -H 'Content-Type: application/json' --location {API}", []),
]  # fmt: skip


@pytest.mark.parametrize(("paste", "ids"), [*PLAIN, *ANSWERS, *LINKS])
def test_ids_are_found_in_whatever_is_pasted(paste: str, ids: list[str]) -> None:
    read = read_paste(paste)
    assert list(read.task_ids) == ids
    assert not read.had_key
    assert read.text == paste


KEY = "sk-abcdefghijkl0123456789abcdef"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJzb21lYm9keSJ9.c2lnbmF0dXJlLW9m"
SECRET = "Zq7RtY2mKp9LwXc4VbN8"


@pytest.mark.parametrize(
    "paste",
    [
        f'curl {API}/text2video/{ID} -H "Authorization: Bearer {KEY}" -H "Content-Type: application/json"',
        f"Authorization: Bearer {KEY}\ntask {ID}",
        f"Authorization: {SECRET}\ntask {ID}",
        f"authorization=Basic%20{SECRET}&task_id={ID}",
        f"bearer {SECRET} {ID}",
        f"Bearer {TOKEN} {ID}",
        f"{TOKEN}\n{ID}",
        f"{KEY} {ID}",
        f"COMETAPI_KEY={SECRET} {ID}",
        f"https://query.example/user/quota?key={SECRET}&task_id={ID}",
        f"x-api-key: {SECRET}\n{ID}",
        f'{{"api_key": "{SECRET}", "task_id": "{ID}"}}',
        rf'{{\"Authorization\": \"Bearer {KEY}\", \"task_id\": \"{ID}\"}}',
        f"https://files.example/{KEY}/{ID}.mp4",
    ],
)  # fmt: skip
def test_a_key_is_left_out_and_said_to_be(paste: str) -> None:
    read = read_paste(paste)
    assert read.task_ids == (ID,)
    assert read.had_key
    assert not any(secret in read.text for secret in (KEY, TOKEN, SECRET))
    assert ID in read.text


@pytest.mark.parametrize("paste", [KEY, f"Bearer {SECRET}", f"Authorization: Bearer {KEY}", f"key={SECRET}"])
def test_a_key_alone_is_nothing_to_look_for(paste: str) -> None:
    read = read_paste(paste)
    assert (read.task_ids, read.text, read.had_key) == ((), "", True)


def test_signatures_of_links_are_no_ids_and_no_keys() -> None:
    read = read_paste(f"https://x.example/y?Signature={SECRET}&X-Amz-Credential={SECRET}&session_id={SECRET}")
    assert (read.task_ids, read.had_key) == ((), False)


def test_of_one_link_not_everything_is_asked_for() -> None:
    assert len(read_paste("https://x.example/" + "/".join(f"{ID}{n}" for n in range(50))).task_ids) == (
        MOST_OF_A_LINK
    )


@pytest.mark.parametrize(
    ("paste", "is_one"),
    [(ID, True), (f"{API}/{VIDEO}/{ID}", True), (f"task {ID} please", True), (f"{ID} {NUMBER}", False),
     (f"{API}/text2video/{ID} {NUMBER}", False)],
)  # fmt: skip
def test_a_paste_of_one_id_or_one_link_means_one_video(paste: str, is_one: bool) -> None:
    assert read_paste(paste).is_one is is_one


def test_no_paste_takes_long_or_breaks() -> None:
    chance = random.Random(3)
    for text in (
        '"task_id' * 100_000, "A1-" * 300_000, "a" * 1_000_000, "/" * 1_000_000, "{[" * 500_000,
        "\\" * 1_000_000, "eyJ" * 300_000, "key" + '"' * 900_000, "bearer " * 100_000, "x/?a=1&" * 90_000,
    ):  # fmt: skip
        assert isinstance(read_paste(text).task_ids, tuple)
    for _ in range(300):
        read_paste(
            "".join(
                chr(chance.choice([10, 34, 44, 47, 58, 92, 123, 0x2028, 0xD800, 97, 65])) for _ in range(200)
            )
        )
