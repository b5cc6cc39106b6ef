"""Back end C: `POST /chat` with messages, chat and images in one stream and in one conversation."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from typing import Any

import pytest

from chat_backends import (
    PNG, Person, broken, data_parts, error_of, held, is_uuid, new_id, refusal, reply, says, sent_messages,
)  # fmt: skip
from chat_route import chunks
from raw_http import RawAnswer
from upstream import Answer, Request, Upstream, json_answer, stream_answer

ZERO = {"promptTokens": 0, "completionTokens": 0}
DREW = {"created": 1, "data": [{"url": "https://pictures.example/cat.png", "revised_prompt": "A grey cat"}]}
SHOWN = "![Generated Image](https://pictures.example/cat.png)\n\n*Revised prompt: A grey cat*"


def user(text: str) -> dict:
    return {"role": "user", "content": text}


def send(person: Person, *messages: dict | str, headers: dict | None = None, **body: Any) -> RawAnswer:
    written = [user(each) if isinstance(each, str) else each for each in messages]
    return person.ask("POST", "/chat", {"messages": written, **body}, headers)


def parts(answer: RawAnswer) -> list[tuple[str, Any]]:
    assert answer.status == 200, answer.body
    return data_parts(answer.body.decode())


def text_of(answer: RawAnswer) -> str:
    found = parts(answer)
    assert [code for code, _ in found][-2:] == ["e", "d"], found
    return "".join(value for code, value in found if code == "0")


def conversation_of(answer: RawAnswer) -> str:
    id = answer.header("x-conversation-id")
    assert is_uuid(id)
    return id


def chat_and_image(text: str) -> Any:
    """What an upstream of both kinds does."""

    def handle(request: Request) -> Answer:
        return json_answer(DREW) if "images" in request.target else reply(text)

    return handle


class TestTheStream:
    def test_its_parts_and_their_order(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Hel", "lo"))
        answer = send(ada, "Hi", mode="chat")
        (first, message), (second, data), *deltas, (step, _), (last, end) = parts(answer)
        assert (first, second, step, last) == ("f", "2", "e", "d")
        assert list(message) == ["messageId"] and is_uuid(message["messageId"])
        assert data == [{"conversationId": conversation_of(answer)}]
        assert {code for code, _ in deltas} == {"0"}
        assert "".join(text for _, text in deltas) == "Hello"
        assert end == {"finishReason": "stop", "usage": {"promptTokens": 10, "completionTokens": 15}}
        assert re.fullmatch(r"(?:[0-9a-k]:[^\n]+\n)+", answer.body.decode())

    def test_its_headers(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        answer = send(ada, "Hi")
        assert answer.header("content-type") == "text/event-stream"
        assert answer.header("x-vercel-ai-data-stream") == "v1"
        plain = send(ada, "Hi", headers={"Accept": "text/plain"})
        assert plain.header("content-type") == "text/plain; charset=utf-8"

    def test_it_is_streamed(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat", {"messages": [user("Hi")]})
        assert is_uuid(live.header("x-conversation-id"))
        assert live.read_until('0:"one "\n').count("0:") == 1
        upstream.release()
        assert '0:"two"\n' in live.rest()

    def test_the_model_is_the_one_that_is_named(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        text_of(send(ada, "Hi"))
        assert upstream.requests[-1].json()["model"] == "chat-model"
        text_of(send(ada, "Hi", model="another"))
        assert upstream.requests[-1].json()["model"] == "another"

    def test_content_may_be_parts(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("A pixel."))
        url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
        content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
        answer = send(ada, {"role": "user", "content": content})
        assert text_of(answer) == "A pixel."
        assert upstream.requests[0].json()["messages"][-1]["content"] == content
        question, _ = ada.conversation(conversation_of(answer))["messages"]
        assert question["content"] == "What is this?"
        assert len(question["parts"]) == 2

    @pytest.mark.parametrize("stream", ["ui", "ui-message-stream"])
    def test_later_generations_are_told_of_the_conversation_too(
        self, ada: Person, upstream: Upstream, stream: str
    ) -> None:
        upstream.answer_with(reply("x"))
        answer = ada.ask("POST", f"/chat?stream_protocol={stream}", {"messages": [user("Hi")]})
        assert answer.header("x-vercel-ai-ui-message-stream") == "v1"
        assert ada.conversation(conversation_of(answer))["message_count"] == 2


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"messages": [user("Hi")], "mode": "video"}, "mode"),
            ({"messages": [user("Hi")], "mode": 5}, "mode"),
            ({"messages": [user("Hi")], "mode": ""}, "mode"),
            ({"messages": [{"role": "assistant", "content": "Hi"}]}, "message of the user"),
            ({"messages": "Hi"}, "messages"),
            ({"messages": []}, "messages"),
            ({"messages": [5]}, "messages"),
            ({"messages": [{"role": "user", "content": 5}]}, "content"),
            ({"messages": [{"role": "king", "content": "Hi"}]}, "role"),
            ({"messages": [user("Hi")], "conversation_id": 5}, "conversation_id"),
            ({"messages": [user("Hi")], "model": 5}, "model"),
        ],
    )
    def test_a_field_that_is_wrong_is_named(
        self, ada: Person, upstream: Upstream, body: dict, field: str
    ) -> None:
        upstream.answer_with(reply("x"))
        answer = ada.ask("POST", "/chat", body)
        assert answer.status in (400, 422), answer.body
        assert field in error_of(answer, answer.status)
        assert upstream.requests == []
        assert ada.conversations() == []

    @pytest.mark.parametrize("body", [b'{"messages": [{"role"', b"", b"[]"])
    def test_what_is_no_json_object(self, ada: Person, body: bytes) -> None:
        error_of(ada.ask("POST", "/chat", body), 400)

    def test_a_conversation_that_is_not_there(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        id = conversation_of(send(ada, "Hi"))
        asked = len(upstream.requests)
        error_of(send(bob, "Hi", conversation_id=id), 404)
        error_of(send(ada, "Hi", conversation_id=new_id()), 404)
        assert len(upstream.requests) == asked
        assert bob.conversations() == []

    def test_a_conversation_that_streams(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat", {"messages": [user("Hi")]})
        live.read_until("one ")
        id = live.header("x-conversation-id")
        error_of(send(ada, "And?", conversation_id=id), 409)
        upstream.release()
        live.rest()
        assert says(ada.conversation(id)["messages"]) == [("user", "Hi"), ("assistant", "one two")]

    def test_a_failure_before_the_answer_is_a_status(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(refusal(429, "slow down"))
        assert "slow down" in error_of(send(ada, "Hi"), 429)

    def test_a_failure_on_the_way_ends_the_stream(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(broken("one ", "two "))
        answer = send(ada, "Hi")
        *_, (code, error) = parts(answer)
        assert code == "3" and isinstance(error, str)
        _, stored = ada.conversation(conversation_of(answer))["messages"]
        assert (stored["content"], stored["status"]) == ("one two ", "error")


class TestImages:
    def test_an_image_is_markdown_with_the_revised_prompt(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(json_answer(DREW))
        answer = send(ada, user("Hello"), {"role": "assistant", "content": "Hi"}, user("A cat"), mode="image")
        assert text_of(answer) == SHOWN
        assert parts(answer)[-1] == ("d", {"finishReason": "stop", "usage": ZERO})
        sent = upstream.requests[0]
        assert sent.target.startswith("/openai/deployments/pictures/images/generations")
        asked = {"prompt": "A cat", "n": 1, "size": "1024x1024", "quality": "standard", "style": "vivid"}
        assert {name: sent.json().get(name) for name in asked} == asked

    def test_bytes_are_kept_here_and_shown_to_their_owner(
        self, ada: Person, bob: Person, upstream: Upstream
    ) -> None:
        drawn = {"b64_json": base64.b64encode(PNG).decode(), "revised_prompt": "A pixel"}
        upstream.answer_with(json_answer({"created": 1, "data": [drawn]}))
        answer = send(ada, "A pixel", mode="image")
        found = re.fullmatch(
            r"!\[Generated Image\]\((?:https?://[^/)]+)?(/files/[^)?]+)(?:\?[^)]+)?\)\n\n\*Revised prompt: A pixel\*",
            text_of(answer),
        )
        assert found, text_of(answer)
        path = found[1]
        file = ada.ask("GET", path)
        assert (file.status, file.header("content-type"), file.body) == (200, "image/png", PNG)
        error_of(bob.ask("GET", path), 404)
        error_of(ada.ask("GET", f"/files/{new_id()}"), 404)
        id = conversation_of(answer)
        assert path in ada.conversation(id)["messages"][1]["content"]
        ada.delete(f"/conversations/{id}")
        error_of(ada.ask("GET", path), 404)

    def test_a_conversation_mixes_both(self, ada: Person, upstream: Upstream) -> None:
        upstream.handle_with(chat_and_image("Hello"))
        id = conversation_of(send(ada, "Hi"))
        image = send(ada, "A cat", mode="image", conversation_id=id)
        assert text_of(image) == SHOWN
        assert text_of(send(ada, "What was it?", conversation_id=id)) == "Hello"
        assert says(ada.conversation(id)["messages"]) == [
            ("user", "Hi"), ("assistant", "Hello"), ("user", "A cat"), ("assistant", SHOWN),
            ("user", "What was it?"), ("assistant", "Hello"),
        ]  # fmt: skip
        assert len(ada.conversations()) == 1

    def test_a_refused_image_is_a_status(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(refusal(400, "not that"))
        assert "not that" in error_of(send(ada, "A cat", mode="image"), 400)


class TestStoredConversations:
    def test_without_an_id_a_new_one_begins(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        first, second = conversation_of(send(ada, "Hi")), conversation_of(send(ada, "Hi"))
        assert first != second
        assert [each["id"] for each in ada.conversations()] == [second, first]

    def test_the_model_gets_what_was_said_before(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("First."), reply("Second."))
        id = conversation_of(send(ada, "One?"))
        answer = send(ada, "Two?", conversation_id=id)
        assert conversation_of(answer) == id
        assert says(sent_messages(upstream))[-3:] == [("user", "One?"), ("assistant", "First."), ("user", "Two?")]

    def test_a_client_that_sends_the_history_along_doubles_nothing(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("First."), reply("Second."))
        id = conversation_of(send(ada, "One?"))
        history = [user("One?"), {"role": "assistant", "content": "First."}, user("Two?")]
        text_of(send(ada, *history, conversation_id=id))
        expected = [("user", "One?"), ("assistant", "First."), ("user", "Two?")]
        assert says(sent_messages(upstream))[-3:] == expected
        assert says(sent_messages(upstream)).count(("user", "One?")) == 1
        assert says(ada.conversation(id)["messages"]) == [*expected, ("assistant", "Second.")]

    def test_a_conversation_says_what_it_is(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Hello"))
        id = conversation_of(send(ada, "Hi"))
        (listed,) = ada.conversations()
        whole = ada.conversation(id)
        for each in (listed, whole):
            assert (each["id"], each["userid"], each["is_pinned"]) == (id, ada.userid, False)
            assert each["message_count"] == 2
            assert isinstance(each["title"], str) and isinstance(each["default_model"], str)
            for time in ("created_at", "updated_at"):
                assert datetime.fromisoformat(each[time].replace("Z", "+00:00")).utcoffset().total_seconds() == 0
        question, answer = whole["messages"]
        assert (question["role"], question["content"], question["version"]) == ("user", "Hi", 1)
        assert (answer["role"], answer["content"], answer["status"]) == ("assistant", "Hello", "complete")
        assert answer["model"] == "chat-model"
        assert is_uuid(answer["id"]) and answer["versions"] == 1
        assert datetime.fromisoformat(answer["timestamp"].replace("Z", "+00:00"))

    def test_pinned_ones_stand_before_the_others(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        ids = [conversation_of(send(ada, f"Question {number}")) for number in range(3)]
        assert ada.post(f"/conversations/{ids[0]}/pin", {"is_pinned": True}) is not None
        bob.post(f"/conversations/{ids[1]}/pin", {"is_pinned": True}, 404)
        ada.post(f"/conversations/{new_id()}/pin", {"is_pinned": True}, 404)
        listed = ada.conversations()
        assert [each["id"] for each in listed] == [ids[0], ids[2], ids[1]]
        assert [each["is_pinned"] for each in listed] == [True, False, False]
        ada.post(f"/conversations/{ids[0]}/pin", {"is_pinned": False})
        assert not any(each["is_pinned"] for each in ada.conversations())

    @pytest.mark.parametrize("body", [{}, {"is_pinned": "yes"}, {"is_pinned": 1}])
    def test_a_pin_is_true_or_false(self, ada: Person, upstream: Upstream, body: dict) -> None:
        upstream.answer_with(reply("x"))
        id = conversation_of(send(ada, "Hi"))
        answer = ada.ask("POST", f"/conversations/{id}/pin", body)
        assert answer.status in (400, 422)
        assert "is_pinned" in error_of(answer, answer.status)

    def test_what_is_deleted_is_gone(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        id = conversation_of(send(ada, "Hi"))
        bob.delete(f"/conversations/{id}", 404)
        assert len(ada.conversations()) == 1
        ada.delete(f"/conversations/{id}")
        ada.get(f"/conversations/{id}", 404)
        ada.delete(f"/conversations/{id}", 404)
        assert ada.conversations() == []
        error_of(send(ada, "Hi", conversation_id=id), 404)


class TestToolsOfTheServer:
    def test_the_time_is_looked_up(self, ada: Person, upstream: Upstream) -> None:
        function = {"name": "get_current_time", "arguments": "{}"}
        call = {"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": function}]}
        upstream.answer_with(
            stream_answer(chunks({"role": "assistant", **call}, finish="tool_calls")), reply("Late.")
        )
        answer = send(ada, "What time is it?")
        found = parts(answer)
        first, second = upstream.requests
        offered = [tool["function"]["name"] for tool in first.json()["tools"]]
        assert "get_current_time" in offered
        *_, made, result = second.json()["messages"]
        assert made["tool_calls"][0]["id"] == "c1"
        assert (result["role"], result["tool_call_id"]) == ("tool", "c1")
        assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d", json.dumps(result["content"]))
        codes = [code for code, _ in found]
        assert codes.index("9") < codes.index("a") < codes.index("0")
        assert "".join(value for code, value in found if code == "0") == "Late."


class TestCredentials:
    SETTINGS = {"access": {"basic": [{"username": "front", "password": "basic-planted-8d1"}]}}

    def person(self, port: int, password: str | None = "basic-planted-8d1", userid: str | None = "ada") -> Person:
        headers = {}
        if password is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"front:{password}".encode()).decode()
        return Person(port, userid, **headers)

    TARGETS = [
        ("POST", "/chat"), ("GET", "/conversations"), ("GET", f"/conversations/{new_id()}"),
        ("POST", f"/conversations/{new_id()}/pin"), ("DELETE", f"/conversations/{new_id()}"),
        ("POST", "/chat/"), ("POST", "/api/chat/stream"), ("GET", f"/files/{new_id()}"),
    ]  # fmt: skip

    @pytest.mark.parametrize(("method", "target"), TARGETS)
    def test_every_endpoint_wants_them(
        self, backend: Any, upstream: Upstream, method: str, target: str
    ) -> None:
        upstream.answer_with(reply("x"))
        body = {"messages": [user("Hi")]} if method == "POST" else None
        nobody = self.person(backend.port, None).ask(method, target, body)
        error_of(nobody, 401)
        assert (nobody.header("www-authenticate") or "").startswith("Basic ")
        error_of(self.person(backend.port, "wrong").ask(method, target, body), 401)
        error = error_of(self.person(backend.port, userid=None).ask(method, target, body), 400)
        assert "userid" in error.lower()
        assert upstream.requests == []

    def test_with_them_it_is_ones_own_house(self, backend: Any, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        ada, bob = self.person(backend.port, userid="ada"), self.person(backend.port, userid="bob")
        id = conversation_of(send(ada, "Hi"))
        assert [each["userid"] for each in ada.conversations()] == ["ada"]
        assert bob.conversations() == []
        bob.get(f"/conversations/{id}", 404)

    def test_whether_it_lives_can_be_asked_by_everybody(self, backend: Any) -> None:
        health = Person(backend.port).get("/health")
        assert health["status"] == "healthy"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", health["timestamp"])
