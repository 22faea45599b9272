"""Choosing a channel by URL, Slack's answers, deadlines."""

import asyncio
import json
import traceback

import pytest

from monitor.errors import FetchError, FetchFault, SendError
from monitor.models import Reply, Route
from monitor.notify import Message, Notifier, check_route

MESSAGE = Message(title="Acme & <Globex>", text="text", markdown="*also:* x", html="<p>x</p>")
SECRET = "T0000/B0000/very-secret-token"
HOOK = f"https://hooks.slack.com/services/{SECRET}"


class FakePost:
    """Answers every post as told, or waits for ever when told nothing."""

    def __init__(self, *answers: Reply | FetchError) -> None:
        self.answers = list(answers)
        self.urls: list[str] = []
        self.bodies: list[bytes] = []
        self.called = asyncio.Event()

    async def __call__(self, url: str, *, body: bytes, content_type: str) -> Reply:
        assert content_type == "application/json"
        self.urls.append(url)
        self.bodies.append(body)
        self.called.set()
        if not self.answers:
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, FetchError):
            raise answer
        return answer


async def send(post: FakePost, url: str = HOOK) -> SendError | None:
    notifier = Notifier([Route(name="desk", url=url)], post=post)
    try:
        await notifier.send("desk", MESSAGE)
    except SendError as error:
        return error
    finally:
        await notifier.aclose()
    return None


@pytest.mark.parametrize(
    ("url", "posted_to"),
    [
        (HOOK, HOOK),
        ("HTTPS://Hooks.Slack.com/services/T/B/x", "HTTPS://Hooks.Slack.com/services/T/B/x"),
        ("slack+http://chat.example:8065/hooks/x", "http://chat.example:8065/hooks/x"),
        ("slack+https://chat.example/hooks/x", "https://chat.example/hooks/x"),
    ],
)
async def test_slack_urls_are_posted_to(url: str, posted_to: str) -> None:
    post = FakePost(Reply(status=200, body=b"ok"))
    assert await send(post, url) is None
    assert post.urls == [posted_to]


async def test_slack_gets_a_fallback_and_blocks() -> None:
    post = FakePost(Reply(status=200, body=b"ok"))
    await send(post)
    assert json.loads(post.bodies[0]) == {
        "text": "Acme &amp; &lt;Globex&gt;",
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Acme &amp; &lt;Globex&gt;*", "verbatim": True}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "*also:* x", "verbatim": True}},
        ],
    }


@pytest.mark.parametrize(
    ("reply", "is_temporary"),
    [
        (Reply(status=429, body=b"rate_limited", retry_after_seconds=30), True),
        (Reply(status=500, body=b"rollup_error"), True),
        (Reply(status=503, body=b"", retry_after_seconds=5), True),
        (Reply(status=408, body=b""), True),
        (Reply(status=302, body=b""), True),
        (Reply(status=200, body=b"<html>please sign in to this network</html>"), True),
        (Reply(status=400, body=b"invalid_payload"), False),
        (Reply(status=403, body=b"action_prohibited"), False),
        (Reply(status=404, body=b"no_service"), False),
        (Reply(status=410, body=b"channel_is_archived"), False),
        (Reply(status=404, body=b"\xff\x1b[2J\n" + b"x" * 2000), False),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Reply) else None,
)
async def test_slack_answers_say_whether_another_try_helps(reply: Reply, *, is_temporary: bool) -> None:
    error = await send(FakePost(reply))
    assert error
    assert error.is_temporary is is_temporary
    assert error.retry_after_seconds == reply.retry_after_seconds
    assert str(error).startswith(f"route 'desk': the service answers {reply.status}")
    assert str(error).isprintable()
    assert len(str(error)) < 200


async def test_a_service_answers_its_reason() -> None:
    error = await send(FakePost(Reply(status=410, body=b"channel_is_archived")))
    assert str(error) == "route 'desk': the service answers 410 channel_is_archived"


@pytest.mark.parametrize("body", [b"ok", b"ok\n", b"", b'{"success":true}'])
async def test_services_of_the_same_format_accept_in_their_own_words(body: bytes) -> None:
    assert await send(FakePost(Reply(status=200, body=body))) is None


@pytest.mark.parametrize("is_temporary", [True, False])
async def test_a_network_failure_keeps_its_verdict_and_hides_the_url(*, is_temporary: bool) -> None:
    fault = FetchError(HOOK, FetchFault.CONNECT, HOOK, is_temporary=is_temporary, retry_after_seconds=7)
    error = await send(FakePost(fault))
    assert error
    assert str(error) == "route 'desk': no connection"
    assert error.is_temporary is is_temporary
    assert error.retry_after_seconds == 7
    assert "secret" not in "".join(traceback.format_exception(error))


async def test_a_silent_service_is_left_at_the_deadline() -> None:
    notifier = Notifier([Route(name="desk", url=HOOK)], post=FakePost())
    with pytest.raises(SendError, match=r"no answer within 0\.01 s") as caught:
        await notifier.send("desk", MESSAGE, deadline_seconds=0.01)
    assert caught.value.is_temporary
    await notifier.aclose()


async def test_a_hanging_route_refuses_more_and_others_still_send() -> None:
    post = FakePost()
    notifier = Notifier([Route(name="hangs", url=HOOK), Route(name="works", url=HOOK)], post=post)
    for _ in range(4):
        with pytest.raises(SendError, match="no answer"):
            await notifier.send("hangs", MESSAGE, deadline_seconds=0.001)
    with pytest.raises(SendError, match="4 earlier messages still hang") as caught:
        await notifier.send("hangs", MESSAGE)
    assert caught.value.is_temporary
    assert len(post.urls) == 4
    post.answers.append(Reply(status=200, body=b"ok"))
    await notifier.send("works", MESSAGE)
    await notifier.aclose()


async def test_many_messages_may_be_under_way_at_once() -> None:
    post = FakePost(*[Reply(status=200, body=b"ok")] * 20)
    notifier = Notifier([Route(name="desk", url=HOOK)], post=post)
    await asyncio.gather(*(notifier.send("desk", MESSAGE) for _ in range(20)))
    assert len(post.urls) == 20
    await notifier.aclose()


async def test_a_late_failure_is_not_told_twice() -> None:
    release = asyncio.Event()

    async def post(url: str, *, body: bytes, content_type: str) -> Reply:  # noqa: ARG001 - the protocol's names
        await release.wait()
        raise FetchError(url, FetchFault.CONNECT)

    notifier = Notifier([Route(name="desk", url=HOOK)], post=post)
    unheard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    with pytest.raises(SendError, match="no answer"):
        await notifier.send("desk", MESSAGE, deadline_seconds=0.001)
    release.set()
    await notifier.aclose()
    assert not unheard


async def test_closing_gives_up_what_still_runs() -> None:
    post = FakePost()
    notifier = Notifier([Route(name="desk", url=HOOK)], post=post)
    waiting = asyncio.create_task(notifier.send("desk", MESSAGE))
    await post.called.wait()
    await notifier.aclose()
    with pytest.raises(SendError, match="the monitor stops") as caught:
        await waiting
    assert caught.value.is_temporary


async def test_a_route_that_is_gone_is_a_permanent_failure() -> None:
    notifier = Notifier([], post=FakePost())
    with pytest.raises(SendError, match="no route is named 'desk'") as caught:
        await notifier.send("desk", MESSAGE)
    assert not caught.value.is_temporary


@pytest.mark.parametrize(
    "url", ["console:", "console://", HOOK, "slack+https://chat.example/x", "slack+http://[::1]:8/x"]
)
def test_a_good_url_has_no_problem(url: str) -> None:
    assert check_route(Route(name="desk", url=url)) is None


@pytest.mark.parametrize(
    "url",
    ["console:stderr", "slack+https://", "slack+https:///x", "slack+http://[::1/x", "slack+http://h:99999/secret"],
)
def test_a_bad_url_is_told_without_its_secret(url: str) -> None:
    problem = check_route(Route(name="desk", url=url))
    assert problem
    assert problem.startswith("route 'desk': ")
    assert "secret" not in problem
