"""Wrong credentials: after so many from one address no more are looked at, and nobody else notices."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest

from chat_backends import Person, error_of
from patchbay import Patchbay
from redis_server import Redis
from test_access import config
from upstream import WAIT_SECONDS

KEY = "sk-team-7d31planted"
ADMIN = "admin-key-19c2planted"
KEYS = {"keys": [{"name": "team", "key": KEY}], "failed_logins": 3, "failed_logins_window": "10m"}
TRUSTED = {**KEYS, "trusted_proxies": ["127.0.0.1"]}

Start = Callable[..., Patchbay]


def asker(server: Patchbay, key: str | None, address: str | None = None) -> Person:
    headers = {} if key is None else {"X_API_Key": key}
    if address is not None:
        headers["X_Forwarded_For"] = address
    return Person(server.port, **headers)


def status(server: Patchbay, key: str | None, address: str | None = None, path: str = "/v1/models") -> int:
    return asker(server, key, address).ask("GET", path).status


def test_after_so_many_wrong_ones_none_are_looked_at(start_patchbay: Start) -> None:
    server = start_patchbay(config(KEYS))
    assert [status(server, "wrong") for _ in range(5)] == [401, 401, 401, 429, 429]
    refused = asker(server, KEY).ask("GET", "/v1/models")
    assert refused.status == 429, "not even the right one"
    assert refused.json()["error"]["code"] == "too_many_failed_logins"
    assert 1 <= int(refused.header("retry-after")) <= 600
    assert "wrong credentials" in error_of(asker(server, "wrong").ask("GET", "/conversations"), 429)
    assert status(server, None) == 401, "nothing to look at"
    assert status(server, None, path="/health") == 200
    page = asker(server, None).ask("GET", "/metrics").body.decode()
    assert "patchbay_client_logins_failed_total 3" in page
    assert "patchbay_client_logins_refused_total 4" in page
    server.stop()
    told = [line for line in server.log if line.get("event") == "logins_limited"]
    assert len(told) == 1 and told[0]["from"] == "address:127.0.0.1"


def test_others_are_not_held_off(start_patchbay: Start) -> None:
    server = start_patchbay(config(TRUSTED))
    assert [status(server, "wrong", "198.51.100.7") for _ in range(4)] == [401, 401, 401, 429]
    assert status(server, KEY, "198.51.100.8") == 200
    assert status(server, KEY) == 200
    assert status(server, KEY, "198.51.100.7, 198.51.100.8") == 200, "what stands before may be invented"
    assert status(server, KEY, "198.51.100.8, 198.51.100.7") == 429
    assert [status(server, "wrong", f"2001:db8::{n}") for n in range(1, 5)] == [401, 401, 401, 429], "one network"
    assert status(server, KEY, "2001:db8:0:1::1") == 200


def test_an_address_that_nobody_trusts_cannot_be_invented(start_patchbay: Start) -> None:
    server = start_patchbay(config(KEYS))
    assert [status(server, "wrong", f"198.51.100.{n}") for n in range(5)] == [401, 401, 401, 429, 429]


def test_right_ones_are_never_counted(start_patchbay: Start) -> None:
    server = start_patchbay(config(KEYS))
    for _ in range(3):
        assert [status(server, KEY) for _ in range(5)] == [200] * 5
    assert [status(server, None) for _ in range(5)] == [401] * 5, "and neither is coming without"
    assert status(server, KEY) == 200


def test_each_method_counts(start_patchbay: Start) -> None:
    access = {**KEYS, "basic": [{"username": "app", "password": "right-word-planted"}]}
    server = start_patchbay(config(access, admin={"keys": [ADMIN]}))
    basic = "Basic " + base64.b64encode(b"app:wrong").decode()
    asks = [("/v1/models", {"Authorization": "Bearer wrong"}), ("/conversations", {"Authorization": basic}),
            ("/admin/plugins", {"Authorization": "Bearer wrong"})]  # fmt: skip
    for path, headers in asks:
        assert Person(server.port).ask("GET", path, headers=headers).status == 401, path
    for path, headers in asks:
        assert Person(server.port).ask("GET", path, headers=headers).status == 429, path
    assert Person(server.port).ask("GET", "/admin/plugins", headers={"Authorization": f"Bearer {ADMIN}"}).status == 429


@pytest.mark.parametrize("given", [0, 10_000])
def test_the_limit_is_a_setting(start_patchbay: Start, given: int) -> None:
    server = start_patchbay(config({**KEYS, "failed_logins": given}))
    assert {status(server, "wrong") for _ in range(30)} == {401}


def test_replicas_count_together(start_patchbay: Start, redis: Redis) -> None:
    redis.flush()
    one, other = (start_patchbay(config(KEYS, redis={"url": redis.url})) for _ in range(2))
    assert [status(one, "wrong") for _ in range(2)] == [401, 401]
    counted = ("ZCARD", "patchbay:rate:login:address:127.0.0.1")
    ends = time.monotonic() + WAIT_SECONDS
    while redis.command(*counted) != b":2\r\n":
        assert time.monotonic() < ends
        time.sleep(0.02)
    assert status(other, "wrong") == 401
    other.wait_for_log(lambda line: line.get("event") == "logins_limited")
    assert status(other, KEY) == 429
    assert status(one, "wrong") == 401, "it learns of it by this"
    one.wait_for_log(lambda line: line.get("event") == "logins_limited")
    assert status(one, KEY) == 429


def test_without_redis_each_counts_alone(start_patchbay: Start) -> None:
    server = start_patchbay(config(KEYS, redis={"url": "redis://127.0.0.1:1"}))
    assert [status(server, "wrong") for _ in range(4)] == [401, 401, 401, 429]
