"""How often one may ask: counted in memory and in Redis, by key and by address, and what happens while Redis is away."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from patchbay import Patchbay, write_config
from raw_http import RawAnswer, RawConnection, request_bytes
from redis_server import Redis

TEAM, OPS = "sk-team-4b7d0planted", "sk-operations-91c2planted"
KEYS = {"keys": [{"name": "team", "key": TEAM}, {"name": "ops", "key": OPS}]}
CHAT, OPENAI = "/chat", "/v1/chat/completions"
ASK = {"model": "stub", "messages": [{"role": "user", "content": "Hi"}]}


def config(limit: dict | None, **more: object) -> dict:
    return {
        "server": {"workers": 2},
        "storage": {"enabled": False},
        "providers": {"stub": {"plugin": "stub", "default_model": "stub", "config": {"reply": "Hello"}}},
        "models": {"*": {"provider": "stub"}},
        **({} if limit is None else {"rate_limit": limit}),
        **more,
    }


def ask(server: Patchbay, path: str = CHAT, headers: dict[str, str] | None = None) -> RawAnswer:
    with RawConnection(server.port) as connection:
        return connection.ask("POST", path, json.dumps(ASK).encode(), headers)


def statuses(server: Patchbay, count: int, path: str = CHAT, headers: dict[str, str] | None = None) -> list[int]:
    return [ask(server, path, headers).status for _ in range(count)]


def limits_of(answer: RawAnswer) -> tuple[int, int, int]:
    """Limit, remaining, seconds until one more is allowed; both spellings must agree."""
    limit, remaining, reset = (int(answer.header(f"ratelimit-{name}")) for name in ("limit", "remaining", "reset"))
    assert answer.header("x-ratelimit-limit") == str(limit)
    assert answer.header("x-ratelimit-remaining") == str(remaining)
    assert abs(int(answer.header("x-ratelimit-reset")) - time.time() - reset) < 60
    return limit, remaining, reset


def check_refused(answer: RawAnswer) -> None:
    assert answer.status == 429
    assert limits_of(answer)[1] == 0
    assert answer.header("retry-after") == answer.header("ratelimit-reset")
    assert int(answer.header("retry-after")) > 60, "longer than any wait that is guessed"


@pytest.fixture
def redis() -> Iterator[Redis]:
    running = Redis()
    yield running
    running.close()


def off(line: dict) -> bool:
    return line["event"] == "rate_limits_off"


def on(line: dict) -> bool:
    return line["event"] == "rate_limits_on"


def test_alone_it_counts_in_memory_and_says_where_one_stands(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(config({"requests": 3, "window": "10m", "routes": ["/chat"]}))
    answers = [ask(server) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    assert [limits_of(answer)[:2] for answer in answers[:3]] == [(3, 2), (3, 1), (3, 0)]
    check_refused(answers[3])
    assert "Too many requests" in answers[3].json()["error"]
    refused = ask(server, OPENAI)
    check_refused(refused)
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert ask(server, "/v1/embeddings").header("ratelimit-limit") is None
    with RawConnection(server.port) as connection:
        assert connection.ask("OPTIONS", CHAT).status == 204, "and preflights are not counted"
        assert connection.ask("GET", "/health").header("ratelimit-limit") is None
    line = server.wait_for_log(lambda line: line.get("status") == 429)
    assert "Too many requests" in line["error"]


def test_as_it_comes_the_stream_of_threads_may_be_asked_sixty_times_a_minute(
    tmp_path: Path, start_patchbay: Callable[..., Patchbay]
) -> None:
    server = start_patchbay(config(None, storage={"url": f"sqlite:{tmp_path}/chats.db"}))
    with RawConnection(server.port) as connection:
        body = json.dumps({"message": "Hi"}).encode()
        answers = [connection.ask("POST", "/api/chat/stream", body) for _ in range(61)]
        assert connection.ask("POST", CHAT, json.dumps(ASK).encode()).header("ratelimit-limit") is None
    assert [answer.status for answer in answers[:60]] == [200] * 60
    assert limits_of(answers[0])[:2] == (60, 59)
    assert answers[-1].status == 429
    assert isinstance(answers[-1].json()["error"], str)


def test_every_path_can_be_limited_but_health(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(config({"requests": 2, "window": "10m", "routes": ["/"]}))
    with RawConnection(server.port) as connection:
        assert [connection.ask("GET", "/v1/models").status for _ in range(3)] == [200, 200, 429]
        assert connection.ask("GET", "/health").status == 200
        assert connection.ask("GET", "/metrics").status == 200
    assert statuses(server, 2) == [429, 429]


def test_no_limit_where_none_is_wanted(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(config({"requests": 0, "routes": ["/"]}))
    assert statuses(server, 70) == [200] * 70
    assert ask(server).header("ratelimit-limit") is None


def test_each_key_is_counted_alone_whoever_it_names(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(config({"requests": 2, "window": "10m", "routes": ["/"]}, access=KEYS))
    assert statuses(server, 2, headers={"X-API-Key": TEAM, "userid": "ada"}) == [200, 200]
    assert statuses(server, 1, headers={"Authorization": f"Bearer {TEAM}", "userid": "bob"}) == [429]
    assert statuses(server, 2, headers={"X-API-Key": OPS}) == [200, 200]
    assert ask(server, headers={"X-API-Key": "wrong"}).status == 401, "strangers are not counted but refused"


def test_a_page_can_read_why(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(config({"requests": 1, "window": "10m", "routes": ["/chat"]}))
    origin = {"Origin": "http://localhost:5173"}
    assert ask(server, headers=origin).status == 200
    refused = ask(server, headers=origin)
    assert refused.status == 429
    assert refused.header("access-control-allow-origin") == "http://localhost:5173"
    exposed = {name.strip() for name in refused.header("access-control-expose-headers").split(",")}
    assert {"retry-after", "ratelimit-remaining", "x-ratelimit-reset"} <= exposed


def test_addresses_are_believed_of_trusted_proxies_only(start_patchbay: Callable[..., Patchbay]) -> None:
    limit = {"requests": 1, "window": "10m", "routes": ["/"]}
    alone = start_patchbay(config(limit))
    assert statuses(alone, 1, headers={"X-Forwarded-For": "203.0.113.1"}) == [200]
    assert statuses(alone, 1, headers={"X-Forwarded-For": "203.0.113.2"}) == [429]

    behind = start_patchbay(config(limit, access={"trusted_proxies": ["127.0.0.0/8", "10.0.0.0/8"]}))

    def asked_by(forwarded: str) -> int:
        return ask(behind, headers={"X-Forwarded-For": forwarded}).status

    assert [asked_by("203.0.113.1"), asked_by("203.0.113.1")] == [200, 429]
    assert asked_by("203.0.113.2") == 200
    assert asked_by("198.51.100.7, 203.0.113.2") == 429, "what the client wrote itself does not count"
    assert asked_by("203.0.113.2, 10.1.1.1") == 429, "and a second proxy is looked through"


def test_a_reload_changes_the_limit_and_forgives_nothing(tmp_path: Path, start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(config({"requests": 2, "window": "10m", "routes": ["/chat"]}))
    assert statuses(server, 3) == [200, 200, 429]
    write_config(tmp_path / "patchbay-0.yaml", config({"requests": 4, "window": "10m", "routes": ["/chat"]}))
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log(lambda line: line["event"] == "reloaded")
    assert statuses(server, 3) == [200, 200, 429]


def test_two_replicas_hold_one_limit(redis: Redis, start_patchbay: Callable[..., Patchbay]) -> None:
    shared = config({"requests": 7, "window": "10m", "routes": ["/chat"]}, redis={"url": redis.url}, access=KEYS)
    one, two = start_patchbay(shared), start_patchbay(shared)
    key = {"X-API-Key": TEAM}
    answers = [ask(server, headers=key) for _ in range(5) for server in (one, two)]
    assert sorted(answer.status for answer in answers) == [200] * 7 + [429] * 3
    assert [limits_of(answer)[1] for answer in answers[:7]] == [6, 5, 4, 3, 2, 1, 0]
    check_refused(answers[-1])
    assert ask(one, headers={"X-API-Key": OPS}).status == 200
    assert TEAM.encode() not in redis.command("KEYS", "*"), "a key is counted by its name"


def test_without_redis_it_passes_says_so_once_and_recovers(redis: Redis, start_patchbay: Callable[..., Patchbay]) -> None:
    limit = {"requests": 3, "window": "10m", "routes": ["/chat"]}
    server = start_patchbay(config(limit, redis={"url": redis.url}))
    assert statuses(server, 4) == [200, 200, 200, 429]
    for outage in (1, 2):
        redis.stop()
        # Fresh connections land on either worker.
        assert statuses(server, 20) == [200] * 20
        assert ask(server).header("ratelimit-limit") is None
        server.wait_for_log(lambda line: off(line) and sum(map(off, server.log)) == outage)
        redis.start()
        server.wait_for_log(lambda line: on(line) and sum(map(on, server.log)) == outage)
        assert statuses(server, 4) == [200, 200, 200, 429], "it kept nothing, and counts anew"
    server.stop()
    assert sum(map(off, server.log)) == 2, "once an outage, whichever worker noticed"


def test_a_redis_that_was_never_there_stops_nobody(redis: Redis, start_patchbay: Callable[..., Patchbay]) -> None:
    redis.stop()
    limit = {"requests": 1, "window": "10m", "routes": ["/"]}
    server = start_patchbay(config(limit, redis={"url": redis.url}))
    assert statuses(server, 5) == [200] * 5
    redis.start()
    server.wait_for_log(on)
    assert statuses(server, 2) == [200, 429]


def test_it_can_be_told_to_refuse_without_redis(redis: Redis, start_patchbay: Callable[..., Patchbay]) -> None:
    limit = {"requests": 100, "window": "10m", "routes": ["/chat"], "fail_closed": True}
    server = start_patchbay(config(limit, redis={"url": redis.url}))
    assert statuses(server, 1) == [200]
    redis.stop()
    refused = ask(server)
    assert (refused.status, refused.header("retry-after")) == (503, "1")
    assert "counted" in refused.json()["error"]
    in_openai = ask(server, OPENAI)
    assert (in_openai.status, in_openai.json()["error"]["code"]) == (503, "rate_limits_unavailable")
    with RawConnection(server.port) as connection:
        assert connection.ask("GET", "/v1/models").status == 200, "where no limit holds, nothing changes"
    redis.start()
    server.wait_for_log(on)
    assert statuses(server, 1) == [200]


def test_a_client_that_leaves_while_it_is_counted_harms_nobody(
    redis: Redis, start_patchbay: Callable[..., Patchbay]
) -> None:
    server = start_patchbay(config({"requests": 1000, "window": "10m", "routes": ["/"]}, redis={"url": redis.url}))
    for _ in range(50):
        with RawConnection(server.port) as connection:
            connection.send(request_bytes("POST", CHAT, json.dumps(ASK).encode()))
    with RawConnection(server.port) as connection:
        for _ in range(3):
            connection.send(request_bytes("POST", CHAT, json.dumps(ASK).encode()))
        assert [connection.read_answer("POST").status for _ in range(3)] == [200] * 3, "pipelined, in their order"
    assert ask(server).status == 200
