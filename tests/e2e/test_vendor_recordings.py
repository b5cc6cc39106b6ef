"""Recorded answers of Azure, OpenRouter, Anthropic and Gemini reach stock OpenAI clients with all they say.

The stand-in serves each recorded answer, cut anywhere, to the vendor's plugin; the clients ask Patchbay for
an OpenAI chat completion. What they understand is held against the recording, read by vendor_answers.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest

import vendor_answers
from node_driver import NodeDriver
from patchbay import PROVIDER_KEY, Patchbay, write_config
from recordings import Recording, of_vendors
from upstream import Answer, Request, Upstream, json_answer
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


def called(outcome: dict) -> list[tuple[str, object]]:
    return [
        (call["name"], json.loads(call["arguments"]) if isinstance(call["arguments"], str) else call["arguments"])
        for call in outcome["toolCalls"]
        if call
    ]


def check(outcome: dict, said: Said, usage: tuple[str, str], finish: list[str]) -> None:
    if said.failed:
        assert outcome["error"], "the vendor broke off, and the client must hear of it"
        return
    assert outcome["error"] is None
    assert outcome["text"] == said.text
    assert called(outcome) == said.tools
    assert outcome["finish"] == finish
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
    finish = [word.replace("_", "-") for word in said.finish[:1]]
    check(generated[recording.id], said, ("input", "output"), finish)


@pytest.mark.parametrize(("family", "recording"), parameters(REFUSED))
def test_refusals_stay_refusals(family: str, recording: Recording, created: Outcomes) -> None:
    error = created[recording.id]["error"]
    assert error is not None
    # Who is told that a key is wrong when it is ours would look for the mistake in the wrong place.
    assert error["status"] == (502 if recording.status == 401 else recording.status)
