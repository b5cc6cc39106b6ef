"""The example plugins in C, C++ and Rust in the shipped binary, configured as their pages tell."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import openai
import pytest
from openai import OpenAI

from patchbay import CLIENT_KEY, PROVIDER_KEY, REPOSITORY, Patchbay
from raw_http import RawConnection
from samples import ASK, BODY, PATH, STREAM_BODY
from upstream import WAIT_SECONDS, Answer, Upstream, json_answer

EXAMPLES = REPOSITORY / "tests" / "plugins"
TEXT = "Hello, w\u00f6rld \U0001f600 \u2013 \"quoted\"\nand done."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    done = subprocess.run(
        [EXAMPLES / "build.sh", folder], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def start(
    built: Path, tmp_path: Path, upstream: Upstream, start_patchbay: Callable[..., Patchbay]
) -> Callable[[str], Patchbay]:
    """Starts the binary with the configuration of an example's page, but for the upstream's address."""

    def started(name: str, **changed: str) -> Patchbay:
        page = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
        (config,) = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)
        for was, now in {"http://127.0.0.1:9000": upstream.origin, **changed}.items():
            config = config.replace(was, now)
        shutil.copytree(built, tmp_path / "plugins")
        return start_patchbay(config, env={"LINES_API_KEY": PROVIDER_KEY})

    return started


def client_of(patchbay: Patchbay) -> OpenAI:
    return OpenAI(base_url=patchbay.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)


def said(client: OpenAI, streamed: bool) -> tuple[str, str, openai.types.CompletionUsage | None]:
    """Text, finish reason and usage of an answer, whichever way it comes."""
    if not streamed:
        whole = client.chat.completions.create(model="some-model", messages=ASK)
        return whole.choices[0].message.content or "", whole.choices[0].finish_reason, whole.usage
    usage = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(model="some-model", messages=ASK, stream=True, stream_options=usage)
    )
    choices = [choice for chunk in chunks for choice in chunk.choices]
    text = "".join(choice.delta.content or "" for choice in choices)
    (finish,) = [choice.finish_reason for choice in choices if choice.finish_reason]
    return text, finish, chunks[-1].usage


def plain(text: str, **fields: object) -> Answer:
    return Answer(headers=[("Content-Type", "text/plain")], body=text.encode(), framing="chunked", **fields)


def lines(*values: dict, **fields: object) -> Answer:
    body = b"".join(json.dumps(value).encode() + b"\n" for value in values)
    return Answer(headers=[("Content-Type", "application/x-ndjson")], body=body, framing="chunked", **fields)


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_the_one_in_c(start: Callable[..., Patchbay], upstream: Upstream, streamed: bool) -> None:
    client = client_of(start("c-hello"))
    for seed in range(8):
        upstream.answer_with(plain(TEXT, cut_seed=seed))
        assert said(client, streamed)[:2] == (TEXT, "stop")
        (sent,) = upstream.requests
        assert (sent.method, sent.target, sent.header("x-model")) == ("POST", "/hello", "some-model")
        assert sent.json()["messages"] == ASK


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_the_one_in_cpp(start: Callable[..., Patchbay], upstream: Upstream, streamed: bool) -> None:
    client = client_of(start("cpp-libcxx"))
    pieces = [{"text": TEXT[:5]}, {"text": TEXT[5:]}, {"end": "length", "input": 3, "output": 2}]
    for seed in range(8):
        upstream.answer_with(lines(*pieces, cut_seed=seed))
        text, finish, usage = said(client, streamed)
        assert (text, finish) == (TEXT, "length")
        assert (usage.prompt_tokens, usage.completion_tokens) == (3, 2)
        (sent,) = upstream.requests
        assert (sent.target, sent.header("authorization")) == ("/generate", f"Bearer {PROVIDER_KEY}")
        assert sent.json()["model"] == "some-model"
        assert sent.json()["request"]["messages"] == ASK


def test_the_one_in_rust(start: Callable[..., Patchbay]) -> None:
    client = client_of(start("rust-local", **{"pause_ms: 20": "pause_ms: 1"}))
    assert [model.id for model in client.models.list()] == ["chain-1"]
    for streamed in (False, True):
        text, finish, usage = said(client, streamed)
        assert 20 <= len(text.split()) <= 40
        assert finish == ("stop" if text.endswith(".") else "length")
        assert (usage.prompt_tokens, usage.completion_tokens) == (0, len(text.split()))


def test_their_upstreams_refusals_reach_the_client(start: Callable[..., Patchbay], upstream: Upstream) -> None:
    server = start("c-hello")
    busy = plain("no paper left")
    busy.status, busy.headers = 429, [*busy.headers, ("Retry-After", "7")]
    upstream.answer_with(busy)
    with RawConnection(server.port) as connection:
        answer = connection.ask("POST", PATH, STREAM_BODY)
    assert (answer.status, answer.header("retry-after")) == (429, "7")
    assert answer.json()["error"]["message"] == "no paper left"
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"


def test_json_that_refuses_passes_as_it_is(start: Callable[..., Patchbay], upstream: Upstream) -> None:
    server = start("cpp-libcxx")
    refusal = {"error": "slow down", "why": [1, 2]}
    upstream.answer_with(json_answer(refusal, 429))
    with RawConnection(server.port) as connection:
        answer = connection.ask("POST", PATH, BODY)
    assert (answer.status, answer.json()) == (429, refusal)
    # What is thrown in the middle of an answer is an error too, and of no harm to the next one.
    upstream.answer_with(lines({"text": 1}), lines({"text": "well"}, {"end": "stop"}))
    with RawConnection(server.port) as connection:
        answer = connection.ask("POST", PATH, BODY)
        assert answer.status == 502
        assert "a broken line" in answer.json()["error"]["message"]
        answer = connection.ask("POST", PATH, BODY)
        assert answer.json()["choices"][0]["message"]["content"] == "well"


def test_a_client_that_leaves_frees_the_thread_of_the_one_in_rust(start: Callable[..., Patchbay]) -> None:
    server = start("rust-local", **{"pause_ms: 20": "pause_ms: 10000"})
    # It works on one call after the other, so each first word shows that the call before has ended.
    for _ in range(3):
        with RawConnection(server.port) as connection:
            connection.send(
                b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%b"
                % (PATH.encode(), len(STREAM_BODY), STREAM_BODY)
            )
            assert connection.read_head().status == 200
            connection.read_until_seen(b'"content":"')


def test_a_new_build_takes_over_while_the_old_one_speaks(
    start: Callable[..., Patchbay], upstream: Upstream, tmp_path: Path
) -> None:
    server = start("c-hello")
    upstream.answer_with(plain(TEXT, hold_after=5), plain("new"))
    with RawConnection(server.port) as connection:
        connection.send(
            b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%b"
            % (PATH.encode(), len(STREAM_BODY), STREAM_BODY)
        )
        assert connection.read_head().status == 200
        begun = connection.read_until_seen(b"Hello")
        library = tmp_path / "plugins" / "c-hello" / "libc_hello.so"
        shutil.copy(library, library.with_name("new"))
        library.with_name("new").rename(library)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for_log(lambda line: line["event"] == "reloaded")
        assert said(client_of(server), True)[0] == "new"
        upstream.release()
        rest = connection.read_until_seen(b"data: [DONE]")
    text = ""
    for event in re.findall(rb"data: (\{.*\})", begun + rest):
        text += json.loads(event)["choices"][0]["delta"].get("content") or ""
    assert text == TEXT
