"""The variables that the built-in configuration reads, each by what it changes for a client."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_route import chunks
from patchbay import EXIT_CONFIGURATION, PROMPT, PROVIDER_KEY, Patchbay, run
from raw_http import RawAnswer, RawConnection
from upstream import Upstream, json_answer, stream_answer

HI = [{"role": "user", "content": PROMPT}]
WHOLE = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
}

Start = Callable[..., Patchbay]


@pytest.fixture
def start(start_patchbay: Start, tmp_path: Path) -> Start:
    """A server without a configuration file, in a folder of its own."""
    return lambda env=None, **options: start_patchbay(None, env=env, cwd=tmp_path, **options)


def ask(server: Patchbay, target: str, body: object, **headers: str) -> RawAnswer:
    with RawConnection(server.port) as connection:
        return connection.ask(
            "POST", target, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        )


def words(server: Patchbay, **body: object) -> str:
    """What POST /chat streams as text."""
    answer = ask(server, "/chat", {"messages": HI, **body}, Accept="application/x-ndjson")
    assert answer.status == 200, answer.body
    lines = [json.loads(line) for line in answer.body.decode().splitlines()]
    return "".join(line.get("content", "") for line in lines)


@pytest.mark.parametrize(
    "name", ["OpenAI", "openai", "azure", "OpenRouter", "ANTHROPIC", "stub"]
)
def test_with_nothing_set_every_known_name_is_the_stub(start: Start, name: str) -> None:
    assert words(start(), provider=name).startswith("Hello from Patchbay!")


def test_with_nothing_set_gemini_is_its_own_stub(start: Start) -> None:
    server = start()
    assert words(server, provider="Gemini") == "Gemini API Stub Response"
    assert words(server, provider="gemini", model="gemini-2.5-pro") == "Gemini API Stub Response"
    assert words(server, model="gpt-4o").startswith("Hello from Patchbay!")
    assert ask(server, "/chat", {"messages": HI, "provider": "nobody"}).status == 400


def test_a_key_brings_the_provider_and_its_default_model(start: Start, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(chunks({"content": "real"})))
    server = start({"OPENAI_API_KEY": PROVIDER_KEY, "OPENAI_BASE_URL": upstream.base_url})
    assert words(server, provider="OpenAI") == "real"
    assert upstream.requests[-1].json()["model"] == "gpt-4o-mini"
    assert upstream.requests[-1].header("authorization") == f"Bearer {PROVIDER_KEY}"
    assert words(server) == "real", "it answers where nobody is named"
    assert words(server, provider="anthropic").startswith("Hello from Patchbay!")


def test_a_stand_in_is_not_in_the_way_of_a_provider_with_a_key(start: Start, upstream: Upstream) -> None:
    """`openai` comes before `openrouter` in the list, and has a stand-in."""
    upstream.answer_with(stream_answer(chunks({"content": "routed"})))
    server = start(
        {
            "OPENROUTER_API_KEY": PROVIDER_KEY,
            "OPENROUTER_BASE_URL": upstream.base_url,
            "APP_URL": "https://app.example",
            "APP_TITLE": "An App",
        }
    )
    assert words(server, model="vendor/m") == "routed"
    request = upstream.requests[-1]
    assert request.json()["model"] == "vendor/m"
    assert request.header("http-referer") == "https://app.example"
    assert request.header("x-title") == "An App"


def test_azure_by_its_variables(start: Start, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(chunks({"content": "azure"})))
    server = start(
        {
            "AZURE_OPENAI_ENDPOINT": upstream.origin,
            "AZURE_OPENAI_API_KEY": PROVIDER_KEY,
            "AZURE_OPENAI_API_VERSION": "2024-10-21",
            "AZURE_OPENAI_GPT_DEPLOYMENT_NAME": "my-gpt",
            "AZURE_OPENAI_DALLE_DEPLOYMENT_NAME": "my-pictures",
        }
    )
    assert words(server) == "azure"
    request = upstream.requests[-1]
    assert request.target == "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
    assert request.header("api-key") == PROVIDER_KEY
    upstream.answer_with(json_answer({"created": 1, "data": [{"url": "https://x.example/i.png"}]}))
    assert "https://x.example/i.png" in words(server, mode="image")
    assert upstream.requests[-1].target.startswith("/openai/deployments/my-pictures/images/generations")


def test_llm_provider_and_model_name_say_who_answers(start: Start, upstream: Upstream) -> None:
    keys = {
        "OPENAI_API_KEY": PROVIDER_KEY,
        "OPENROUTER_API_KEY": PROVIDER_KEY,
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENROUTER_BASE_URL": upstream.base_url,
    }
    upstream.answer_with(json_answer(WHOLE))
    server = start({**keys, "LLM_PROVIDER": "OpenRouter", "MODEL_NAME": "large"})
    answer = ask(server, "/v1/chat/completions", {"messages": HI})
    assert answer.status == 200, answer.body
    assert upstream.requests[-1].json()["model"] == "large"


def test_an_llm_provider_without_a_key_is_not_replaced_by_another_that_has_one(start: Start, upstream: Upstream) -> None:
    """Whoever chose one must not find another one's bill."""
    keys = {"OPENAI_API_KEY": PROVIDER_KEY, "OPENAI_BASE_URL": upstream.base_url}
    asked = len(upstream.requests)
    assert words(start({**keys, "LLM_PROVIDER": "Gemini"})) == "Gemini API Stub Response"
    assert len(upstream.requests) == asked


def test_origins_may_be_written_as_json(start: Start) -> None:
    """As settings of programs in Python hold lists."""
    server = start({"CORS_ORIGINS": '["https://a.example", "https://b.example"]'})
    for origin in ("https://a.example", "https://b.example"):
        answer = ask(server, "/chat", {"messages": HI}, Origin=origin)
        assert answer.header("access-control-allow-origin") == origin


def test_an_llm_provider_that_is_none_is_refused_with_those_there_are() -> None:
    done = run("check", env={"LLM_PROVIDER": "nobody"})
    assert done.returncode == EXIT_CONFIGURATION
    assert "unknown provider" in done.stdout + done.stderr


def test_port_and_log_level(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = start({"PORT": str(port), "LOG_LEVEL": "DEBUG"}, listen=None)
    assert server.port == port


def test_a_file_of_variables(start: Start, upstream: Upstream, tmp_path: Path) -> None:
    upstream.answer_with(stream_answer(chunks({"content": "by file"})))
    variables = tmp_path / "variables"
    variables.write_text(f"OPENAI_API_KEY={PROVIDER_KEY}\nexport OPENAI_BASE_URL={upstream.base_url}\n")
    variables.chmod(0o600)
    assert words(start({"ENV_FILE": str(variables)})) == "by file"


def test_a_configuration_file_wins_over_the_variables(start_patchbay: Start, upstream: Upstream) -> None:
    config = {
        "providers": {"stub": {"plugin": "stub", "default_model": "s", "config": {"reply": "by the file"}}},
        "models": {"*": {"provider": "stub"}},
    }
    env = {"OPENAI_API_KEY": PROVIDER_KEY, "OPENAI_BASE_URL": upstream.base_url, "LLM_PROVIDER": "openai"}
    assert words(start_patchbay(config, env=env)) == "by the file"
