"""The endpoints beside chat, through an upstream that speaks them: byte by byte, but for what was asked for by
another name. The client is the stock `openai` package."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable, Iterator

import openai
import pytest
from openai import OpenAI

from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay, two_provider_config
from raw_http import RawConnection
from upstream import WAIT_SECONDS, Answer, Request, Upstream, json_answer, stream_answer

WAV = b"RIFF\x24\x00\x00\x00WAVE" + bytes(range(256)) * 40


def asking(server: Patchbay) -> OpenAI:
    return OpenAI(base_url=server.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)


def form_of(request: Request) -> dict[str, tuple[str | None, bytes]]:
    """The parts of a multipart body by name: their file's name and their bytes."""
    kind = request.header("content-type")
    assert kind is not None and kind.startswith("multipart/form-data; boundary=")
    boundary = kind.split("boundary=", 1)[1].strip('"').encode()
    parts: dict[str, tuple[str | None, bytes]] = {}
    pieces = request.body.split(b"--" + boundary)
    assert pieces[0] == b"" and pieces[-1] == b"--\r\n"
    for piece in pieces[1:-1]:
        head, content = piece.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)
        disposition = next(line for line in head.decode().split("\r\n") if line.lower().startswith("content-disp"))
        fields = dict(
            field.strip().split("=", 1) for field in disposition.split(";")[1:]
        )
        filename = fields.get("filename")
        parts[fields["name"].strip('"')] = (
            filename.strip('"') if filename else None,
            content.removesuffix(b"\r\n"),
        )
    return parts


# ---- through an upstream that speaks them -------------------------------------------------------


def test_embeddings_pass_as_they_are(client: OpenAI, upstream: Upstream) -> None:
    vector = base64.b64encode(struct.pack("<3f", 0.1, -2, 0.5)).decode()
    upstream.answer_with(
        json_answer(
            {
                "object": "list",
                "data": [{"object": "embedding", "index": 0, "embedding": vector}],
                "model": "text-embedding-3-small",
                "usage": {"prompt_tokens": 2, "total_tokens": 2},
            }
        )
    )
    answer = client.embeddings.create(model="text-embedding-3-small", input="hello")
    assert answer.data[0].embedding == pytest.approx([0.1, -2, 0.5])
    request = upstream.requests[-1]
    assert request.target == "/v1/embeddings"
    assert request.json() == {
        "model": "text-embedding-3-small",
        "input": "hello",
        "encoding_format": "base64",
    }
    assert request.header("authorization") == f"Bearer {PROVIDER_KEY}"


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        ("/completions", {"prompt": "a"}, {"id": "c", "object": "text_completion", "choices": [], "model": "m"}),
        ("/moderations", {"input": "a"}, {"id": "m", "model": "m", "results": [{"flagged": False}]}),
        ("/responses", {"input": "a"}, {"id": "resp_1", "object": "response", "model": "m", "output": []}),
        ("/images/generations", {"prompt": "a"}, {"created": 1, "data": [{"b64_json": "QUJD"}]}),
    ],
)
def test_json_passes_to_the_byte(
    patchbay: Patchbay, upstream: Upstream, path: str, body: dict, answer: dict
) -> None:
    sent = json.dumps({"model": "m", **body, "unknown": [1.0, "\u00e9"]}, indent=1).encode()
    upstream.answer_with(json_answer(answer))
    with RawConnection(patchbay.port) as connection:
        got = connection.ask("POST", f"/v1{path}", sent)
    assert got.status == 200
    assert got.body == json.dumps(answer, ensure_ascii=False).encode()
    assert upstream.requests[-1].target == f"/v1{path}"
    assert upstream.requests[-1].body == sent


def test_a_response_that_streams_passes_and_shows_the_alias(client: OpenAI, upstream: Upstream) -> None:
    def event(kind: str, **fields: object) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

    upstream.answer_with(
        stream_answer(
            event("response.created", sequence_number=0, response={"id": "resp_1", "model": "upstream-model"})
            + event("response.output_text.delta", sequence_number=1, delta="Hi", logprobs=[])
            + event(
                "response.completed",
                sequence_number=2,
                response={"id": "resp_1", "model": "upstream-model", "usage": {"input_tokens": 3}},
            ),
            cut_seed=7,
        )
    )
    events = list(client.responses.create(model="alias", input="hello", stream=True))
    assert [event.type for event in events] == [
        "response.created",
        "response.output_text.delta",
        "response.completed",
    ]
    assert events[0].response.model == "alias"
    assert upstream.requests[-1].json()["model"] == "upstream-model"


def test_a_stored_response_is_asked_for_where_no_model_is_named(
    start_patchbay: Callable[..., Patchbay], upstream: Upstream
) -> None:
    config = two_provider_config(upstream)
    config["defaults"] = {"model": "some-model"}
    server = start_patchbay(config)
    upstream.answer_with(json_answer({"id": "resp_1", "object": "response", "status": "cancelled"}))
    assert asking(server).responses.cancel("resp_1").id == "resp_1"
    assert upstream.requests[-1].method == "POST"
    assert upstream.requests[-1].target == "/v1/responses/resp_1/cancel"
    asking(server).responses.retrieve("resp_1", include=["file_search_call.results"])
    assert upstream.requests[-1].method == "GET"
    assert upstream.requests[-1].target.startswith("/v1/responses/resp_1?include")


def test_a_recording_goes_up_as_a_form_with_the_models_own_name(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(json_answer({"text": "hello"}))
    answer = client.audio.transcriptions.create(
        model="alias",
        file=("a \"quoted\" n\u00e4me.wav", WAV, "audio/wav"),
        language="en",
        timestamp_granularities=["word"],
    )
    assert answer.text == "hello"
    request = upstream.requests[-1]
    assert request.target == "/v1/audio/transcriptions"
    parts = form_of(request)
    assert parts["model"] == (None, b"upstream-model")
    assert parts["file"][1] == WAV
    assert parts["language"] == (None, b"en")
    assert parts["timestamp_granularities[]"] == (None, b"word")


def test_subtitles_pass_with_their_type(patchbay: Patchbay, upstream: Upstream) -> None:
    srt = b"1\n00:00:00,000 --> 00:00:01,000\nhello\n\n"
    upstream.answer_with(Answer(headers=[("Content-Type", "text/plain; charset=utf-8")], body=srt))
    answer = asking(patchbay).audio.transcriptions.create(
        model="whisper-1", file=("a.wav", WAV), response_format="srt"
    )
    assert answer == srt.decode()


def test_large_files_go_up_whole(client: OpenAI, upstream: Upstream) -> None:
    image = zlib.compress(bytes(3_000_000), 0) + bytes(range(256))
    upstream.answer_with(json_answer({"created": 1, "data": [{"b64_json": "QUJD"}]}))
    answer = client.images.edit(
        model="gpt-image-1", prompt="a hat", image=[("1.png", image, "image/png"), ("2.png", b"two", "image/png")]
    )
    assert answer.data[0].b64_json == "QUJD"
    request = upstream.requests[-1]
    assert request.body.count(image) == 1
    assert request.body.count(b'name="image[]"') == 2


def test_speech_passes_as_it_comes(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(
        Answer(headers=[("Content-Type", "audio/mpeg")], body=WAV, framing="chunked", cut_seed=3)
    )
    with client.audio.speech.with_streaming_response.create(model="alias", voice="alloy", input="hi") as answer:
        assert answer.headers["content-type"] == "audio/mpeg"
        assert answer.read() == WAV
    assert upstream.requests[-1].json()["model"] == "upstream-model"


def test_sound_begins_before_it_is_complete(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(
        Answer(headers=[("Content-Type", "audio/mpeg")], body=WAV, framing="chunked", hold_after=100)
    )
    with client.audio.speech.with_streaming_response.create(model="m", voice="alloy", input="hi") as answer:
        pieces = answer.iter_bytes()
        try:
            first = next(pieces)
        finally:
            upstream.release()
        assert WAV.startswith(first) and len(first) <= 100
        assert first + b"".join(pieces) == WAV


def test_an_upstreams_refusal_keeps_its_words(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(
        json_answer(
            {"error": {"message": "no such voice", "type": "invalid_request_error", "param": "voice", "code": None}},
            status=400,
        )
    )
    with pytest.raises(openai.BadRequestError, match="no such voice") as caught:
        client.audio.speech.create(model="m", voice="nobody", input="hi")
    assert caught.value.param == "voice"


# ---- what is wrong with a request ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "param", "words"),
    [
        ("/embeddings", {"model": "m"}, "input", "Missing required parameter: 'input'"),
        ("/embeddings", {"model": "m", "input": "a", "encoding_format": "hex"}, "encoding_format", "float or base64"),
        ("/images/generations", {"model": 5, "prompt": "x"}, "model", "expected a string"),
        ("/audio/speech", {"model": "m"}, "input", "Missing required parameter: 'input'"),
        ("/completions", {"model": "m", "prompt": "x", "stream": "yes"}, "stream", "expected a boolean"),
    ],
)
def test_a_wrong_field_is_named(
    client: OpenAI, upstream: Upstream, path: str, body: dict, param: str, words: str
) -> None:
    asked = len(upstream.requests)
    with pytest.raises(openai.BadRequestError, match=words) as caught:
        client.post(path, body=body, cast_to=object)
    assert caught.value.param == param
    assert len(upstream.requests) == asked


def test_a_form_that_is_none_is_refused(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        got = connection.ask(
            "POST", "/v1/audio/transcriptions", b'{"model":"m"}', {"Content-Type": "application/json"}
        )
    assert got.status == 400
    error = json.loads(got.body)["error"]
    assert error["code"] == "invalid_form"
    assert "multipart/form-data" in error["message"]


def test_what_a_provider_cannot_do_names_it_and_the_mode(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="stub", input="hello")
    assert caught.value.code == "unsupported_by_provider"
    assert "`stub`" in str(caught.value) and "openai.responses/1" in str(caught.value)


# ---- other paths of a provider, and its models --------------------------------------------------


@pytest.fixture
def open_provider(start_patchbay: Callable[..., Patchbay], upstream: Upstream) -> Iterator[Patchbay]:
    config = two_provider_config(upstream)
    config["providers"]["upstream"]["passthrough"] = True
    yield start_patchbay(config)


def test_any_path_of_an_open_provider_can_be_asked_for(open_provider: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(
        Answer(headers=[("Content-Type", "application/octet-stream")], body=b"\x00\xffraw", framing="chunked")
    )
    with RawConnection(open_provider.port) as connection:
        got = connection.ask(
            "PUT",
            "/providers/upstream/files/a%2Fb?x=1&y=%20",
            b"\x00\x01",
            {"Content-Type": "application/x-thing"},
        )
    assert (got.status, got.body) == (200, b"\x00\xffraw")
    request = upstream.requests[-1]
    assert (request.method, request.target, request.body) == ("PUT", "/v1/files/a%2Fb?x=1&y=%20", b"\x00\x01")
    assert request.header("content-type") == "application/x-thing"
    assert request.header("authorization") == f"Bearer {PROVIDER_KEY}"


def test_a_provider_that_was_not_opened_stays_closed(patchbay: Patchbay, upstream: Upstream) -> None:
    asked = len(upstream.requests)
    with RawConnection(patchbay.port) as connection:
        got = connection.ask("GET", "/providers/upstream/files")
    assert got.status == 404
    assert "passthrough: true" in json.loads(got.body)["error"]["message"]
    assert len(upstream.requests) == asked


def test_the_upstreams_models_are_listed_and_kept(
    start_patchbay: Callable[..., Patchbay], upstream: Upstream
) -> None:
    server = start_patchbay(two_provider_config(upstream, fast={"provider": "upstream", "model": "m1"}))
    upstream.answer_with(
        json_answer({"object": "list", "data": [{"id": "m1", "object": "model", "created": 5, "owned_by": "o"}]})
    )
    client = asking(server)
    assert [model.id for model in client.models.list()] == ["stub", "fast", "m1"]
    assert upstream.requests[-1].target == "/v1/models"
    asked = len(upstream.requests)
    assert [model.id for model in client.models.list()] == ["stub", "fast", "m1"]
    assert len(upstream.requests) == asked, "the list is kept"
    assert client.models.retrieve("m1").created == 5


def test_models_are_listed_while_the_upstream_is_down(
    start_patchbay: Callable[..., Patchbay], upstream: Upstream
) -> None:
    server = start_patchbay(two_provider_config(upstream))
    upstream.answer_with(json_answer({"error": {"message": "down"}}, status=500))
    assert [model.id for model in asking(server).models.list()] == ["stub"]


def test_models_that_nobody_knows_are_an_error_with_its_reason(
    start_patchbay: Callable[..., Patchbay], upstream: Upstream
) -> None:
    config = two_provider_config(upstream)
    del config["models"]["stub"]
    server = start_patchbay(config)
    upstream.answer_with(json_answer({"error": {"message": "down for repair"}}, status=500))
    with pytest.raises(openai.InternalServerError, match="down for repair"):
        asking(server).models.list()
