"""Back end D: conversations over many models, read with an EventSource."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from chat_backends import (
    Person, broken, data_of, error_of, held, is_uuid, new_id, refusal, reply, says, sent_messages,
)  # fmt: skip
from outages import wait_until
from upstream import WAIT_SECONDS, Upstream


def begin(person: Person, **body: Any) -> str:
    return person.post("/conversations", body, 201)["id"]


def say(person: Person, id: str, content: str, **body: Any) -> dict:
    return person.post(f"/conversations/{id}/messages", {"content": content, **body}, 201)


def stream(person: Person, id: str, query: str = "") -> list[Any]:
    answer = person.ask("GET", f"/conversations/{id}/stream{query}")
    assert answer.status == 200, answer.body
    assert (answer.header("content-type") or "").startswith("text/event-stream")
    return data_of(answer.body.decode())


def text_of(events: list[dict]) -> str:
    *pieces, last = events
    assert last == {"done": True}
    return "".join(piece["content"] for piece in pieces)


class TestConversations:
    def test_a_new_one_is_given_back_whole(self, ada: Person) -> None:
        made = ada.post("/conversations", {"default_model": "vendor/one"}, 201)
        assert is_uuid(made["id"])
        assert (made["default_model"], made["messages"]) == ("vendor/one", [])
        assert made["created_at"] == made["updated_at"]
        assert ada.get(f"/conversations/{made['id']}") == made

    @pytest.mark.parametrize("body", [{}, None])
    def test_a_model_need_not_be_named(self, ada: Person, body: dict | None) -> None:
        made = ada.post("/conversations", body, 201)
        assert isinstance(made["default_model"], str)

    @pytest.mark.parametrize(
        ("method", "target", "body", "field"),
        [
            ("POST", "/conversations", {"default_model": 5}, "default_model"),
            ("PATCH", "/conversations/{id}", {"default_model": []}, "default_model"),
            ("PATCH", "/conversations/{id}", {}, "default_model"),
            ("POST", "/conversations/{id}/messages", {"content": ""}, "content"),
            ("POST", "/conversations/{id}/messages", {}, "content"),
            ("POST", "/conversations/{id}/messages", {"content": 5}, "content"),
            ("POST", "/conversations/{id}/messages", {"content": "Hi", "model": 5}, "model"),
            ("POST", "/conversations/{id}/messages", {"content": "a\0b"}, "content"),
            ("POST", "/conversations/{id}/messages", {"content": [{"type": "text", "text": "\0"}]}, "content[0].text"),
            ("POST", "/conversations", {"default_model": "\0"}, "default_model"),
            ("GET", "/conversations/{id}/messages?cursor=x", None, "cursor"),
            ("GET", "/conversations?cursor=0-1-x", None, "cursor"),
            ("GET", "/conversations?q=%FF", None, "q: "),
        ],
    )
    def test_a_field_that_is_wrong_is_named(
        self, ada: Person, method: str, target: str, body: dict, field: str
    ) -> None:
        id = begin(ada)
        answer = ada.ask(method, target.format(id=id), body)
        assert answer.status in (400, 422), answer.body
        assert field in error_of(answer, answer.status)
        assert ada.conversation(id)["messages"] == []

    def test_empty_content_is_a_400(self, ada: Person) -> None:
        id = begin(ada)
        error_of(ada.ask("POST", f"/conversations/{id}/messages", {"content": ""}), 400)

    @pytest.mark.parametrize("body", [b'{"content": "Hi', b"[]", b"5"])
    def test_what_is_no_json_object_is_a_400(self, ada: Person, body: bytes) -> None:
        id = begin(ada)
        error_of(ada.ask("POST", f"/conversations/{id}/messages", body), 400)
        error_of(ada.ask("PATCH", f"/conversations/{id}", body), 400)
        error_of(ada.ask("POST", "/conversations", body), 400)

    def test_its_model_can_be_changed(self, ada: Person) -> None:
        made = ada.post("/conversations", {"default_model": "vendor/one"}, 201)
        changed = ada.patch(f"/conversations/{made['id']}", {"default_model": "vendor/two"})
        assert (changed["id"], changed["default_model"]) == (made["id"], "vendor/two")
        assert changed["updated_at"] > made["updated_at"]
        assert changed["created_at"] == made["created_at"]
        assert ada.conversation(made["id"])["default_model"] == "vendor/two"

    @pytest.mark.parametrize("whose", ["nobody's", "another's", "no id"])
    def test_what_is_not_ones_own_is_not_there(
        self, ada: Person, bob: Person, upstream: Upstream, whose: str
    ) -> None:
        upstream.answer_with(reply("x"))
        id = {"nobody's": new_id(), "another's": begin(bob), "no id": "x%20y"}[whose]
        asked = [
            ("GET", f"/conversations/{id}", None),
            ("PATCH", f"/conversations/{id}", {"default_model": "m"}),
            ("DELETE", f"/conversations/{id}", None),
            ("GET", f"/conversations/{id}/messages", None),
            ("POST", f"/conversations/{id}/messages", {"content": "Hi"}),
            ("GET", f"/conversations/{id}/stream", None),
        ]
        for method, target, body in asked:
            error_of(ada.ask(method, target, body), 404)
        assert upstream.requests == []

    def test_it_is_called_after_its_first_message(self, ada: Person) -> None:
        id = begin(ada)
        assert ada.conversation(id)["title"] == ""
        say(ada, id, "Why is the sky blue?\nI wonder.")
        say(ada, id, "And the sea?")
        assert ada.conversation(id)["title"] == "Why is the sky blue?"
        named = ada.post("/conversations", {"title": "Mine"}, 201)["id"]
        say(ada, named, "Hi")
        assert ada.conversation(named)["title"] == "Mine"

    def test_without_a_message_there_is_nothing_to_answer(self, ada: Person, upstream: Upstream) -> None:
        """Which is no 404: the conversation is there."""
        error_of(ada.ask("GET", f"/conversations/{begin(ada)}/stream"), 400)
        assert upstream.requests == []

    def test_a_message_is_given_back(self, ada: Person) -> None:
        id = begin(ada)
        made = say(ada, id, "Hi", model="vendor/two")
        assert is_uuid(made["id"])
        assert (made["role"], made["content"], made["model"]) == ("user", "Hi", "vendor/two")
        assert made["timestamp"]
        assert ada.get(f"/conversations/{id}/messages") == ada.conversation(id)["messages"]
        assert ada.conversation(id)["messages"][0]["id"] == made["id"]


class TestTheStream:
    def test_events_are_numbered_for_an_event_source_and_for_nobody_else(self, ada: Person, upstream: Upstream) -> None:
        """A page that takes events apart by itself may name their type too, and looks for `data: ` at their beginning."""
        upstream.answer_with(reply("Hello"))
        id = begin(ada)
        say(ada, id, "Hi")
        accept = {"Accept": "text/event-stream"}
        page = ada.ask("GET", f"/conversations/{id}/stream", headers=accept).body
        assert [each[:6] for each in page.split(b"\n\n")[:-1]] == [b"data: "] * page.count(b"data: ")
        source = ada.ask("GET", f"/conversations/{id}/stream", headers={**accept, "Cache-Control": "no-cache"}).body
        assert source.startswith(b"id: ") and source.count(b"id: ") == source.count(b"data: ")

    def test_its_events(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Hel", "lo"))
        id = begin(ada)
        say(ada, id, "Hi")
        answer = ada.ask("GET", f"/conversations/{id}/stream")
        text = answer.body.decode()
        assert re.fullmatch(r'(data: \{"content":"[^"]+"\}\n\n)+data: \{"done":true\}\n\n', text), text
        assert text_of(data_of(text)) == "Hello"
        question, stored = ada.conversation(id)["messages"]
        assert says([question, stored]) == [("user", "Hi"), ("assistant", "Hello")]
        assert stored["status"] == "complete"
        (listed,) = ada.conversations()
        assert listed["message_count"] == 2

    def test_the_whole_conversation_is_the_context(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(*(reply(f"answer {turn}") for turn in range(8)))
        id = begin(ada)
        for turn in range(8):
            say(ada, id, f"question {turn}")
            text_of(stream(ada, id))
        talk = [each for each in says(sent_messages(upstream)) if each[0] != "system"]
        assert talk[:2] == [("user", "question 0"), ("assistant", "answer 0")]
        assert len(talk) == 15

    def test_which_model_answers(self, ada: Person, upstream: Upstream) -> None:
        """The query, else the last user message's, else the conversation's, else the server's."""
        upstream.answer_with(reply("x"))

        def asked(id: str, query: str = "") -> str:
            text_of(stream(ada, id, query))
            return upstream.requests[-1].json()["model"]

        bare, own = begin(ada), begin(ada, default_model="vendor/own")
        say(ada, bare, "Hi")
        assert asked(bare) == "chat-model"
        say(ada, own, "Hi")
        assert asked(own) == "vendor/own"
        say(ada, own, "Hi", model="vendor/said")
        assert asked(own) == "vendor/said"
        say(ada, own, "Hi", model="vendor/said")
        assert asked(own, "?model=vendor%2Fquery") == "vendor/query"
        say(ada, own, "Hi")
        assert asked(own) == "vendor/own"
        assert ada.conversation(own)["messages"][-3]["model"] == "vendor/query"

    @pytest.mark.parametrize("status", [400, 401, 429, 500])
    def test_a_failure_is_an_event(self, ada: Person, upstream: Upstream, status: int) -> None:
        upstream.answer_with(refusal(status, "no such luck"))
        id = begin(ada)
        say(ada, id, "Hi")
        (event,) = stream(ada, id)
        assert list(event) == ["error"] and isinstance(event["error"], str)

    def test_a_failed_answer_can_be_asked_for_again(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(refusal(500, "on fire"), reply("x"))
        id = begin(ada)
        say(ada, id, "Hi")
        stream(ada, id)
        assert text_of(stream(ada, id)) == "x"
        assert says(ada.conversation(id)["messages"]) == [("user", "Hi"), ("assistant", "x")]
        assert [each[0] for each in says(sent_messages(upstream)) if each[0] != "system"] == ["user"]

    def test_a_break_keeps_what_was_said(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(broken("one ", "two "))
        id = begin(ada)
        say(ada, id, "Hi")
        *said, error = stream(ada, id)
        assert ("".join(each["content"] for each in said), list(error)) == ("one two ", ["error"])
        answer = ada.conversation(id)["messages"][1]
        assert (answer["content"], answer["status"]) == ("one two ", "error")

    def test_one_answer_at_a_time(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        id = begin(ada)
        say(ada, id, "Hi")
        live = ada.live("GET", f"/conversations/{id}/stream")
        live.read_until("one ")
        error_of(ada.ask("GET", f"/conversations/{id}/stream"), 409)
        error_of(ada.ask("POST", f"/conversations/{id}/messages", {"content": "And?"}), 409)
        upstream.release()
        assert data_of(live.rest())[-1] == {"done": True}
        assert says(ada.conversation(id)["messages"]) == [("user", "Hi"), ("assistant", "one two")]
        assert len(upstream.requests) == 1

    def test_deleting_ends_the_answer_too(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        id = begin(ada)
        say(ada, id, "Hi")
        live = ada.live("GET", f"/conversations/{id}/stream")
        live.read_until("one ")
        ada.delete(f"/conversations/{id}")
        assert upstream.requests[0].client_left.wait(WAIT_SECONDS), "nobody wants the rest of it"
        assert "two" not in live.rest()
        ada.get(f"/conversations/{id}", 404)


class TestTheList:
    def test_the_latest_stand_first(self, ada: Person) -> None:
        first, second, third = (begin(ada) for _ in range(3))
        moment = datetime.fromisoformat(ada.conversations()[0]["updated_at"].replace("Z", "+00:00"))
        wait_until(lambda: datetime.now(timezone.utc) >= moment + timedelta(milliseconds=1), "another millisecond")
        say(ada, first, "Hi")
        assert [each["id"] for each in ada.conversations()] == [first, third, second]
        assert [each["message_count"] for each in ada.conversations()] == [1, 0, 0]
        assert "messages" not in ada.conversations()[0]

    def test_it_comes_in_pages(self, ada: Person, bob: Person) -> None:
        begin(bob)
        ids = [begin(ada) for _ in range(7)]
        ada.post(f"/conversations/{ids[2]}/pin", {"is_pinned": True})
        seen, target, pages = [], "/conversations?limit=3", 0
        while target:
            answer = ada.ask("GET", target)
            page = answer.json()
            assert len(page) <= 3
            seen += [each["id"] for each in page]
            pages += 1
            link = answer.header("link")
            found = re.search(r'<([^>]+)>; *rel="?next"?', link) if link else None
            target = re.sub(r"^https?://[^/]+", "", found[1]) if found else ""
            assert pages <= 3
        assert seen == [ids[2], *(id for id in reversed(ids) if id != ids[2])]

    def test_a_page_does_not_shift_when_something_new_comes(self, ada: Person) -> None:
        ids = [begin(ada) for _ in range(4)]
        first = ada.ask("GET", "/conversations?limit=2")
        begin(ada)
        target = re.search(r"<([^>]+)>", first.header("link") or "")[1]
        second = ada.get(re.sub(r"^https?://[^/]+", "", target))
        assert [each["id"] for each in first.json() + second] == ids[::-1]

    @pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit=", "limit=99999999999999999999"])
    def test_a_limit_is_a_number(self, ada: Person, query: str) -> None:
        assert "limit: expected a number from 1 to" in error_of(ada.ask("GET", f"/conversations?{query}"), 400)

    @pytest.mark.parametrize("cursor", ["x", "%00", "0", "AAAA", "'; DROP TABLE conversations; --".replace(" ", "%20")])
    def test_a_cursor_that_is_none_breaks_nothing(self, ada: Person, cursor: str) -> None:
        begin(ada)
        answer = ada.ask("GET", f"/conversations?cursor={cursor}")
        assert answer.status in (200, 400, 422), answer.body
        assert len(ada.conversations()) == 1

    def test_a_search_finds_words_in_ones_own_messages(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("A walrus, surely."))
        cats, whales = begin(ada), begin(ada)
        say(ada, cats, "Tell me about grey cats")
        say(ada, whales, "Tell me about whales")
        text_of(stream(ada, whales))
        theirs = begin(bob)
        say(bob, theirs, "Tell me about cats and whales")

        def found(person: Person, words: str) -> set[str]:
            return {each["id"] for each in person.conversations(f"?q={words}")}

        assert found(ada, "cats") == {cats}
        assert found(ada, "Cats") == {cats}
        assert found(ada, "walrus") == {whales}
        assert found(ada, "tell%20about") == {cats, whales}
        assert found(ada, "tell%20cats") == {cats}
        assert found(ada, "dogs") == set()
        assert found(bob, "walrus") == set()
        ada.delete(f"/conversations/{cats}")
        assert found(ada, "cats") == set()

    @pytest.mark.parametrize(
        "words", ["%22", "%27", "AND", "a%20OR%20b", "*", "%25", "(", "NEAR(", "%3A", "-x", "%5C", "%C3%BC"]
    )
    def test_a_search_knows_no_special_signs(self, ada: Person, words: str) -> None:
        assert ada.conversations(f"?q={words}") == []



class TestTheFrontEndsOrigins:
    SETTINGS = {
        "server": {
            "listen": "127.0.0.1:0",
            "workers": 2,
            "cors_origins": ["http://localhost:5173", "http://localhost:3000"],
        },
    }

    @pytest.mark.parametrize("origin", ["http://localhost:5173", "http://localhost:3000"])
    def test_its_pages_may_ask_with_credentials(self, ada: Person, upstream: Upstream, origin: str) -> None:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            asked = {"Origin": origin, "Access-Control-Request-Method": method}
            asked["Access-Control-Request-Headers"] = "content-type, userid, authorization"
            allowed = ada.ask("OPTIONS", "/conversations", headers=asked)
            assert allowed.status in (200, 204)
            assert method in (allowed.header("access-control-allow-methods") or "")
            assert allowed.header("access-control-allow-origin") == origin
            assert allowed.header("access-control-allow-credentials") == "true"
        answer = ada.ask("GET", "/conversations", headers={"Origin": origin})
        assert answer.header("access-control-allow-origin") == origin
        exposed = (answer.header("access-control-expose-headers") or "").lower()
        assert "x-conversation-id" in exposed and "link" in exposed
