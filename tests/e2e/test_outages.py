"""Storage that is away, busy or full: what is refused, what goes on, and that it comes back by itself."""

from __future__ import annotations

import base64
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import databases
from chat_backends import PNG, ROLE, Person, error_of, held, new_id, reply, says
from chat_route import chunks
from databases import Postgres, Storage
from outages import HI, Session, locked, wait_until
from patchbay import Patchbay
from upstream import WAIT_SECONDS, Upstream, stream_answer

COMPLETION = {"model": "any", "messages": HI, "stream": True}
BACKENDS = ["A", "B", "C", "D", "E"]
Start = Callable[..., Patchbay]


@pytest.fixture(scope="module")
def own() -> Iterator[Postgres]:
    """A PostgreSQL that these tests may stop."""
    running = Postgres()
    yield running
    running.close()


def is_refused_for_now(person: Person, method: str, target: str, body: object = None) -> None:
    answer = person.ask(method, target, body)
    error_of(answer, 503)
    assert int(answer.header("retry-after")) >= 1, (method, target)


def proxies(person: Person) -> bool:
    return person.ask("POST", "/v1/chat/completions", COMPLETION).status == 200


class TestPostgresql:
    def test_one_that_is_not_there_at_the_start_is_found_later(
        self, own: Postgres, upstream: Upstream, start: Start
    ) -> None:
        upstream.answer_with(reply("x"))
        storage = own.database()
        own.stop()
        try:
            server = start(storage)
            ada = Person(server.port, "ada")
            server.wait_for_log(lambda line: line["event"] == "storage_unavailable")
            is_refused_for_now(ada, "POST", "/conversations", {})
            is_refused_for_now(ada, "POST", "/chat/", {"message": "Hi", "session_id": "s"})
            assert proxies(ada)
            assert len(upstream.requests) == 1, "nobody is asked for what cannot be stored"
        finally:
            own.start()
        server.wait_for_log(lambda line: line["event"] == "storage_available")
        Session("B").send(ada, "Hi").rest()
        assert says(ada.conversation()["messages"]) == [("user", "Hi"), ("assistant", "x")]

    def test_answers_that_run_meanwhile_are_stored_when_it_is_back(
        self, own: Postgres, upstream: Upstream, start: Start
    ) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        server = start(own.database())
        people = {backend: Person(server.port, f"{backend}-{new_id()}") for backend in BACKENDS}
        lives = {}
        for backend, person in people.items():
            session = Session(backend)
            session.begin(person)
            lives[backend] = session.send(person, "Hi")
        for live in lives.values():
            live.read_until("one ")
        own.stop()
        try:
            server.wait_for_log(lambda line: line["event"] == "storage_lost")
            upstream.release()
            for backend, live in lives.items():
                told = live.rest()
                assert "two" in told, "the answer reaches its client all the same"
                assert '"error"' in told or "\n3:" in told, f"{backend} ends as if all was well: {told}"
        finally:
            own.start()
        for backend, person in people.items():
            wait_until(lambda person=person: person.ask("GET", "/conversations").status == 200, "the storage")
            last = wait_until(
                lambda person=person: (found := person.conversation()["messages"][-1])["status"] != "streaming" and found,
                f"the answer of {backend}",
            )
            assert (last["content"], last["status"], last["versions"]) == ("one two", "complete", 1), backend
            assert len(person.conversation()["messages"]) == 2


class TestSqlite:
    def test_one_that_somebody_else_has_locked_is_away_until_it_is_let_go(
        self, upstream: Upstream, start: Start, tmp_path: Path
    ) -> None:
        upstream.answer_with(held(["one "], ["two"]), reply("x"))
        storage = databases.sqlite(tmp_path)
        server = start(storage)
        ada = Person(server.port, "ada")
        id = ada.post("/conversations", {}, 201)["id"]
        running = Session("C").send(ada, "Hi")
        running.read_until("one ")
        with ThreadPoolExecutor(1) as pool:
            with locked(storage):
                refused = pool.submit(is_refused_for_now, ada, "POST", f"/conversations/{id}/messages", {"content": "m"})
                upstream.release()
                running.read_until('"two"')
                assert proxies(ada)
                refused.result(WAIT_SECONDS)
                # Nobody else waits for it as long as the first one has.
                server.wait_for_log(lambda line: line["event"] == "storage_lost")
                is_refused_for_now(ada, "POST", "/chat/", {"message": "Hi", "session_id": "s"})
                assert proxies(ada)
        assert running.rest()
        wait_until(lambda: ada.ask("GET", "/conversations").status == 200, "the storage to come back")
        ada.post(f"/conversations/{id}/messages", {"content": "again"}, 201)
        assert says(ada.get(f"/conversations/{id}")["messages"]) == [("user", "again")]
        conversation = running.header("x-conversation-id")
        wait_until(
            lambda: ada.conversation(conversation)["messages"][-1]["status"] == "complete", "the answer to be stored"
        )
        assert ada.conversation(conversation)["messages"][-1]["content"] == "one two"

    def test_one_that_may_not_grow_refuses_and_comes_back(self, upstream: Upstream, start: Start, tmp_path: Path) -> None:
        """As on a disk that is full."""
        upstream.answer_with(reply("x"))
        server = start(databases.sqlite(tmp_path))
        ada = Person(server.port, "ada")
        id = ada.post("/conversations", {}, 201)["id"]
        before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, before[1]))
        is_refused_for_now(ada, "POST", f"/conversations/{id}/messages", {"content": "m" * 10_000})
        server.wait_for_log(lambda line: line["event"] == "storage_lost")
        is_refused_for_now(ada, "POST", "/chat/", {"message": "Hi", "session_id": "s"})
        assert proxies(ada)
        assert len(upstream.requests) == 1
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)
        wait_until(lambda: ada.ask("GET", f"/conversations/{id}").status == 200, "the storage to come back")
        ada.post(f"/conversations/{id}/messages", {"content": "again"}, 201)
        assert says(ada.conversation(id)["messages"]) == [("user", "again")], "what was refused is not there"


DRAWN = {"images": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}}]}


class TestImages:
    """An image is shown when it is stored, and what follows it waits for that."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        return databases.sqlite(tmp_path)

    @pytest.fixture
    def ada(self, storage: Storage, start: Start) -> Person:
        return Person(start(storage).port, "ada")

    def draw(self, upstream: Upstream) -> None:
        """An answer that waits before its image, and behind it."""
        body = chunks(ROLE, {"content": "Look:"}, DRAWN, {"content": "Nice."}, {"content": "Never said."})
        events = [at + 2 for at in range(len(body)) if body.startswith(b"\n\n", at)]
        upstream.answer_with(stream_answer(body, hold_after=events[1], hold_again=events[3]))

    def test_what_waits_for_one_is_said_before_a_stop(self, ada: Person, storage: Storage, upstream: Upstream) -> None:
        self.draw(upstream)
        live = Session("C").send(ada, "Hi")
        live.read_until("Look:")
        id = live.header("x-conversation-id")
        with locked(storage):
            upstream.step()
            upstream.wait_until_held(2)
            # Who says no more is asked whether it is still there, also while an image is being stored.
            seen = len(live.text)
            live.finish_sending()
            live.read_until("\n", seen)
            assert ada.post(f"/conversations/{id}/stop")["success"] is True
            assert "k:{" not in live.text and "Nice." not in live.text
        told = live.rest()
        assert told.index("Look:") < told.index("k:{") < told.index("Nice.")
        assert upstream.requests[0].client_left.wait(WAIT_SECONDS)
        stored = ada.conversation(id)["messages"][-1]
        assert stored["status"] == "stopped"
        path = "/files/" + stored["content"].split("/files/")[1].split(")")[0]
        assert ada.ask("GET", path).body == PNG

    def test_one_that_cannot_be_stored_ends_the_answer(self, ada: Person, storage: Storage, upstream: Upstream) -> None:
        self.draw(upstream)
        databases.execute(
            storage, "create trigger no_files before insert on files begin select raise(abort, 'no files today'); end"
        )
        live = Session("C").send(ada, "Hi")
        live.read_until("Look:")
        upstream.step()
        told = live.rest()
        assert told.splitlines()[-1].startswith("3:") and "k:{" not in told, told
        assert upstream.requests[0].client_left.wait(WAIT_SECONDS), "nobody wants the rest of it"
        stored = ada.conversation(live.header("x-conversation-id"))["messages"][-1]
        assert (stored["content"].partition("Nice.")[0], stored["status"]) == ("Look:", "error")
        assert "/files/" not in str(stored)
