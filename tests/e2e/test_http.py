"""Patchbay as an HTTP/1.1 server, byte by byte: what it must understand and what it must refuse."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from patchbay import PROMPT, Patchbay
from raw_http import RawAnswer, RawConnection, request_bytes
from upstream import Upstream

CHAT = "/v1/chat/completions"


def stub_body(text: str = PROMPT, **fields: object) -> bytes:
    return json.dumps({"model": "stub", "messages": [{"role": "user", "content": text}], **fields}).encode()


def check_openai_error(answer: RawAnswer, status: int) -> dict:
    """Holds the answer to OpenAI's error shape and returns the error."""
    assert answer.status == status, answer
    assert (answer.header("content-type") or "").startswith("application/json")
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert isinstance(error["message"], str) and error["message"]
    assert answer.header("x-request-id")
    return error


def reply_of(answer: RawAnswer) -> str:
    assert answer.status == 200, answer
    return answer.json()["choices"][0]["message"]["content"]


def test_many_requests_on_one_connection(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        for number in range(50):
            body = stub_body(stub={"reply": f"reply {number}"})
            assert reply_of(connection.ask("POST", CHAT, body)) == f"reply {number}"


def test_pipelined_requests_are_answered_in_order(patchbay: Patchbay) -> None:
    slow_first = stub_body(stub={"reply": "first", "first_delay_ms": 150})
    burst = request_bytes("POST", CHAT, slow_first)
    burst += request_bytes("POST", CHAT, stub_body(stub={"reply": "second"}, stream=True))
    burst += request_bytes("GET", "/health") + request_bytes("POST", CHAT, stub_body(stub={"reply": "last"}))
    with RawConnection(patchbay.port) as connection:
        connection.send(burst)
        assert reply_of(connection.read_answer("POST")) == "first"
        assert connection.read_answer("POST").events()[-1] == "[DONE]"
        assert connection.read_answer().json()["status"] == "healthy"
        assert reply_of(connection.read_answer("POST")) == "last"


def test_a_request_may_come_byte_by_byte(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        for byte in request_bytes("POST", CHAT, stub_body(stub={"reply": "patience"})):
            connection.send(bytes([byte]))
        assert reply_of(connection.read_answer("POST")) == "patience"


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_chunked_bodies_cut_anywhere(patchbay: Patchbay, size: int) -> None:
    body = stub_body("zwölf Boxkämpfer \N{GRINNING FACE}", stub={"reply": "chunked"})
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    wire = b"".join(b"%X;ext=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    head = request_bytes("POST", CHAT, b"", {"Transfer-Encoding": "chunked"})
    with RawConnection(patchbay.port) as connection:
        for at in range(0, len(wire), 13):
            connection.send((head if at == 0 else b"") + wire[at : at + 13])
        assert reply_of(connection.read_answer("POST")) == "chunked"
        assert connection.ask("GET", "/health").status == 200


def test_a_chunked_body_reaches_the_upstream_whole(patchbay: Patchbay, upstream: Upstream) -> None:
    from samples import BODY, COMPLETION
    from upstream import json_answer

    upstream.answer_with(json_answer(COMPLETION))
    with RawConnection(patchbay.port) as connection:
        wire = b"10\r\n" + BODY[:16] + b"\r\n%x\r\n" % (len(BODY) - 16) + BODY[16:] + b"\r\n0\r\n\r\n"
        connection.send(request_bytes("POST", CHAT, b"", {"Transfer-Encoding": "chunked"}) + wire)
        assert connection.read_answer("POST").json() == COMPLETION
    assert upstream.requests[0].body == BODY


def test_head_answers_like_get_without_a_body(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        get = connection.ask("GET", "/health")
        head = connection.ask("HEAD", "/health")
        assert (head.status, head.header("content-type")) == (get.status, get.header("content-type"))
        assert head.header("content-length") == get.header("content-length")
        assert connection.ask("GET", "/health").status == 200, "the body of the HEAD was sent after all"


def test_http_1_0_gets_one_answer_and_the_end(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        connection.send(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        answer = connection.read_answer()
        assert answer.status == 200
        assert answer.header("transfer-encoding") is None
        assert connection.is_at_end()


def test_http_1_0_streams_without_chunks(patchbay: Patchbay) -> None:
    body = stub_body(stub={"reply": "one two three"}, stream=True)
    with RawConnection(patchbay.port) as connection:
        connection.send(request_bytes("POST", CHAT, body).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
        answer = connection.read_answer("POST")
        assert answer.header("transfer-encoding") is None
        assert answer.events()[-1] == "[DONE]"


def test_http_1_0_may_ask_to_be_kept(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        for _ in range(2):
            connection.send(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n")
            answer = connection.read_answer()
            assert answer.status == 200
            if (answer.header("connection") or "").lower() != "keep-alive":
                assert connection.is_at_end(), "neither kept nor closed"
                break


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_connection_close_is_honoured(patchbay: Patchbay, streamed: bool) -> None:
    with RawConnection(patchbay.port) as connection:
        answer = connection.ask("POST", CHAT, stub_body(stream=streamed), {"Connection": "close"})
        assert answer.status == 200
        assert (answer.header("connection") or "").lower() == "close"
        assert connection.is_at_end()


def test_expect_100_continue(patchbay: Patchbay) -> None:
    body = stub_body(stub={"reply": "continued"})
    with RawConnection(patchbay.port) as connection:
        whole = request_bytes("POST", CHAT, body, {"Expect": "100-continue"})
        connection.send(whole.removesuffix(body))
        assert connection.read_whole("POST").status == 100
        connection.send(body)
        assert reply_of(connection.read_answer("POST")) == "continued"


def test_another_expectation_is_refused(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        check_openai_error(connection.ask("POST", CHAT, stub_body(), {"Expect": "miracles"}), 417)


@pytest.mark.parametrize("version", [b"HTTP/1.1", b"HTTP/1.0"])
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_half_closed_clients_get_their_answer(patchbay: Patchbay, streamed: bool, version: bytes) -> None:
    body = stub_body(stub={"reply": "still here", "first_delay_ms": 100}, stream=streamed)
    with RawConnection(patchbay.port) as connection:
        connection.send(request_bytes("POST", CHAT, body).replace(b"HTTP/1.1", version, 1))
        connection.finish_sending()
        # HTTP/1.0 knows no interim answers, so the very first head must be the answer's.
        answer = connection.read_answer("POST") if version == b"HTTP/1.1" else connection.read_whole("POST")
        assert answer.status == 200
        assert answer.complete
        if streamed:
            assert answer.events()[-1] == "[DONE]"
        else:
            assert reply_of(answer) == "still here"
        assert connection.is_at_end()


@pytest.mark.parametrize(
    "target",
    [
        "/v1/models/team%2Ffast:1",
        "/v1/models/team/fast:1",
        "/v1/models/team%2ffast%3A1",
        "/models/team%2Ffast:1",
    ],
)
def test_model_names_with_slashes_in_paths(patchbay: Patchbay, target: str) -> None:
    with RawConnection(patchbay.port) as connection:
        answer = connection.ask("GET", target)
    assert answer.status == 200
    assert answer.json()["id"] == "team/fast:1"
    assert answer.json()["object"] == "model"


@pytest.mark.parametrize("target", [CHAT, "/chat/completions", f"{CHAT}/", f"{CHAT}?api-version=1"])
def test_paths_with_and_without_v1(patchbay: Patchbay, target: str) -> None:
    with RawConnection(patchbay.port) as connection:
        assert reply_of(connection.ask("POST", target, stub_body())) == "Hello from the stub"


def test_models_serve_both_kinds_of_client(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        listed = connection.ask("GET", "/v1/models").json()
        bare = connection.ask("GET", "/models").json()
    assert listed["object"] == bare["object"] == "list"
    names = {model["id"] for model in listed["data"]}
    assert {"alias", "stub", "team/fast:1"} <= names
    assert "*" not in names
    for model in listed["data"]:
        assert model["object"] == "model"
        assert isinstance(model["created"], int)
        assert isinstance(model["owned_by"], str)
    assert {model["id"] for model in bare["data"]} == names
    assert isinstance(bare["models"], list)
    assert isinstance(bare["cached"], bool)


@pytest.mark.parametrize(
    "target", ["/nowhere", "/v1/nowhere", "/v1", "/v1/chat/completions/extra", "/v1//models"]
)
def test_unknown_paths_are_json_404s(patchbay: Patchbay, target: str) -> None:
    with RawConnection(patchbay.port) as connection:
        check_openai_error(connection.ask("GET", target), 404)
        assert connection.ask("GET", "/health").status == 200


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("GET", CHAT, "POST"),
        ("DELETE", "/v1/models", "GET"),
        ("PUT", CHAT, "POST"),
        ("POST", "/health", "GET"),
        ("PATCH", "/v1/models/stub", "GET"),
    ],
)
def test_wrong_methods_are_405s_that_name_the_right_ones(
    patchbay: Patchbay, method: str, target: str, allowed: str
) -> None:
    with RawConnection(patchbay.port) as connection:
        answer = connection.ask(method, target)
        check_openai_error(answer, 405)
        assert allowed in [name.strip() for name in (answer.header("allow") or "").split(",")]


def test_request_ids_are_taken_over_or_made(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        taken = connection.ask("POST", CHAT, stub_body(), {"X-Request-Id": "req-from-a-client"})
        made = {connection.ask("POST", CHAT, stub_body()).header("x-request-id") for _ in range(3)}
        unknown = connection.ask("GET", "/nowhere", headers={"X-Request-Id": "req-lost"})
    assert taken.header("x-request-id") == "req-from-a-client"
    assert unknown.header("x-request-id") == "req-lost"
    assert len(made) == 3 and all(made)
    for wanted in ["req-from-a-client", *made]:
        patchbay.wait_for_log(lambda line, wanted=wanted: wanted in line.values())


@pytest.mark.parametrize("value", ["x" * 4000, 'quote"and\\backslash', "tab\there"])
def test_a_hostile_request_id_cannot_forge_logs(patchbay: Patchbay, value: str) -> None:
    """Whatever is done with it, one request is answered and the log stays JSON (see Patchbay.stop)."""
    with RawConnection(patchbay.port) as connection:
        answer = connection.ask("GET", "/health", headers={"X-Request-Id": value})
    assert answer.status == 200
    assert answer.header("x-request-id")


def test_health_and_readiness(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        health = connection.ask("GET", "/health")
        ready = connection.ask("GET", "/ready")
    assert health.status == ready.status == 200
    assert health.json()["status"] == "healthy"
    assert health.json()["timestamp"].endswith(("Z", "+00:00"))


def test_ipv6(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(
        {"providers": {"stub": {"plugin": "stub"}}, "models": {"*": {"provider": "stub"}}}, listen="[::1]:0"
    )
    assert server.url.startswith("http://[::1]:")
    with RawConnection(server.port, "::1") as connection:
        assert connection.ask("GET", "/health", headers={"Host": f"[::1]:{server.port}"}).status == 200


def test_all_addresses(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(
        {"providers": {"stub": {"plugin": "stub"}}, "models": {"*": {"provider": "stub"}}}, listen="0.0.0.0:0"
    )
    with RawConnection(server.port) as connection:
        assert connection.ask("GET", "/health", headers={"Host": f"127.0.0.1:{server.port}"}).status == 200


def test_no_query_is_logged(patchbay: Patchbay) -> None:
    """Some clients put their key there."""
    with RawConnection(patchbay.port) as connection:
        connection.ask("GET", "/health?key=sk-planted-in-the-query", headers={"X-Request-Id": "query-test"})
    patchbay.wait_for_log(lambda line: line.get("request_id") == "query-test")
    assert "planted-in-the-query" not in patchbay.output


def test_a_request_that_cannot_be_read_is_not_logged_as_the_one_before(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        connection.ask("GET", "/health", headers={"X-Request-Id": "the-one-before"})
        connection.send(b"GET /broken HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        answer = connection.read_answer()
    assert answer.status == 400
    assert answer.header("x-request-id") != "the-one-before"
    line = patchbay.wait_for_log(lambda line: line.get("request_id") == answer.header("x-request-id"))
    assert line["path"] != "/health"
