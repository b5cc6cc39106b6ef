"""POST /chat on the wire: the shapes of its bodies, the choice of a protocol, headers, errors, and plain readers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_route import HI, UI_HI, ask, chat_server, chunks, events, parts, scripted, text_of  # noqa: F401
from patchbay import PROMPT, PROVIDER_KEY, Patchbay
from raw_http import RawConnection, request_bytes
from samples import RATE_LIMITED
from upstream import WAIT_SECONDS, Upstream, json_answer, stream_answer


def test_the_data_stream_begins_with_f_and_ends_with_e_and_d(chat_server: Patchbay) -> None:
    answer = ask(chat_server, {"messages": HI, "mode": "chat"})
    (first, message), *deltas, (step, step_end), (last, end) = parts(answer)
    assert (first, step, last) == ("f", "e", "d")
    assert len(message["messageId"]) == 36
    assert {code for code, _ in deltas} == {"0"}
    assert "".join(text for _, text in deltas) == "Hello there"
    assert end == {"finishReason": "stop", "usage": {"promptTokens": 1, "completionTokens": 2}}
    assert step_end == {**end, "isContinued": False}


def test_the_headers_are_those_of_the_protocol(chat_server: Patchbay) -> None:
    answer = ask(chat_server, {"messages": HI})
    assert answer.header("content-type") == "text/event-stream"
    assert answer.header("x-vercel-ai-data-stream") == "v1"
    plain = ask(chat_server, {"messages": HI}, Accept="text/plain")
    assert plain.header("content-type") == "text/plain; charset=utf-8"
    assert plain.header("x-vercel-ai-data-stream") == "v1"
    ui = ask(chat_server, {"messages": HI}, "/chat?stream_protocol=ui")
    assert ui.header("content-type") == "text/event-stream"
    assert ui.header("x-vercel-ai-ui-message-stream") == "v1"
    assert ui.header("x-vercel-ai-data-stream") is None
    for each in (answer, plain, ui):
        assert each.header("cache-control") == "no-cache"
        assert each.header("x-accel-buffering") == "no"
        assert each.header("x-request-id")


def test_a_slash_at_the_end_is_the_same_path(chat_server: Patchbay) -> None:
    assert parts(ask(chat_server, {"messages": HI}, "/chat/"))[0][0] == "f"
    with RawConnection(chat_server.port) as connection:
        assert connection.ask("PUT", "/chat").status == 405


@pytest.mark.parametrize(
    ("target", "accept", "body", "media_type"),
    [
        ("/chat", "*/*", {}, "text/event-stream"),
        ("/chat?stream_protocol=data", "*/*", {"trigger": "submit-message"}, "text/event-stream"),
        ("/chat?stream_protocol=json-lines", "text/event-stream", {}, "application/x-ndjson"),
        ("/chat", "application/x-ndjson", {}, "application/x-ndjson"),
        ("/chat?stream_protocol=json_lines", "text/plain", {}, "application/x-ndjson"),
    ],
)
def test_who_wants_another_protocol_says_so(
    chat_server: Patchbay, target: str, accept: str, body: dict, media_type: str
) -> None:
    answer = ask(chat_server, {"messages": HI, **body}, target, Accept=accept)
    assert answer.header("content-type") == media_type
    first = text_of(answer).split("\n")[0]
    assert first.startswith('{"content":' if "ndjson" in media_type else "f:")


def test_a_client_of_the_ui_message_stream_is_known_by_its_body(chat_server: Patchbay) -> None:
    answer = ask(chat_server, {"id": "chat", "messages": UI_HI, "trigger": "submit-message"})
    assert events(answer)[0]["type"] == "start"


def test_a_plain_reader_of_events_gets_openais_chunks(chat_server: Patchbay) -> None:
    body = {"messages": HI, "model": "any", "stream_options": {"include_usage": True}}
    *seen, usage, done = events(ask(chat_server, body, "/chat?stream_protocol=openai"))
    assert done == "[DONE]"
    assert {chunk["object"] for chunk in seen} == {"chat.completion.chunk"}
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in seen) == "Hello there"
    assert usage["usage"]["total_tokens"] == 3
    *_, last, done = events(ask(chat_server, {"messages": HI}, "/chat?stream_protocol=openai"))
    assert last["choices"][0]["finish_reason"] == "stop"


def test_a_reader_of_lines_gets_one_object_a_line(chat_server: Patchbay) -> None:
    """`splitlines` knows more ends of a line than a line feed; none of them may stand in a line."""
    text = "one\n\u2028two\u2029\x85three\r\n"
    answer = ask(chat_server, {"messages": scripted(reply=text)}, "/chat?stream_protocol=ndjson")
    *contents, done = [json.loads(line) for line in text_of(answer).splitlines()]
    assert "".join(each["content"] for each in contents) == text
    assert done["done"] is True
    assert len(done["message_id"]) == 36


def test_what_fails_before_it_began_is_a_status_and_a_text(chat_server: Patchbay) -> None:
    answer = ask(chat_server, {"messages": scripted(error={"status": 429, "retry_after_ms": 1500})})
    assert answer.status == 429
    assert answer.header("content-type") == "application/json"
    assert answer.header("retry-after") == "2"
    assert answer.json() == {"error": "the stub was told to fail"}


@pytest.mark.parametrize(
    ("target", "end"),
    [
        ("/chat", '3:"it broke"\n'),
        ("/chat?stream_protocol=ui", 'data: {"type":"error","errorText":"it broke"}\n\n'),
        ("/chat?stream_protocol=json-lines", '{"error":"it broke"}\n'),
    ],
)
def test_what_fails_on_the_way_is_the_last_that_is_said(chat_server: Patchbay, target: str, end: str) -> None:
    script = scripted(reply="one two three", error={"message": "it broke", "after_tokens": 2})
    answer = ask(chat_server, {"messages": script}, target)
    text = text_of(answer)
    assert text.endswith(end)
    assert text.count("it broke") == 1
    assert "three" not in text


def test_openais_events_say_an_error_in_openais_words(chat_server: Patchbay) -> None:
    script = scripted(reply="one two three", error={"message": "it broke", "after_tokens": 2})
    *_, last = events(ask(chat_server, {"messages": script}, "/chat?stream_protocol=openai"))
    assert last["error"]["message"] == "it broke"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", ["Invalid JSON at byte"]),
        ({}, ["`messages`", "`prompt`", "`message`"]),
        ({"messages": HI, "prompt": "x"}, ["`messages`", "`prompt`", "`message`"]),
        ({"prompt": 1}, ["prompt", "string"]),
        ({"prompt": "x"}, ["Session ID is required"]),
        ({"messages": HI, "mode": "video"}, ["mode", '"chat" or "image"']),
        ({"messages": "hi"}, ["messages: expected an array"]),
        ({"messages": [{"role": "user", "content": 1}]}, ["messages[0].content"]),
        ({"messages": HI, "temperature": "hot"}, ["temperature: expected a number"]),
        ({"messages": HI, "provider": "nobody"}, ["`nobody`"]),
        ({"messages": [{"role": "system", "content": "x"}], "mode": "image"}, ["last user message"]),
    ],
    ids=lambda value: None if isinstance(value, list) else json.dumps(value)[:30],
)
def test_a_wrong_body_is_refused_in_words(chat_server: Patchbay, body: object, words: list[str]) -> None:
    answer = ask(chat_server, body)
    assert answer.status == 400
    assert answer.header("content-type") == "application/json"
    text = answer.json()["error"]
    assert all(word in text for word in words), text


def test_a_protocol_that_is_not_there_is_refused_with_those_that_are(chat_server: Patchbay) -> None:
    answer = ask(chat_server, {"messages": HI}, "/chat?stream_protocol=sse3")
    assert answer.status == 400
    assert answer.json()["error"] == "stream_protocol: expected one of data, ui, openai and json-lines"


def test_the_provider_gets_what_it_knows_and_nothing_else(chat_server: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(chunks({"role": "assistant", "content": "Hi"})))
    body = {
        "id": "chat-1",
        "messages": [{"id": "m1", "role": "user", "content": PROMPT, "createdAt": "2026-01-01T00:00:00Z"}],
        "provider": "vendor",
        "temperature": 0.70,
        "user": {"name": "somebody"},
        "conversation_id": "c1",
    }
    answer = ask(chat_server, body)
    assert parts(answer)[-1] == (
        "d",
        {"finishReason": "stop", "usage": {"promptTokens": 10, "completionTokens": 15}},
    )
    sent = upstream.wait_for_request()
    assert sent.target == "/v1/chat/completions"
    assert sent.header("authorization") == f"Bearer {PROVIDER_KEY}"
    assert sent.json() == {
        "model": "vendor-chat",
        "messages": [{"role": "user", "content": PROMPT}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.70,
    }


def test_an_upstream_that_refuses_is_told_in_its_words(chat_server: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(RATE_LIMITED, 429))
    answer = ask(chat_server, {"messages": HI, "provider": "Vendor"})
    assert answer.status == 429
    assert answer.json() == {"error": "slow down"}
    upstream.answer_with(json_answer({"error": {"message": "bad key"}}, 401))
    answer = ask(chat_server, {"messages": HI, "provider": "Vendor"})
    assert answer.status == 502
    assert PROVIDER_KEY not in answer.body.decode()


def test_a_client_that_leaves_ends_the_upstreams_call(chat_server: Patchbay, upstream: Upstream) -> None:
    body = chunks({"role": "assistant", "content": "Hi"}, {"content": " there"})
    upstream.answer_with(stream_answer(body, hold_after=body.index(b"\n\n") + 2))
    asking = json.dumps({"messages": HI, "provider": "Vendor"}).encode()
    with RawConnection(chat_server.port) as connection:
        connection.send(request_bytes("POST", "/chat", asking))
        connection.wait_for(b'0:"Hi"\n')
    assert upstream.requests[0].client_left.wait(WAIT_SECONDS)


@pytest.mark.parametrize(
    ("target", "first", "alive"),
    [
        ("/chat", b'0:"Hi"\n', b"1\r\n\n\r\n"),
        ("/chat?stream_protocol=ui", b'"delta":"Hi"}\n\n', b": keep-alive\n\n"),
        ("/chat?stream_protocol=json-lines", b'{"content":"Hi"}\n', b"1\r\n \r\n"),
    ],
)
def test_what_keeps_a_stream_alive_means_nothing_in_it(
    chat_server: Patchbay, upstream: Upstream, target: str, first: bytes, alive: bytes
) -> None:
    """A client that has closed its side is asked whether it is still there, as a silent one would be."""
    body = chunks({"role": "assistant", "content": "Hi"}, {"content": " there"})
    upstream.answer_with(stream_answer(body, hold_after=body.index(b"\n\n") + 2))
    asking = json.dumps({"messages": HI, "provider": "Vendor"}).encode()
    with RawConnection(chat_server.port) as connection:
        connection.send(request_bytes("POST", target, asking))
        connection.wait_for(first)
        connection.finish_sending()
        connection.wait_for(alive)
        upstream.release()
        answer = connection.read_answer("POST")
    if target == "/chat":
        assert "".join(value for code, value in parts(answer) if code == "0") == "Hi there"
    elif target.endswith("ui"):
        assert "".join(each.get("delta", "") for each in events(answer)[:-1]) == "Hi there"
    else:
        lines = [json.loads(line) for line in answer.body.decode().split("\n")[:-1]]
        assert "".join(line.get("content", "") for line in lines) == "Hi there"


def test_without_a_configuration_somebody_answers(
    start_patchbay: Callable[..., Patchbay], tmp_path: Path
) -> None:
    """Neither a provider nor a model is named anywhere: who answers for every name has a default."""
    running = start_patchbay(None, cwd=tmp_path)
    texts = {}
    for mode in ("chat", "image"):
        pieces = parts(ask(running, {"messages": HI, "mode": mode}))
        texts[mode] = "".join(value for code, value in pieces if code == "0")
    assert texts["chat"].startswith("Hello from Patchbay")
    assert re.match(r"!\[Generated Image\]\(http://[^/]+/files/[0-9a-f-]{36}\)", texts["image"])
    named = parts(ask(running, {"messages": HI, "provider": "gemini"}))
    assert "".join(value for code, value in named if code == "0") == "Gemini API Stub Response"
