"""Streams that are read again from where a client lost them, kept in memory and in Redis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

import databases
from chat_backends import Live, Person, backend_config, error_of, held, is_uuid, new_id, reply
from outages import wait_until
from patchbay import Patchbay, write_config
from redis_server import Redis
from upstream import WAIT_SECONDS, Upstream


@dataclass
class Route:
    """How one of the back ends is asked for a stream, and what a frame of it ends with."""

    end: str
    target: str
    body: dict | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def open(self, person: Person) -> Live:
        return person.live(*self._asked(person))

    def whole(self, person: Person) -> Any:
        return person.ask(*self._asked(person))

    def _asked(self, person: Person) -> tuple[str, str, dict | None, dict[str, str]]:
        session = new_id()
        if self.target.startswith("GET "):
            id = person.post("/conversations", {}, 201)["id"]
            person.post(f"/conversations/{id}/messages", {"content": "Hi"}, 201)
            return "GET", self.target[4:].format(id=id), None, {}
        body = {name: value.replace("SESSION", session) if isinstance(value, str) else value
                for name, value in (self.body or {}).items()}  # fmt: skip
        headers = {name: value.replace("SESSION", session) for name, value in self.headers.items()}
        return "POST", self.target, body, headers


HI = [{"role": "user", "content": "Hi"}]
UI_HI = [{"id": "m1", "role": "user", "parts": [{"type": "text", "text": "Hi"}]}]
ROUTES = {
    "prompt": Route("\n\n", "/chat", {"prompt": "Hi"}, {"Session-Id": "SESSION"}),
    "session": Route("\n", "/chat/", {"message": "Hi", "session_id": "SESSION"}),
    "data-stream": Route("\n", "/chat", {"messages": HI}),
    "ui-message-stream": Route("\n\n", "/chat", {"id": "SESSION", "messages": UI_HI, "trigger": "submit-message"}),
    "conversation": Route("\n\n", "GET /conversations/{id}/stream"),
    "thread": Route("\n\n", "/api/chat/stream", {"message": "Hi"}),
}


@pytest.fixture(scope="module", params=["memory", "redis"])
def server(
    request: pytest.FixtureRequest, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Patchbay]:
    folder = tmp_path_factory.mktemp("resumed")
    more = {}
    if request.param == "redis":
        redis: Redis = request.getfixturevalue("redis")
        redis.flush()
        more["redis"] = {"url": redis.url}
    config = backend_config(upstream, databases.sqlite(folder), **more)
    with Patchbay(write_config(folder / "patchbay.yaml", config)) as running:
        yield running


@pytest.fixture
def ada(server: Patchbay) -> Person:
    return Person(server.port, f"ada-{new_id()}")


@pytest.fixture
def bob(server: Patchbay) -> Person:
    return Person(server.port, f"bob-{new_id()}")


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest) -> Route:
    return ROUTES[request.param]


def frames(text: str, end: str) -> list[str]:
    """What a client counts; comments and empty lines are not counted. Events that are read again have numbers."""
    found = [f"{each}{end}" for each in text.split(end) if each and not each.startswith(":")]
    return [re.sub(r"^id: \d+\n", "", each) for each in found]


class TestReadingOn:
    def test_every_stream_has_an_id_and_can_be_read_again(
        self, ada: Person, bob: Person, upstream: Upstream, route: Route
    ) -> None:
        upstream.answer_with(reply("one ", "two ", "three"))
        answer = route.whole(ada)
        assert answer.status == 200, answer.body
        id = answer.header("x-stream-id")
        assert is_uuid(id)
        all_frames = frames(answer.body.decode(), route.end)
        for after in range(len(all_frames) + 1):
            by_query = ada.ask("GET", f"/streams/{id}?after={after}")
            by_header = ada.ask("GET", f"/streams/{id}", headers={"Last-Event-ID": str(after)})
            for again in (by_query, by_header):
                assert again.status in (200, 204), again.body
                assert frames(again.body.decode(), route.end) == all_frames[after:]
        again = ada.ask("GET", f"/streams/{id}?after=1")
        if route.end != "\n":
            assert again.body.startswith(b"id: 2\n")
        again = ada.ask("GET", f"/streams/{id}")
        assert again.header("content-type") == answer.header("content-type")
        assert frames(again.body.decode(), route.end) == all_frames
        for other in (bob, Person(ada.port)):
            error_of(other.ask("GET", f"/streams/{id}?after=0"), 404)
        assert len(upstream.requests) == 1

    def test_a_client_that_left_reads_on_and_the_answer_went_on(
        self, ada: Person, upstream: Upstream, route: Route
    ) -> None:
        upstream.answer_with(held(["one ", "two "], ["three ", "four"]))
        live = route.open(ada)
        live.read_until("two ")
        if route.end != "\n":
            live.read_until('"two "')
        seen = live.text[: live.text.rindex(route.end) + len(route.end)]
        id = live.header("x-stream-id")
        live.close()
        later = ada.live("GET", f"/streams/{id}?after={len(frames(seen, route.end))}")
        assert not upstream.requests[0].client_left.is_set()
        upstream.release()
        rest = later.rest()
        assert "four" in rest and "one " not in rest
        whole = ada.ask("GET", f"/streams/{id}").body.decode()
        assert frames(seen, route.end) + frames(rest, route.end) == frames(whole, route.end)
        stored = ada.conversation()["messages"][-1]
        assert (stored["content"], stored["status"]) == ("one two three four", "complete")

    def test_two_read_at_once(self, ada: Person, upstream: Upstream, route: Route) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        live = route.open(ada)
        live.read_until("one ")
        second = ada.live("GET", f"/streams/{live.header('x-stream-id')}")
        second.read_until("one ")
        upstream.release()
        assert frames(live.rest(), route.end) == frames(second.rest(), route.end)


class TestEdges:
    def test_what_is_no_stream_is_not_there(self, ada: Person) -> None:
        for id in (new_id(), "x", "..", "%00", "1" * 300):
            answer = ada.ask("GET", f"/streams/{id}")
            assert answer.status in (400, 404), (id, answer.status)

    @pytest.mark.parametrize("after", ["x", "-1", "1.5", "99999999999999999999999"])
    def test_a_number_must_be_one(self, ada: Person, upstream: Upstream, after: str) -> None:
        upstream.answer_with(reply("x"))
        id = ROUTES["thread"].whole(ada).header("x-stream-id")
        answer = ada.ask("GET", f"/streams/{id}?after={after}")
        assert answer.status in (400, 422), answer.body
        assert "after" in error_of(answer, answer.status)

    def test_an_answer_that_nobody_reads_ends_after_its_time(
        self, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("short")
        config = backend_config(upstream, databases.sqlite(folder), chat={"resume_grace": "1ms"})
        upstream.answer_with(held(["one "], ["two"]))
        with Patchbay(write_config(folder / "patchbay.yaml", config)) as server:
            ada = Person(server.port, "ada")
            live = ROUTES["data-stream"].open(ada)
            live.read_until("one ")
            live.close()
            assert upstream.requests[0].client_left.wait(WAIT_SECONDS)
            assert ada.ask("GET", f"/streams/{live.header('x-stream-id')}").status == 200, "what there was of it"
            stored = wait_until(
                lambda: (found := ada.conversation()["messages"][-1])["status"] != "streaming" and found,
                "the end of the answer to be stored",
            )
            assert (stored["content"], stored["status"]) == ("one ", "stopped")


class TestTheChatOfTheSdk:
    """`useChat` asks for the chat by its id: `GET {api}/{id}/stream`, and the fourth generation `?chatId=`."""

    @pytest.mark.parametrize(("target", "status"), [("/chat/{id}/stream", 204), ("/chat?chatId={id}", 200)])
    def test_nothing_runs(self, ada: Person, upstream: Upstream, target: str, status: int) -> None:
        """The fourth generation takes an answer without a body for an error, and one without parts for none."""
        upstream.answer_with(reply("x"))
        id = new_id()
        ada.ask("POST", "/chat", {"id": id, "messages": UI_HI, "trigger": "submit-message"})
        for named in (id, new_id()):
            answer = ada.ask("GET", target.format(id=named))
            assert (answer.status, answer.body) == (status, b"")

    @pytest.mark.parametrize("target", ["/chat/{id}/stream", "/chat?chatId={id}"])
    @pytest.mark.parametrize("named_by", ["the client", "the server"])
    def test_a_running_answer_is_read_from_its_beginning(
        self, ada: Person, bob: Person, upstream: Upstream, target: str, named_by: str
    ) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        id = new_id()
        live = ada.live("POST", "/chat", {"id": id, "messages": UI_HI, "trigger": "submit-message"})
        live.read_until("one ")
        if named_by == "the server":
            id = live.header("x-conversation-id")
        again = ada.live("GET", target.format(id=id))
        assert again.status == 200
        assert bob.ask("GET", target.format(id=id)).body == b""
        upstream.release()
        assert frames(again.rest(), "\n\n") == frames(live.rest(), "\n\n")
