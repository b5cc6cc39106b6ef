"""A server for tests of POST /chat, how to ask it, and how to read what it streams."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from patchbay import PROMPT, PROVIDER_KEY, Patchbay, write_config
from raw_http import RawAnswer, RawConnection
from upstream import Upstream

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
def chat_server(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
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
    # What is stored is another matter; here it is how answers are written.
    config["storage"] = {"enabled": False}
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
