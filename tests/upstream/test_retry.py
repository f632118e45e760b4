import pytest

from lipsync.upstream import retry
from lipsync.upstream.errors import Busy, Interrupted, NotFound, NotSent, UpstreamError
from lipsync.upstream.retry import RetryPolicy, call
from tests.upstream.test_errors import every_class

POLICY = RetryPolicy(4, first_wait=1, longest_wait=3, longest_retry_after=10, total_wait=1000)


class Script:
    """An operation that raises the given errors one after another and then answers."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.outcomes:
            raise self.outcomes.pop(0)
        return "done"


def run(script, *, is_create=False, policy=POLICY, draw=1.0, stop=lambda: False):
    waits = []
    result = call(script, policy, is_create=is_create, sleep=waits.append, random=lambda: draw, stop=stop)
    return result, waits


@pytest.mark.parametrize("is_create", [True, False], ids=["create", "query"])
@pytest.mark.parametrize("kind", list(every_class()), ids=lambda kind: kind.__name__)
def test_each_error_is_repeated_exactly_where_the_table_allows(kind, is_create):
    script = Script(kind(), kind())
    if kind.retry_create if is_create else kind.retry_query:
        assert run(script, is_create=is_create)[0] == "done"
        assert script.calls == 3
    else:
        with pytest.raises(kind):
            run(script, is_create=is_create)
        assert script.calls == 1


def test_an_interrupted_create_is_never_sent_twice_even_after_a_busy_one():
    script = Script(Busy(), Interrupted())
    with pytest.raises(Interrupted):
        run(script, is_create=True)
    assert script.calls == 2


def test_attempts_are_bounded_and_the_last_error_is_raised():
    script = Script(*(Busy(code=number) for number in range(10)))
    with pytest.raises(Busy) as caught:
        run(script)
    assert (script.calls, caught.value.code) == (4, 3)


def test_waits_double_up_to_the_longest():
    assert run(Script(NotSent(), NotSent(), NotSent()))[1] == [1, 2, 3]


def test_jitter_is_full():
    assert run(Script(NotSent(), NotSent()), draw=0.0)[1] == [0, 0]
    assert run(Script(NotSent(), NotSent()), draw=0.5)[1] == [0.5, 1]


def test_retry_after_is_waited_out_and_capped():
    waits = run(Script(Busy(retry_after_seconds=5), Busy(retry_after_seconds=5000)), draw=0.5)[1]
    assert waits == [5.5, 11.0]


def test_all_waits_together_are_bounded():
    policy = RetryPolicy(100, first_wait=4, longest_wait=4, longest_retry_after=0, total_wait=10)
    script = Script(*(Busy() for _ in range(50)))
    with pytest.raises(Busy):
        run(script, policy=policy)
    assert script.calls == 3


def test_stop_before_a_wait_ends_at_once():
    script = Script(Busy(), Busy())
    with pytest.raises(Busy):
        run(script, stop=lambda: True)
    assert script.calls == 1


def test_stop_during_a_wait_allows_no_further_attempt():
    script, waits = Script(Busy(), Busy()), []
    with pytest.raises(Busy):
        call(script, POLICY, is_create=True, sleep=waits.append, random=lambda: 1.0, stop=lambda: bool(waits))
    assert (script.calls, len(waits)) == (1, 1)


def test_other_exceptions_pass_untouched():
    script = Script(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        run(script)
    assert script.calls == 1


def test_a_page_waits_at_most_a_second():
    script = Script(*(NotSent(retry_after_seconds=60) for _ in range(9)))
    waits = []
    with pytest.raises(UpstreamError):
        call(script, retry.PAGE, is_create=False, sleep=waits.append, random=lambda: 1.0)
    assert sum(waits) <= 1


def test_what_is_refused_does_not_wait():
    waits = []
    with pytest.raises(NotFound):
        call(Script(NotFound()), retry.QUERY, is_create=False, sleep=waits.append)
    assert waits == []
