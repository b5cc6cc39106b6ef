"""Reasoning that vendors want back, through clients that know no field for it.

The upstream here is as strict as the vendor: after the first call of a tool it takes no request
whose history lacks the thinking that led to the call, or has another one. The clients are stock and
send back what they know: text and tool calls. The host has to remember the rest.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable

import pytest
from openai import BadRequestError, OpenAI

from node_driver import NodeDriver
from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay
from upstream import WAIT_SECONDS, Answer, Request, Upstream, json_answer, stream_answer

ROUNDS = 3
"""Calls of a tool before the model says its last word."""

LOOK = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Looks at a place.",
        "parameters": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
    },
}


def event(value: dict) -> bytes:
    return f"event: {value['type']}\ndata: {json.dumps(value)}\n\n".encode()


def as_stream(message: dict) -> bytes:
    """A message of the vendor as the events of its stream, its texts in small pieces."""
    head = {**message, "content": [], "stop_reason": None}
    out = event({"type": "message_start", "message": head})
    for index, block in enumerate(message["content"]):
        empty, deltas = dict(block), []

        def pieces(field: str, kind: str, text: str, size: int = 7) -> None:
            deltas.extend({"type": kind, field: text[at : at + size]} for at in range(0, len(text), size))

        if block["type"] == "thinking":
            empty.update(thinking="", signature="")
            pieces("thinking", "thinking_delta", block["thinking"])
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
        elif block["type"] == "tool_use":
            empty["input"] = {}
            deltas.append({"type": "input_json_delta", "partial_json": ""})
            pieces("partial_json", "input_json_delta", json.dumps(block["input"]))
        elif block["type"] == "text":
            empty["text"] = ""
            pieces("text", "text_delta", block["text"])
        out += event({"type": "content_block_start", "index": index, "content_block": empty})
        for delta in deltas:
            out += event({"type": "content_block_delta", "index": index, "delta": delta})
        out += event({"type": "content_block_stop", "index": index})
    out += event(
        {
            "type": "message_delta",
            "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
            "usage": {"output_tokens": 20},
        }
    )
    return out + event({"type": "message_stop"})


class StrictVendor:
    """Answers with thinking and a call until ROUNDS calls were made; refuses what lost its thinking."""

    def __init__(self) -> None:
        self.said: dict[str, list[dict]] = {}
        self.complaints: list[str] = []
        self.thinking: list[dict | None] = []
        self.counter = 0
        self.lock = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        with self.lock:
            return self.answer(request)

    def answer(self, request: Request) -> Answer:
        body = request.json()
        assert request.target == "/v1/messages"
        assert request.header("x-api-key") == PROVIDER_KEY
        self.thinking.append(body.get("thinking"))
        calls = 0
        for message in body["messages"]:
            if message["role"] != "assistant":
                continue
            used = [block for block in message["content"] if block["type"] == "tool_use"]
            calls += len(used)
            for block in used:
                if message["content"] != self.said[block["id"]]:
                    return self.refuse("Expected `thinking` or `redacted_thinking`, unmodified")
        message = self.message(calls)
        return stream_answer(as_stream(message), cut_seed=calls) if body.get("stream") else json_answer(message)

    def refuse(self, complaint: str) -> Answer:
        self.complaints.append(complaint)
        error = {"type": "error", "error": {"type": "invalid_request_error", "message": complaint}}
        return json_answer(error, status=400)

    def message(self, calls: int) -> dict:
        self.counter += 1
        content: list[dict] = [{"type": "text", "text": f"Done after {calls} calls."}]
        if calls < ROUNDS:
            call = f"toolu_{self.counter:05}"
            content = [
                {
                    "type": "thinking",
                    "thinking": f'Thought {self.counter}: "où" \\ 😀\nnext line',
                    "signature": f"c2ln{self.counter}+/=",
                },
                {"type": "redacted_thinking", "data": f"cmVk{self.counter}=="},
                {"type": "text", "text": "I look there."},
                {"type": "tool_use", "id": call, "name": "look", "input": {"at": f"place {calls} é"}},
            ]
            self.said[call] = content
        return {
            "id": f"msg_{self.counter}",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": content,
            "stop_reason": "tool_use" if calls < ROUNDS else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 30, "output_tokens": 20},
        }


@pytest.fixture
def vendor(upstream: Upstream) -> StrictVendor:
    strict = StrictVendor()
    upstream.handle_with(strict)
    return strict


def config(upstream: Upstream) -> dict:
    provider = {"plugin": "anthropic", "config": {"api_key": PROVIDER_KEY, "base_url": upstream.origin}}
    return {
        "server": {"listen": "127.0.0.1:0", "workers": 2},
        "providers": {"claude": provider},
        "models": {"thinker": {"provider": "claude", "model": "claude-sonnet-4-5"}},
    }


@pytest.fixture
def thinking_patchbay(upstream: Upstream, start_patchbay: Callable[..., Patchbay]) -> Patchbay:
    return start_patchbay(config(upstream))


def ask(messages: list[dict]) -> dict:
    return {
        "model": "thinker",
        "messages": messages,
        "tools": [LOOK],
        "reasoning_effort": "low",
        "max_completion_tokens": 9000,
    }


def results_of(calls: list[dict]) -> list[dict]:
    return [{"role": "tool", "tool_call_id": call["id"], "content": "nothing there"} for call in calls]


def expect_a_good_end(vendor: StrictVendor, text: str) -> None:
    assert vendor.complaints == []
    assert text == f"Done after {ROUNDS} calls."
    assert len(vendor.thinking) == ROUNDS + 1
    assert all(asked and asked["type"] == "enabled" for asked in vendor.thinking), "it thought all the way"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_loop_by_the_python_client(
    vendor: StrictVendor, thinking_patchbay: Patchbay, streamed: bool
) -> None:
    client = OpenAI(
        base_url=thinking_patchbay.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS
    )
    messages: list[dict] = [{"role": "user", "content": "Look around."}]
    for _ in range(ROUNDS + 1):
        if streamed:
            with client.chat.completions.stream(**ask(messages)) as stream:
                message = stream.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(**ask(messages)).choices[0].message
        calls = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.function.name, "arguments": call.function.arguments},
            }
            for call in message.tool_calls or []
        ]
        if not calls:
            break
        messages += [{"role": "assistant", "content": message.content, "tool_calls": calls}]
        messages += results_of(calls)
    expect_a_good_end(vendor, message.content)


@pytest.mark.parametrize("do, streamed", [("create", False), ("create", True), ("helper", None)])
def test_a_tool_loop_by_the_node_client(
    vendor: StrictVendor,
    thinking_patchbay: Patchbay,
    node_client: Callable[[str], NodeDriver],
    do: str,
    streamed: bool | None,
) -> None:
    node = node_client("openai")
    messages: list[dict] = [{"role": "user", "content": "Look around."}]
    for _ in range(ROUNDS + 1):
        body = ask(messages) if streamed is None else {**ask(messages), "stream": streamed}
        outcome = node.run(thinking_patchbay.base_url, do, body=body)
        assert outcome["error"] is None
        if not outcome["toolCalls"]:
            break
        calls = [
            {
                "id": call["id"],
                "type": "function",
                "function": {"name": call["name"], "arguments": call["arguments"]},
            }
            for call in outcome["toolCalls"]
        ]
        messages += [{"role": "assistant", "content": outcome["text"], "tool_calls": calls}]
        messages += results_of(calls)
    expect_a_good_end(vendor, outcome["text"])


def test_a_reload_does_not_forget(vendor: StrictVendor, thinking_patchbay: Patchbay) -> None:
    """New settings in the middle of a loop: the next request of it still goes through."""
    client = OpenAI(
        base_url=thinking_patchbay.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS
    )
    messages: list[dict] = [{"role": "user", "content": "Look around."}]
    message = client.chat.completions.create(**ask(messages)).choices[0].message
    thinking_patchbay.process.send_signal(signal.SIGHUP)
    thinking_patchbay.wait_for_log(lambda line: line["event"] == "reloaded")
    call = message.tool_calls[0]
    function = {"name": call.function.name, "arguments": call.function.arguments}
    calls = [{"id": call.id, "type": "function", "function": function}]
    messages += [{"role": "assistant", "content": message.content, "tool_calls": calls}, *results_of(calls)]
    assert client.chat.completions.create(**ask(messages)).choices[0].message.tool_calls
    assert vendor.complaints == []


def test_the_strict_vendor_is_strict(vendor: StrictVendor, upstream: Upstream, start_patchbay) -> None:
    """Without what the host remembers the loop would not go through: another server knows nothing."""
    first, second = start_patchbay(config(upstream)), start_patchbay(config(upstream))
    messages: list[dict] = [{"role": "user", "content": "Look around."}]

    def client(server: Patchbay) -> OpenAI:
        return OpenAI(base_url=server.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)

    message = client(first).chat.completions.create(**ask(messages)).choices[0].message
    call = message.tool_calls[0]
    function = {"name": call.function.name, "arguments": call.function.arguments}
    calls = [{"id": call.id, "type": "function", "function": function}]
    messages += [{"role": "assistant", "content": message.content, "tool_calls": calls}, *results_of(calls)]
    with pytest.raises(BadRequestError):
        client(second).chat.completions.create(**ask(messages))
    assert vendor.complaints
    assert vendor.thinking[-1] is None, "thinking without its proof is turned off, as the vendor advises"


def test_a_client_that_keeps_the_details_needs_nobody(
    vendor: StrictVendor, upstream: Upstream, start_patchbay
) -> None:
    """A history that carries its reasoning goes through any server."""
    first, second = start_patchbay(config(upstream)), start_patchbay(config(upstream))
    messages: list[dict] = [{"role": "user", "content": "Look around."}]
    for turn in range(ROUNDS + 1):
        client = OpenAI(
            base_url=(first, second)[turn % 2].base_url,
            api_key=CLIENT_KEY,
            max_retries=0,
            timeout=WAIT_SECONDS,
        )
        message = client.chat.completions.create(**ask(messages)).choices[0].message
        if not message.tool_calls:
            break
        messages += [message.model_dump(exclude_none=True)]
        messages += results_of([{"id": call.id} for call in message.tool_calls])
    expect_a_good_end(vendor, message.content)
