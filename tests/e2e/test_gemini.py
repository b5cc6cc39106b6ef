"""The Gemini API behind stock OpenAI clients: every mode that the provider has, end to end."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator

import pytest
from openai import BadRequestError, NotFoundError, OpenAI, RateLimitError

from node_driver import NodeDriver
from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay, write_config
from upstream import WAIT_SECONDS, Answer, Request, Upstream, json_answer, stream_answer

PIXEL = base64.b64encode(b"\x89PNG a picture").decode()


def candidate(parts: list[dict], reason: str | None = None, **fields: object) -> dict:
    made = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if reason:
        made["finishReason"] = reason
    return {"candidates": [made], "modelVersion": "gemini-3-flash", "responseId": "r1", **fields}


def events(*pieces: dict) -> Answer:
    body = b"".join(f"data: {json.dumps(piece)}\r\n\r\n".encode() for piece in pieces)
    return stream_answer(body, cut_seed=7)


@pytest.fixture(scope="module")
def gemini(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    origin = upstream.base_url.removesuffix("/v1")
    provider = {"plugin": "gemini", "config": {"api_key": PROVIDER_KEY, "base_url": origin}}
    config = {
        "server": {"listen": "127.0.0.1:0", "workers": 1},
        "providers": {"Gemini": provider},
        "models": {"*": {"provider": "Gemini"}},
    }
    with Patchbay(write_config(tmp_path_factory.mktemp("gemini") / "patchbay.yaml", config)) as running:
        yield running


@pytest.fixture
def asking(gemini: Patchbay) -> OpenAI:
    return OpenAI(base_url=gemini.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)


def test_a_stream_with_thoughts_a_picture_and_usage(asking: OpenAI, upstream: Upstream) -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
    upstream.answer_with(
        events(
            candidate([{"text": "Hm.", "thought": True}]),
            candidate([{"text": 'Gr\u00fc\u00dfe "'}]),
            candidate([{"text": '\N{GRINNING FACE}"'}, picture]),
            candidate(
                [{"text": "", "thoughtSignature": "c2ln"}],
                "STOP",
                usageMetadata={"promptTokenCount": 3, "candidatesTokenCount": 4, "thoughtsTokenCount": 5},
            ),
        )
    )
    stream = asking.chat.completions.create(
        model="gemini-3-flash",
        messages=[{"role": "user", "content": "Hi"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk.model_dump() for chunk in stream]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    assert "".join(delta["content"] or "" for delta in deltas) == 'Gr\u00fc\u00dfe "\N{GRINNING FACE}"'
    assert "".join(delta.get("reasoning_content") or "" for delta in deltas) == "Hm."
    images = [image for delta in deltas for image in delta.get("images") or []]
    assert images == [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]
    reasons = [choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]]
    assert [reason for reason in reasons if reason] == ["stop"]
    usage = chunks[-1]["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (3, 9, 12)
    request = upstream.requests[-1]
    assert request.target == "/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse"
    assert request.header("x-goog-api-key") == PROVIDER_KEY
    assert request.header("authorization") is None
    assert request.json() == {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}


LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


def test_node_clients_take_the_stream(
    gemini: Patchbay, upstream: Upstream, node_client: Callable[[str], NodeDriver]
) -> None:
    call = {"functionCall": {"name": "look", "args": {"at": "x"}}, "thoughtSignature": "c2ln"}
    pieces = [candidate([{"text": "Now."}]), candidate([call]), candidate([{"text": ""}], "STOP")]
    upstream.answer_with(events(*pieces))
    body = {"model": "gemini-3-flash", "messages": [{"role": "user", "content": "x"}], "tools": [LOOK]}
    by_openai = node_client("openai").run(gemini.base_url, "create", body={**body, "stream": True})
    assert (by_openai["error"], by_openai["text"]) == (None, "Now.")
    assert [json.loads(one["arguments"]) for one in by_openai["toolCalls"]] == [{"at": "x"}]
    by_ai_sdk = node_client("ai_sdk").run(
        gemini.base_url, "stream", model="gemini-3-flash", prompt="x", tools=[LOOK]
    )
    assert (by_ai_sdk["error"], by_ai_sdk["text"]) == (None, "Now.")
    assert [one["arguments"] for one in by_ai_sdk["toolCalls"]] == [{"at": "x"}]
    assert by_ai_sdk["finish"][-1] == "tool-calls"


def test_a_blocked_prompt_is_filtered_content(asking: OpenAI, upstream: Upstream) -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}}
    upstream.answer_with(json_answer(blocked))
    messages = [{"role": "user", "content": "x"}]
    answer = asking.chat.completions.create(model="gemini-3-flash", messages=messages)
    assert answer.choices[0].finish_reason == "content_filter"


def test_embeddings_as_the_client_wants_them(asking: OpenAI, upstream: Upstream) -> None:
    vectors = [{"values": [0.5, -2.0, 0.25]}, {"values": [1.0, 0.0, 4.0]}]
    upstream.answer_with(json_answer({"embeddings": vectors}))
    answer = asking.embeddings.create(model="gemini-embedding-001", input=["a", "b"], dimensions=3)
    assert [item.embedding for item in answer.data] == [vector["values"] for vector in vectors]
    assert [item.index for item in answer.data] == [0, 1]
    request = upstream.requests[-1]
    assert request.target == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert [one["outputDimensionality"] for one in request.json()["requests"]] == [3, 3]


def test_images_by_imagen(asking: OpenAI, upstream: Upstream) -> None:
    prediction = {"mimeType": "image/png", "bytesBase64Encoded": PIXEL, "prompt": "a large cat"}
    upstream.answer_with(json_answer({"predictions": [prediction]}))
    answer = asking.images.generate(model="imagen-4.0-generate-001", prompt="a cat", size="1792x1024")
    assert [(image.b64_json, image.revised_prompt) for image in answer.data] == [(PIXEL, "a large cat")]
    assert upstream.requests[-1].json()["parameters"] == {"sampleCount": 1, "aspectRatio": "16:9"}


def test_images_by_a_model_that_answers_in_pictures(asking: OpenAI, upstream: Upstream) -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
    upstream.answer_with(json_answer(candidate([{"text": "Here."}, picture], "STOP")))
    answer = asking.images.generate(model="gemini-2.5-flash-image", prompt="a cat", n=2)
    assert [image.b64_json for image in answer.data] == [PIXEL, PIXEL]
    assert len(upstream.requests) == 2


def test_a_picture_is_changed(asking: OpenAI, upstream: Upstream) -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
    upstream.answer_with(json_answer(candidate([picture], "STOP")))
    answer = asking.images.edit(
        model="gemini-2.5-flash-image", image=("a.png", b"\x89PNG", "image/png"), prompt="make it red"
    )
    assert answer.data[0].b64_json == PIXEL
    parts = upstream.requests[-1].json()["contents"][0]["parts"]
    assert parts == [
        {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(b"\x89PNG").decode()}},
        {"text": "make it red"},
    ]


def test_what_it_cannot_do_names_the_provider_and_the_mode(asking: OpenAI) -> None:
    with pytest.raises(BadRequestError) as refusal:
        asking.audio.speech.create(model="gemini-3-flash", voice="x", input="y")
    assert "Gemini" in refusal.value.message and "speech" in refusal.value.message


def test_a_wish_that_the_vendor_has_no_field_for_is_a_clear_400(
    asking: OpenAI, upstream: Upstream
) -> None:
    upstream.answer_with(json_answer({}))
    messages = [{"role": "user", "content": "x"}]
    with pytest.raises(BadRequestError) as refusal:
        asking.chat.completions.create(model="gemini-3-flash", messages=messages, n=9)
    assert refusal.value.param == "n"
    assert upstream.requests == [], "nothing went up"


def test_errors_of_the_vendor(asking: OpenAI, upstream: Upstream) -> None:
    def refuse(status: int, name: str, message: str, *details: dict) -> Callable[[Request], Answer]:
        error = {"code": status, "status": name, "message": message, "details": list(details)}
        return lambda request: json_answer({"error": error}, status=status)

    delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
    upstream.handle_with(refuse(429, "RESOURCE_EXHAUSTED", "Slow down.", delay))
    ask = {"model": "gemini-3-flash", "messages": [{"role": "user", "content": "x"}]}
    with pytest.raises(RateLimitError) as slow:
        asking.chat.completions.create(**ask)
    assert slow.value.response.headers["retry-after"] == "34"
    upstream.handle_with(refuse(404, "NOT_FOUND", "models/x is not found for API version v1beta."))
    with pytest.raises(NotFoundError) as unknown:
        asking.chat.completions.create(**ask)
    assert unknown.value.code == "model_not_found"
    assert unknown.value.body.keys() == {"message", "type", "param", "code"}
