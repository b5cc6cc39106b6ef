"""Back end B: `POST /chat/` with a message and a session in the body; edit, retry, stop and voice; JSON lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat_backends import (
    Person, broken, error_of, held, is_uuid, ndjson, new_id, refusal, reply, says, sent_messages,
)  # fmt: skip
from raw_http import RawAnswer
from upstream import WAIT_SECONDS, Upstream

HELLO = " hello"
"""One token in every vocabulary that is used here."""


def send(person: Person, message: str, session: str) -> RawAnswer:
    return person.ask("POST", "/chat/", {"message": message, "session_id": session})


def edit(person: Person, message: str, session: str) -> RawAnswer:
    return person.ask("POST", "/chat/edit/", {"edited_message": message, "session_id": session})


def retry(person: Person, session: str) -> RawAnswer:
    return person.ask("POST", "/chat/retry/", {"session_id": session, "message": ""})


def lines(answer: RawAnswer) -> list[dict]:
    assert answer.status == 200, answer.body
    assert (answer.header("content-type") or "").startswith("application/x-ndjson")
    return ndjson(answer.body.decode())


def text_of(answer: RawAnswer) -> str:
    """The whole text of an answer that came to its end."""
    *pieces, last = lines(answer)
    assert last["done"] is True and is_uuid(last["message_id"]), last
    assert all(list(piece) == ["content"] for piece in pieces)
    return "".join(piece["content"] for piece in pieces)


def refused(answer: RawAnswer) -> str:
    """The text of an answer that is nothing but an error."""
    (only,) = lines(answer)
    assert list(only) == ["error"], only
    return only["error"]


def versions(person: Person, conversation: dict, message: dict) -> list[dict]:
    return person.get(f"/conversations/{conversation['id']}/messages/{message['id']}/versions")


def activate(person: Person, conversation: dict, message: dict, number: int) -> None:
    target = f"/conversations/{conversation['id']}/messages/{message['id']}/versions/{number}/activate"
    answer = person.ask("POST", target)
    assert answer.status in (200, 204), answer.body


class TestTheAnswer:
    def test_it_is_a_line_a_delta_and_a_last_one_with_the_id(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Hel", "lo\n"))
        answer = send(ada, "Hi", new_id())
        assert text_of(answer) == "Hello\n"
        user, assistant = ada.conversation()["messages"]
        assert assistant["id"] == lines(answer)[-1]["message_id"]
        assert (user["content"], assistant["content"], assistant["status"]) == ("Hi", "Hello\n", "complete")

    def test_it_is_streamed(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat/", {"message": "Hi", "session_id": new_id()})
        assert ndjson(live.read_until("\n")) == [{"content": "one "}]
        upstream.release()
        assert [each.get("content") for each in ndjson(live.rest())] == ["one ", "two", None]

    def test_the_question_is_stored_before_the_model_is_called(self, ada: Person, upstream: Upstream) -> None:
        waiting = reply("x")
        waiting.hold_head = True
        upstream.answer_with(waiting)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(send, ada, "Hi", new_id())
            upstream.wait_until_held()
            messages = ada.conversation()["messages"]
            upstream.release()
            assert text_of(answer.result()) == "x"
        assert says(messages)[0] == ("user", "Hi")

    def test_the_next_question_has_the_history_with_it(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(reply("First."), reply("Second."))
        text_of(send(ada, "One?", session))
        text_of(send(ada, "Two?", session))
        sent = [each for each in sent_messages(upstream) if each["role"] != "system"]
        assert says(sent) == [("user", "One?"), ("assistant", "First."), ("user", "Two?")]
        (listed,) = ada.conversations()
        assert listed["message_count"] == 4

    def test_sessions_are_their_owners(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(reply("x"))
        text_of(send(ada, "secret", session))
        text_of(send(bob, "Hi", session))
        assert "secret" not in upstream.requests[-1].body.decode()
        assert says(bob.conversation()["messages"]) == [("user", "Hi"), ("assistant", "x")]
        assert says(ada.conversation()["messages"]) == [("user", "secret"), ("assistant", "x")]

    def test_a_failure_is_a_line_and_the_question_stays(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(refusal(500, "on fire"), reply("x"))
        assert "on fire" in refused(send(ada, "Hi", session))
        assert says(ada.conversation()["messages"])[0] == ("user", "Hi")
        assert text_of(retry(ada, session)) == "x"
        assert says(ada.conversation()["messages"]) == [("user", "Hi"), ("assistant", "x")]

    def test_a_break_keeps_what_was_said(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(broken("one ", "two "))
        *said, error = lines(send(ada, "Hi", new_id()))
        assert "".join(each["content"] for each in said) == "one two "
        assert list(error) == ["error"]
        _, answer = ada.conversation()["messages"]
        assert (answer["content"], answer["status"]) == ("one two ", "error")

    def test_a_second_send_is_an_error_line_while_the_first_streams(
        self, ada: Person, upstream: Upstream
    ) -> None:
        session = new_id()
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat/", {"message": "Hi", "session_id": session})
        live.read_until("one ")
        for answer in (send(ada, "And?", session), edit(ada, "Ho", session), retry(ada, session)):
            assert list(ndjson(answer.body.decode())[0]) == ["error"]
        assert len(upstream.requests) == 1
        upstream.release()
        assert ndjson(live.rest())[-1]["done"] is True
        assert says(ada.conversation()["messages"]) == [("user", "Hi"), ("assistant", "one two")]


class TestRefusals:
    @pytest.mark.parametrize("target", ["/chat/", "/chat/edit/", "/chat/retry/"])
    @pytest.mark.parametrize("body", [b'{"message": "Hi", "sess', b"[]", b"", b"7"])
    def test_what_is_no_json_object(self, ada: Person, target: str, body: bytes) -> None:
        answer = ada.ask("POST", target, body)
        assert answer.status in (400, 422), answer.body
        error_of(answer, answer.status)

    @pytest.mark.parametrize(
        ("target", "body", "field"),
        [
            ("/chat/", {"session_id": "s"}, "message"),
            ("/chat/", {}, "message"),
            ("/chat/", {"message": "Hi"}, "session_id"),
            ("/chat", {"message": "Hi"}, "session_id"),
            ("/chat/", {"message": 5, "session_id": "s"}, "message"),
            ("/chat/", {"message": "Hi", "session_id": 5}, "session_id"),
            ("/chat/", {"message": "Hi", "session_id": None}, "session_id"),
            ("/chat/edit/", {"session_id": "s"}, "edited_message"),
            ("/chat/edit/", {"edited_message": "Hi"}, "session_id"),
            ("/chat/edit/", {"edited_message": {}, "session_id": "s"}, "edited_message"),
            ("/chat/retry/", {"message": ""}, "session_id"),
            ("/chat/retry/", {"session_id": []}, "session_id"),
        ],
    )
    def test_a_field_that_is_missing_or_wrong_is_named(
        self, ada: Person, target: str, body: dict, field: str
    ) -> None:
        assert field in error_of(ada.ask("POST", target, body), 422)
        assert ada.conversations() == []

    @pytest.mark.parametrize("ask", [lambda ada, session: edit(ada, "Hi", session), retry])
    def test_there_is_nothing_to_change_in_a_session_that_is_not_there(
        self, ada: Person, upstream: Upstream, ask: Callable[[Person, str], RawAnswer]
    ) -> None:
        upstream.answer_with(reply("x"))
        answer = ask(ada, new_id())
        assert answer.status in (200, 404), answer.body
        assert list(ndjson(answer.body.decode().rstrip("\n") + "\n")[0]) == ["error"]
        assert upstream.requests == []
        assert ada.conversations() == []


class TestLengths:
    """Limits are in tokens; ` hello` is one."""

    SETTINGS = {"chat": {"max_user_message_tokens": 120, "max_history_tokens": 350, "max_response_tokens": 77}}

    def test_too_long_a_message_calls_nothing_and_is_stored(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(reply("x"))
        error = refused(send(ada, HELLO * 150, session))
        numbers = [int(number) for number in re.findall(r"\d+", error)]
        assert 120 in numbers and 150 in numbers, error
        assert upstream.requests == []
        (stored,) = ada.conversation()["messages"]
        assert (stored["role"], stored["content"]) == ("user", HELLO * 150)
        assert text_of(edit(ada, "short", session)) == "x"
        user, answer = ada.conversation()["messages"]
        assert (user["id"], user["content"], answer["content"]) == (stored["id"], "short", "x")

    def test_a_message_of_just_the_length_passes(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        assert text_of(send(ada, HELLO * 120, new_id())) == "x"
        assert "121" in refused(send(ada, HELLO * 121, new_id()))

    def test_an_edit_is_measured_too(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(reply("x"))
        text_of(send(ada, "Hi", session))
        assert "150" in refused(edit(ada, HELLO * 150, session))
        assert len(upstream.requests) == 1
        assert ada.conversation()["messages"][0]["content"] == HELLO * 150

    def test_the_history_is_trimmed_from_its_oldest_message_on(self, ada: Person, upstream: Upstream) -> None:
        """Every message has a hundred tokens and a word that tells it apart; three fit, four do not."""
        session = new_id()
        answers = [f"{word}{HELLO * 99}" for word in ("red", "green", "blue")]
        questions = [f"{word}{HELLO * 99}" for word in ("one", "two", "three")]
        upstream.answer_with(*(reply(text) for text in answers))
        for question in questions:
            text_of(send(ada, question, session))
        sent = [each for each in sent_messages(upstream) if each["role"] != "system"]
        assert says(sent) == [("user", questions[1]), ("assistant", answers[1]), ("user", questions[2])]
        assert len(ada.conversation()["messages"]) == 6

    def test_the_reply_is_capped(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        text_of(send(ada, "Hi", new_id()))
        sent = upstream.requests[0].json()
        assert 77 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


class TestEditAndRetry:
    def test_an_edit_keeps_the_messages_id_and_gives_it_the_new_text(
        self, ada: Person, upstream: Upstream
    ) -> None:
        session = new_id()
        upstream.answer_with(reply("First."), reply("Old."), reply("New."))
        text_of(send(ada, "One?", session))
        text_of(send(ada, "Two?", session))
        before = ada.conversation()
        assert text_of(edit(ada, "Better?", session)) == "New."
        after = ada.conversation(before["id"])
        assert says(after["messages"]) == [
            ("user", "One?"), ("assistant", "First."), ("user", "Better?"), ("assistant", "New."),
        ]  # fmt: skip
        assert [each["id"] for each in after["messages"][:3]] == [each["id"] for each in before["messages"][:3]]
        sent = [each for each in sent_messages(upstream) if each["role"] != "system"]
        assert says(sent) == [("user", "One?"), ("assistant", "First."), ("user", "Better?")]
        edited = after["messages"][2]
        assert (edited["version"], edited["versions"]) == (2, 2)
        assert [each["content"] for each in versions(ada, after, edited)] == ["Two?", "Better?"]

    def test_message_is_an_alias(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(reply("x"))
        text_of(send(ada, "Hi", session))
        text_of(ada.ask("POST", "/chat/edit/", {"message": "Ho", "session_id": session}))
        assert says(ada.conversation()["messages"]) == [("user", "Ho"), ("assistant", "x")]

    def test_retry_twice_leaves_three_versions_of_the_reply(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(*(reply(text) for text in ("first", "second", "third", "after")))
        text_of(send(ada, "Hi", session))
        assert text_of(retry(ada, session)) == "second"
        assert text_of(retry(ada, session)) == "third"
        for sent in upstream.requests:
            assert [each["content"] for each in sent.json()["messages"] if each["role"] != "system"] == ["Hi"]
        conversation = ada.conversation()
        user, answer = conversation["messages"]
        assert (user["versions"], answer["content"]) == (1, "third")
        assert (answer["version"], answer["versions"]) == (3, 3)
        assert [each["content"] for each in versions(ada, conversation, answer)] == ["first", "second", "third"]
        text_of(send(ada, "And?", session))
        sent = [each for each in sent_messages(upstream) if each["role"] != "system"]
        assert says(sent) == [("user", "Hi"), ("assistant", "third"), ("user", "And?")]

    def test_an_older_reply_brings_its_continuation_back(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(*(reply(text) for text in ("first", "second", "later", "elsewhere")))
        text_of(send(ada, "Hi", session))
        text_of(retry(ada, session))
        text_of(send(ada, "And?", session))
        conversation = ada.conversation()
        whole = says(conversation["messages"])
        answer = conversation["messages"][1]
        activate(ada, conversation, answer, 1)
        assert says(ada.conversation()["messages"]) == [("user", "Hi"), ("assistant", "first")]
        text_of(send(ada, "Or?", session))
        sent = [each for each in sent_messages(upstream) if each["role"] != "system"]
        assert says(sent) == [("user", "Hi"), ("assistant", "first"), ("user", "Or?")]
        activate(ada, conversation, answer, 2)
        assert says(ada.conversation()["messages"]) == whole
        activate(ada, conversation, answer, 1)
        assert says(ada.conversation()["messages"])[2:] == [("user", "Or?"), ("assistant", "elsewhere")]

    def test_an_older_question_brings_its_reply_back(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(reply("Old."), reply("New."))
        text_of(send(ada, "Hi", session))
        before = says(ada.conversation()["messages"])
        text_of(edit(ada, "Ho", session))
        conversation = ada.conversation()
        question = conversation["messages"][0]
        activate(ada, conversation, question, 1)
        back = ada.conversation()["messages"]
        assert says(back) == before
        assert (back[0]["version"], back[0]["versions"]) == (1, 2)
        ada.post(
            f"/conversations/{conversation['id']}/messages/{question['id']}/versions/3/activate", status=404
        )

    def test_versions_are_their_owners(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(reply("x"))
        text_of(send(ada, "Hi", session))
        text_of(retry(ada, session))
        conversation = ada.conversation()
        target = f"/conversations/{conversation['id']}/messages/{conversation['messages'][1]['id']}/versions"
        bob.get(target, 404)
        bob.post(f"{target}/1/activate", status=404)
        assert ada.conversation()["messages"][1]["version"] == 2


class TestStop:
    @pytest.mark.parametrize("kind", ["chat", "edit", "retry"])
    def test_a_running_stream_is_stopped(self, ada: Person, upstream: Upstream, kind: str) -> None:
        session = new_id()
        if kind != "chat":
            upstream.answer_with(reply("before"))
            text_of(send(ada, "Hi", session))
        upstream.answer_with(held(["one ", "two "], ["three"]))
        target, body = {
            "chat": ("/chat/", {"message": "Hi"}),
            "edit": ("/chat/edit/", {"edited_message": "Ho"}),
            "retry": ("/chat/retry/", {"message": ""}),
        }[kind]
        live = ada.live("POST", target, {**body, "session_id": session})
        live.read_until("two ")
        assert ada.post(f"/chat/stop/{session}")["success"] is True
        *said, last = ndjson(live.rest())
        assert last == {"stopped": True}
        assert "".join(each["content"] for each in said) == "one two "
        assert upstream.requests[0].client_left.wait(WAIT_SECONDS)
        user, answer = ada.conversation()["messages"]
        assert (answer["content"], answer["status"]) == ("one two ", "stopped")
        assert user["content"] == ("Ho" if kind == "edit" else "Hi")
        assert ada.post(f"/chat/stop/{session}")["success"] is False

    def test_a_stopped_session_goes_on(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(held(["one "], ["two"]), reply("x"))
        live = ada.live("POST", "/chat/", {"message": "Hi", "session_id": session})
        live.read_until("one ")
        ada.post(f"/chat/stop/{session}")
        live.rest()
        assert text_of(send(ada, "And?", session)) == "x"
        sent = [each for each in sent_messages(upstream) if each["role"] != "system"]
        assert says(sent) == [("user", "Hi"), ("assistant", "one "), ("user", "And?")]

    def test_nothing_to_stop_is_said(self, ada: Person) -> None:
        assert ada.post(f"/chat/stop/{new_id()}")["success"] is False

    def test_nobody_stops_anothers_stream(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat/", {"message": "Hi", "session_id": session})
        live.read_until("one ")
        assert bob.post(f"/chat/stop/{session}")["success"] is False
        upstream.release()
        assert ndjson(live.rest())[-1]["done"] is True
