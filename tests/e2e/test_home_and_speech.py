"""GET / for programs and for people, and POST /speech-to-text with what a page has recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from patchbay import PROVIDER_KEY, Patchbay
from raw_http import RawAnswer, RawConnection
from upstream import Upstream, json_answer

BOUNDARY = "----a-boundary"
SOUND = bytes(range(256))


def get(server: Patchbay, target: str = "/", **headers: str) -> RawAnswer:
    with RawConnection(server.port) as connection:
        return connection.ask("GET", target, headers=headers)


def form(*parts: tuple[str, str, str, bytes]) -> bytes:
    """(name, file name, media type, content); the two in the middle may be empty."""
    body = b""
    for name, filename, media_type, content in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        head += f'; filename="{filename}"' if filename else ""
        head += f"\r\nContent-Type: {media_type}" if media_type else ""
        body += head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def send(server: Patchbay, body: bytes, target: str = "/speech-to-text/", media_type: str = "") -> RawAnswer:
    named = {"Content-Type": media_type or f"multipart/form-data; boundary={BOUNDARY}"}
    with RawConnection(server.port) as connection:
        return connection.ask("POST", target, body, named)


@pytest.fixture
def server(start_patchbay: Callable[..., Patchbay], tmp_path: Path) -> Patchbay:
    """With no configuration at all."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return start_patchbay(None, cwd=folder)


def test_programs_get_a_status(server: Patchbay) -> None:
    for accept in ("*/*", "application/json", ""):
        answer = get(server, Accept=accept)
        assert answer.status == 200
        assert answer.header("content-type") == "application/json"
        status = answer.json()
        assert (status["status"], status["name"]) == ("running", "patchbay")
        assert re.fullmatch(r"\d+\.\d+\.\d+.*", status["version"])
    assert "Accept" in (answer.header("vary") or "")


def test_browsers_get_a_page_that_asks_nobody_for_anything(server: Patchbay) -> None:
    answer = get(server, Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert answer.status == 200
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert "default-src 'none'" in (answer.header("content-security-policy") or "")
    page = answer.body.decode()
    assert page.lower().startswith("<!doctype html>")
    assert not re.search(r"https?://|<script|<img|<link|@import|url\(", page)
    for target in re.findall(r'href="(/[^"]*)"', page):
        assert get(server, target).status == 200, target


def test_health_has_a_time_in_utc(server: Patchbay) -> None:
    health = get(server, "/health").json()
    assert health["status"] == "healthy"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", health["timestamp"])


@pytest.mark.parametrize("target", ["/speech-to-text", "/speech-to-text/"])
@pytest.mark.parametrize("name", ["file", "audio"])
def test_with_nothing_configured_a_recording_becomes_text(server: Patchbay, name: str, target: str) -> None:
    answer = send(server, form((name, "blob", "audio/webm;codecs=opus", SOUND)), target)
    assert answer.status == 200, answer.body
    assert answer.json()["text"]


def test_a_recording_goes_up_to_the_configured_model(
    start_patchbay: Callable[..., Patchbay], upstream: Upstream, tmp_path: Path
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    env = {"OPENAI_API_KEY": PROVIDER_KEY, "OPENAI_BASE_URL": upstream.base_url}
    server = start_patchbay(None, env=env, cwd=folder)
    upstream.answer_with(json_answer({"text": "what was said"}))
    before = {path for path in folder.rglob("*") if "patchbay.db" not in path.name}
    answer = send(server, form(("audio", "blob", "audio/webm", SOUND), ("language", "", "", b"de")))
    assert answer.status == 200, answer.body
    assert answer.json()["text"] == "what was said"
    request = upstream.requests[-1]
    assert request.target == "/v1/audio/transcriptions"
    assert SOUND in request.body
    assert b'name="file"; filename="audio.webm"' in request.body
    assert b'name="model"\r\n\r\nwhisper-1' in request.body
    assert b'name="language"\r\n\r\nde' in request.body
    assert b'name="response_format"\r\n\r\njson' in request.body
    assert {path for path in folder.rglob("*") if "patchbay.db" not in path.name} == before


def test_what_cannot_be_heard_is_refused_in_words(server: Patchbay) -> None:
    webm = ("file", "a.webm", "audio/webm", SOUND)
    cases = [
        (send(server, b"{}", media_type="application/json"), 415, "multipart/form-data"),
        (send(server, form(("file", "a.png", "image/png", SOUND))), 415, "WebM"),
        (send(server, form(("other", "a.webm", "audio/webm", SOUND))), 422, "file"),
        (send(server, form(("file", "a.webm", "audio/webm", b""))), 422, "empty"),
        (send(server, form(webm, webm)), 422, "several"),
        (send(server, form(webm)[:-20]), 400, "boundary"),
    ]
    for answer, status, word in cases:
        assert answer.status == status, answer.body
        assert word in answer.json()["error"]


def test_a_failing_upstream_is_told_as_a_text(
    start_patchbay: Callable[..., Patchbay], upstream: Upstream, tmp_path: Path
) -> None:
    env = {"OPENAI_API_KEY": PROVIDER_KEY, "OPENAI_BASE_URL": upstream.base_url}
    server = start_patchbay(None, env=env, cwd=tmp_path)
    upstream.answer_with(json_answer({"error": {"message": "cannot hear"}}, status=400))
    answer = send(server, form(("file", "a.wav", "audio/wav", SOUND)))
    assert answer.status == 400
    assert answer.json() == {"error": "cannot hear"}


def test_a_form_that_is_too_large_is_a_413(start_patchbay: Callable[..., Patchbay]) -> None:
    config = {
        "limits": {"body_bytes": 2048},
        "providers": {"stub": {"plugin": "stub"}},
        "models": {"*": {"provider": "stub"}},
    }
    answer = send(start_patchbay(config), form(("file", "a.wav", "audio/wav", b"x" * 4096)))
    assert answer.status == 413
    assert isinstance(answer.json()["error"], str)


def test_models_say_whether_they_are_kept_and_why_there_are_none(
    start_patchbay: Callable[..., Patchbay], upstream: Upstream
) -> None:
    config = {
        "providers": {
            "up": {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url}}
        },
        "models": {"*": {"provider": "up"}},
    }
    server = start_patchbay(config)
    upstream.answer_with(json_answer({"error": {"message": "down for repair"}}, status=503))
    failed = get(server, "/models")
    assert failed.status == 502
    assert "down for repair" in failed.json()["error"]
    upstream.answer_with(json_answer({"object": "list", "data": [{"id": "m1", "object": "model"}]}))
    first, second = get(server, "/models").json(), get(server, "/models").json()
    assert (first["cached"], second["cached"]) == (False, True)
    for each in (first, second):
        assert [model["id"] for model in each["models"]] == ["m1"]
        assert each["data"] == each["models"]
    upstream.answer_with(json_answer({"error": {"message": "down"}}, status=503))
    assert get(server, "/models").json()["cached"] is True, json.dumps(second)
