"""Which headers pass Patchbay, in which direction, and what it makes of them on the way."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay
from raw_http import RawAnswer, RawConnection
from samples import BODY, COMPLETION, PATH, RATE_LIMITED, STREAM, STREAM_BODY
from upstream import Answer, Upstream, json_answer, stream_answer


def ask(patchbay: Patchbay, headers: dict[str, str] | None = None, body: bytes = BODY) -> RawAnswer:
    with RawConnection(patchbay.port) as connection:
        return connection.ask("POST", PATH, body, {"Content-Type": "application/json", **(headers or {})})


def test_rate_limits_and_openai_headers_pass(patchbay: Patchbay, upstream: Upstream) -> None:
    passed = {
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-tokens": "149999225",
        "x-ratelimit-reset-requests": "120ms",
        "openai-processing-ms": "35",
        "openai-version": "2020-10-01",
        "openai-organization": "org-of-the-provider",
    }
    upstream.answer_with(json_answer(COMPLETION, headers=list(passed.items())))
    answer = ask(patchbay)
    assert answer.status == 200
    assert {name: answer.header(name) for name in passed} == passed


def test_cookies_and_hop_by_hop_headers_stay_behind(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(
        json_answer(
            COMPLETION,
            headers=[
                ("Set-Cookie", "__cf_bm=secret; path=/"),
                ("Set-Cookie", "second=secret"),
                ("Connection", "keep-alive, X-Hop"),
                ("X-Hop", "for the next hop only"),
                ("Keep-Alive", "timeout=5"),
                ("Proxy-Authenticate", "Basic"),
                ("Upgrade", "h2c"),
                ("Server", "vendor-edge"),
            ],
        )
    )
    answer = ask(patchbay)
    assert answer.status == 200
    names = {name.lower() for name, _ in answer.headers}
    assert not names & {"set-cookie", "keep-alive", "x-hop", "proxy-authenticate", "upgrade"}
    assert "vendor-edge" not in str(answer.headers)


def test_the_clients_private_headers_do_not_go_up(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(COMPLETION))
    sent = {
        "Authorization": f"Bearer {CLIENT_KEY}",
        "Cookie": "session=1",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "X-Stainless-Lang": "js",
        "X-Stainless-Timeout": "600",
        "OpenAI-Organization": "org-of-the-client",
        "X-Forwarded-For": "203.0.113.9",
        "Proxy-Authorization": "Basic c2VjcmV0",
        "Connection": "keep-alive, X-Mine",
        "X-Mine": "for the next hop only",
    }
    assert ask(patchbay, sent).status == 200
    request = upstream.requests[0]
    names = {name.lower() for name, _ in request.headers}
    assert not names & {"cookie", "x-stainless-lang", "x-stainless-timeout", "proxy-authorization", "x-mine"}
    assert request.header("authorization") == f"Bearer {PROVIDER_KEY}"
    assert request.header("host") == f"127.0.0.1:{upstream.port}"
    assert request.header("content-length") == str(len(BODY))
    assert b"org-of-the-client" not in request.raw_head
    assert (request.header("accept-encoding") or "identity") == "identity", (
        "the bytes could come back encoded"
    )


def test_request_ids_are_ours_and_the_upstreams_is_shown(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(COMPLETION, headers=[("x-request-id", "req_upstream")]))
    answer = ask(patchbay, {"X-Request-Id": "req-of-the-client"})
    assert answer.header("x-request-id") == "req-of-the-client"
    assert answer.header("x-upstream-request-id") == "req_upstream"


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_answers_say_that_nobody_may_buffer_them(
    patchbay: Patchbay, upstream: Upstream, streamed: bool
) -> None:
    upstream.answer_with(stream_answer(STREAM) if streamed else json_answer(COMPLETION))
    answer = ask(patchbay, body=STREAM_BODY if streamed else BODY)
    if streamed:
        assert (answer.header("content-type") or "").split(";")[0] == "text/event-stream"
        assert answer.header("cache-control") == "no-cache"
        assert answer.header("x-accel-buffering") == "no"
        assert answer.body == STREAM
    else:
        assert (answer.header("content-type") or "").split(";")[0] == "application/json"
        assert answer.json() == COMPLETION


def _in_an_hour() -> str:
    return formatdate(4102444800, usegmt=True)  # 2100: farther than any clock this runs on


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "3600"}, 60),
        ({"Retry-After": _in_an_hour()}, 60),
        ({"Retry-After": formatdate(0, usegmt=True)}, 1),
        ({"Retry-After-Ms": "0"}, 1),
        ({"Retry-After-Ms": "2500.5"}, 2.5),
        ({"Retry-After-Ms": "999999"}, 60),
    ],
    ids=lambda value: "-".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else None,
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_neither_tiny_nor_huge(
    patchbay: Patchbay, upstream: Upstream, sent: dict[str, str], seconds: float, status: int
) -> None:
    upstream.answer_with(json_answer(RATE_LIMITED, status, list(sent.items())))
    answer = ask(patchbay)
    assert answer.status == status
    said = [float(answer.header("retry-after"))] if answer.header("retry-after") else []
    said += [float(answer.header("retry-after-ms")) / 1000] if answer.header("retry-after-ms") else []
    assert said, "the client is not told when to come back"
    # A header in whole seconds may round up what was given in milliseconds.
    assert all(seconds - 0.01 <= value <= max(seconds + 0.5, 1) and 1 <= value <= 60 for value in said), said


@pytest.mark.parametrize("value", ["soon", "-5", "", "1e99", "NaN"])
def test_a_senseless_retry_after_does_no_harm(patchbay: Patchbay, upstream: Upstream, value: str) -> None:
    upstream.answer_with(json_answer(RATE_LIMITED, 429, [("Retry-After", value), ("Retry-After-Ms", value)]))
    answer = ask(patchbay)
    assert answer.status == 429
    for name, unit in (("retry-after", 1), ("retry-after-ms", 1000)):
        assert answer.header(name) is None or 1 <= float(answer.header(name)) / unit <= 60


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504])
def test_statuses_and_error_bodies_pass(patchbay: Patchbay, upstream: Upstream, status: int) -> None:
    scripted = json_answer(RATE_LIMITED, status)
    upstream.answer_with(scripted)
    answer = ask(patchbay)
    assert answer.status == status
    assert answer.body == scripted.body
    assert len(upstream.requests) == 1, "Patchbay tried again although the client will"


def test_a_refused_provider_key_becomes_502_in_streams_too(patchbay: Patchbay, upstream: Upstream) -> None:
    refusal = {
        "error": {
            "message": "Incorrect API key provided: sk-pro***",
            "type": "invalid_request_error",
            "param": None,
            "code": "invalid_api_key",
        }
    }
    upstream.answer_with(json_answer(refusal, 401, [("WWW-Authenticate", "Bearer")]))
    answer = ask(patchbay, body=STREAM_BODY)
    assert answer.status == 502
    assert (answer.header("content-type") or "").startswith("application/json")
    assert answer.header("www-authenticate") is None
    assert answer.json()["error"]["code"] == "upstream_auth"
    assert "sk-pro" not in answer.body.decode()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(patchbay: Patchbay, upstream: Upstream, status: int) -> None:
    upstream.answer_with(Answer(status=status, headers=[("Location", f"{upstream.origin}/elsewhere")]))
    answer = ask(patchbay)
    assert answer.status == 502
    assert answer.header("location") is None
    assert set(answer.json()["error"]) >= {"message", "type", "param", "code"}
    assert [request.target for request in upstream.requests] == [PATH]
