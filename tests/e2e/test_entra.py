"""The azure-openai provider with tokens of Entra ID: fetched once, renewed, never told.

Two stand-ins: one gives tokens, the other is the resource. Every process that runs here is judged
for leaked secrets when it stops; the client secret is the planted one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from openai import APIStatusError, OpenAI

from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay
from raw_http import RawConnection, request_bytes
from samples import ASK
from upstream import WAIT_SECONDS, Answer, Request, Upstream, json_answer, stream_answer

BODY = json.dumps({"model": "gpt-4o", "messages": ASK}).encode()
WHOLE = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1760000000,
    "model": "gpt-4o-2024-08-06",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
            "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}},
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
UNAUTHORISED = json_answer({"error": {"code": "401", "message": "Access token is expired."}}, 401)


def token(number: int, lifetime: int = 3599) -> Answer:
    value = f"eyJ0.planted-token-{number:04}.sig"
    return json_answer({"token_type": "Bearer", "expires_in": lifetime, "access_token": value})


def bearer(number: int) -> str:
    return f"Bearer eyJ0.planted-token-{number:04}.sig"


@pytest.fixture(scope="module")
def entra() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


def config(entra: Upstream, azure: Upstream, **more: object) -> dict:
    settings = {
        "endpoint": azure.origin,
        "entra": {
            "tenant_id": "my-tenant",
            "client_id": "my-app",
            "client_secret": PROVIDER_KEY,
            "authority": entra.origin,
        },
        "deployments": {"gpt-4o": "prod-4o"},
    }
    return {
        "server": {"workers": 2},
        "providers": {"azure": {"plugin": "azure-openai", "config": settings, **more}},
        "models": {"fast": {"provider": "azure", "model": "gpt-4o"}, "*": {"provider": "azure"}},
    }


@pytest.fixture
def server(
    entra: Upstream, upstream: Upstream, start_patchbay: Callable[..., Patchbay]
) -> Iterator[Patchbay]:
    entra.answer_with(token(1), token(2), token(3))
    upstream.answer_with(json_answer(WHOLE))
    running = start_patchbay(config(entra, upstream))
    yield running
    running.stop()
    assert "planted-token" not in running.output, "a token was written to the log"


def ask(server: Patchbay, body: bytes = BODY, **headers: str) -> tuple[int, dict, object]:
    with RawConnection(server.port) as connection:
        named = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        answer = connection.ask("POST", "/v1/chat/completions", body, named)
        return answer.status, json.loads(answer.body), answer


def test_many_calls_wait_for_one_token(server: Patchbay, entra: Upstream, upstream: Upstream) -> None:
    held = token(1)
    held.hold_head = True
    entra.answer_with(held, token(2))
    with ThreadPoolExecutor(60) as pool:
        asked = [pool.submit(ask, server) for _ in range(60)]
        entra.wait_until_held()
        assert not upstream.requests, "nothing goes up without a token"
        entra.release()
        assert {future.result()[0] for future in asked} == {200}
    assert len(entra.requests) == 1
    assert {request.header("authorization") for request in upstream.requests} == {bearer(1)}
    assert {request.header("api-key") for request in upstream.requests} == {None}


def test_the_token_is_asked_for_by_client_credentials(server: Patchbay, entra: Upstream) -> None:
    ask(server)
    request = entra.wait_for_request()
    assert (request.method, request.target) == ("POST", "/my-tenant/oauth2/v2.0/token")
    assert request.header("content-type") == "application/x-www-form-urlencoded"
    assert request.body.decode() == (
        f"grant_type=client_credentials&client_id=my-app&client_secret={PROVIDER_KEY}"
        "&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"
    )


def test_a_stream_through_the_stock_client(server: Patchbay, upstream: Upstream) -> None:
    head = '"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"gpt-4o-2024-08-06"'
    chunks = [
        '{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}',
        f'{{{head},"choices":[{{"index":0,"delta":{{"role":"assistant","content":""}},"finish_reason":null}}]}}',
        f'{{{head},"choices":[{{"index":0,"delta":{{"content":"Grüße"}},"finish_reason":null}}]}}',
        f'{{{head},"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}]}}',
        f'{{{head},"choices":[],"usage":{{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}}}',
    ]
    body = "".join(f"data: {chunk}\n\n" for chunk in [*chunks, "[DONE]"]).encode()
    upstream.answer_with(stream_answer(body, cut_seed=3))
    client = OpenAI(base_url=server.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)
    for model, shown in (("gpt-4o", "gpt-4o-2024-08-06"), ("fast", "fast")):
        got = list(client.chat.completions.create(model=model, messages=ASK, stream=True))
        assert [len(chunk.choices) for chunk in got] == [1, 1, 1, 0]
        assert got[0].prompt_filter_results == [{"prompt_index": 0}]
        assert {chunk.model for chunk in got} == {shown}
        assert {chunk.object for chunk in got} == {"chat.completion.chunk"}
        assert got[1].choices[0].delta.content == "Grüße"
        assert got[-1].usage.total_tokens == 5
        line = server.wait_for_log(lambda line: line.get("event") == "request" and line.get("model"))
        assert (line["input_tokens"], line["output_tokens"]) == (3, 2)
    assert upstream.requests[0].target == "/openai/deployments/prod-4o/chat/completions?api-version=2024-10-21"
    assert upstream.requests[0].json()["model"] == "prod-4o"


def test_a_refused_token_is_renewed_and_the_call_tried_again(
    server: Patchbay, entra: Upstream, upstream: Upstream
) -> None:
    ask(server)

    def only_the_second(request: Request) -> Answer:
        return json_answer(WHOLE) if request.header("authorization") == bearer(2) else UNAUTHORISED

    upstream.handle_with(only_the_second)
    status, said, _ = ask(server)
    assert (status, said["choices"][0]["message"]["content"]) == (200, "Hi")
    assert [request.header("authorization") for request in upstream.requests] == [bearer(1), bearer(2)]
    assert {request.body for request in upstream.requests} == {upstream.requests[0].body}
    assert len(entra.requests) == 2
    assert ask(server)[0] == 200
    assert len(entra.requests) == 2


def test_a_token_that_is_refused_again_is_the_end_of_it(
    server: Patchbay, entra: Upstream, upstream: Upstream
) -> None:
    upstream.answer_with(UNAUTHORISED)
    for _ in range(3):
        status, said, _ = ask(server)
        assert (status, said["error"]["code"]) == (502, "upstream_auth")
        assert "expired" not in json.dumps(said)
    # One renewal for the first call; the refusals after it stand.
    assert len(entra.requests) == 2
    assert len(upstream.requests) == 4


def test_a_refused_secret_is_a_502(server: Patchbay, entra: Upstream, upstream: Upstream) -> None:
    words = "AADSTS7000215: Invalid client secret provided. Trace ID: 1"
    entra.answer_with(json_answer({"error": "invalid_client", "error_description": words}, 401))
    status, said, _ = ask(server)
    assert (status, said["error"]["code"]) == (502, "upstream_auth")
    assert said["error"]["message"] == "The provider `azure` could not get its credentials"
    line = server.wait_for_log(lambda line: line["event"] == "credential_failed")
    assert line["error"] == "invalid_client: AADSTS7000215: Invalid client secret provided."
    assert not upstream.requests
    assert ask(server)[0] == 502
    assert len(entra.requests) == 1, "it is not asked again at once"


def test_a_token_server_in_trouble_is_a_503(server: Patchbay, entra: Upstream) -> None:
    entra.answer_with(json_answer({"error": "temporarily_unavailable"}, 503, [("Retry-After", "7")]))
    status, said, answer = ask(server)
    assert (status, said["error"]["code"]) == (503, "upstream_auth")
    assert answer.header("retry-after") == "7"


def test_a_token_server_that_is_not_there_is_a_503(
    entra: Upstream, upstream: Upstream, start_patchbay: Callable[..., Patchbay]
) -> None:
    settings = config(entra, upstream)
    settings["providers"]["azure"]["config"]["entra"]["authority"] = "http://127.0.0.1:1"
    status, said, _ = ask(start_patchbay(settings))
    assert (status, said["error"]["code"]) == (503, "upstream_auth")


def test_a_token_is_renewed_ahead_of_its_end(server: Patchbay, entra: Upstream, upstream: Upstream) -> None:
    entra.answer_with(token(1, lifetime=5), token(2))
    assert ask(server)[0] == 200
    deadline = time.monotonic() + WAIT_SECONDS
    while upstream.requests[-1].header("authorization") != bearer(2):
        assert ask(server)[0] == 200
        assert time.monotonic() < deadline, "the token was never renewed"
    assert {request.header("authorization") for request in upstream.requests} == {bearer(1), bearer(2)}
    assert len(entra.requests) == 2


def test_a_client_that_leaves_while_it_waits_is_forgotten(
    server: Patchbay, entra: Upstream, upstream: Upstream
) -> None:
    held = token(1)
    held.hold_head = True
    entra.answer_with(held, token(2))
    with RawConnection(server.port) as connection:
        connection.send(request_bytes("POST", "/v1/chat/completions", BODY))
        entra.wait_until_held()
    server.wait_for_log(lambda line: line["event"] == "request")
    entra.release()
    assert ask(server)[0] == 200
    assert len(upstream.requests) == 1


def test_a_clients_time_out_counts_while_it_waits(server: Patchbay, entra: Upstream) -> None:
    held = token(1)
    held.hold_head = True
    entra.answer_with(held, token(2))
    status, said, _ = ask(server, X_Stainless_Timeout="0.3")
    assert (status, said["error"]["code"]) == (504, "timeout")
    entra.release()
    assert ask(server)[0] == 200


def test_the_providers_time_out_counts_while_it_waits(
    entra: Upstream, upstream: Upstream, start_patchbay: Callable[..., Patchbay]
) -> None:
    held = token(1)
    held.hold_head = True
    entra.answer_with(held)
    server = start_patchbay(config(entra, upstream, total_timeout="300ms"))
    status, said, _ = ask(server)
    assert (status, said["error"]["code"]) == (504, "timeout")
    entra.release()


def test_a_server_that_stops_lets_nobody_wait(
    entra: Upstream, upstream: Upstream, start_patchbay: Callable[..., Patchbay]
) -> None:
    held = token(1)
    held.hold_head = True
    entra.answer_with(held)
    server = start_patchbay(config(entra, upstream))
    with RawConnection(server.port) as connection:
        connection.send(request_bytes("POST", "/v1/chat/completions", BODY))
        entra.wait_until_held()
        server.process.terminate()
        server.wait_for_log(lambda line: line["event"] == "stopping")
        server.process.terminate()
        assert connection.read_answer("POST").status == 503
    server.wait_for_end()
    assert entra.requests[0].client_left.wait(WAIT_SECONDS)
