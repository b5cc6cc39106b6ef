"""Two servers on one PostgreSQL and one Redis: what they owe each other while something is away or in the way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from chat_backends import Live, Person, backend_config, held, new_id, reply, says
from databases import Postgres, Storage
from outages import HI, Cable, Session, is_refused, row_lock, wait_until
from patchbay import Patchbay, write_config
from redis_server import Redis
from upstream import WAIT_SECONDS, Upstream


class House:
    """Two servers, either of which anybody may ask."""

    def __init__(self, storage: Storage, config: Path, servers: list[Patchbay]) -> None:
        self.storage = storage
        self.config = config
        self.servers = servers

    def people(self) -> tuple[Person, Person]:
        """Somebody at the first server, and the same at the second."""
        name = f"ada-{new_id()}"
        first, second = (Person(server.port, name) for server in self.servers)
        return first, second


@pytest.fixture(scope="module")
def house(
    upstream: Upstream, postgres: Postgres, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    redis.flush()
    storage = postgres.database()
    settings = backend_config(upstream, storage, redis={"url": redis.url})
    config = write_config(tmp_path_factory.mktemp("replicas") / "patchbay.yaml", settings)
    with ExitStack() as stack:
        servers = [stack.enter_context(Patchbay(config, env=storage.env)) for _ in range(2)]
        yield House(storage, config, servers)


def passes(session: Session, person: Person, text: str) -> Live:
    """The answer to a message, once it is taken: whoever has just left may take a moment to be missed."""

    def taken() -> Live | None:
        live = session.send(person, text)
        return None if is_refused(live) else live

    return wait_until(taken, "the message to be taken")


class TestAnUnreadAnswer:
    """An answer whose client has left gives way to the next message, wherever that arrives."""

    @pytest.mark.parametrize("backend", ["A", "B", "C", "D"])
    def test_gives_way_to_a_message_at_the_other(self, house: House, upstream: Upstream, backend: str) -> None:
        upstream.answer_with(held(["one "], ["two"]), reply("x"))
        here, there = house.people()
        session = Session(backend)
        session.begin(here)
        live = session.send(here, "Hi")
        live.read_until("one ")
        live.close()
        passes(session, there, "And?").rest()
        assert upstream.requests[0].client_left.wait(WAIT_SECONDS)
        messages = there.conversation()["messages"]
        if backend == "D":  # the stream asks for another answer to the same message
            assert says(messages) == [("user", "Hi"), ("assistant", "x")]
            versions = there.get(f"/conversations/{session.id}/messages/{messages[1]['id']}/versions")
            assert [(each["content"], each["status"]) for each in versions] == [("one ", "stopped"), ("x", "complete")]
        else:
            assert says(messages) == [("user", "Hi"), ("assistant", "one "), ("user", "And?"), ("assistant", "x")]
            assert messages[1]["status"] == "stopped"
        assert len(upstream.requests) == 2

    @pytest.mark.parametrize(("reads_at", "asks_at"), [(0, 0), (0, 1), (1, 0), (1, 1)])
    def test_stays_while_somebody_has_come_back_to_read_it(
        self, house: House, upstream: Upstream, reads_at: int, asks_at: int
    ) -> None:
        upstream.answer_with(held(["one "], ["two"]), reply("x"))
        people = house.people()
        session = Session("A")
        live = session.send(people[0], "Hi")
        live.read_until("one ")
        again = people[reads_at].live("GET", f"/streams/{live.header('x-stream-id')}")
        again.read_until("one ")
        live.close()
        assert session.send(people[asks_at], "And?").status == 409
        again.close()
        passes(session, people[asks_at], "And?").rest()
        assert people[0].conversation()["messages"][1]["status"] == "stopped"
        assert len(upstream.requests) == 2


class TestAtOnce:
    """Both are asked for an answer in one conversation at the same moment: one gives it, the other says no."""

    @pytest.mark.parametrize("backend", ["A", "B", "C", "D", "E"])
    def test_one_answers(self, house: House, upstream: Upstream, postgres: Postgres, backend: str) -> None:
        upstream.answer_with(reply("x"), held(["one "], ["two"]))
        people = house.people()
        session = Session(backend)
        session.begin(people[0])
        session.follow(session.send(people[0], "Hi").rest())
        id = people[0].conversation()["id"]
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        with ThreadPoolExecutor(2) as pool:
            with row_lock(postgres, house.storage, f"select id from conversations where id = '{id}' for update"):
                asked = [pool.submit(session.send, person, "And?") for person in people]
                wait_until(lambda: postgres.sql(waiting) == ["2"], "both to want the conversation")
            answers = [each.result(WAIT_SECONDS) for each in asked]
        refused = [live for live in answers if live.status == 409 or live.header("x-stream-id") is None]
        (won,) = [live for live in answers if live not in refused]
        assert len(refused) == 1 and is_refused(refused[0])
        upstream.release()
        assert "two" in won.rest()
        messages = people[1].conversation()["messages"]
        assert len(upstream.requests) == 2
        assert [each["role"] for each in messages] == ["user", "assistant"] * (1 if backend == "D" else 2)
        assert (messages[-1]["content"], messages[-1]["status"]) == ("one two", "complete")
        assert messages[-1]["versions"] == (2 if backend == "D" else 1)


class TestCutOff:
    """One of them cannot reach the database any more, and all else can reach it."""

    @pytest.fixture
    def cable(self, postgres: Postgres) -> Iterator[Cable]:
        laid = Cable(postgres)
        yield laid
        laid.close()

    @pytest.fixture
    def other(self, house: House, upstream: Upstream, cable: Cable, tmp_path: Path) -> Iterator[Patchbay]:
        """A further replica, at the end of the cable."""
        storage = cable.through(house.storage)
        config = write_config(tmp_path / "patchbay.yaml", backend_config(upstream, storage))
        running = Patchbay(config, env=storage.env)
        yield running
        if running.process.returncode is None:
            running.stop()

    def test_it_says_what_it_could_not_store_and_stores_it_later(
        self, house: House, other: Patchbay, upstream: Upstream, cable: Cable
    ) -> None:
        upstream.answer_with(held(["one "], ["two"]), reply("x"))
        near, _ = house.people()
        ada = Person(other.port, near.userid)
        session = Session("C")
        live = session.send(ada, "Hi")
        live.read_until("one ")
        cable.cut()
        upstream.release()
        told = live.rest()
        assert '0:"two"' in told and "3:" in told.splitlines()[-1], told
        other.wait_for_log(lambda line: line["event"] == "answer_not_stored")
        # Its own clients are sent away meanwhile, but for those who want nothing stored.
        refused = ada.ask("POST", "/chat", {"messages": HI})
        assert refused.status == 503 and int(refused.header("retry-after")) >= 1
        completion = {"model": "any", "messages": HI, "stream": True}
        assert ada.ask("POST", "/v1/chat/completions", completion).status == 200
        # Nobody takes the answer for finished, or for dead, whose process lives.
        assert near.conversation()["messages"][-1]["status"] == "streaming"
        assert session.send(near, "And?").status == 409
        cable.mend()
        last = wait_until(
            lambda: (found := near.conversation()["messages"][-1])["status"] != "streaming" and found,
            "the answer to be stored",
        )
        assert (last["content"], last["status"], last["versions"]) == ("one two", "complete", 1)
        session.send(near, "And?").rest()
        contents = says(near.conversation()["messages"])
        assert contents == [("user", "Hi"), ("assistant", "one two"), ("user", "And?"), ("assistant", "x")]

    def test_one_that_dies_so_leaves_no_answer_running(
        self, house: House, other: Patchbay, upstream: Upstream, cable: Cable
    ) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        near, _ = house.people()
        live = Session("A").send(Person(other.port, near.userid), "Hi")
        live.read_until("one ")
        cable.cut()
        other.kill()
        last = wait_until(
            lambda: (found := near.conversation()["messages"][-1])["status"] != "streaming" and found,
            "the answer to be marked",
        )
        assert last["status"] == "interrupted" and "one ".startswith(last["content"])
        assert len(near.conversation()["messages"]) == 2
