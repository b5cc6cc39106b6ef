"""Lists in pages: the same words for each of them, and all there is for who knows no pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chat_backends import Person, error_of, held, new_id, reply
from upstream import Upstream

BOUND = 1000  # of lists that have no end by themselves


def begin(person: Person, messages: int = 0) -> str:
    id = person.post("/conversations", {}, 201)["id"]
    for number in range(messages):
        person.post(f"/conversations/{id}/messages", {"content": f"u{number}"}, 201)
    return id


def pages(person: Person, target: str | None) -> Iterator[Any]:
    """The body of each page, as its client follows the links."""
    for _ in range(100):
        answer = person.ask("GET", target)
        assert answer.status == 200, answer.body
        yield answer.json()
        link = answer.header("link")
        if link is None:
            return
        assert link.endswith('>; rel="next"')
        target = link[1 : link.index(">")]
    raise AssertionError("the pages have no end")


def contents(messages: list[dict]) -> list[str]:
    return [each["content"] for each in messages]


class TestPages:
    def test_of_a_conversations_messages(self, ada: Person) -> None:
        id = begin(ada, 5)
        target = f"/conversations/{id}/messages"
        assert [contents(page) for page in pages(ada, target + "?limit=2")] == [["u0", "u1"], ["u2", "u3"], ["u4"]]
        (whole,) = pages(ada, target)
        assert contents(whole) == ["u0", "u1", "u2", "u3", "u4"]

    def test_of_a_conversation(self, ada: Person) -> None:
        id = begin(ada, 5)
        (whole,) = pages(ada, f"/conversations/{id}")
        read = list(pages(ada, f"/conversations/{id}?limit=2"))
        assert [contents(page.pop("messages")) for page in read] == [["u0", "u1"], ["u2", "u3"], ["u4"]]
        assert contents(whole.pop("messages")) == ["u0", "u1", "u2", "u3", "u4"]
        assert read == [whole] * 3
        assert whole["message_count"] == 5

    def test_of_a_messages_versions(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(*(reply(f"a{number}") for number in range(5)))
        id = begin(ada, 1)
        for _ in range(5):
            ada.ask("GET", f"/conversations/{id}/stream")
        answer = ada.conversation(id)["messages"][1]
        target = f"/conversations/{id}/messages/{answer['id']}/versions"
        read = list(pages(ada, target + "?limit=2"))
        assert [contents(page) for page in read] == [["a0", "a1"], ["a2", "a3"], ["a4"]]
        (whole,) = pages(ada, target)
        assert whole == sum(read, [])
        assert [each["version"] for each in whole] == [1, 2, 3, 4, 5]
        assert {(each["id"], each["versions"]) for each in whole} == {(answer["id"], 5)}

    def test_what_comes_meanwhile_does_not_shift_them(self, ada: Person) -> None:
        id = begin(ada, 3)
        walk = pages(ada, f"/conversations/{id}/messages?limit=2")
        assert contents(next(walk)) == ["u0", "u1"]
        ada.post(f"/conversations/{id}/messages", {"content": "u3"}, 201)
        assert contents(next(walk)) == ["u2", "u3"]

    def test_one_that_began_elsewhere_is_told(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        id = begin(ada)
        for text in ("u0", "u1"):
            ada.ask("POST", "/chat", {"messages": [{"role": "user", "content": text}], "conversation_id": id})
        link = ada.ask("GET", f"/conversations/{id}/messages?limit=3").header("link")
        target = link[1 : link.index(">")]
        assert len(ada.get(target)) == 1
        edit = {"messages": [{"role": "user", "content": "other"}], "conversation_id": id, "messageId": "m"}
        ada.ask("POST", "/chat", edit)
        assert "cursor" in error_of(ada.ask("GET", target), 400)

    @pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=", "cursor=x", "cursor=0"])
    @pytest.mark.parametrize("list", ["", "/messages", "/messages/{message}/versions"])
    def test_a_parameter_that_is_wrong_is_named(self, ada: Person, list: str, query: str) -> None:
        id = begin(ada, 1)
        message = ada.conversation(id)["messages"][0]["id"]
        answer = ada.ask("GET", f"/conversations/{id}{list.format(message=message)}?{query}")
        assert query.split("=")[0] in error_of(answer, 400)

    def test_nobody_pages_through_what_is_anothers(self, ada: Person, bob: Person) -> None:
        id = begin(ada, 3)
        message = ada.conversation(id)["messages"][0]["id"]
        for target in ("", "/messages", f"/messages/{message}/versions"):
            error_of(bob.ask("GET", f"/conversations/{id}{target}?limit=1"), 404)
        link = ada.ask("GET", f"/conversations/{id}/messages?limit=2").header("link")
        cursor = link[link.index("cursor=") : link.index(">")]
        theirs = begin(bob, 3)
        assert "cursor" in error_of(bob.ask("GET", f"/conversations/{theirs}/messages?{cursor}"), 400)


class TestWhoKnowsNoPages:
    def test_gets_a_long_list_whole(self, ada: Person) -> None:
        ids = [begin(ada) for _ in range(210)]
        (whole,) = pages(ada, "/conversations")
        assert [each["id"] for each in whole] == ids[::-1]

    def test_and_of_one_without_end_what_is_at_its_beginning(self, ada: Person) -> None:
        ids = [begin(ada) for _ in range(BOUND + 2)]
        first, second = pages(ada, "/conversations")
        assert len(first) == BOUND
        assert [each["id"] for each in first + second] == ids[::-1]


class TestHead:
    """Of a stream: whether there is one to be had, and no answer of a model is begun."""

    def test_of_what_can_be_answered(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        answer = ada.ask("HEAD", f"/conversations/{begin(ada, 1)}/stream")
        assert (answer.status, answer.header("content-type"), answer.body) == (200, "text/event-stream", b"")
        assert upstream.requests == []

    @pytest.mark.parametrize(("whose", "status"), [("nobody's", 404), ("another's", 404), ("empty", 400)])
    def test_agrees_with_get(self, ada: Person, bob: Person, whose: str, status: int) -> None:
        id = {"nobody's": new_id, "another's": lambda: begin(bob, 1), "empty": lambda: begin(ada)}[whose]()
        for method in ("HEAD", "GET"):
            answer = ada.ask(method, f"/conversations/{id}/stream")
            assert (answer.status, answer.header("content-type")) == (status, "application/json")

    def test_takes_nothing_away(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        id = begin(ada, 1)
        live = ada.live("GET", f"/conversations/{id}/stream")
        live.read_until("one ")
        assert ada.ask("HEAD", f"/conversations/{id}/stream").status == 200
        upstream.release()
        assert "two" in live.rest()
        assert contents(ada.conversation(id)["messages"]) == ["u0", "one two"]
