"""Two servers on one PostgreSQL and one Redis behind nginx: a client cannot tell which of them it talks to."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from chat_backends import Person, backend_config, data_of, error_of, held, ndjson, new_id, reply, says, sse
from databases import Postgres, Storage
from nginx_server import Nginx
from patchbay import Patchbay, write_config
from redis_server import Redis
from upstream import WAIT_SECONDS, Upstream

ON_FIRST, ON_SECOND = {"X-Replica": "0"}, {"X-Replica": "1"}
LIMIT = 10


class House:
    """Both servers and what is before and behind them."""

    def __init__(self, nginx: Nginx, servers: list[Patchbay], storage: Storage, config: Path) -> None:
        self.nginx = nginx
        self.servers = servers
        self.storage = storage
        self.config = config

    def person(self) -> Person:
        return Person(self.nginx.port, f"ada-{new_id()}")


@pytest.fixture(scope="module")
def house(
    upstream: Upstream, postgres: Postgres, redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    redis.flush()
    storage = postgres.database()
    more = {"redis": {"url": redis.url}, "rate_limit": {"requests": LIMIT, "window": "1m"}}
    config = write_config(
        tmp_path_factory.mktemp("replicas") / "patchbay.yaml", backend_config(upstream, storage, **more)
    )
    with ExitStack() as stack:
        servers = [stack.enter_context(Patchbay(config, env=storage.env)) for _ in range(2)]
        nginx = Nginx(*(server.port for server in servers))
        yield House(nginx, servers, storage, config)
        nginx.close()


@pytest.fixture
def ada(house: House) -> Person:
    return house.person()


def open_session(ada: Person, session: str, upstream: Upstream) -> Any:
    upstream.answer_with(held(["one ", "two "], ["three"]))
    live = ada.live("POST", "/chat/", {"message": "Hi", "session_id": session}, ON_FIRST)
    live.read_until("two ")
    return live


def test_nginx_asks_them_in_turn(house: House, ada: Person) -> None:
    served = {ada.ask("GET", "/health").header("x-served-by") for _ in range(4)}
    assert served == {f"127.0.0.1:{server.port}" for server in house.servers}
    for at, headers in enumerate((ON_FIRST, ON_SECOND)):
        answer = ada.ask("GET", "/health", headers=headers)
        assert answer.header("x-served-by") == f"127.0.0.1:{house.servers[at].port}"


def test_what_one_stores_the_other_has(ada: Person, upstream: Upstream) -> None:
    upstream.answer_with(reply("First."), reply("Second."))
    session = new_id()
    for question, headers in (("One?", ON_FIRST), ("Two?", ON_SECOND)):
        answer = ada.ask("POST", "/chat/", {"message": question, "session_id": session}, headers)
        assert ndjson(answer.body.decode())[-1]["done"] is True
    expected = [("user", "One?"), ("assistant", "First."), ("user", "Two?"), ("assistant", "Second.")]
    assert says(ada.conversation()["messages"]) == expected
    assert says(ada.conversation()["messages"]) == expected


def test_a_stream_of_one_is_stopped_by_the_other(ada: Person, upstream: Upstream) -> None:
    session = new_id()
    live = open_session(ada, session, upstream)
    stopped = ada.ask("POST", f"/chat/stop/{session}", headers=ON_SECOND)
    assert stopped.json()["success"] is True
    assert ndjson(live.rest())[-1] == {"stopped": True}
    assert upstream.requests[0].client_left.wait(WAIT_SECONDS)
    answer = ada.conversation()["messages"][-1]
    assert (answer["content"], answer["status"]) == ("one two ", "stopped")
    assert ada.ask("POST", f"/chat/stop/{session}", headers=ON_SECOND).json()["success"] is False


def test_a_stream_of_one_is_read_on_at_the_other(house: House, ada: Person, upstream: Upstream) -> None:
    live = open_session(ada, new_id(), upstream)
    seen = ndjson(live.text[: live.text.rindex("\n") + 1])
    id = live.header("x-stream-id")
    live.close()
    later = ada.live("GET", f"/streams/{id}?after={len(seen)}", headers=ON_SECOND)
    assert later.status == 200
    error_of(house.person().ask("GET", f"/streams/{id}", headers=ON_SECOND), 404)
    upstream.release()
    *rest, last = ndjson(later.rest())
    assert "".join(each["content"] for each in seen + rest) == "one two three"
    assert last["done"] is True
    assert ada.conversation()["messages"][-1]["content"] == "one two three"
    for headers in (ON_FIRST, ON_SECOND):
        again = ada.ask("GET", f"/streams/{id}", headers=headers)
        assert ndjson(again.body.decode())[-1] == last


def test_the_chat_of_the_sdk_resumes_at_either(ada: Person, upstream: Upstream) -> None:
    upstream.answer_with(held(["one "], ["two"]))
    id = new_id()
    body = {"id": id, "messages": [{"id": "m", "role": "user", "parts": [{"type": "text", "text": "Hi"}]}],
            "trigger": "submit-message"}  # fmt: skip
    live = ada.live("POST", "/chat", body, ON_FIRST)
    live.read_until("one ")
    again = ada.live("GET", f"/chat/{id}/stream", headers=ON_SECOND)
    upstream.release()
    assert again.status == 200
    assert data_of(again.rest()) == data_of(live.rest())


def test_a_conversation_that_streams_at_one_takes_nothing_at_the_other(ada: Person, upstream: Upstream) -> None:
    session = new_id()
    live = open_session(ada, session, upstream)
    second = ada.ask("POST", "/chat/", {"message": "And?", "session_id": session}, ON_SECOND)
    assert list(ndjson(second.body.decode())[0]) == ["error"]
    upstream.release()
    live.rest()
    assert says(ada.conversation()["messages"]) == [("user", "Hi"), ("assistant", "one two three")]


def test_a_third_that_starts_leaves_a_running_stream_alone(
    house: House, ada: Person, upstream: Upstream
) -> None:
    live = open_session(ada, new_id(), upstream)
    with Patchbay(house.config, env=house.storage.env) as third:
        seen = Person(third.port, ada.userid).conversation()["messages"][-1]
        assert seen["status"] == "streaming"
    upstream.release()
    assert ndjson(live.rest())[-1]["done"] is True
    answer = ada.conversation()["messages"][-1]
    assert (answer["content"], answer["status"]) == ("one two three", "complete")


def test_limits_hold_over_both(ada: Person, upstream: Upstream, redis: Redis) -> None:
    redis.flush()
    upstream.answer_with(reply("x"))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ada.ask("POST", "/api/chat/stream", {"message": "Hi"}), range(3 * LIMIT)))
    passed = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status == 429]
    assert (len(passed), len(refused)) == (LIMIT, 2 * LIMIT)
    assert len(upstream.requests) == LIMIT
    assert {answer.header("x-served-by") for answer in refused} == {
        answer.header("x-served-by") for answer in passed
    }
    assert all(int(answer.header("retry-after")) >= 1 for answer in refused)
    assert all(sse(answer.body.decode())[-1][0] == "done" for answer in passed)


def test_one_that_is_killed_leaves_its_partial_reply_to_the_other(
    house: House, ada: Person, upstream: Upstream
) -> None:
    session = new_id()
    with Patchbay(house.config, env=house.storage.env) as survivor:
        doomed = Patchbay(house.config, env=house.storage.env)
        upstream.answer_with(held(["one "], ["two"]))
        live = Person(doomed.port, ada.userid).live("POST", "/chat/", {"message": "Hi", "session_id": session})
        live.read_until("one ")
        doomed.kill()
        upstream.answer_with(reply("x"))
        other = Person(survivor.port, ada.userid)
        user, answer = other.conversation()["messages"]
        assert user["content"] == "Hi"
        assert "one ".startswith(answer["content"])
        assert answer["status"] in ("streaming", "interrupted")
