"""The front ends' own clients on stored conversations: useChat of four generations, and EventSource."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from chat_backends import Person, held, new_id, refusal, reply, says, sent_messages
from node_driver import NodeDriver
from patchbay import Patchbay
from upstream import Upstream

GENERATIONS = ["ai4", "ai5.0", "ai5", "ai6", "ai7"]
UNICODE = 'Grüße \N{GRINNING FACE}\n"line"\u2028two\r\n\\ '


def text_of(message: dict) -> str:
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")


class TestUseChat:
    @pytest.fixture(params=GENERATIONS)
    def chat(
        self,
        request: pytest.FixtureRequest,
        node_client: Callable[[str], NodeDriver],
        backend: Patchbay,
        ada: Person,
    ) -> Iterator[Callable[..., dict]]:
        generation, driver = request.param, node_client("chat_stream")

        def say(text: str) -> dict:
            if generation == "ai4":
                return {"role": "user", "content": text}
            return {"role": "user", "parts": [{"type": "text", "text": text}]}

        def start(*texts: str, **job: object) -> int:
            send = [say(text) for text in texts]
            headers = {"userid": ada.userid}
            return driver.start(
                backend.url, generation, path="/chat", body={}, headers=headers, send=send, **job
            )

        start.driver = driver
        start.say = say
        yield start

    def run(self, chat: Callable[..., int], *texts: str, **job: object) -> dict:
        return chat.driver.outcome(chat(*texts, **job))

    def test_a_chat_is_one_conversation(self, chat: Callable[..., int], ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(reply("Fir", "st."), reply(UNICODE), reply("Third."))
        chat_id = f"chat-{new_id()}"
        outcome = self.run(chat, "One?", "Two?", "Three?", chatId=chat_id)
        assert outcome["errors"] == []
        expected = [
            ("user", "One?"), ("assistant", "First."), ("user", "Two?"), ("assistant", UNICODE), ("user", "Three?"),
            ("assistant", "Third."),
        ]  # fmt: skip
        assert [(each["role"], text_of(each)) for each in outcome["messages"]] == expected
        assert says(sent_messages(upstream))[-5:] == expected[:5]
        assert says(ada.conversation()["messages"]) == expected

    def test_an_error_before_the_answer(self, chat: Callable[..., int], upstream: Upstream) -> None:
        upstream.answer_with(refusal(429, "slow down"))
        (error,) = self.run(chat, "Hi", chatId=new_id())["errors"]
        assert "slow down" in json.loads(error)["error"]

    def test_an_answer_that_runs_is_read_on_by_a_page_that_is_loaded_anew(
        self, chat: Callable[..., int], ada: Person, upstream: Upstream
    ) -> None:
        chat_id = f"chat-{new_id()}"
        upstream.answer_with(held(["one "], ["two ", UNICODE]))
        first = chat("Hi", chatId=chat_id)
        chat.driver.wait_for_progress(first)
        question = {"id": "m1", **chat.say("Hi")}
        second = chat(resume=True, chatId=chat_id, history=[question])
        chat.driver.wait_for_progress(second)
        upstream.release()
        for number in (first, second):
            outcome = chat.driver.outcome(number)
            assert outcome["errors"] == [] and outcome["error"] is None, outcome
            assert text_of(outcome["messages"][-1]) == f"one two {UNICODE}"
            assert [each["role"] for each in outcome["messages"]] == ["user", "assistant"]
        assert len(upstream.requests) == 1
        assert says(ada.conversation()["messages"]) == [("user", "Hi"), ("assistant", f"one two {UNICODE}")]

    def test_a_page_that_left_finds_the_whole_answer(
        self, chat: Callable[..., int], ada: Person, upstream: Upstream
    ) -> None:
        chat_id = f"chat-{new_id()}"
        upstream.answer_with(held(["one "], ["two"]))
        first = chat("Hi", chatId=chat_id)
        chat.driver.wait_for_progress(first)
        chat.driver.abort(first)
        chat.driver.outcome(first)
        second = chat(resume=True, chatId=chat_id, history=[{"id": "m1", **chat.say("Hi")}])
        chat.driver.wait_for_progress(second)
        upstream.release()
        outcome = chat.driver.outcome(second)
        assert outcome["errors"] == [] and outcome["error"] is None, outcome
        assert text_of(outcome["messages"][-1]) == "one two"
        assert ada.conversation()["messages"][-1]["status"] == "complete"


class TestResumingNothing:
    @pytest.mark.parametrize("generation", GENERATIONS)
    def test_a_chat_without_a_running_answer_stays_as_it_is(
        self,
        generation: str,
        node_client: Callable[[str], NodeDriver],
        backend: Patchbay,
        ada: Person,
    ) -> None:
        history = [{"id": "m1", "role": "user", "content": "Hi", "parts": [{"type": "text", "text": "Hi"}]}]
        outcome = node_client("chat_stream").run(
            backend.url, generation, path="/chat", body={}, headers={"userid": ada.userid}, chatId=new_id(),
            resume=True, history=history,
        )  # fmt: skip
        assert outcome["errors"] == [] and outcome["error"] is None
        assert [text_of(each) for each in outcome["messages"]] == ["Hi"]


class TestEventSource:
    def test_it_reads_a_conversation(
        self, backend: Patchbay, ada: Person, upstream: Upstream, node_client: Callable[[str], NodeDriver]
    ) -> None:
        upstream.answer_with(reply("Hel", UNICODE))
        id = ada.post("/conversations", {}, 201)["id"]
        ada.post(f"/conversations/{id}/messages", {"content": "Hi"}, 201)
        driver = node_client("event_source")
        headers = {"userid": ada.userid}
        outcome = driver.run(
            backend.url, "read", path=f"/conversations/{id}/stream", headers=headers, until='"done":true'
        )
        *pieces, (_, done) = outcome["events"]
        assert "".join(json.loads(data)["content"] for _, data in pieces) == f"Hel{UNICODE}"
        assert json.loads(done) == {"done": True}

    def test_it_reads_on_where_it_was(
        self, backend: Patchbay, ada: Person, upstream: Upstream, node_client: Callable[[str], NodeDriver]
    ) -> None:
        upstream.answer_with(held(["one ", "two "], ["three"]))
        live = ada.live("POST", "/api/chat/stream", {"message": "Hi"})
        live.read_until("two ")
        live.close()
        driver = node_client("event_source")
        number = driver.start(
            backend.url, "read", path=f"/streams/{live.header('x-stream-id')}",
            headers={"userid": ada.userid}, last=1, until="done",
        )  # fmt: skip
        driver.wait_for_progress(number)
        upstream.release()
        kinds = [(kind, json.loads(data).get("text")) for kind, data in driver.outcome(number)["events"]]
        assert kinds == [("delta", "two "), ("delta", "three"), ("done", None)]

    def test_a_refusal_ends_it(
        self, backend: Patchbay, bob: Person, node_client: Callable[[str], NodeDriver]
    ) -> None:
        outcome = node_client("event_source").run(
            backend.url, "read", path=f"/streams/{new_id()}", headers={"userid": bob.userid}
        )
        assert (outcome["events"], outcome["failed"]) == ([], 404)
