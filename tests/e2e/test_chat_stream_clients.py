"""POST /chat read by the real chat of the AI SDK: its fourth, fifth, sixth and seventh generation.

What is asserted is what a page would show: the messages that the client has made of the stream, the
errors it would tell, and the history it sends with the next question.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from chat_route import PIXEL, chat_server, chunks  # noqa: F401 - a fixture too
from node_driver import NodeDriver
from patchbay import PROMPT, Patchbay
from upstream import Upstream, json_answer, stream_answer

FOUR = "ai4"
LATER = ["ai5.0", "ai5", "ai6", "ai7"]
GENERATIONS = [FOUR, *LATER]
UNICODE = 'Grüße \N{GRINNING FACE}\n"line"\u2028two\r\n\\ \x00\x1f'
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


class Chat:
    """One generation's chat against the server."""

    def __init__(self, generation: str, driver: NodeDriver, server: Patchbay) -> None:
        self.generation = generation
        self._driver = driver
        self._server = server

    @property
    def is_four(self) -> bool:
        return self.generation == FOUR

    def say(self, text: str, **more: object) -> dict:
        """A user's message, as this generation writes it."""
        if self.is_four:
            return {"role": "user", "content": text, **more}
        return {"role": "user", "parts": [{"type": "text", "text": text}, *more.get("files", [])]}

    def run(self, *texts: str | dict, path: str = "/chat", body: dict | None = None, **job: object) -> dict:
        send = [self.say(text) if isinstance(text, str) else text for text in texts]
        return self._driver.run(
            self._server.url, self.generation, path=path, body=body or {}, send=send, **job
        )

    def script(self, **script: object) -> dict:
        return self.run(f"stub:{json.dumps(script)}")

    def answer(self, outcome: dict) -> dict:
        """The last message, which must be the assistant's and have come without an error."""
        assert outcome["errors"] == [] and outcome["error"] is None, outcome
        assert outcome["messages"][-1]["role"] == "assistant"
        return outcome["messages"][-1]

    def finish_reason(self, outcome: dict) -> str:
        if self.is_four:
            return outcome["finishes"][-1]["finishReason"]
        return self.answer(outcome)["metadata"]["finishReason"]


@pytest.fixture(params=GENERATIONS)
def chat(
    request: pytest.FixtureRequest,
    node_client: Callable[[str], NodeDriver],
    chat_server: Patchbay,  # noqa: F811
) -> Iterator[Chat]:
    yield Chat(request.param, node_client("chat_stream"), chat_server)


def text_of(message: dict) -> str:
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")


def part_of(message: dict, kind: str) -> dict:
    found = [part for part in message["parts"] if part["type"] == kind]
    assert len(found) == 1, message
    return found[0]


def test_text_arrives_as_it_was_said(chat: Chat) -> None:
    outcome = chat.script(reply=UNICODE)
    message = chat.answer(outcome)
    assert text_of(message) == UNICODE
    assert len(message["id"]) == 36
    assert chat.finish_reason(outcome) == "stop"
    if chat.is_four:
        assert message["content"] == UNICODE
        assert [part["type"] for part in message["parts"]] == ["step-start", "text"]
    else:
        assert {part.get("state") for part in message["parts"] if part["type"] == "text"} == {"done"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [("length", "length"), ("content_filter", "content-filter"), ("anything", "other")],
)
def test_finish_reasons_have_the_clients_words(chat: Chat, word: str, expected: str) -> None:
    assert chat.finish_reason(chat.script(reply="x", finish=word)) == expected


def test_usage_is_counted(chat: Chat) -> None:
    outcome = chat.script(reply="a b", usage={"input": 30, "output": 20})
    if chat.is_four:
        usage = outcome["finishes"][-1]["usage"]
        assert usage == {"promptTokens": 30, "completionTokens": 20, "totalTokens": 50}
    else:
        assert chat.answer(outcome)["metadata"]["usage"] == {"inputTokens": 30, "outputTokens": 20}


def test_reasoning_stands_before_the_text(chat: Chat) -> None:
    message = chat.answer(chat.script(reasoning="Let me think.", reply="Well."))
    kinds = [part["type"] for part in message["parts"]]
    assert kinds.index("reasoning") < kinds.index("text")
    reasoning = part_of(message, "reasoning")
    assert reasoning["reasoning" if chat.is_four else "text"] == "Let me think."
    assert text_of(message) == "Well."


def test_a_signature_comes_back_with_the_next_question(chat: Chat, upstream: Upstream) -> None:
    detail = {"type": "reasoning.text", "text": "hm", "signature": "c2ln", "format": "anthropic-claude-v1"}
    upstream.answer_with(
        stream_answer(
            chunks({"role": "assistant", "reasoning_details": [{**detail, "index": 0}]}, {"content": "First."})
        ),
        stream_answer(chunks({"role": "assistant", "content": "Second."})),
    )
    chat.answer(chat.run("One?", "Two?", body={"provider": "Vendor"}))
    _, answer, _ = upstream.requests[1].json()["messages"]
    assert answer["content"] == "First."
    (sent,) = answer["reasoning_details"]
    assert (sent["type"], sent["text"], sent["signature"]) == ("reasoning.text", "hm", "c2ln")
    # The fourth generation's stream has no room for whose signature it is.
    assert sent.get("format") == (None if chat.is_four else "anthropic.signature")


def test_a_refusal_is_text(chat: Chat) -> None:
    assert text_of(chat.answer(chat.script(refusal="I would rather not."))) == "I would rather not."


def test_tool_calls_have_their_arguments(chat: Chat) -> None:
    calls = [{"name": "weather", "arguments": {"city": UNICODE}}, {"name": "now", "arguments": {}}]
    outcome = chat.script(tool_calls=calls)
    message = chat.answer(outcome)
    assert chat.finish_reason(outcome) == "tool-calls"
    if chat.is_four:
        seen = [(each["state"], each["toolName"], each["args"]) for each in message["toolInvocations"]]
        assert seen == [("call", "weather", {"city": UNICODE}), ("call", "now", {})]
    else:
        for call in calls:
            part = part_of(message, f"tool-{call['name']}")
            assert (part["state"], part["input"]) == ("input-available", call["arguments"])


def test_a_call_that_broke_off_is_shown_and_not_made(chat: Chat) -> None:
    call = {"name": "weather", "arguments": '{"city": "Os'}
    outcome = chat.script(tool_calls=[call], finish="length")
    message = chat.answer(outcome)
    assert chat.finish_reason(outcome) == "length"
    if chat.is_four:
        assert [each["state"] for each in message["toolInvocations"]] == ["partial-call"]
    else:
        assert part_of(message, "tool-weather")["state"] == "input-streaming"


def call_of(name: str, arguments: str) -> dict:
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": function}]}


def test_a_tool_that_the_page_runs_brings_the_chat_to_its_end(chat: Chat, upstream: Upstream) -> None:
    """Two requests: the second one's history has the call and its result in OpenAI's form."""
    upstream.answer_with(
        stream_answer(chunks(call_of("weather", '{"city":"Oslo"}'), finish="tool_calls")),
        stream_answer(chunks({"role": "assistant", "content": "Seven degrees."})),
    )
    outcome = chat.run(
        PROMPT,
        body={"provider": "Vendor", "tools": [WEATHER]},
        toolResults={"weather": {"degrees": 7}},
    )
    assert text_of(chat.answer(outcome)) == "Seven degrees."
    first, second = upstream.requests
    assert first.json()["tools"] == [WEATHER]
    user, call, result = second.json()["messages"]
    assert user == {"role": "user", "content": PROMPT}
    assert call["role"] == "assistant"
    (made,) = call["tool_calls"]
    assert (made["id"], made["function"]["name"]) == ("c1", "weather")
    assert json.loads(made["function"]["arguments"]) == {"city": "Oslo"}
    assert (result["role"], result["tool_call_id"]) == ("tool", "c1")
    assert json.loads(result["content"]) == {"degrees": 7}


def test_the_next_question_brings_the_history_along(chat: Chat, upstream: Upstream) -> None:
    upstream.answer_with(
        stream_answer(chunks({"role": "assistant", "content": "First."})),
        stream_answer(chunks({"role": "assistant", "content": "Second."})),
    )
    outcome = chat.run("One?", "Two?", body={"provider": "Vendor"})
    assert [text_of(message) for message in outcome["messages"]] == ["One?", "First.", "Two?", "Second."]
    assert upstream.requests[1].json()["messages"] == [
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "First."},
        {"role": "user", "content": "Two?"},
    ]


def test_a_picture_goes_along_with_the_question(chat: Chat, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(chunks({"role": "assistant", "content": "A pixel."})))
    url = f"data:image/png;base64,{PIXEL}"
    if chat.is_four:
        attached = [{"name": "p.png", "contentType": "image/png", "url": url}]
        question = chat.say("What is this?", experimental_attachments=attached)
    else:
        question = chat.say("What is this?", files=[{"type": "file", "mediaType": "image/png", "url": url}])
    chat.answer(chat.run(question, body={"provider": "Vendor"}))
    assert upstream.requests[0].json()["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": url}},
            ],
        }
    ]


def test_an_error_before_the_answer_is_told_with_its_text(chat: Chat) -> None:
    outcome = chat.script(error={"status": 429, "message": "slow down"})
    (error,) = outcome["errors"]
    assert json.loads(error) == {"error": "slow down"}


def test_an_error_on_the_way_keeps_what_was_said(chat: Chat) -> None:
    outcome = chat.script(reply="one two three", error={"message": 'it "broke"', "after_tokens": 2})
    assert outcome["errors"] == ['it "broke"']
    assert text_of(outcome["messages"][-1]) == "one two"


def test_an_image_can_be_seen(chat: Chat, upstream: Upstream) -> None:
    upstream.answer_with(
        json_answer({"created": 1, "data": [{"b64_json": PIXEL, "revised_prompt": "A grey pixel"}]})
    )
    outcome = chat.run(PROMPT, body={"mode": "image", "model": "vendor-image"})
    message = chat.answer(outcome)
    url = f"data:image/png;base64,{PIXEL}"
    if chat.is_four:
        assert text_of(message) == f"![Generated Image]({url})\n\n*Revised prompt: A grey pixel*"
        assert outcome["finishes"][-1]["usage"]["totalTokens"] == 0
    else:
        file = part_of(message, "file")
        assert (file["url"], file["mediaType"]) == (url, "image/png")
        assert text_of(message) == "*Revised prompt: A grey pixel*"


def test_an_image_that_a_chat_model_draws_is_a_file(chat: Chat, upstream: Upstream) -> None:
    url = f"data:image/webp;base64,{PIXEL}"
    drawn = {"role": "assistant", "images": [{"type": "image_url", "image_url": {"url": url}}]}
    upstream.answer_with(stream_answer(chunks({"content": "Here:"}, drawn)))
    message = chat.answer(chat.run(PROMPT, body={"provider": "Vendor"}))
    assert text_of(message) == "Here:"
    file = part_of(message, "file")
    if chat.is_four:
        assert (file["mimeType"], file["data"]) == ("image/webp", PIXEL)
    else:
        assert (file["mediaType"], file["url"]) == ("image/webp", url)


def test_a_chat_after_an_image_sends_no_image_as_words(chat: Chat, upstream: Upstream) -> None:
    """One conversation, both modes: the model that is asked next reads no base64."""
    upstream.answer_with(
        json_answer({"created": 1, "data": [{"b64_json": PIXEL, "revised_prompt": "A grey pixel"}]}),
        stream_answer(chunks({"role": "assistant", "content": "A pixel."})),
    )
    first = chat.answer(chat.run(PROMPT, body={"mode": "image", "model": "vendor-image"}))
    chat.answer(chat.run("What was it?", body={"provider": "Vendor"}, history=[chat.say(PROMPT), first]))
    sent = upstream.requests[-1].body.decode()
    assert "A grey pixel" in sent
    assert PIXEL not in sent


@pytest.mark.parametrize("generation", LATER)
def test_who_names_the_protocol_gets_the_same(
    generation: str,
    node_client: Callable[[str], NodeDriver],
    chat_server: Patchbay,  # noqa: F811
) -> None:
    chat = Chat(generation, node_client("chat_stream"), chat_server)
    assert text_of(chat.answer(chat.run("Hi", path="/chat?stream_protocol=ui"))) == "Hello there"
