"""The endpoints beside chat, answered by the stub: it says everything in events, which Patchbay writes in the
endpoint's own form. The client is the stock `openai` package."""

from __future__ import annotations

import base64
import io
import struct
import wave

import pytest
from openai import OpenAI

WAV = b"RIFF\x24\x00\x00\x00WAVE" + bytes(range(256)) * 40


def test_the_stub_paints(client: OpenAI) -> None:
    answer = client.images.generate(model="stub", prompt="a cat", size="256x256", response_format="b64_json", n=2)
    assert len(answer.data) == 2
    picture = base64.b64decode(answer.data[0].b64_json)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">2I", picture[16:24]) == (256, 256)
    url = client.images.generate(model="stub", prompt="a cat", response_format="url").data[0].url
    assert url.startswith("data:image/png;base64,")


def test_the_stub_shows_previews(client: OpenAI) -> None:
    events = list(client.images.generate(model="stub", prompt="a cat", stream=True, partial_images=2))
    assert [event.type for event in events] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    assert base64.b64decode(events[-1].b64_json).startswith(b"\x89PNG")


def test_the_stub_changes_pictures(client: OpenAI) -> None:
    edited = client.images.edit(model="stub", prompt="a hat", image=("1.png", b"png", "image/png"))
    assert edited.data[0].b64_json
    varied = client.images.create_variation(model="stub", image=("1.png", b"png", "image/png"))
    assert varied.data[0].b64_json or varied.data[0].url


def test_the_stub_embeds_the_same_way_in_both_forms(client: OpenAI) -> None:
    asked = {"model": "stub", "input": ["one", "two"], "dimensions": 8}
    packed = client.embeddings.create(**asked)
    plain = client.embeddings.create(**asked, encoding_format="float")
    assert [entry.index for entry in packed.data] == [0, 1]
    for one, other in zip(packed.data, plain.data, strict=True):
        assert len(one.embedding) == 8
        assert one.embedding == pytest.approx(other.embedding, rel=1e-6)
    assert packed.data[0].embedding != packed.data[1].embedding
    assert client.embeddings.create(**asked).data == packed.data


@pytest.mark.parametrize("form", ["json", "text", "srt", "vtt", "verbose_json"])
def test_the_stub_listens(client: OpenAI, form: str) -> None:
    answer = client.audio.transcriptions.create(model="stub", file=("a.wav", WAV), response_format=form)
    text = answer if isinstance(answer, str) else answer.text
    assert text.strip()
    assert ("-->" in text) == (form in ("srt", "vtt"))
    assert text.startswith("WEBVTT") == (form == "vtt")
    if form == "verbose_json":
        assert answer.segments and answer.segments[0].end > answer.segments[0].start


def test_the_stub_translates(client: OpenAI) -> None:
    assert client.audio.translations.create(model="stub", file=("a.wav", WAV)).text


def test_the_stub_speaks(client: OpenAI) -> None:
    spoken = client.audio.speech.create(model="stub", voice="alloy", input="hello", response_format="wav")
    with wave.open(io.BytesIO(spoken.read())) as sound:
        assert sound.getnframes() > 0
    assert spoken.response.headers["content-type"] == "audio/wav"


def test_the_stub_judges(client: OpenAI) -> None:
    assert client.moderations.create(model="stub", input="hello").results[0].flagged is False


def test_the_stub_completes(client: OpenAI) -> None:
    whole = client.completions.create(model="stub", prompt="hello")
    assert whole.object == "text_completion"
    assert whole.choices[0].text
    assert whole.choices[0].finish_reason == "stop"
    pieces = list(client.completions.create(model="stub", prompt="hello", stream=True))
    assert "".join(piece.choices[0].text for piece in pieces) == whole.choices[0].text
