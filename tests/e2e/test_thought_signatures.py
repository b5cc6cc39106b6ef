"""Thought signatures that the vendor wants back, through clients that know no field for them.

The upstream here is as strict as the vendor: it refuses a call of the current turn that comes back
without the signature that it gave to it. The clients are stock and send back what they know: text
and tool calls. The host has to remember the rest.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from openai import OpenAI

from node_driver import NodeDriver
from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay
from upstream import WAIT_SECONDS, Answer, Request, Upstream, json_answer, stream_answer

ROUNDS = 3
"""Turns with calls before the model says its last word."""

PLACEHOLDER = "skip_thought_signature_validator"
"""What the vendor takes for a signature that is lost for good."""

LOOK = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Looks at a place.",
        "parameters": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
    },
}


def as_stream(pieces: list[dict]) -> bytes:
    """The pieces of an answer as the vendor streams them, which is with CR LF."""
    return b"".join(f"data: {json.dumps(piece)}\r\n\r\n".encode() for piece in pieces)


class StrictVendor:
    """Answers with a thought and two calls at once until ROUNDS turns had calls."""

    def __init__(self) -> None:
        self.signatures: dict[str, str] = {}
        self.complaints: list[str] = []
        self.placeholders = 0
        self.requests = 0
        self.lock = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        with self.lock:
            return self.answer(request)

    def answer(self, request: Request) -> Answer:
        path, _, query = request.target.partition("?")
        assert request.header("x-goog-api-key") == PROVIDER_KEY
        assert path.startswith("/v1beta/models/gemini-3-flash:")
        self.requests += 1
        turns = request.json()["contents"]
        called = [turn for turn in turns if any("functionCall" in part for part in turn["parts"])]
        for position, turn in enumerate(turns):
            if complaint := self.complaint_about(turn, turns[position + 1 :]):
                return self.refuse(complaint)
        pieces = self.pieces(len(called))
        if path.endswith(":streamGenerateContent"):
            assert query == "alt=sse"
            return stream_answer(as_stream(pieces), cut_seed=len(called))
        parts = [part for piece in pieces for part in piece["candidates"][0]["content"]["parts"]]
        pieces[-1]["candidates"][0]["content"]["parts"] = parts
        return json_answer(pieces[-1])

    def complaint_about(self, turn: dict, following: list[dict]) -> str | None:
        calls = [part for part in turn["parts"] if "functionCall" in part]
        if not calls:
            return None
        responses = [part["functionResponse"] for part in following[0]["parts"]]
        if [one["name"] for one in responses] != [part["functionCall"]["name"] for part in calls]:
            return "the number of function response parts is not equal to that of the calls"
        for part in calls:
            wanted = self.signatures.get(json.dumps(part["functionCall"]["args"]))
            given = part.get("thoughtSignature")
            if given == PLACEHOLDER:
                self.placeholders += 1
            elif given != wanted:
                return "Function call is missing a thought_signature in functionCall parts."
        return None

    def refuse(self, complaint: str) -> Answer:
        self.complaints.append(complaint)
        error = {"code": 400, "message": complaint, "status": "INVALID_ARGUMENT"}
        return json_answer([{"error": error}], status=400)

    def pieces(self, turns: int) -> list[dict]:
        """One answer: of calls made at once only the first is signed."""
        usage = {"promptTokenCount": 30, "candidatesTokenCount": 20, "thoughtsTokenCount": 5}
        if turns == ROUNDS:
            end = {"text": "", "thoughtSignature": "ZW5k"}
            parts = [[{"text": "Done after "}], [{"text": f"{turns} turns."}], [end]]
        else:
            first, second = {"at": f"place {turns} \u00e9"}, {"at": f"other place {turns}"}
            proof = self.signatures[json.dumps(first)] = f"c2ln{self.requests}+/="
            signed = {"functionCall": {"name": "look", "args": first}, "thoughtSignature": proof}
            parts = [
                [{"text": 'A thought: "o\u00f9" \\', "thought": True}],
                [{"text": "I look there."}],
                [signed],
                [{"functionCall": {"name": "look", "args": second}}],
                [{"text": ""}],
            ]
        pieces = [
            {
                "candidates": [{"content": {"parts": some, "role": "model"}, "index": 0}],
                "modelVersion": "gemini-3-flash",
                "responseId": f"r{self.requests}",
            }
            for some in parts
        ]
        pieces[-1]["candidates"][0]["finishReason"] = "STOP"
        pieces[-1]["usageMetadata"] = usage
        return pieces


@pytest.fixture
def vendor(upstream: Upstream) -> StrictVendor:
    strict = StrictVendor()
    upstream.handle_with(strict)
    return strict


def config(upstream: Upstream) -> dict:
    origin = upstream.base_url.removesuffix("/v1")
    provider = {"plugin": "gemini", "config": {"api_key": PROVIDER_KEY, "base_url": origin}}
    return {
        "server": {"listen": "127.0.0.1:0", "workers": 2},
        "providers": {"Gemini": provider},
        "models": {"thinker": {"provider": "Gemini", "model": "gemini-3-flash"}},
    }


@pytest.fixture
def thinking_patchbay(upstream: Upstream, start_patchbay: Callable[..., Patchbay]) -> Patchbay:
    return start_patchbay(config(upstream))


def client_of(server: Patchbay) -> OpenAI:
    return OpenAI(base_url=server.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)


def ask(messages: list[dict]) -> dict:
    return {"model": "thinker", "messages": messages, "tools": [LOOK], "reasoning_effort": "low"}


def known_calls(message: object) -> list[dict]:
    """The calls of an answer with the fields that stock clients send back, and no other."""
    return [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.function.name, "arguments": call.function.arguments},
        }
        for call in message.tool_calls or []
    ]


def with_results(text: str | None, calls: list[dict]) -> list[dict]:
    said = {"role": "assistant", "content": text, "tool_calls": calls}
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "nothing there"} for call in calls]
    return [said, *results]


def expect_a_good_end(vendor: StrictVendor, text: str) -> None:
    assert vendor.complaints == []
    assert vendor.placeholders == 0, "no signature was lost"
    assert text == f"Done after {ROUNDS} turns."
    assert vendor.requests == ROUNDS + 1


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_loop_by_the_python_client(
    vendor: StrictVendor, thinking_patchbay: Patchbay, streamed: bool
) -> None:
    client = client_of(thinking_patchbay)
    messages: list[dict] = [{"role": "user", "content": "Look around."}]
    for turn in range(ROUNDS + 1):
        if streamed:
            with client.chat.completions.stream(**ask(messages)) as stream:
                choice = stream.get_final_completion().choices[0]
        else:
            choice = client.chat.completions.create(**ask(messages)).choices[0]
        calls = known_calls(choice.message)
        assert len(calls) == (2 if turn < ROUNDS else 0)
        assert choice.finish_reason == ("tool_calls" if calls else "stop")
        if not calls:
            break
        assert json.loads(calls[0]["function"]["arguments"]) == {"at": f"place {turn} \u00e9"}
        messages += with_results(choice.message.content, calls)
    expect_a_good_end(vendor, choice.message.content)


@pytest.mark.parametrize(("do", "streamed"), [("create", False), ("create", True), ("helper", None)])
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
        messages += with_results(outcome["text"], calls)
    expect_a_good_end(vendor, outcome["text"])


def test_a_client_that_keeps_them_needs_nobody(
    vendor: StrictVendor, upstream: Upstream, start_patchbay: Callable[..., Patchbay]
) -> None:
    """A history that carries its signatures goes through any server."""
    servers = [start_patchbay(config(upstream)) for _ in range(2)]
    messages: list[dict] = [{"role": "user", "content": "Look around."}]
    for turn in range(ROUNDS + 1):
        message = client_of(servers[turn % 2]).chat.completions.create(**ask(messages)).choices[0].message
        if not message.tool_calls:
            break
        said = message.model_dump(exclude_none=True)
        messages += with_results(None, said["tool_calls"])
    expect_a_good_end(vendor, message.content)


def test_what_is_lost_for_good_gets_the_vendors_placeholder(
    vendor: StrictVendor, upstream: Upstream, start_patchbay: Callable[..., Patchbay]
) -> None:
    """Another server knows nothing of the first one's answers; the vendor documents a way out."""
    first, second = start_patchbay(config(upstream)), start_patchbay(config(upstream))
    messages: list[dict] = [{"role": "user", "content": "Look around."}]
    message = client_of(first).chat.completions.create(**ask(messages)).choices[0].message
    messages += with_results(message.content, known_calls(message))
    answer = client_of(second).chat.completions.create(**ask(messages))
    assert answer.choices[0].finish_reason == "tool_calls"
    assert vendor.complaints == []
    assert vendor.placeholders == 1
    second.wait_for_log(lambda line: "signatures were lost" in json.dumps(line))


def test_the_strict_vendor_is_strict(
    vendor: StrictVendor, thinking_patchbay: Patchbay, upstream: Upstream
) -> None:
    """A call that comes back unsigned is refused: what goes through above goes through for a reason."""
    message = client_of(thinking_patchbay).chat.completions.create(
        **ask([{"role": "user", "content": "Look around."}])
    ).choices[0].message
    arguments = json.loads(message.tool_calls[0].function.arguments)
    call = {"functionCall": {"name": "look", "args": arguments}}
    response = {"functionResponse": {"name": "look", "response": {}}}
    complaint = vendor.complaint_about(
        {"role": "model", "parts": [call]}, [{"role": "user", "parts": [response]}]
    )
    assert complaint is not None and "thought_signature" in complaint
