"""Who may ask: credentials in every form, whom they stand for, how refusals read, and what a reload changes."""

from __future__ import annotations

import base64
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from patchbay import PROVIDER_KEY, Patchbay, write_config
from raw_http import RawAnswer, RawConnection
from upstream import Upstream, json_answer

TEAM = "sk-team-4b7d0planted"
OPS = "sk-operations-91c2planted"
WORD = "pass:word-77a1planted"
CHAT, OPENAI = "/chat", "/v1/chat/completions"
ASK = {"messages": [{"role": "user", "content": "Hi"}]}
BASIC = {"basic": [{"username": "app", "password": WORD}]}
KEYS = {"keys": [{"name": "team", "key": TEAM}, {"name": "ops", "key": OPS}]}


def config(access: dict | None = None, **more: object) -> dict:
    return {
        "server": {"workers": 2},
        "providers": {"stub": {"plugin": "stub", "default_model": "stub", "config": {"reply": "Hello"}}},
        "models": {"*": {"provider": "stub"}},
        **({} if access is None else {"access": access}),
        **more,
    }


def ask(server: Patchbay, path: str = OPENAI, headers: dict[str, str] | None = None, body: object = None) -> RawAnswer:
    with RawConnection(server.port) as connection:
        return connection.ask("POST", path, json.dumps({"model": "stub", **ASK} if body is None else body).encode(), headers)


def get(server: Patchbay, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> RawAnswer:
    with RawConnection(server.port) as connection:
        return connection.ask(method, path, headers=headers)


def basic(account: str, **more: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(account.encode()).decode(), **more}


def text_of(answer: RawAnswer) -> str:
    """The message of a failure where clients read a text."""
    assert answer.header("content-type") == "application/json"
    error = answer.json()["error"]
    assert isinstance(error, str), answer.body
    return error


def object_of(answer: RawAnswer) -> dict:
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}, answer.body
    return error


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    path = write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", config({**BASIC, **KEYS, "failed_logins": 0}))
    with Patchbay(path) as server:
        yield server
        for secret in (TEAM, OPS, WORD, base64.b64encode(f"app:{WORD}".encode()).decode()):
            assert secret not in server.output


@pytest.mark.parametrize(
    "headers",
    [
        basic(f"app:{WORD}", userid="ada"),
        {"X-API-Key": TEAM},
        {"Authorization": f"Bearer {OPS}"},
        {"authorization": f"bearer {OPS}", "userid": "ada"},
        {"X-API-Key": "of-somebody-else", **basic(f"app:{WORD}", userid="ada")},
    ],
)
def test_credentials_let_in(guarded: Patchbay, headers: dict[str, str]) -> None:
    assert ask(guarded, OPENAI, headers).status == 200
    assert ask(guarded, CHAT, headers, ASK).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"userid": "ada"},
        basic("app:wrong", userid="ada"),
        basic(f"nobody:{WORD}", userid="ada"),
        {"Authorization": "Basic !!!", "userid": "ada"},
        {"X-API-Key": TEAM[:-1]},
        {"X-API-Key": ""},
        {"Authorization": f"Bearer {TEAM}x"},
        {"Authorization": TEAM},
        {"X-API-Key": "team"},
    ],
)
def test_without_good_ones_it_is_a_401_in_the_words_of_the_route(guarded: Patchbay, headers: dict[str, str]) -> None:
    refused = ask(guarded, OPENAI, headers)
    assert refused.status == 401
    assert object_of(refused)["code"] == "invalid_credentials"
    assert "Basic realm=" in refused.header("www-authenticate")
    assert "Bearer realm=" in refused.header("www-authenticate")
    assert refused.header("x-request-id")
    in_chat = ask(guarded, CHAT, headers, ASK)
    assert in_chat.status == 401
    assert text_of(in_chat) == object_of(refused)["message"], "and the same whatever was wrong"
    assert object_of(refused)["message"] == object_of(ask(guarded))["message"]
    assert in_chat.header("www-authenticate") == refused.header("www-authenticate")


def test_an_account_without_a_userid_is_a_400_that_names_it(guarded: Patchbay) -> None:
    refused = ask(guarded, OPENAI, basic(f"app:{WORD}"))
    assert refused.status == 400
    assert object_of(refused)["param"] == "userid"
    in_chat = ask(guarded, CHAT, basic(f"app:{WORD}"), ASK)
    assert in_chat.status == 400
    assert "userid" in text_of(in_chat)


@pytest.mark.parametrize("userid", ["", "x" * 129, "Ren\xe9"])
def test_an_unfit_userid_is_a_400_that_names_it(guarded: Patchbay, userid: str) -> None:
    for headers in (basic(f"app:{WORD}", userid=userid), {"X-API-Key": TEAM, "userid": userid}):
        refused = ask(guarded, CHAT, headers, ASK)
        assert refused.status == 400
        assert "userid" in text_of(refused)


def test_some_paths_are_for_everybody(guarded: Patchbay) -> None:
    for path in ("/", "/health", "/v1/health", "/ready", "/metrics", "/openapi.json", "/docs", "/redoc"):
        assert get(guarded, path).status == 200, path
    assert get(guarded, OPENAI, method="OPTIONS").status == 204
    assert get(guarded, "/nowhere").status == 404
    assert get(guarded, OPENAI).status == 405
    for path in ("/v1/models", "/models", "/v1/models/stub", "/providers/stub/x", "/v1/responses/r1"):
        assert get(guarded, path).status == 401, path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/chat/"),
        ("POST", "/chat/edit/"),
        ("POST", "/chat/retry/"),
        ("POST", "/chat/stop/some-session"),
        ("POST", "/clear_context"),
        ("POST", "/speech-to-text/"),
        ("POST", "/api/chat/stream"),
        ("GET", "/conversations"),
        ("POST", "/conversations"),
        ("GET", "/conversations/0192f0c1-0000-7000-8000-000000000000"),
        ("GET", "/streams/0192f0c1-0000-7000-8000-000000000000"),
        ("GET", "/files/0192f0c1-0000-7000-8000-000000000000"),
    ],
)
def test_the_chat_back_ends_refuse_with_a_text(guarded: Patchbay, method: str, path: str) -> None:
    refused = get(guarded, path, method=method)
    assert refused.status == 401
    assert "Credentials" in text_of(refused)


def test_credentials_reach_no_provider(upstream: Upstream, start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(
        config(
            {**KEYS, **BASIC},
            providers={
                "up": {
                    "plugin": "openai",
                    "passthrough": True,
                    "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url},
                }
            },
            models={"*": {"provider": "up"}},
        )
    )
    for headers in ({"X-API-Key": TEAM}, {"Authorization": f"Bearer {OPS}"}, basic(f"app:{WORD}", userid="ada")):
        for path in (OPENAI, "/providers/up/files"):
            upstream.answer_with(json_answer({"id": "x", "choices": []}))
            assert ask(server, path, headers).status == 200
            sent = upstream.requests[-1]
            assert sent.header("authorization") == f"Bearer {PROVIDER_KEY}"
            assert sent.header("x-api-key") is None
            everything = f"{sent.target} {sent.headers} {sent.body!r}"
            for secret in (TEAM, OPS, WORD, headers.get("Authorization", TEAM)):
                assert secret not in everything
    for secret in (TEAM, OPS, WORD):
        assert secret not in server.output


def test_on_loopback_nobody_is_asked_and_foreign_pages_are_refused(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(config())
    assert ask(server, CHAT, {"userid": "ada"}, ASK).status == 200
    assert ask(server, CHAT, {"Authorization": "Bearer whatever"}, ASK).status == 200
    refused = ask(server, CHAT, {"Origin": "https://evil.example"}, ASK)
    assert refused.status == 403
    assert "Origin" in text_of(refused)
    assert "Host" in text_of(ask(server, CHAT, {"Host": "evil.example"}, ASK))
    assert "Host" in object_of(ask(server, OPENAI, {"Host": "evil.example"}))["message"]
    assert ask(server, CHAT, {"userid": ""}, ASK).status == 400


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://localhost:3000"])
def test_the_usual_front_ends_may_ask_as_it_comes(start_patchbay: Callable[..., Patchbay], origin: str) -> None:
    server = start_patchbay(None, listen="127.0.0.1:0")
    answer = ask(server, CHAT, {"Origin": origin}, ASK)
    assert answer.status == 200
    assert answer.header("access-control-allow-origin") == origin
    assert answer.header("access-control-allow-credentials") == "true"
    exposed = {name.strip() for name in answer.header("access-control-expose-headers").split(",")}
    assert {"x-request-id", "x-conversation-id", "x-stream-id", "x-vercel-ai-data-stream", "link"} <= exposed


def test_any_origin_may_ask_without_credentials(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(None, env={"CORS_ORIGINS": "*"})
    answer = ask(server, CHAT, {"Origin": "https://any.example"}, ASK)
    assert answer.status == 200
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-allow-credentials") is None


def test_with_credentials_the_page_does_not_matter_but_for_admin(guarded: Patchbay) -> None:
    foreign = {"Host": "chat.example.com", "Origin": "https://evil.example"}
    answer = ask(guarded, CHAT, {"X-API-Key": TEAM, **foreign}, ASK)
    assert answer.status == 200
    assert answer.header("access-control-allow-origin") is None, "so its scripts cannot read it"
    assert ask(guarded, CHAT, foreign, ASK).status == 401
    assert get(guarded, "/health", foreign).status == 200
    for path in ("/admin/plugins", "/metrics"):
        assert get(guarded, path, foreign).status == 403, path


def test_a_preflight_needs_no_credentials(guarded: Patchbay) -> None:
    asked = {
        "Origin": "http://localhost:5173",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,userid",
    }
    answer = get(guarded, CHAT, asked, "OPTIONS")
    assert answer.status == 204
    assert answer.header("access-control-allow-origin") == "http://localhost:5173"
    assert "userid" in answer.header("access-control-allow-headers")
    refused = ask(guarded, CHAT, {"Origin": "http://localhost:5173"}, ASK)
    assert refused.status == 401
    assert refused.header("access-control-allow-origin") == "http://localhost:5173", "so that the page can read it"


def test_beyond_loopback_nobody_is_answered_unless_it_is_said(start_patchbay: Callable[..., Patchbay]) -> None:
    closed = start_patchbay(config(), listen="0.0.0.0:0")
    said = closed.wait_for_log(lambda line: line["event"] == "no_credentials")["message"]
    assert "API_KEY" in said and "PATCHBAY_ANONYMOUS" in said
    refused = ask(closed, CHAT, body=ASK)
    assert refused.status == 401
    assert "access.keys" in text_of(refused) and "anonymous" in text_of(refused)
    assert ask(closed, OPENAI, {"Authorization": "Bearer "}).status == 401
    assert get(closed, "/health").status == 200

    opened = start_patchbay(config({"anonymous": "always"}), listen="0.0.0.0:0")
    opened.wait_for_log(lambda line: line["event"] == "no_credentials")
    assert ask(opened, CHAT, {"Host": "any.example", "Origin": "https://any.example"}, ASK).status == 200


def test_production_asks_on_loopback_too(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(None, env={"APP_ENV": "production"})
    assert ask(server, CHAT, body=ASK).status == 401
    server.wait_for_log(lambda line: line["event"] == "no_credentials")
    keyed = start_patchbay(None, env={"APP_ENV": "production", "API_KEY": TEAM})
    assert ask(keyed, CHAT, body=ASK).status == 401
    for either in (server, keyed):
        assert get(either, "/admin/plugins").status == 403
    assert ask(keyed, CHAT, {"X-API-Key": TEAM}, ASK).status == 200
    assert ask(keyed, OPENAI, {"Authorization": f"Bearer {TEAM}"}).status == 200


def test_the_variables_of_the_unified_back_end_switch_basic_on(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(None, env={"BACKEND_AUTH_USERNAME": "application", "BACKEND_AUTH_PASSWORD": WORD})
    refused = ask(server, CHAT, body=ASK)
    assert (refused.status, refused.header("www-authenticate")) == (401, 'Basic realm="patchbay", charset="UTF-8"')
    assert ask(server, CHAT, basic(f"application:{WORD}"), ASK).status == 400
    assert ask(server, CHAT, basic(f"application:{WORD}", userid="ada"), ASK).status == 200


def test_a_reload_changes_keys(tmp_path: Path, start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(config(KEYS))
    file = tmp_path / "patchbay-0.yaml"
    with RawConnection(server.port) as connection:
        assert connection.ask("GET", "/v1/models", headers={"X-API-Key": TEAM}).status == 200
        write_config(file, config({"keys": [{"name": "team", "key": OPS}]}))
        server.process.send_signal(signal.SIGHUP)
        server.wait_for_log(lambda line: line["event"] == "reloaded")
        assert connection.ask("GET", "/v1/models", headers={"X-API-Key": TEAM}).status == 401
        assert connection.ask("GET", "/v1/models", headers={"X-API-Key": OPS}).status == 200
