"""What the stub can be told, in the words of a request, as a user of the stock `openai` package meets it."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Callable

import openai
import pytest
from openai import OpenAI

from patchbay import Patchbay
from samples import ASK, stub


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_what_else_the_stub_can_be_told(client: OpenAI, streamed: bool) -> None:
    """The last user message scripts the stub too, for clients that cannot send fields of their own."""
    usage = {"input": 30, "output": 20, "reasoning": 5, "cache_read": 10}
    script = {"refusal": "I would rather not.", "usage": usage}
    ask = [{"role": "system", "content": "x"}, {"role": "user", "content": f"stub:{json.dumps(script)}"}]
    if streamed:
        asked_for = {"include_usage": True}
        with client.chat.completions.stream(model="stub", messages=ask, stream_options=asked_for) as stream:
            answer = stream.get_final_completion()
    else:
        answer = client.chat.completions.create(model="stub", messages=ask)
    assert answer.choices[0].message.refusal == "I would rather not."
    assert not answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (
        30,
        20,
        50,
    )
    assert answer.usage.prompt_tokens_details.cached_tokens == 10
    assert answer.usage.completion_tokens_details.reasoning_tokens == 5


@pytest.mark.parametrize("finish", ["stop", "length", "content_filter"])
def test_finish_reasons(client: OpenAI, finish: str) -> None:
    script = stub(reply="as told", finish=finish)
    whole = client.chat.completions.create(model="stub", messages=ASK, extra_body=script)
    chunks = client.chat.completions.create(model="stub", messages=ASK, stream=True, extra_body=script)
    assert whole.choices[0].finish_reason == finish
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == [finish]


def test_a_stub_that_breaks_off_is_noticed(client: OpenAI) -> None:
    script = stub(reply="one two three four", break_off_after=2)
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model="stub", messages=ASK, stream=True, extra_body=script))
    with pytest.raises(openai.APIStatusError) as raised:
        client.chat.completions.create(model="stub", messages=ASK, extra_body=script)
    assert raised.value.status_code == 502


def test_a_stub_that_sends_nonsense_harms_nobody_else(client: OpenAI) -> None:
    with pytest.raises((openai.APIError, ValueError)):
        list(
            client.chat.completions.create(
                model="stub",
                messages=ASK,
                stream=True,
                extra_body=stub(reply="one two three", malformed=True),
            )
        )
    answer = client.chat.completions.create(model="stub", messages=ASK, extra_body=stub(reply="well"))
    assert answer.choices[0].message.content == "well"


def test_an_error_says_what_the_script_says(client: OpenAI) -> None:
    told = {"status": 422, "message": "scripted", "type": "scripted_type", "param": "p", "code": "scripted_code"}
    with pytest.raises(openai.UnprocessableEntityError) as raised:
        client.chat.completions.create(model="stub", messages=ASK, extra_body=stub(error=told))
    assert raised.value.body == {name: told[name] for name in ("message", "type", "param", "code")}


@pytest.mark.parametrize("size", ["16x16", "333x100", "1792x1024"])
def test_a_picture_is_one_that_a_decoder_takes(client: OpenAI, size: str) -> None:
    answer = client.images.generate(model="stub", prompt="a cat", size=size, response_format="b64_json")
    picture = base64.b64decode(answer.data[0].b64_json)
    chunks = {}
    at = 8
    while at < len(picture):
        length, kind = struct.unpack(">I4s", picture[at : at + 8])
        data = picture[at + 8 : at + 8 + length]
        assert struct.unpack(">I", picture[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + data)
        chunks[kind] = chunks.get(kind, b"") + data
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height = (int(side) for side in size.split("x"))
    assert struct.unpack(">2I", chunks[b"IHDR"][:8]) == (width, height)
    lines = zlib.decompress(chunks[b"IDAT"])
    assert len(lines) == (width + 1) * height


@pytest.mark.parametrize(
    "script", [{"tokens": "many"}, {"no_such_key": 1}], ids=["wrong type", "unknown key"]
)
def test_a_wrong_script_is_the_requests_fault(client: OpenAI, script: dict) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="stub", messages=ASK, extra_body={"stub": script})
    assert next(iter(script)) in raised.value.message


def test_a_provider_that_is_silent_for_too_long_is_given_up(
    start_patchbay: Callable[..., Patchbay],
) -> None:
    """The stub does its own work, without an upstream whose silence could be noticed."""
    slow = {"plugin": "stub", "first_byte_timeout": "200ms", "config": {"first_delay_ms": 60_000}}
    patchbay = start_patchbay({"providers": {"slow": slow}, "models": {"*": {"provider": "slow"}}})
    client = OpenAI(base_url=patchbay.base_url, api_key="unused", max_retries=0)
    for streamed in (False, True):
        with pytest.raises(openai.APIStatusError) as raised:
            client.chat.completions.create(model="stub", messages=ASK, stream=streamed)
        assert raised.value.status_code == 504
        assert "`slow` was silent" in raised.value.message
