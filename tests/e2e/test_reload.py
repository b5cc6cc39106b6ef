"""SIGHUP: new settings and new plugins while everything runs, all or nothing."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from patchbay import PROVIDER_KEY, Patchbay, binary, clean_environment, write_config
from raw_http import RawConnection, request_bytes
from upstream import WAIT_SECONDS, Upstream, stream_answer

ASK = {"model": "any", "messages": [{"role": "user", "content": "Hi"}]}


def config(reply: str, **more: object) -> dict:
    return {
        "server": {"workers": 2},
        "providers": {"stub": {"plugin": "stub", "config": {"reply": reply}}},
        "models": {"*": {"provider": "stub"}},
        **more,
    }


def said_on(connection: RawConnection) -> str:
    answer = connection.ask("POST", "/v1/chat/completions", body=json.dumps(ASK).encode())
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["choices"][0]["message"]["content"]


def said(server: Patchbay) -> set[str]:
    """What several fresh connections are answered; more than one text would be a half reload."""
    replies = set()
    for _ in range(8):
        with RawConnection(server.port) as connection:
            replies.add(said_on(connection))
    return replies


def reload(server: Patchbay) -> dict:
    """Asks for a reload, and waits for the word on what came of it."""
    before = sum(line["event"] in ("reloaded", "reload_failed") for line in server.log)
    server.process.send_signal(signal.SIGHUP)

    def verdict(line: dict) -> bool:
        verdicts = [seen for seen in server.log if seen["event"] in ("reloaded", "reload_failed")]
        return len(verdicts) > before and line is verdicts[before]

    return server.wait_for_log(verdict)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "live.yaml"


@pytest.fixture
def server(file: Path) -> object:
    with Patchbay(write_config(file, config("one"))) as running:
        yield running


def test_new_settings_hold_for_new_requests(server: Patchbay, file: Path) -> None:
    assert said(server) == {"one"}
    write_config(file, config("two"))
    assert said(server) == {"one"}, "nobody has asked for a reload yet"
    assert reload(server)["event"] == "reloaded"
    assert said(server) == {"two"}


def test_a_connection_that_is_there_already_gets_them_too(server: Patchbay, file: Path) -> None:
    with RawConnection(server.port) as connection:
        assert said_on(connection) == "one"
        write_config(file, config("two"))
        reload(server)
        assert said_on(connection) == "two"


def test_limits_change(server: Patchbay, file: Path) -> None:
    body = json.dumps({**ASK, "padding": "x" * 4096}).encode()
    with RawConnection(server.port) as connection:
        assert connection.ask("POST", "/v1/chat/completions", body=body).status == 200
        write_config(file, config("two", limits={"body_bytes": "1KiB"}))
        reload(server)
        refused = connection.ask("POST", "/v1/chat/completions", body=body)
    assert refused.status == 413
    assert "1024 bytes" in json.loads(refused.body)["error"]["message"]


@pytest.mark.parametrize(
    "wrong, named",
    [
        pytest.param("providers: [", "live.yaml:", id="not YAML"),
        pytest.param(
            json.dumps(config("two", models={"*": {"provider": "sutb"}})), "models", id="a wrong name"
        ),
        pytest.param(
            json.dumps({**config("two"), "providers": {"stub": {"plugin": "stub", "config": {"relpy": 1}}}}),
            "relpy",
            id="what only the plugin can know",
        ),
        pytest.param(
            json.dumps({**config("two"), "server": {"workers": 1}}), "server.workers", id="what cannot change"
        ),
    ],
)
def test_one_mistake_and_nothing_changes(server: Patchbay, file: Path, wrong: str, named: str) -> None:
    write_config(file, wrong)
    assert reload(server)["event"] == "reload_failed"
    problems = [line["message"] for line in server.log if line["event"] == "reload_problem"]
    assert any(named in problem for problem in problems), problems
    assert said(server) == {"one"}
    write_config(file, config("two"))
    assert reload(server)["event"] == "reloaded", "the next, good one is taken"
    assert said(server) == {"two"}


def test_a_stream_under_way_ends_as_it_began(upstream: Upstream, file: Path) -> None:
    events = b"".join(
        b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":'
        b'[{"index":0,"delta":{"content":"%d"},"finish_reason":null}]}\n\n' % number
        for number in range(4)
    )
    upstream.answer_with(stream_answer(events + b"data: [DONE]\n\n", hold_after=len(events) // 2))
    before = config("one")
    before["providers"]["up"] = {
        "plugin": "openai",
        "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url},
    }
    before["models"] = {"streamed": {"provider": "up"}, "*": {"provider": "stub"}}
    with Patchbay(write_config(file, before)) as server, RawConnection(server.port) as connection:
        body = json.dumps({**ASK, "model": "streamed", "stream": True}).encode()
        connection.send(request_bytes("POST", "/v1/chat/completions", body))
        connection.read_until_seen(b'"content":"0"')
        write_config(file, config("two"))  # the provider of the running stream is gone
        assert reload(server)["event"] == "reloaded"
        assert said(server) == {"two"}
        upstream.release()
        assert b'"content":"3"' in connection.read_until_seen(b"[DONE]")


def mapped(server: Patchbay, library: str) -> set[str]:
    """The files of that name that the process has loaded."""
    maps = Path(f"/proc/{server.process.pid}/maps").read_text(encoding="utf-8")
    return {line.split(maxsplit=5)[5] for line in maps.splitlines() if library in line}


def test_a_new_library_of_a_plugin_is_loaded(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = binary().parent.parent
    mine = tmp_path / "prefix"
    (mine / "bin").mkdir(parents=True)
    shutil.copy2(binary(), mine / "bin" / "patchbay")
    shutil.copytree(prefix / "plugins" / "stub", mine / "plugins" / "stub")
    monkeypatch.setenv("PATCHBAY_BIN", str(mine / "bin" / "patchbay"))
    with Patchbay(write_config(file, config("one"))) as server:
        first = mapped(server, "patchbay.stub")
        assert len(first) == 1, first
        assert reload(server)["event"] == "reloaded"
        assert mapped(server, "patchbay.stub") == first, "the same file is not loaded twice"

        library = mine / "plugins" / "stub" / "libpatchbay_stub.so"
        shutil.copy(library, tmp_path / "new.so")  # put into its place at once, as package managers do
        (tmp_path / "new.so").replace(library)
        assert reload(server)["event"] == "reloaded"
        assert mapped(server, "patchbay.stub") - first, "the new library is not there"
        assert said(server) == {"one"}


def test_closing_the_terminal_ends_it(file: Path) -> None:
    """The signal is the same as that of a reload; what it means depends on the terminal."""
    write_config(file, config("one"))
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [str(binary()), "serve", "--config", str(file), "--listen", "127.0.0.1:0"],
        env=clean_environment(),
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    os.close(its)
    try:
        for line in process.stdout:
            if '"listening"' in line:
                break
        os.close(ours)
        process.send_signal(signal.SIGHUP)
        rest = process.stdout.read()
        assert process.wait(WAIT_SECONDS) == 0, rest
        assert '"stopped"' in rest
    finally:
        process.kill()
        process.wait()
