"""Back end B's voice, `POST /speech-to-text/`, and its front page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import databases
from chat_backends import Person, backend_config, error_of, refusal
from patchbay import Patchbay, write_config
from upstream import Upstream, json_answer

SOUND = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 40
BOUNDARY = "----patchbay-e2e"


def form(name: str, filename: str | None, media_type: str, content: bytes = SOUND, *, whole: bool = True) -> bytes:
    given = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{given}\r\nContent-Type: {media_type}\r\n\r\n'
    return head.encode() + content + (f"\r\n--{BOUNDARY}--\r\n".encode() if whole else b"")


class TestVoice:
    @pytest.fixture(scope="class")
    def folders(self, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
        return {name: tmp_path_factory.mktemp(name) for name in ("temporary", "start", "kept")}

    @pytest.fixture(scope="class")
    def backend(
        self, folders: dict[str, Path], upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Patchbay]:
        config = backend_config(upstream, databases.sqlite(folders["kept"]), limits={"body_bytes": "1MiB"})
        path = write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", config)
        env = {"TMPDIR": str(folders["temporary"])}
        with Patchbay(path, cwd=folders["start"], env=env) as running:
            yield running

    @pytest.fixture(autouse=True)
    def nothing_is_left(self, folders: dict[str, Path]) -> Iterator[None]:
        before = {path for folder in folders.values() for path in folder.rglob("*") if "patchbay.db" not in path.name}
        yield
        after = {path for folder in folders.values() for path in folder.rglob("*") if "patchbay.db" not in path.name}
        assert after == before

    def ask(self, ada: Person, body: bytes, media_type: str = f"multipart/form-data; boundary={BOUNDARY}"):
        return ada.ask("POST", "/speech-to-text/", body, {"Content-Type": media_type})

    @pytest.mark.parametrize(
        ("field", "name", "media_type"),
        [
            ("file", "speech.webm", "audio/webm"),
            ("audio", "speech.webm", "audio/webm;codecs=opus"),
            ("file", "speech.wav", "audio/wav"),
            ("file", "speech.mp3", "audio/mpeg"),
            ("audio", "speech.m4a", "audio/mp4"),
            ("audio", "speech.ogg", "audio/ogg"),
        ],
    )
    def test_what_was_said_is_a_text(
        self, ada: Person, upstream: Upstream, field: str, name: str, media_type: str
    ) -> None:
        upstream.answer_with(json_answer({"text": "Good morning."}))
        answer = self.ask(ada, form(field, name, media_type))
        assert (answer.status, answer.json()) == (200, {"text": "Good morning."})
        sent = upstream.requests[0]
        assert sent.target == "/v1/audio/transcriptions"
        assert SOUND in sent.body
        assert b"whisper-1" in sent.body
        assert name.encode() in sent.body

    def test_without_the_slash_too(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(json_answer({"text": "x"}))
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        body = form("file", "a.wav", "audio/wav")
        assert ada.ask("POST", "/speech-to-text", body, headers).json() == {"text": "x"}

    @pytest.mark.parametrize(
        "body",
        [
            form("other", "speech.wav", "audio/wav"),
            form("file", "notes.txt", "text/plain"),
            form("file", "speech.wav", "audio/wav", whole=False),
            f"--{BOUNDARY}--\r\n".encode(),
            b"",
            b"{}",
        ],
    )
    def test_what_is_no_sound_is_refused(self, ada: Person, upstream: Upstream, body: bytes) -> None:
        upstream.answer_with(json_answer({"text": "x"}))
        answer = self.ask(ada, body)
        assert answer.status in (400, 415, 422), answer.body
        error_of(answer, answer.status)
        assert upstream.requests == []

    def test_a_body_without_a_boundary_is_refused(self, ada: Person) -> None:
        answer = self.ask(ada, form("file", "a.wav", "audio/wav"), "multipart/form-data")
        assert answer.status in (400, 415, 422), answer.body

    def test_too_long_a_recording_is_refused(self, ada: Person) -> None:
        assert self.ask(ada, form("file", "a.wav", "audio/wav", b"x" * (1024 * 1024 + 1))).status == 413

    def test_a_failure_is_told(self, ada: Person, upstream: Upstream) -> None:
        upstream.answer_with(refusal(500, "deaf"))
        answer = self.ask(ada, form("file", "a.wav", "audio/wav"))
        assert answer.status >= 500
        assert "deaf" in error_of(answer, answer.status)

    def test_the_front_page_says_that_the_server_runs(self, ada: Person) -> None:
        answer = ada.ask("GET", "/")
        assert answer.status == 200
        assert answer.header("content-type") == "application/json"
        assert isinstance(answer.json(), dict)
