"""Where a provider may connect to, and how long one answer may take in all."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import pytest

from patchbay import PROVIDER_KEY, Patchbay
from raw_http import RawAnswer, RawConnection
from samples import BODY, FIRST_EVENT, PATH, STREAM, STREAM_BODY
from upstream import Answer, Upstream, json_answer, stream_answer


def ask(server: Patchbay, body: bytes) -> RawAnswer:
    with RawConnection(server.port) as connection:
        return connection.ask("POST", PATH, body)


def one_provider(provider: dict) -> dict:
    return {
        "server": {"workers": 1},
        "providers": {"only": provider},
        "models": {"*": {"provider": "only"}},
    }


def openai_at(base_url: str, **settings: object) -> dict:
    return {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": base_url}, **settings}


# A name for 169.254.169.254, where clouds tell a machine its credentials. As any name does, it
# may lead to an address on a local network, and not there.
METADATA = "http://2852039166:{port}/v1"


@pytest.mark.parametrize("body", [BODY, STREAM_BODY], ids=["whole", "stream"])
def test_an_address_that_may_not_be_reached_is_a_502_that_says_what_to_write(
    start_patchbay: Callable[..., Patchbay], body: bytes
) -> None:
    server = start_patchbay(one_provider(openai_at(METADATA.format(port=1))))
    answer = ask(server, body)
    assert answer.status == 502
    error = answer.json()["error"]
    assert error["type"] == "server_error"
    assert error["message"] == (
        "The upstream of provider `only` failed: 2852039166 has the address 169.254.169.254 (link-local), "
        "which is neither public nor named in the provider's settings; to allow it there, write "
        'addresses: ["169.254.169.254"]'
    )
    logged = server.wait_for_log(lambda line: line.get("status") == 502)
    assert "169.254.169.254" in json.dumps(logged)


def test_an_address_that_is_listed_is_dialled(
    upstream: Upstream, start_patchbay: Callable[..., Patchbay]
) -> None:
    """`0` is 0.0.0.0, which no name should lead to, and which on this system is the machine itself."""
    url = f"http://0:{upstream.base_url.rpartition(':')[2]}"
    upstream.answer_with(json_answer({"choices": []}))
    refused = ask(start_patchbay(one_provider(openai_at(url))), BODY)
    assert refused.status == 502
    assert 'addresses: ["0.0.0.0"]' in refused.json()["error"]["message"]
    allowed = ask(start_patchbay(one_provider(openai_at(url, addresses=["0.0.0.0"]))), BODY)
    assert allowed.status == 200


def test_a_proxy_may_be_on_the_local_network(start_patchbay: Callable[..., Patchbay]) -> None:
    with socket.socket() as reserved:
        # Bound and not listening: connections to it are refused, and nobody else gets the port.
        reserved.bind(("127.0.0.1", 0))
        proxy = f"127.0.0.1:{reserved.getsockname()[1]}"
        provider = openai_at("http://models.example/v1", proxy=f"http://{proxy}")
        answer = ask(start_patchbay(one_provider(provider)), BODY)
    assert answer.status == 502
    assert f"connection refused by the proxy {proxy}" in answer.json()["error"]["message"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_and_never_followed(
    patchbay: Patchbay, upstream: Upstream, status: int
) -> None:
    with Upstream() as elsewhere:
        elsewhere.answer_with(json_answer({"stolen": True}))
        location = [("Location", f"{elsewhere.base_url}/chat/completions")]
        upstream.answer_with(json_answer({}, status=status, headers=location))
        answer = ask(patchbay, BODY)
        assert answer.status == 502
        assert f"{status}, a redirect" in answer.json()["error"]["message"]
        assert elsewhere.connections_accepted == 0


@pytest.fixture
def hurried(start_patchbay: Callable[..., Patchbay], upstream: Upstream) -> Patchbay:
    """A server that gives one answer two seconds, and its pieces all the time they want."""
    return start_patchbay(one_provider(openai_at(upstream.base_url, total_timeout="2s")))


def test_an_answer_that_does_not_end_in_time_is_a_504(hurried: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(Answer(**{**json_answer({"id": 1}).__dict__, "hold_after": 3}))
    answer = ask(hurried, BODY)
    assert answer.status == 504
    assert answer.json()["error"]["message"].endswith("did not finish within 2 s")
    upstream.wait_for(upstream.requests[-1].client_left.is_set, "the upstream call to end")


def test_a_stream_that_does_not_end_in_time_ends_with_an_error_event(
    hurried: Patchbay, upstream: Upstream
) -> None:
    upstream.answer_with(stream_answer(STREAM, hold_after=FIRST_EVENT))
    answer = ask(hurried, STREAM_BODY)
    assert answer.status == 200
    first, last = answer.events()
    assert "choices" in json.loads(first)
    error = json.loads(last)["error"]
    assert error["code"] == "timeout"
    assert error["message"].endswith("did not finish within 2 s")
    upstream.wait_for(upstream.requests[-1].client_left.is_set, "the upstream call to end")


def test_a_provider_that_does_its_own_work_has_as_much_time(
    start_patchbay: Callable[..., Patchbay],
) -> None:
    slow = {"plugin": "stub", "total_timeout": "200ms", "config": {"reply": "a", "first_delay_ms": 60_000}}
    answer = ask(start_patchbay(one_provider(slow)), BODY)
    assert answer.status == 504
    assert answer.json()["error"]["message"] == "The provider `only` did not finish in time"


def test_a_stream_of_such_a_provider_ends_with_an_error_event(
    start_patchbay: Callable[..., Patchbay],
) -> None:
    config = {"reply": "one two three", "token_delay_ms": 60_000}
    answer = ask(
        start_patchbay(one_provider({"plugin": "stub", "total_timeout": "2s", "config": config})),
        STREAM_BODY,
    )
    assert answer.status == 200
    *before, last = answer.events()
    assert before
    assert json.loads(last)["error"]["message"] == "The provider `only` did not finish in time"
