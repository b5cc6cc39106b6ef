"""Back end A: `POST /chat` with a prompt, the session in a header."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chat_backends import (
    SYSTEM, Person, broken, data_of, error_of, held, new_id, refusal, reply, says, sent_messages,
)  # fmt: skip
from patchbay import Patchbay
from raw_http import RawAnswer
from upstream import Upstream


def send(person: Person, prompt: str, session: str, **body: Any) -> RawAnswer:
    return person.ask("POST", "/chat", {"prompt": prompt, **body}, {"Session-Id": session})


def text_of(answer: RawAnswer) -> str:
    assert answer.status == 200, answer.body
    assert (answer.header("content-type") or "").startswith("text/event-stream")
    *pieces, done = data_of(answer.body.decode())
    assert done == "[DONE]"
    return "".join(piece["content"] for piece in pieces)


class TestTheAnswer:
    def test_each_delta_is_an_event_and_done_is_the_last(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Hel", 'lo "you"\n'))
        answer = send(ada, "Hi", new_id())
        assert text_of(answer) == 'Hello "you"\n'
        text = answer.body.decode()
        assert re.fullmatch(r'(data: \{"content":"(?:[^"\\\n]|\\.)+"\}\n\n)+data: \[DONE\]\n\n', text), text

    def test_it_is_streamed(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat", {"prompt": "Hi"}, {"Session-Id": new_id()})
        assert data_of(live.read_until("\n\n")) == [{"content": "one "}]
        upstream.release()
        assert data_of(live.rest()) == [{"content": "one "}, {"content": "two"}, "[DONE]"]

    def test_the_model_gets_the_system_prompt_and_the_prompt(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        text_of(send(ada, "What is up?", new_id()))
        sent = upstream.requests[0].json()
        assert sent_messages(upstream) == [SYSTEM, {"role": "user", "content": "What is up?"}]
        assert (sent["model"], sent["temperature"], sent["stream"]) == ("chat-model", 0.7, True)

    def test_the_temperature_is_the_clients(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        text_of(send(ada, "Hi", new_id(), temperature=0.2, llm="OpenAI"))
        assert upstream.requests[0].json()["temperature"] == 0.2

    @pytest.mark.parametrize("llm", ["Gemini", "gemini", "GEMINI"])
    def test_a_provider_is_known_in_any_case(self, ada: Person, upstream: Upstream, llm: str) -> None:
        upstream.answer_with(reply("x"))
        assert text_of(send(ada, "Hi", new_id(), llm=llm)) == "Gemini API Stub Response"
        assert upstream.requests == []

    def test_a_slash_at_the_end_is_the_same_path(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        answer = ada.ask("POST", "/chat/", {"prompt": "Hi"}, {"Session-Id": new_id()})
        assert text_of(answer) == "x"


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "session", "error"),
        [
            ({}, True, "Prompt is required"),
            ({"prompt": ""}, True, "Prompt is required"),
            ({"llm": "OpenAI"}, True, "Prompt is required"),
            ({"prompt": "Hi", "llm": "HAL"}, True, "Invalid LLM provider"),
            ({"prompt": "Hi"}, False, "Session ID is required"),
        ],
    )
    def test_what_is_missing_is_said_in_the_words_of_the_original(
        self, ada: Person, upstream: Upstream, body: dict, session: bool, error: str
    ) -> None:
        upstream.answer_with(reply("x"))
        headers = {"Session-Id": new_id()} if session else {}
        answer = ada.ask("POST", "/chat", body, headers)
        assert error_of(answer, 400) == error
        assert answer.json() == {"error": error}
        assert upstream.requests == []
        assert ada.conversations() == []

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"prompt": 5}, "prompt"),
            ({"prompt": ["Hi"]}, "prompt"),
            ({"prompt": "Hi", "llm": 5}, "llm"),
            ({"prompt": "Hi", "temperature": "warm"}, "temperature"),
            ({"prompt": "Hi", "temperature": [1]}, "temperature"),
        ],
    )
    def test_a_wrong_type_names_its_field(self, ada: Person, body: dict, field: str) -> None:
        answer = ada.ask("POST", "/chat", body, {"Session-Id": new_id()})
        assert field in error_of(answer, 400).lower()

    @pytest.mark.parametrize("body", [b'{"prompt": "Hi', b"", b"[]", b"null", b'"prompt"', b'{"prompt": "\xff"}'])
    def test_what_is_no_json_object_is_a_400(self, ada: Person, body: bytes) -> None:
        error_of(ada.ask("POST", "/chat", body, {"Session-Id": new_id()}), 400)

    @pytest.mark.parametrize(
        "body",
        [
            {"prompt": "Hi", "message": "Hi"},
            {"prompt": "Hi", "messages": [{"role": "user", "content": "Hi"}]},
            {"message": "Hi", "messages": []},
            {"model": "x"},
        ],
    )
    def test_which_back_end_is_meant_must_be_clear(self, ada: Person, body: dict) -> None:
        error = error_of(ada.ask("POST", "/chat", body), 400)
        for name in ("messages", "prompt", "message"):
            assert re.search(rf"\b{name}\b", error), error


class TestTheSession:
    def test_the_model_gets_the_last_five_turns(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(*(reply(f"answer {turn}") for turn in range(8)))
        for turn in range(8):
            text_of(send(ada, f"question {turn}", session))
        expected = [SYSTEM]
        for turn in range(2, 7):
            expected.append({"role": "user", "content": f"question {turn}"})
            expected.append({"role": "assistant", "content": f"answer {turn}"})
        assert sent_messages(upstream) == [*expected, {"role": "user", "content": "question 7"}]

    def test_sessions_know_nothing_of_each_other(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        session = new_id()
        text_of(send(ada, "secret", session))
        text_of(send(ada, "Hi", new_id()))
        assert sent_messages(upstream) == [SYSTEM, {"role": "user", "content": "Hi"}]
        text_of(send(bob, "Hi", session))
        assert sent_messages(upstream) == [SYSTEM, {"role": "user", "content": "Hi"}]

    def test_the_same_name_in_another_dialect_is_another_session(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        session = new_id()
        text_of(send(ada, "as a prompt", session))
        answer = ada.ask("POST", "/chat/", {"message": "as a message", "session_id": session})
        assert answer.status == 200
        assert "as a prompt" not in upstream.requests[-1].body.decode()
        assert len(ada.conversations()) == 2

    def test_it_is_a_conversation_like_any_other(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Hel", "lo"))
        text_of(send(ada, "Hi", new_id()))
        (listed,) = ada.conversations()
        assert listed["message_count"] == 2
        whole = ada.conversation(listed["id"])
        assert says(whole["messages"]) == [("user", "Hi"), ("assistant", "Hello")]
        assert {each["status"] for each in whole["messages"]} == {"complete"}
        assert bob.conversations() == []
        bob.get(f"/conversations/{listed['id']}", 404)

    def test_a_second_prompt_waits_for_nobody(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat", {"prompt": "Hi"}, {"Session-Id": session})
        live.read_until("one ")
        error_of(send(ada, "And?", session), 409)
        assert len(upstream.requests) == 1
        upstream.answer_with(reply("for Bob"))
        assert text_of(send(bob, "Hi", session)) == "for Bob"
        upstream.release()
        assert live.rest().endswith("data: [DONE]\n\n")
        assert says(ada.conversation()["messages"]) == [("user", "Hi"), ("assistant", "one two")]

    def test_clearing_the_context_forgets_the_turns(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        session = new_id()
        assert ada.post("/clear_context", Session_Id=session) == {"message": "No context to clear"}
        text_of(send(ada, "remember", session))
        assert bob.post("/clear_context", Session_Id=session) == {"message": "No context to clear"}
        assert ada.post("/clear_context", Session_Id=session) == {"message": "Context cleared"}
        text_of(send(ada, "Hi", session))
        assert sent_messages(upstream) == [SYSTEM, {"role": "user", "content": "Hi"}]

    def test_clearing_asks_for_the_session(self, ada: Person) -> None:
        answer = ada.ask("POST", "/clear_context")
        assert error_of(answer, 400) == "Session ID is required"


class TestFailures:
    """Every failure is an event with a friendly text, and then the stream ends as it always does."""

    @pytest.mark.parametrize(
        ("status", "message", "expected"),
        [
            (429, "slow down", "Rate limit exceeded. Please try again later."),
            (401, "no such key", "Invalid OpenAI API key."),
            (400, "too hot", "Invalid request to OpenAI API: too hot"),
            (500, "on fire", "OpenAI API Error: on fire"),
        ],
    )
    def test_a_refusal_is_told_in_friendly_words(
        self, ada: Person, upstream: Upstream, status: int, message: str, expected: str
    ) -> None:
        upstream.answer_with(refusal(status, message))
        answer = send(ada, "Hi", new_id())
        assert answer.status == 200, answer.body
        assert data_of(answer.body.decode()) == [{"error": expected}, "[DONE]"]

    def test_a_provider_that_is_not_there(self, ada: Person) -> None:
        answer = send(ada, "Hi", new_id(), llm="nobody")
        expected = [{"error": "Failed to connect to Nobody API."}, "[DONE]"]
        assert data_of(answer.body.decode()) == expected

    def test_a_break_keeps_what_was_said(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(broken("one ", "two "), reply("x"))
        *said, error, done = data_of(send(ada, "Hi", session).body.decode())
        assert "".join(each["content"] for each in said) == "one two "
        assert (list(error), done) == (["error"], "[DONE]")
        user, answer = ada.conversation()["messages"]
        assert (answer["content"], answer["status"]) == ("one two ", "error")
        text_of(send(ada, "And?", session))
        assert [each["content"] for each in sent_messages(upstream)[1:]] == ["Hi", "one two ", "And?"]

    def test_a_failure_does_not_become_part_of_the_talk(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(refusal(500, "on fire"), reply("x"))
        send(ada, "Hi", session)
        assert text_of(send(ada, "Once more", session)) == "x"
        assert "on fire" not in json.dumps(sent_messages(upstream))
        assert sent_messages(upstream)[-1] == {"role": "user", "content": "Once more"}


class TestTheFrontEndsOrigin:
    SETTINGS = {
        "server": {"listen": "127.0.0.1:0", "workers": 2, "cors_origins": ["https://front.example"]},
    }

    def test_its_pages_may_ask(self, backend: Patchbay, ada: Person, upstream: Upstream) -> None:
        asked = {
            "Origin": "https://front.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,session-id",
        }
        allowed = ada.ask("OPTIONS", "/chat", headers=asked)
        assert allowed.status in (200, 204)
        assert allowed.header("access-control-allow-origin") == "https://front.example"
        assert "session-id" in (allowed.header("access-control-allow-headers") or "").lower()
        upstream.answer_with(reply("x"))
        headers = {"Origin": "https://front.example", "Session-Id": new_id()}
        answer = ada.ask("POST", "/chat", {"prompt": "Hi"}, headers)
        assert answer.header("access-control-allow-origin") == "https://front.example"
        assert text_of(answer) == "x"

    def test_other_pages_may_not(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        headers = {"Origin": "https://evil.example", "Session-Id": new_id()}
        answer = ada.ask("POST", "/chat", {"prompt": "Hi"}, headers)
        assert answer.status == 403
        assert answer.header("access-control-allow-origin") is None
        assert upstream.requests == []
