"""Back end E: `POST /api/chat/stream`, a thread that goes on from a response, typed events, keys."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chat_backends import (
    Person, broken, error_of, held, new_id, refusal, reply, says, sent_messages, sse,
)  # fmt: skip
from patchbay import Patchbay
from raw_http import RawAnswer
from upstream import Upstream

TARGET = "/api/chat/stream"
TEAM, OTHER = "team-planted-key-51c0", "other-planted-key-77aa"


def send(person: Person, message: str, previous: str | None = None, headers: dict | None = None) -> RawAnswer:
    body = {"message": message} if previous is None else {"message": message, "previous_response_id": previous}
    return person.ask("POST", TARGET, body, headers)


def events(answer: RawAnswer) -> list[tuple[str, Any]]:
    assert answer.status == 200, answer.body
    assert (answer.header("content-type") or "").startswith("text/event-stream")
    return sse(answer.body.decode())


def done(answer: RawAnswer) -> tuple[str, str]:
    """The text, and the id of the response."""
    *deltas, (last, data) = events(answer)
    assert last == "done" and list(data) == ["response_id"], data
    assert data["response_id"].startswith("resp_")
    assert {name for name, _ in deltas} <= {"delta"}
    return "".join(each["text"] for _, each in deltas), data["response_id"]


class TestTheStream:
    def test_its_events(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Hel", "lo"))
        answer = send(ada, "Hi")
        assert done(answer)[0] == "Hello"
        text = answer.body.decode()
        delta = r'event: delta\ndata: \{"text":"[^"]+"\}\n\n'
        end = r'event: done\ndata: \{"response_id":"resp_[^"]+"\}\n\n'
        assert re.fullmatch(rf"({delta})+{end}", text), text

    def test_it_is_streamed(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", TARGET, {"message": "Hi"})
        assert sse(live.read_until("\n\n")) == [("delta", {"text": "one "})]
        upstream.release()
        assert [name for name, _ in sse(live.rest())] == ["delta", "delta", "done"]

    def test_a_thread_goes_on_from_a_response(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("First."), reply("Second."), reply("Third."))
        _, first = done(send(ada, "One?"))
        _, second = done(send(ada, "Two?", first))
        _, third = done(send(ada, "Three?", second))
        assert len({first, second, third}) == 3
        talk = [each for each in says(sent_messages(upstream)) if each[0] != "system"]
        assert talk == [
            ("user", "One?"), ("assistant", "First."), ("user", "Two?"), ("assistant", "Second."), ("user", "Three?"),
        ]  # fmt: skip
        (listed,) = ada.conversations()
        assert listed["message_count"] == 6

    def test_a_thread_can_branch(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("First."), reply("Second."), reply("Other."), reply("On."))
        _, first = done(send(ada, "One?"))
        _, second = done(send(ada, "Two?", first))
        _, other = done(send(ada, "Instead?", first))
        talk = [each for each in says(sent_messages(upstream)) if each[0] != "system"]
        assert talk == [("user", "One?"), ("assistant", "First."), ("user", "Instead?")]
        done(send(ada, "On?", second))
        talk = [each for each in says(sent_messages(upstream)) if each[0] != "system"]
        assert talk[2:] == [("user", "Two?"), ("assistant", "Second."), ("user", "On?")]

    def test_without_a_previous_one_a_thread_begins(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        done(send(ada, "One?"))
        done(send(ada, "Two?"))
        assert [each[0] for each in says(sent_messages(upstream)) if each[0] != "system"] == ["user"]
        assert len(ada.conversations()) == 2

    def test_a_response_that_is_not_ones_own_is_not_there(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        _, first = done(send(ada, "One?"))
        asked = len(upstream.requests)
        error_of(send(bob, "Two?", first), 404)
        for id in (f"resp_{new_id()}", "resp_", "x", first[:-1], first.removeprefix("resp_") + "'"):
            error_of(send(ada, "Two?", id), 404)
        assert len(upstream.requests) == asked
        assert bob.conversations() == []

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "message"),
            ({"message": ""}, "message"),
            ({"message": 5}, "message"),
            ({"message": None}, "message"),
            ({"message": "a\0b"}, "message"),
            ({"message": "Hi", "previous_response_id": 5}, "previous_response_id"),
            ({"message": "Hi", "previous_response_id": {}}, "previous_response_id"),
        ],
    )
    def test_a_field_that_is_wrong_is_named(self, ada: Person, body: dict, field: str) -> None:
        assert field in error_of(ada.ask("POST", TARGET, body), 422)
        assert ada.conversations() == []

    @pytest.mark.parametrize("body", [b'{"message": "Hi', b"", b"[]"])
    def test_what_is_no_json_object(self, ada: Person, body: bytes) -> None:
        answer = ada.ask("POST", TARGET, body)
        assert answer.status in (400, 422)
        error_of(answer, answer.status)

    @pytest.mark.parametrize("status", [400, 401, 429, 500])
    def test_a_failure_is_an_event(self, ada: Person, upstream: Upstream, status: int) -> None:
        upstream.answer_with(refusal(status, "no such luck"))
        ((name, data),) = events(send(ada, "Hi"))
        assert (name, list(data)) == ("error", ["error"])
        assert isinstance(data["error"], str) and data["error"]

    def test_a_break_keeps_what_was_said(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(broken("one ", "two "))
        *deltas, (name, _) = events(send(ada, "Hi"))
        assert ("".join(each["text"] for _, each in deltas), name) == ("one two ", "error")
        answer = ada.conversation()["messages"][1]
        assert (answer["content"], answer["status"]) == ("one two ", "error")

    def test_whether_it_lives(self, ada: Person) -> None:
        assert ada.get("/health")["status"] == "healthy"


class TestNames:
    """`X-Request-Id`: on every answer, and in every line of the log that is about it."""

    def test_it_is_taken_over(self, backend: Patchbay, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        name = f"request-{new_id()}"
        answer = send(ada, "Hi", headers={"X-Request-Id": name})
        assert answer.header("x-request-id") == name
        line = backend.wait_for_log(lambda line: line.get("request_id") == name)
        assert line["request_id"] == name

    def test_it_is_made(self, backend: Patchbay, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        name = send(ada, "Hi").header("x-request-id")
        assert name
        backend.wait_for_log(lambda line: line.get("request_id") == name)

    @pytest.mark.parametrize(
        ("method", "target"), [("GET", "/health"), ("GET", "/nowhere"), ("GET", "/conversations/x"), ("PUT", TARGET)]
    )
    def test_it_is_on_every_answer(self, ada: Person, method: str, target: str) -> None:
        assert ada.ask(method, target, headers={"X-Request-Id": "mine"}).header("x-request-id") == "mine"
        assert ada.ask(method, target).header("x-request-id")

    def test_a_name_that_would_break_a_log_is_not_taken(self, ada: Person) -> None:
        answer = ada.ask("GET", "/health", headers={"X-Request-Id": 'a"b\\' + "x" * 500})
        assert answer.header("x-request-id") not in (None, 'a"b\\' + "x" * 500)


class TestKeys:
    SETTINGS = {"access": {"keys": [{"name": "team", "key": TEAM}, {"name": "other", "key": OTHER}]}}

    def test_without_one_nobody_gets_in(self, backend: Patchbay, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        for headers in ({}, {"X_API_Key": "wrong"}, {"X_API_Key": ""}, {"Authorization": "Bearer wrong"},
                        {"X_API_Key": TEAM[:-1]}, {"Authorization": f"Basic {TEAM}"}):  # fmt: skip
            error_of(send(Person(backend.port, **headers), "Hi"), 401)
        assert upstream.requests == []

    def test_whether_it_lives_can_be_asked_without(self, backend: Patchbay) -> None:
        assert Person(backend.port).get("/health")["status"] == "healthy"

    @pytest.mark.parametrize("headers", [{"X_API_Key": TEAM}, {"Authorization": f"Bearer {TEAM}"}])
    def test_either_header_will_do(self, backend: Patchbay, upstream: Upstream, headers: dict) -> None:
        upstream.answer_with(reply("x"))
        assert done(send(Person(backend.port, **headers), "Hi"))[0] == "x"

    def test_each_key_has_its_own_house(self, backend: Patchbay, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        team, other = Person(backend.port, X_API_Key=TEAM), Person(backend.port, X_API_Key=OTHER)
        _, response = done(send(team, "Hi"))
        assert other.conversations() == []
        error_of(send(other, "Hi", response), 404)
        assert len(Person(backend.port, Authorization=f"Bearer {TEAM}").conversations()) >= 1
        ada = Person(backend.port, "ada", X_API_Key=TEAM)
        assert ada.conversations() == []
        error_of(send(ada, "Hi", response), 404)
