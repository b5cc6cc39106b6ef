"""Recorded answers of Azure, OpenRouter, Anthropic and Gemini reach stock OpenAI clients with all they say.

The stand-in serves each recorded answer, cut anywhere, to the vendor's plugin; the clients ask Patchbay for
an OpenAI chat completion. What they understand is held against the recording, read by vendor_answers.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import openai
import pytest
from openai import OpenAI

import vendor_answers
from node_driver import NodeDriver
from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay, write_config
from recordings import Recording, of_vendors
from upstream import WAIT_SECONDS, Answer, Request, Upstream, json_answer
from vendor_answers import Said

ALL = of_vendors()
GOOD = [(family, recording) for family, recording in ALL if recording.status == 200]
REFUSED = [(family, recording) for family, recording in ALL if recording.status != 200]
BY_ID = {recording.id: recording for _, recording in ALL}


def parameters(pairs: list[tuple[str, Recording]]) -> list:
    return [
        pytest.param(family, recording, id=f"{family}-{recording.id}") for family, recording in pairs
    ] or [pytest.param("", None, marks=pytest.mark.skip("PATCHBAY_RECORDINGS is unset"))]


def name_of(recording: Recording) -> str:
    return f"rec-{recording.id}"


def said_in(family: str, recording: Recording) -> Said:
    return vendor_answers.READERS[family](recording.body, recording.stream)


def answer(request: Request) -> Answer:
    named = re.search(r"rec-([0-9a-f]+)", request.target) or re.search(rb"rec-([0-9a-f]+)", request.body)
    if named is None:
        return json_answer({"error": {"message": "no recording is asked for"}}, status=400)
    id = named[1] if isinstance(named[1], str) else named[1].decode()
    return BY_ID[id].answer()


@pytest.fixture(scope="module")
def vendors(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    upstream.handle_with(answer)
    origin = upstream.origin
    config = {
        "server": {"listen": "127.0.0.1:0", "workers": 2},
        "providers": {
            "azure": {"plugin": "azure-openai", "config": {"endpoint": origin, "api_key": PROVIDER_KEY}},
            "openrouter": {"plugin": "openrouter", "config": {"base_url": origin, "api_key": PROVIDER_KEY}},
            "anthropic": {"plugin": "anthropic", "config": {"base_url": origin, "api_key": PROVIDER_KEY}},
            "gemini": {"plugin": "gemini", "config": {"base_url": origin, "api_key": PROVIDER_KEY}},
        },
        "models": {name_of(recording): {"provider": family} for family, recording in ALL} or {"*": {"provider": "azure"}},
    }
    with Patchbay(write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", config)) as running:
        yield running


def tools_of(family: str, recording: Recording) -> list[dict]:
    names = sorted({name for name, _ in said_in(family, recording).tools})
    return [
        {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
        for name in names
    ]


def create_job(family: str, recording: Recording) -> dict:
    body = {"model": name_of(recording), "messages": [{"role": "user", "content": "as recorded"}]}
    if tools := tools_of(family, recording):
        body["tools"] = tools
    if recording.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return {"do": "create", "body": body}


def helper_job(family: str, recording: Recording) -> dict:
    return {**create_job(family, recording), "do": "helper"}


def ai_sdk_job(family: str, recording: Recording) -> dict:
    return {
        "do": "stream" if recording.stream else "generate",
        "model": name_of(recording),
        "prompt": "as recorded",
        "tools": tools_of(family, recording),
    }


Outcomes = dict[str, dict]


@pytest.fixture(scope="module")
def play(vendors: Patchbay, node_client: Callable[[str], NodeDriver]) -> Callable[..., Outcomes]:
    def played(client: str, pairs: list[tuple[str, Recording]], job: Callable[..., dict]) -> Outcomes:
        driver = node_client(client)
        numbers = {
            recording.id: driver.start(vendors.base_url, **job(family, recording)) for family, recording in pairs
        }
        return {id: driver.outcome(number) for id, number in numbers.items()}

    return played


@pytest.fixture(scope="module")
def created(play: Callable[..., Outcomes]) -> Outcomes:
    return play("openai", ALL, create_job)


@pytest.fixture(scope="module")
def helped(play: Callable[..., Outcomes]) -> Outcomes:
    return play("openai", [pair for pair in GOOD if pair[1].stream], helper_job)


@pytest.fixture(scope="module")
def generated(play: Callable[..., Outcomes]) -> Outcomes:
    return play("ai_sdk", GOOD, ai_sdk_job)


REJECTED_BY_THE_AI_SDK = {
    "32217eacd10fa832": "a tool call without arguments, which OpenRouter left out",
    "a3fe0ea8602cb6c0": "an annotation of type file, which is OpenRouter's own",
}
"""Whole answers that pass as they came, and that this client's schema for OpenAI refuses."""


def called(outcome: dict) -> list[tuple[str, object]]:
    return [
        (call["name"], json.loads(arguments or "{}") if isinstance(arguments, str | None) else arguments)
        for call in outcome["toolCalls"]
        for arguments in [call and call.get("arguments")]
        if call
    ]


def check(outcome: dict, said: Said, usage: tuple[str, str], finish: list[str]) -> None:
    if said.failed:
        assert outcome["error"], "the vendor broke off, and the client must hear of it"
        return
    assert outcome["error"] is None
    assert outcome["text"] == said.text
    assert called(outcome) == said.tools
    # Some vendors say it again in the chunk with the usage.
    assert list(dict.fromkeys(outcome["finish"])) == list(dict.fromkeys(finish))
    if said.input_tokens is not None:
        told = outcome["usage"] or {}
        assert (told.get(usage[0]), told.get(usage[1])) == (said.input_tokens, said.output_tokens)


OPENAI_USAGE = ("prompt_tokens", "completion_tokens")


@pytest.mark.parametrize(("family", "recording"), parameters(GOOD))
def test_openai_create(family: str, recording: Recording, created: Outcomes) -> None:
    said = said_in(family, recording)
    outcome = created[recording.id]
    check(outcome, said, OPENAI_USAGE, said.finish)
    if not said.failed and family != "openrouter":
        assert outcome["reasoning"] == said.reasoning


@pytest.mark.parametrize(("family", "recording"), parameters([pair for pair in GOOD if pair[1].stream]))
def test_openai_stream_helper(family: str, recording: Recording, helped: Outcomes) -> None:
    said = said_in(family, recording)
    check(helped[recording.id], said, OPENAI_USAGE, said.finish)


@pytest.mark.parametrize(("family", "recording"), parameters(GOOD))
def test_ai_sdk(family: str, recording: Recording, generated: Outcomes) -> None:
    said = said_in(family, recording)
    if recording.id in REJECTED_BY_THE_AI_SDK:
        assert generated[recording.id]["error"], "it is accepted now: take it off the list"
        return
    finish = [word.replace("_", "-") for word in said.finish[:1]]
    check(generated[recording.id], said, ("input", "output"), finish)


@pytest.mark.parametrize(("family", "recording"), parameters([pair for pair in GOOD if pair[1].stream]))
def test_openai_python_stream_helper(family: str, recording: Recording, vendors: Patchbay) -> None:
    said = said_in(family, recording)
    client = OpenAI(base_url=vendors.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)
    tools = tools_of(family, recording)
    for tool in tools:  # the helper parses arguments, and insists on tools that promise their form
        tool["function"] |= {"strict": True}
    asked = {
        "model": name_of(recording),
        "messages": [{"role": "user", "content": "as recorded"}],
        "stream_options": {"include_usage": True},
        **({"tools": tools} if tools else {}),
    }
    try:
        with client.chat.completions.stream(**asked) as stream:
            stream.until_done()
            whole = stream.get_final_completion()
    except (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError) as refused:
        # How this helper says that an answer was cut off; it never gives such an answer out.
        assert said.finish[0] in ("length", "content_filter"), refused
        return
    except openai.APIError:
        assert said.failed
        return
    message = whole.choices[0].message
    assert (message.content or "") == said.text
    calls = [(call.function.name, json.loads(call.function.arguments or "{}")) for call in message.tool_calls or []]
    assert calls == said.tools
    assert [choice.finish_reason for choice in whole.choices] == said.finish


@pytest.mark.parametrize(("family", "recording"), parameters(REFUSED))
def test_refusals_stay_refusals(family: str, recording: Recording, created: Outcomes) -> None:
    error = created[recording.id]["error"]
    assert error is not None
    # Who is told that a key is wrong when it is ours would look for the mistake in the wrong place.
    our_key_is_refused = recording.status == 401 or b"API_KEY_INVALID" in recording.body
    assert error["status"] == (502 if our_key_is_refused else recording.status)
