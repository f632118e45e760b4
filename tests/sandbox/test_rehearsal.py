import pytest

from lipsync.sandbox.refusals import CODES, Refusal
from lipsync.sandbox.rehearsal import check_key, trouble_in


@pytest.mark.parametrize(
    ("text", "code"), [("[unsafe]", 1301), ("so [Policy] it", 1300), ("你好【unsafe】", 1301)]
)
def test_a_word_in_brackets_is_refused_as_the_service_would(text: str, code: int) -> None:
    with pytest.raises(Refusal) as caught:
        trouble_in(text)
    assert caught.value.code == code


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_rehearsed_by_its_number(code: int) -> None:
    with pytest.raises(Refusal) as caught:
        trouble_in(f"Hello [{code}]")
    assert (caught.value.code, caught.value.http_status) == (code, CODES[code][0])


def test_the_other_words_are_taken_and_make_trouble_later() -> None:
    assert trouble_in("[no face]").will_fail == "There is no human in the video"
    assert trouble_in("[fail]").will_fail
    assert trouble_in("[slow]").slow
    assert trouble_in("[lost]").lost
    assert trouble_in("[nobody]").nobody


@pytest.mark.parametrize("text", ["unsafe", "policy", "1301", "[hello]", "[12]", "I will fail", "a[0]", "[]"])
def test_ordinary_texts_make_no_trouble(text: str) -> None:
    trouble = trouble_in(text)
    assert (trouble.will_fail, trouble.slow, trouble.lost) == ("", False, False)


def test_a_key_can_name_its_refusal() -> None:
    with pytest.raises(Refusal):
        check_key("sk-sandbox-1004", is_create=False)
    check_key("sk-sandbox-1101", is_create=False)
    with pytest.raises(Refusal):
        check_key("sk-sandbox-1101", is_create=True)
    check_key("sk-sandbox-me", is_create=True)
