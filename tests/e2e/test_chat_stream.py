"""POST /chat on the wire: the shapes of its bodies, the choice of a protocol, headers, errors, and plain readers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from patchbay import PROMPT, PROVIDER_KEY, Patchbay, write_config
from raw_http import RawAnswer, RawConnection, request_bytes
from samples import RATE_LIMITED
from upstream import WAIT_SECONDS, Upstream, json_answer, stream_answer

HI = [{"role": "user", "content": PROMPT}]
UI_HI = [{"id": "1", "role": "user", "parts": [{"type": "text", "text": PROMPT}]}]
ZERO = {"promptTokens": 0, "completionTokens": 0}
PIXEL = "iVBORw0KGgo="


def scripted(**script: object) -> list[dict]:
    """Messages that tell the stub what to answer; a front end cannot send fields of its own."""
    return [{"role": "user", "content": f"stub:{json.dumps(script)}"}]


def chunks(*deltas: dict, finish: str = "stop", usage: tuple[int, int] = (10, 15)) -> bytes:
    """An OpenAI stream of one choice."""
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "up-model"}
    events = [{**head, "choices": [{"index": 0, "delta": each, "finish_reason": None}]} for each in deltas]
    events.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    events.append({**head, "choices": [], "usage": counts})
    return b"".join(f"data: {json.dumps(each)}\n\n".encode() for each in events) + b"data: [DONE]\n\n"


@pytest.fixture(scope="module")
def patchbay(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    """The stub answers; a provider by the name of Vendor leads to the stand-in."""
    config = {
        "server": {"listen": "127.0.0.1:0", "workers": 2},
        "providers": {
            "stub": {"plugin": "stub", "config": {"reply": "Hello there"}, "default_model": "stub"},
            "Vendor": {
                "plugin": "openai",
                "default_model": "vendor-chat",
                "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url},
            },
            "azure": {
                "plugin": "azure-openai",
                "config": {
                    "api_key": PROVIDER_KEY,
                    "endpoint": upstream.origin,
                    "deployments": {"dall-e-3": "pictures"},
                },
            },
            "Gemini": {
                "plugin": "gemini",
                "config": {"api_key": PROVIDER_KEY, "base_url": upstream.origin},
            },
        },
        "models": {"*": {"provider": "stub"}, "vendor-image": {"provider": "Vendor"}},
    }
    with Patchbay(write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", config)) as running:
        yield running


def ask(patchbay: Patchbay, body: object, target: str = "/chat", **headers: str) -> RawAnswer:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    with RawConnection(patchbay.port) as connection:
        answer = connection.ask("POST", target, content, {"Content-Type": "application/json", **headers})
    assert answer.complete
    return answer


def text_of(answer: RawAnswer) -> str:
    assert answer.status == 200, answer.body
    return answer.body.decode()


def parts(answer: RawAnswer) -> list[tuple[str, object]]:
    """The parts of a data stream: (code, value)."""
    text = text_of(answer)
    assert text.endswith("\n")
    return [(line[0], json.loads(line[2:])) for line in text.split("\n") if line]


def events(answer: RawAnswer) -> list[object]:
    """What a plain reader of an event stream gets: the data of each event, `[DONE]` as it is."""
    assert answer.status == 200, answer.body
    assert answer.header("content-type") == "text/event-stream"
    return [data if data == "[DONE]" else json.loads(data) for data in answer.events()]


def test_the_data_stream_begins_with_f_and_ends_with_e_and_d(patchbay: Patchbay) -> None:
    answer = ask(patchbay, {"messages": HI, "mode": "chat"})
    (first, message), *deltas, (step, step_end), (last, end) = parts(answer)
    assert (first, step, last) == ("f", "e", "d")
    assert len(message["messageId"]) == 36
    assert {code for code, _ in deltas} == {"0"}
    assert "".join(text for _, text in deltas) == "Hello there"
    assert end == {"finishReason": "stop", "usage": {"promptTokens": 1, "completionTokens": 2}}
    assert step_end == {**end, "isContinued": False}


def test_the_headers_are_those_of_the_protocol(patchbay: Patchbay) -> None:
    answer = ask(patchbay, {"messages": HI})
    assert answer.header("content-type") == "text/event-stream"
    assert answer.header("x-vercel-ai-data-stream") == "v1"
    plain = ask(patchbay, {"messages": HI}, Accept="text/plain")
    assert plain.header("content-type") == "text/plain; charset=utf-8"
    assert plain.header("x-vercel-ai-data-stream") == "v1"
    ui = ask(patchbay, {"messages": HI}, "/chat?stream_protocol=ui")
    assert ui.header("content-type") == "text/event-stream"
    assert ui.header("x-vercel-ai-ui-message-stream") == "v1"
    assert ui.header("x-vercel-ai-data-stream") is None
    for each in (answer, plain, ui):
        assert each.header("cache-control") == "no-cache"
        assert each.header("x-accel-buffering") == "no"
        assert each.header("x-request-id")


def test_a_slash_at_the_end_is_the_same_path(patchbay: Patchbay) -> None:
    assert parts(ask(patchbay, {"messages": HI}, "/chat/"))[0][0] == "f"
    with RawConnection(patchbay.port) as connection:
        assert connection.ask("GET", "/chat").status == 405


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
    patchbay: Patchbay, target: str, accept: str, body: dict, media_type: str
) -> None:
    answer = ask(patchbay, {"messages": HI, **body}, target, Accept=accept)
    assert answer.header("content-type") == media_type
    first = text_of(answer).split("\n")[0]
    assert first.startswith('{"content":' if "ndjson" in media_type else "f:")


def test_a_client_of_the_ui_message_stream_is_known_by_its_body(patchbay: Patchbay) -> None:
    answer = ask(patchbay, {"id": "chat", "messages": UI_HI, "trigger": "submit-message"})
    assert events(answer)[0]["type"] == "start"


def test_a_plain_reader_of_events_gets_openais_chunks(patchbay: Patchbay) -> None:
    body = {"messages": HI, "model": "any", "stream_options": {"include_usage": True}}
    *seen, usage, done = events(ask(patchbay, body, "/chat?stream_protocol=openai"))
    assert done == "[DONE]"
    assert {chunk["object"] for chunk in seen} == {"chat.completion.chunk"}
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in seen) == "Hello there"
    assert usage["usage"]["total_tokens"] == 3
    *_, last, done = events(ask(patchbay, {"messages": HI}, "/chat?stream_protocol=openai"))
    assert last["choices"][0]["finish_reason"] == "stop"


def test_a_reader_of_lines_gets_one_object_a_line(patchbay: Patchbay) -> None:
    """`splitlines` knows more ends of a line than a line feed; none of them may stand in a line."""
    text = "one\n\u2028two\u2029\x85three\r\n"
    answer = ask(patchbay, {"messages": scripted(reply=text)}, "/chat?stream_protocol=ndjson")
    *contents, done = [json.loads(line) for line in text_of(answer).splitlines()]
    assert "".join(each["content"] for each in contents) == text
    assert done["done"] is True
    assert len(done["message_id"]) == 36


def test_what_fails_before_it_began_is_a_status_and_a_text(patchbay: Patchbay) -> None:
    answer = ask(patchbay, {"messages": scripted(error={"status": 429, "retry_after_ms": 1500})})
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
def test_what_fails_on_the_way_is_the_last_that_is_said(patchbay: Patchbay, target: str, end: str) -> None:
    script = scripted(reply="one two three", error={"message": "it broke", "after_tokens": 2})
    answer = ask(patchbay, {"messages": script}, target)
    text = text_of(answer)
    assert text.endswith(end)
    assert text.count("it broke") == 1
    assert "three" not in text


def test_openais_events_say_an_error_in_openais_words(patchbay: Patchbay) -> None:
    script = scripted(reply="one two three", error={"message": "it broke", "after_tokens": 2})
    *_, last = events(ask(patchbay, {"messages": script}, "/chat?stream_protocol=openai"))
    assert last["error"]["message"] == "it broke"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", ["Invalid JSON at byte"]),
        ({}, ["`messages`", "`prompt`", "`message`"]),
        ({"messages": HI, "prompt": "x"}, ["`messages`", "`prompt`", "`message`"]),
        ({"prompt": "x"}, ["`prompt`"]),
        ({"message": "x", "session_id": "1"}, ["`message`"]),
        ({"messages": HI, "mode": "video"}, ["mode", '"chat" or "image"']),
        ({"messages": "hi"}, ["messages: expected an array"]),
        ({"messages": [{"role": "user", "content": 1}]}, ["messages[0].content"]),
        ({"messages": HI, "temperature": "hot"}, ["temperature: expected a number"]),
        ({"messages": HI, "provider": "nobody"}, ["`nobody`"]),
        ({"messages": [{"role": "system", "content": "x"}], "mode": "image"}, ["last user message"]),
    ],
    ids=lambda value: None if isinstance(value, list) else json.dumps(value)[:30],
)
def test_a_wrong_body_is_refused_in_words(patchbay: Patchbay, body: object, words: list[str]) -> None:
    answer = ask(patchbay, body)
    assert answer.status == 400
    assert answer.header("content-type") == "application/json"
    text = answer.json()["error"]
    assert all(word in text for word in words), text


def test_a_protocol_that_is_not_there_is_refused_with_those_that_are(patchbay: Patchbay) -> None:
    answer = ask(patchbay, {"messages": HI}, "/chat?stream_protocol=sse3")
    assert answer.status == 400
    assert answer.json()["error"] == "stream_protocol: expected one of data, ui, openai and json-lines"


def test_the_provider_gets_what_it_knows_and_nothing_else(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(chunks({"role": "assistant", "content": "Hi"})))
    body = {
        "id": "chat-1",
        "messages": [{"id": "m1", "role": "user", "content": PROMPT, "createdAt": "2026-01-01T00:00:00Z"}],
        "provider": "vendor",
        "temperature": 0.70,
        "user": {"name": "somebody"},
        "conversation_id": "c1",
    }
    answer = ask(patchbay, body)
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


def test_an_image_is_markdown_and_costs_no_tokens(patchbay: Patchbay) -> None:
    *_, (_, text), step, end = parts(ask(patchbay, {"messages": HI, "mode": "image"}))
    assert text.startswith("![Generated Image](data:image/png;base64,iVBORw0KGgo")
    assert step == ("e", {"finishReason": "stop", "usage": ZERO, "isContinued": False})
    assert end == ("d", {"finishReason": "stop", "usage": ZERO})


def test_an_image_of_a_vendor_is_shown_with_its_url_and_prompt(
    patchbay: Patchbay, upstream: Upstream
) -> None:
    image = {"url": "https://images.example/1.png?sig=a%2Fb", "revised_prompt": "A grey cat"}
    upstream.answer_with(json_answer({"created": 1, "data": [image]}))
    messages = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": [{"type": "text", "text": PROMPT}]},
    ]
    body = {"messages": messages, "mode": "image", "model": "vendor-image"}
    assert [value for code, value in parts(ask(patchbay, body)) if code == "0"] == [
        f"![Generated Image]({image['url']})\n\n*Revised prompt: A grey cat*"
    ]
    sent = upstream.wait_for_request()
    assert sent.target == "/v1/images/generations"
    asked = sent.json()
    assert (asked["model"], asked["prompt"], asked["n"]) == ("vendor-image", PROMPT, 1)
    assert asked["size"] == "1024x1024"


DREW_A_URL = {"created": 1, "data": [{"url": "https://x.example/1.png", "revised_prompt": "A grey cat"}]}
SHOWN_AS_URL = "![Generated Image](https://x.example/1.png)\n\n*Revised prompt: A grey cat*"
SHOWN_AS_DATA = f"![Generated Image](data:image/png;base64,{PIXEL})"


@pytest.mark.parametrize(
    ("provider", "model", "answer", "path", "shown"),
    [
        ("azure", "dall-e-3", DREW_A_URL, "/openai/deployments/pictures/images/generations", SHOWN_AS_URL),
        ("Vendor", "dall-e-3", DREW_A_URL, "/v1/images/generations", SHOWN_AS_URL),
        (
            "Vendor",
            "gpt-image-1",
            {"created": 1, "data": [{"b64_json": PIXEL}], "output_format": "png", "usage": {"total_tokens": 9}},
            "/v1/images/generations",
            SHOWN_AS_DATA,
        ),
        (
            "gemini",
            "imagen-4.0-generate-001",
            {"predictions": [{"bytesBase64Encoded": PIXEL, "mimeType": "image/png"}]},
            "/v1beta/models/imagen-4.0-generate-001:predict",
            SHOWN_AS_DATA,
        ),
        (
            "GEMINI",
            "gemini-2.5-flash-image",
            {
                "candidates": [
                    {
                        "content": {
                            "role": "model",
                            "parts": [{"inlineData": {"mimeType": "image/png", "data": PIXEL}}],
                        },
                        "finishReason": "STOP",
                    }
                ]
            },
            "/v1beta/models/gemini-2.5-flash-image:generateContent",
            SHOWN_AS_DATA,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" not in value and "(" not in value else "",
)
def test_every_vendors_images_come_in_the_same_stream(
    patchbay: Patchbay, upstream: Upstream, provider: str, model: str, answer: dict, path: str, shown: str
) -> None:
    upstream.answer_with(json_answer(answer))
    body = {"messages": HI, "mode": "image", "provider": provider, "model": model}
    (_, begin), *texts, step, end = parts(ask(patchbay, body))
    assert "messageId" in begin
    assert texts == [("0", shown)]
    assert (step[0], end) == ("e", ("d", {"finishReason": "stop", "usage": ZERO}))
    sent = upstream.wait_for_request()
    assert sent.target.partition("?")[0] == path
    assert PROMPT in sent.body.decode()


@pytest.mark.parametrize("provider", ["azure", "Vendor"])
def test_an_image_is_asked_for_in_the_words_of_its_model(
    patchbay: Patchbay, upstream: Upstream, provider: str
) -> None:
    """The newer models refuse what the older ones are told when nobody says how an image should be."""
    upstream.answer_with(json_answer({"created": 1, "data": [{"b64_json": PIXEL}]}))
    asked = {}
    for model in ("dall-e-3", "gpt-image-1"):
        body = {"messages": HI, "mode": "image", "provider": provider, "model": model}
        assert parts(ask(patchbay, body))
        asked[model] = upstream.requests[-1].json()
    old, new = asked["dall-e-3"], asked["gpt-image-1"]
    assert (old["size"], old["quality"], old["style"], old["n"]) == ("1024x1024", "standard", "vivid", 1)
    assert "style" not in new and "response_format" not in new
    assert new.get("quality") != "standard"
    assert (new["prompt"], new["size"]) == (PROMPT, "1024x1024")


def test_an_image_in_base64_becomes_a_data_url_in_every_protocol(
    patchbay: Patchbay, upstream: Upstream
) -> None:
    upstream.answer_with(json_answer({"created": 1, "data": [{"b64_json": PIXEL}]}))
    body = {"messages": HI, "mode": "image", "model": "vendor-image"}
    url = f"data:image/png;base64,{PIXEL}"
    markdown = f"![Generated Image]({url})"
    assert ("0", markdown) in parts(ask(patchbay, body))
    lines = ask(patchbay, body, "/chat?stream_protocol=json-lines").body.decode().split("\n")
    assert json.loads(lines[0]) == {"content": markdown}
    files = [
        each for each in events(ask(patchbay, body, "/chat?stream_protocol=ui"))[:-1] if each["type"] == "file"
    ]
    assert files == [{"type": "file", "url": url, "mediaType": "image/png"}]
    seen = events(ask(patchbay, body, "/chat?stream_protocol=openai"))[:-1]
    images = [image for chunk in seen for image in chunk["choices"][0]["delta"].get("images", [])]
    assert images == [{"type": "image_url", "image_url": {"url": url}}]


def test_an_upstream_that_refuses_is_told_in_its_words(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(RATE_LIMITED, 429))
    answer = ask(patchbay, {"messages": HI, "provider": "Vendor"})
    assert answer.status == 429
    assert answer.json() == {"error": "slow down"}
    upstream.answer_with(json_answer({"error": {"message": "bad key"}}, 401))
    answer = ask(patchbay, {"messages": HI, "provider": "Vendor"})
    assert answer.status == 502
    assert PROVIDER_KEY not in answer.body.decode()


def test_a_client_that_leaves_ends_the_upstreams_call(patchbay: Patchbay, upstream: Upstream) -> None:
    body = chunks({"role": "assistant", "content": "Hi"}, {"content": " there"})
    upstream.answer_with(stream_answer(body, hold_after=body.index(b"\n\n") + 2))
    asking = json.dumps({"messages": HI, "provider": "Vendor"}).encode()
    with RawConnection(patchbay.port) as connection:
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
    patchbay: Patchbay, upstream: Upstream, target: str, first: bytes, alive: bytes
) -> None:
    """A client that has closed its side is asked whether it is still there, as a silent one would be."""
    body = chunks({"role": "assistant", "content": "Hi"}, {"content": " there"})
    upstream.answer_with(stream_answer(body, hold_after=body.index(b"\n\n") + 2))
    asking = json.dumps({"messages": HI, "provider": "Vendor"}).encode()
    with RawConnection(patchbay.port) as connection:
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
    assert texts["image"].startswith("![Generated Image](data:image/png;base64,")
    named = parts(ask(running, {"messages": HI, "provider": "gemini"}))
    assert "".join(value for code, value in named if code == "0") == "Gemini API Stub Response"
