"""The edges of an answer's life: clients that leave and send again, conversations that go while they are answered,
requests that must not be answered twice, and histories that are not what is stored."""

from __future__ import annotations

from pathlib import Path

import databases
from chat_backends import Person, backend_config, held, ndjson, new_id, reply, says, sent_messages
from patchbay import Patchbay, write_config
from upstream import WAIT_SECONDS, Upstream


def user(text: object) -> dict:
    return {"role": "user", "content": text}


def without_system(messages: list[dict]) -> list[dict]:
    return [each for each in messages if each["role"] != "system"]


class TestLeaving:
    def test_who_leaves_an_answer_may_send_the_next_message(self, ada: Person, upstream: Upstream) -> None:
        """Pages stop an answer by giving up its request; what they send then must not be refused for a minute."""
        session = new_id()
        upstream.answer_with(held(["one "], ["two"]), reply("x"))
        headers = {"Session-Id": session}
        live = ada.live("POST", "/chat", {"prompt": "Hi"}, headers)
        live.read_until("one ")
        live.close()
        answer = ada.ask("POST", "/chat", {"prompt": "And?"}, headers)
        assert answer.status == 200, answer.body
        assert upstream.requests[0].client_left.wait(WAIT_SECONDS)
        first, stopped, *_ = ada.conversation()["messages"]
        assert (first["content"], stopped["content"], stopped["status"]) == ("Hi", "one ", "stopped")
        assert says(without_system(sent_messages(upstream))) == [
            ("user", "Hi"), ("assistant", "one "), ("user", "And?"),
        ]  # fmt: skip

    def test_who_reads_it_is_not_pushed_aside(self, ada: Person, upstream: Upstream) -> None:
        session = new_id()
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat", {"prompt": "Hi"}, {"Session-Id": session})
        live.read_until("one ")
        second = ada.ask("POST", "/chat", {"prompt": "And?"}, {"Session-Id": session})
        assert second.status == 409, second.body
        upstream.release()
        assert live.rest().endswith("data: [DONE]\n\n")
        assert len(upstream.requests) == 1


class TestGoing:
    def test_a_conversation_that_is_deleted_ends_its_answer(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat", {"messages": [user("Hi")]})
        live.read_until("one ")
        ada.delete(f"/conversations/{live.header('x-conversation-id')}")
        assert upstream.requests[0].client_left.wait(WAIT_SECONDS)
        assert "3:" not in live.rest(), "it is no error that there is nothing left to store"
        assert ada.conversations() == []
        ada.get(f"/streams/{live.header('x-stream-id')}", 404)

    def test_a_context_that_is_cleared_ends_its_answer(self, ada: Person, upstream: Upstream) -> None:
        headers = {"Session-Id": new_id()}
        upstream.answer_with(held(["one "], ["two"]))
        live = ada.live("POST", "/chat", {"prompt": "Hi"}, headers)
        live.read_until("one ")
        assert ada.ask("POST", "/clear_context", None, headers).json() == {"message": "Context cleared"}
        assert upstream.requests[0].client_left.wait(WAIT_SECONDS)
        assert '"error"' not in live.rest()


class TestNothingTwice:
    def test_a_head_asks_no_model(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        conversation = ada.post("/conversations", {}, 201)["id"]
        ada.post(f"/conversations/{conversation}/messages", {"content": "Hi"}, 201)
        assert ada.ask("HEAD", f"/conversations/{conversation}/stream").status == 200
        assert upstream.requests == []
        assert len(ada.conversation()["messages"]) == 1

    def test_two_answers_to_one_response_do_not_run_at_once(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"), held(["one "], ["two"]))
        first = ada.ask("POST", "/api/chat/stream", {"message": "Hi"})
        response = first.body.decode().split('"response_id":"')[1].split('"')[0]
        body = {"message": "And?", "previous_response_id": response}
        live = ada.live("POST", "/api/chat/stream", body)
        live.read_until("one ")
        assert ada.ask("POST", "/api/chat/stream", body).status == 409
        upstream.release()
        live.rest()

    def test_a_retry_is_measured_too(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"))
        session = new_id()
        too_long = {"message": " hello" * 2000, "session_id": session}
        assert "error" in ndjson(ada.ask("POST", "/chat/", too_long).body.decode())[0]
        answer = ada.ask("POST", "/chat/retry/", {"session_id": session, "message": ""})
        assert "error" in ndjson(answer.body.decode())[-1]
        assert upstream.requests == []

    def test_a_very_long_message_is_refused_without_being_counted(
        self, ada: Person, upstream: Upstream
    ) -> None:
        upstream.answer_with(reply("x"))
        body = {"message": "x" * 30_000_000, "session_id": new_id()}
        answer = ada.ask("POST", "/chat/", body)
        assert answer.status in (200, 413), answer.body[:200]
        assert b"error" in answer.body
        assert upstream.requests == []


class TestNumbers:
    """An EventSource says by itself where it was: the numbers of back end D's events name their answer."""

    # As every EventSource says; who reads events with fetch says the first alone.
    SOURCE = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}

    def test_the_events_of_an_answer_name_it(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("one ", "two"), reply("another"))
        conversation = ada.post("/conversations", {}, 201)["id"]
        ada.post(f"/conversations/{conversation}/messages", {"content": "Hi"}, 201)
        target = f"/conversations/{conversation}/stream"
        answer = ada.ask("GET", target, headers=self.SOURCE)
        named = [line for line in answer.body.decode().splitlines() if line.startswith("id: ")]
        version = answer.header("x-stream-id")
        assert named == [f"id: {version}:{number}" for number in (1, 2, 3)]
        assert "id: " not in ada.ask("GET", target).body.decode(), "others look for data alone"
        # There is a newer answer now; who was cut off in the first one reads that one on.
        again = ada.ask("GET", target, headers={**self.SOURCE, "Last-Event-ID": f"{version}:1"})
        assert "two" in again.body.decode()
        assert "one " not in again.body.decode() and "another" not in again.body.decode()
        assert len(upstream.requests) == 2


class TestWhatIsStored:
    def test_who_answered_is_kept_also_where_it_was_a_stand_in(
        self, upstream: Upstream, tmp_path: Path
    ) -> None:
        storage = databases.sqlite(tmp_path)
        config = backend_config(upstream, storage)
        config["providers"]["OpenAI"] |= {"enabled": False, "otherwise": "Gemini"}
        with Patchbay(write_config(tmp_path / "patchbay.yaml", config)) as server:
            ada = Person(server.port, "ada")
            assert ada.ask("POST", "/chat", {"messages": [user("Hi")]}).status == 200
        rows = "select v.provider, v.content from versions v join messages m on m.id = v.message_id where role = 'assistant'"
        assert databases.execute(storage, rows) == [("Gemini", "Gemini API Stub Response")]

    def test_a_window_of_the_history_overwrites_nothing(self, ada: Person, upstream: Upstream) -> None:
        """A page that sends only its last few messages goes on; it does not edit what it no longer sends."""
        upstream.answer_with(*(reply(f"a{n}") for n in range(1, 5)))
        history: list[dict] = []
        conversation = None
        for n in range(1, 5):
            history.append(user(f"u{n}"))
            named = {"conversation_id": conversation} if conversation else {}
            answer = ada.ask("POST", "/chat", {"messages": history[-3:], **named})
            conversation = answer.header("x-conversation-id")
            history.append({"role": "assistant", "content": f"a{n}"})
        assert [each["content"] for each in ada.conversation(conversation)["messages"]] == [
            "u1", "a1", "u2", "a2", "u3", "a3", "u4", "a4",
        ]  # fmt: skip

    def test_a_lone_message_keeps_its_parts(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("a1"), reply("a2"))
        first = ada.ask("POST", "/chat", {"messages": [user("u1")]})
        image = {"type": "image_url", "image_url": {"url": "https://x.example/1.png", "detail": "low"}}
        content = [{"type": "text", "text": "look"}, image]
        body = {"messages": [user(content)], "conversation_id": first.header("x-conversation-id")}
        assert ada.ask("POST", "/chat", body).status == 200
        *before, last = upstream.requests[-1].json()["messages"]
        assert says(without_system(before)) == [("user", "u1"), ("assistant", "a1")]
        assert last["content"] == content

    def test_a_picture_reaches_the_model_of_a_conversation(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("a cat"))
        conversation = ada.post("/conversations", {}, 201)["id"]
        image = {"type": "image_url", "image_url": {"url": "https://x.example/1.png"}}
        content = [{"type": "text", "text": "what is it?"}, image]
        ada.post(f"/conversations/{conversation}/messages", {"content": content}, 201)
        assert ada.ask("GET", f"/conversations/{conversation}/stream").status == 200
        assert upstream.requests[-1].json()["messages"][-1]["content"] == content

    def test_a_part_that_cannot_be_kept_is_refused(self, ada: Person) -> None:
        conversation = ada.post("/conversations", {}, 201)["id"]
        body = {"content": [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]}
        answer = ada.post(f"/conversations/{conversation}/messages", body, 400)
        assert "content[0].type" in answer["error"]

    def test_a_model_that_is_no_text_leaves_nothing_behind(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("x"), reply("y"))
        conversation = ada.post("/conversations", {}, 201)["id"]
        ada.post(f"/conversations/{conversation}/messages", {"content": "Hi"}, 201)
        ada.ask("GET", f"/conversations/{conversation}/stream?model=a%ffb")
        statuses = {each["status"] for each in ada.conversation()["messages"]}
        assert "streaming" not in statuses
        assert ada.ask("GET", f"/conversations/{conversation}/stream").status == 200

    def test_messages_come_in_pages(self, ada: Person) -> None:
        conversation = ada.post("/conversations", {}, 201)["id"]
        for n in range(5):
            ada.post(f"/conversations/{conversation}/messages", {"content": f"u{n}"}, 201)
        target, seen = f"/conversations/{conversation}/messages?limit=2", []
        while target:
            answer = ada.ask("GET", target)
            assert answer.status == 200, answer.body
            seen.append([each["content"] for each in answer.json()])
            link = answer.header("link")
            target = link.split("<")[1].split(">")[0] if link else None
        assert seen == [["u0", "u1"], ["u2", "u3"], ["u4"]]
        assert "limit" in ada.get(f"/conversations/{conversation}/messages?limit=0", 400)["error"]
