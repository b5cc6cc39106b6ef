"""A client's first request may bring what was said elsewhere before: it is kept in front of what is new."""

from __future__ import annotations

import base64
import json

import pytest

from chat_backends import PNG, Person, error_of, new_id, reply, says, sent_messages
from chat_route import chunks
from upstream import Upstream, stream_answer

URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
BEFORE = [("user", "u1"), ("assistant", "a1"), ("user", "u2"), ("assistant", "a2")]


def written(*said: tuple[str, str]) -> list[dict]:
    return [{"role": role, "content": text} for role, text in said]


def send(person: Person, messages: list[dict], **body: object) -> str:
    """The conversation that it was said in."""
    answer = person.ask("POST", "/chat", {"messages": messages, **body})
    assert answer.status == 200, answer.body
    return answer.header("x-conversation-id")


class TestWhatItBrings:
    @pytest.fixture(autouse=True)
    def answers(self, upstream: Upstream) -> None:
        upstream.answer_with(*(reply(text) for text in ("First.", "Second.", "Third.")))

    def test_is_stored_in_front_of_the_new_message(self, ada: Person, upstream: Upstream) -> None:
        instructions = {"role": "system", "content": "Be brief."}
        messages = [instructions, *written(*BEFORE, ("user", "u3"))]
        id = send(ada, messages)
        assert upstream.requests[-1].json()["messages"] == messages, "the model gets what was sent"
        conversation = ada.conversation(id)
        assert says(conversation["messages"]) == [*BEFORE, ("user", "u3"), ("assistant", "First.")]
        assert (conversation["message_count"], conversation["title"]) == (6, "u1")
        assert {each["status"] for each in conversation["messages"]} == {"complete"}
        assert [each["model"] for each in conversation["messages"]] == [None] * 5 + ["chat-model"]

    def test_stands_before_a_new_message_that_comes_alone(self, ada: Person, upstream: Upstream) -> None:
        id = send(ada, written(*BEFORE, ("user", "u3")))
        send(ada, written(("user", "u4")), conversation_id=id)
        assert says(sent_messages(upstream)) == [*BEFORE, ("user", "u3"), ("assistant", "First."), ("user", "u4")]
        assert len(ada.conversation(id)["messages"]) == 8

    def test_is_known_again_in_the_next_request(self, ada: Person, upstream: Upstream) -> None:
        id = send(ada, written(*BEFORE, ("user", "u3")))
        said = [*BEFORE, ("user", "u3"), ("assistant", "First."), ("user", "u4")]
        send(ada, written(*said), conversation_id=id)
        assert says(sent_messages(upstream)) == said
        assert says(ada.conversation(id)["messages"]) == [*said, ("assistant", "Second.")]

    def test_can_be_asked_again_and_edited(self, ada: Person, upstream: Upstream) -> None:
        id = send(ada, written(*BEFORE, ("user", "u3")))
        before = ada.conversation(id)["messages"]
        send(ada, written(*BEFORE[:3]), conversation_id=id)
        again = ada.conversation(id)["messages"]
        assert says(again) == [*BEFORE[:3], ("assistant", "Second.")]
        assert [each["versions"] for each in again] == [1, 1, 1, 2]
        send(ada, written(*BEFORE[:2], ("user", "other")), conversation_id=id)
        edited = ada.conversation(id)["messages"]
        assert says(edited) == [*BEFORE[:2], ("user", "other"), ("assistant", "Third.")]
        assert edited[2]["id"] == before[2]["id"]
        ada.post(f"/conversations/{id}/messages/{edited[2]['id']}/versions/1/activate", {})
        ada.post(f"/conversations/{id}/messages/{before[3]['id']}/versions/1/activate", {})
        assert ada.conversation(id)["messages"] == [{**each, "versions": 2} if each["content"] in ("u2", "a2") else each for each in before]  # fmt: skip

    def test_is_found(self, ada: Person, bob: Person) -> None:
        word = "w" + new_id().replace("-", "")
        id = send(ada, written(("user", "u1"), ("assistant", word), ("user", "u2")))
        assert [each["id"] for each in ada.get(f"/conversations?q={word}")] == [id]
        assert bob.get(f"/conversations?q={word}") == []

    @pytest.mark.parametrize("named", ["empty", "by the client"])
    def test_begins_a_conversation_that_has_a_name(self, ada: Person, upstream: Upstream, named: str) -> None:
        id = ada.post("/conversations", {}, 201)["id"] if named == "empty" else new_id()[:8]
        made = send(ada, written(*BEFORE, ("user", "u3")), conversation_id=id)
        send(ada, written(("user", "u4")), conversation_id=id)
        assert says(sent_messages(upstream))[:5] == [*BEFORE, ("user", "u3")]
        assert ada.conversation(made)["message_count"] == 8

    def test_is_not_put_into_one_that_has_messages(self, ada: Person) -> None:
        id = send(ada, written(("user", "Hi")))
        send(ada, written(*BEFORE, ("user", "u3")), conversation_id=id)
        assert says(ada.conversation(id)["messages"]) == [
            ("user", "Hi"), ("assistant", "First."), ("user", "u3"), ("assistant", "Second."),
        ]  # fmt: skip

    def test_is_not_put_into_one_of_somebody_else(self, ada: Person, bob: Person) -> None:
        id = ada.post("/conversations", {}, 201)["id"]
        messages = written(*BEFORE, ("user", "u3"))
        error_of(bob.ask("POST", "/chat", {"messages": messages, "conversation_id": id}), 404)
        assert ada.conversation(id)["messages"] == []
        assert bob.conversations() == []

    def test_its_pictures_are_files(self, ada: Person, upstream: Upstream) -> None:
        picture = {"type": "image_url", "image_url": {"url": URL}}
        shown = {"role": "user", "content": [{"type": "text", "text": "What?"}, picture]}
        said = [shown, *written(("assistant", "A pixel."), ("user", "Why?"))]
        id = send(ada, said)
        assert upstream.requests[-1].json()["messages"] == said
        _, part = ada.conversation(id)["messages"][0]["parts"]
        assert ada.ask("GET", f"/files/{part['file']}").body == PNG
        send(ada, written(("user", "And?")), conversation_id=id)
        assert upstream.requests[-1].json()["messages"][0] == shown
        send(ada, [shown], conversation_id=id, messageId="m1")
        first = ada.conversation(id)["messages"][0]
        assert first["versions"] == 1, "the same message, so it is asked again and not edited"


class TestTools:
    CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Bonn"}'}}
    RESULT = {"role": "tool", "tool_call_id": "c1", "content": '{"sky":"blue"}'}

    def test_calls_and_results_are_parts_of_the_answer(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Yes."))
        asked = {"role": "assistant", "content": None, "tool_calls": [self.CALL]}
        said = [*written(("user", "Sky?")), asked, self.RESULT, *written(("assistant", "Blue."), ("user", "Sure?"))]
        id = send(ada, said)
        assert upstream.requests[-1].json()["messages"] == said
        _, answer, *_ = ada.conversation(id)["messages"]
        assert answer["content"] == "Blue."
        assert answer["parts"] == [
            {"type": "tool_call", "id": "c1", "name": "weather", "arguments": '{"city":"Bonn"}'},
            {"type": "tool_result", "id": "c1", "result": {"sky": "blue"}},
            {"type": "text", "text": "Blue."},
        ]

    def test_a_result_of_a_tool_of_the_client_may_be_all_that_is_new(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Blue."))
        asked = {"role": "assistant", "content": None, "tool_calls": [self.CALL]}
        id = send(ada, [*written(("user", "Sky?")), asked, self.RESULT])
        question, answer = ada.conversation(id)["messages"]
        assert (question["content"], answer["content"], answer["versions"]) == ("Sky?", "Blue.", 2)

    def test_useChats_own_invocations(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(stream_answer(chunks({"role": "assistant", "content": "Yes."})))
        part = {
            "type": "tool-weather", "toolCallId": "c1", "state": "output-available", "input": {"city": "Bonn"},
            "output": {"sky": "blue"},
        }  # fmt: skip
        said = [
            {"role": "user", "parts": [{"type": "text", "text": "Sky?"}]},
            {"role": "assistant", "parts": [{"type": "step-start"}, part, {"type": "text", "text": "Blue."}]},
            {"role": "user", "parts": [{"type": "text", "text": "Sure?"}]},
        ]
        id = send(ada, said)
        _, answer, *_ = ada.conversation(id)["messages"]
        assert answer["content"] == "Blue."
        assert [each["type"] for each in answer["parts"]] == ["tool_call", "tool_result", "text"]
        assert json.loads(answer["parts"][0]["arguments"]) == {"city": "Bonn"}
        assert answer["parts"][1]["result"] == {"sky": "blue"}


class TestALongHistory:
    TURNS = 520  # of two messages each, which is more than are kept

    def test_its_last_thousand_messages_are_kept(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        said = [pair for turn in range(self.TURNS) for pair in (("user", f"u{turn}"), ("assistant", f"a{turn}"))]
        id = send(ada, written(*said, ("user", "new")))
        assert says(sent_messages(upstream)) == [*said, ("user", "new")]
        assert says(ada.conversation(id)["messages"]) == [*said[-1000:], ("user", "new"), ("assistant", "x")]
        send(ada, written(*said, ("user", "new"), ("assistant", "x"), ("user", "newer")), conversation_id=id)
        assert ada.conversation(id)["message_count"] == 1004
