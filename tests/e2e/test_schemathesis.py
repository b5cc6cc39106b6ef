"""The OpenAPI document held against the server that it describes, by schemathesis.

Requests are made of the document, by the rules and against them, always the same ones; the stub answers.
Twice: once of the document alone, and once with ids of things that are there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchbay import Patchbay, write_config
from raw_http import RawAnswer, RawConnection

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
METHODS = {"get", "post", "put", "patch", "delete"}
RUN_SECONDS = 280

pytestmark = pytest.mark.timeout(300)

CONFIG = {
    "server": {"listen": "127.0.0.1:0", "workers": 2},
    "providers": {"stub": {"plugin": "stub", "config": {"reply": "Hello from the stub"}}},
    "models": {"*": {"provider": "stub"}},
    "defaults": {
        "provider": "stub",
        "model": "gpt-4o-mini",
        "image_model": "dall-e-3",
        "transcription_model": "whisper-1",
        "speech_model": "tts-1",
        "embedding_model": "text-embedding-3-small",
    },
    "rate_limit": {"requests": 0},
}

# What no made-up request succeeds in: the stub has no Responses API, passthrough is off, and plugins
# are only replaced by those who may.
NEVER_GRANTED = re.compile(r"^(/v1/responses|/providers/|/admin/plugins/\{id\}/)")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    folder = tmp_path_factory.mktemp("schemathesis")
    with Patchbay(write_config(folder / "patchbay.yaml", CONFIG)) as running:
        yield running


def ask(server: Patchbay, method: str, path: str, body: dict | None = None) -> RawAnswer:
    with RawConnection(server.port) as connection:
        answer = connection.ask(method, path, None if body is None else json.dumps(body).encode())
    assert 200 <= answer.status < 300, (method, path, answer)
    return answer


def run_schemathesis(server: Patchbay, folder: Path, *options: str, config: str = "") -> dict[str, set[int]]:
    """Fails with what it found; returns the statuses that each operation of the document answered with."""
    (folder / "schemathesis.toml").write_text(config)
    report, traffic = folder / "report.json", folder / "traffic.har"
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}/openapi.json"]
    command += ["--checks", CHECKS, "--seed", "1", "--continue-on-failure", "--request-timeout", "20"]
    command += ["--phases", "examples,coverage,fuzzing", "--generation-database", "none", "--warnings", "off"]
    command += ["--report", "json,har", "--report-json-path", str(report), "--report-har-path", str(traffic), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
    assert report.is_file(), done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert told["failures"] == [] and done.returncode == 0, done.stdout
    operations = told["operations"]
    assert operations["tested"] == operations["selected"] > 0 and operations["errored"] == 0, operations
    return statuses_of(server, traffic)


def statuses_of(server: Patchbay, traffic: Path) -> dict[str, set[int]]:
    paths = ask(server, "GET", "/openapi.json").json()["paths"]
    # The path with the fewest variables is the one that a request meant.
    patterns = sorted(
        ((re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$"), path) for path in paths),
        key=lambda row: row[1].count("{"),
    )
    found: dict[str, set[int]] = defaultdict(set)
    for entry in json.loads(traffic.read_text())["log"]["entries"]:
        asked = "/" + entry["request"]["url"].split("?")[0].split("/", 3)[3]
        for pattern, path in patterns:
            if pattern.match(asked):
                found[f"{entry['request']['method']} {path}"].add(entry["response"]["status"])
                break
    return found


def documented(server: Patchbay) -> set[str]:
    paths = ask(server, "GET", "/openapi.json").json()["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in METHODS & set(item)}


def test_answers_are_as_the_document_says(server: Patchbay, tmp_path: Path) -> None:
    statuses = run_schemathesis(server, tmp_path, "--max-examples", "10")
    # Where the document itself comes from is left out by schemathesis.
    without_ids = {row for row in documented(server) if "{" not in row and not NEVER_GRANTED.match(row.split()[1])}
    without_ids -= {"GET /openapi.json"}
    refused = {row for row in without_ids if not any(status < 300 for status in statuses[row])}
    assert refused == set(), "no request that the document suggests was granted"


def give_document(server: Patchbay) -> str:
    head = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain'
    body = f"--B\r\n{head}\r\n\r\nWe meet at noon.\r\n--B--\r\n".encode()
    with RawConnection(server.port) as connection:
        answer = connection.ask("POST", "/files", body, {"Content-Type": "multipart/form-data; boundary=B"})
    assert answer.status == 201, answer
    return answer.json()["id"]


def test_answers_about_what_is_there_are_as_the_document_says(server: Patchbay, tmp_path: Path) -> None:
    conversation = ask(server, "POST", "/conversations", {"default_model": "gpt-4o-mini"}).json()["id"]
    message = ask(server, "POST", f"/conversations/{conversation}/messages", {"content": "Hello"}).json()["id"]
    ask(server, "GET", f"/conversations/{conversation}/stream")
    chat = ask(server, "POST", "/chat", {"messages": [{"role": "user", "content": "Hello"}]})
    image = ask(server, "POST", "/chat", {"messages": [{"role": "user", "content": "A cat"}], "mode": "image"})
    assert re.search(rb"/files/([\w-]+)", image.body), image.body
    file = give_document(server)
    plugin = ask(server, "GET", "/admin/plugins").json()["data"][0]["id"]
    ids = {
        r"^/conversations/\{id\}": {"id": conversation, "message_id": message, "n": 1},
        r"^/streams/": {"id": chat.header("x-stream-id")},
        r"^/files/": {"id": file},
        r"^/chat/\{id\}/": {"id": chat.header("x-conversation-id")},
        r"^/chat/stop/": {"session_id": "0198a3f0-5c6e-7d41-9f2b-3a4c5d6e7f80"},
        r"^/v1/models/\{id\}": {"id": "gpt-4o-mini"},
        r"^/admin/plugins/\{id\}$": {"id": plugin},
    }
    config = "".join(
        f"[[operations]]\ninclude-path-regex = {json.dumps(path)}\nparameters = {{ "
        + ", ".join(f'"path.{name}" = {json.dumps(value)}' for name, value in values.items())
        + " }\n"
        for path, values in ids.items()
    )
    options = ["--include-path-regex", "|".join(ids), "--exclude-method", "DELETE"]
    statuses = run_schemathesis(server, tmp_path, "--max-examples", "8", *options, config=config)
    asked = {row for row in documented(server) if any(re.match(path, row.split()[1]) for path in ids)}
    refused = {row for row in asked if not row.startswith("DELETE") and not any(s < 300 for s in statuses[row])}
    # The stub has answered long before anybody could stop it.
    assert refused <= {"POST /streams/{id}/stop"}, "no request that the document suggests was granted"
    ask(server, "DELETE", f"/conversations/{conversation}")
