"""Recorded provider traffic, read from the folder that PATCHBAY_RECORDINGS names.

The recordings are not part of this repository. Without the variable the tests that replay them are
left out, and the end of the test run says so in as many words (see conftest.py).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from upstream import Answer

FAMILIES = ("openai", "compatible")
ENDPOINT = "chat/completions"

_RECOMPUTED = {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"}
"""Headers of the recording that the stand-in says itself; cassettes keep encodings of decoded bodies."""


@dataclass(frozen=True)
class Recording:
    """One recorded exchange. `body` and `request_body` are the bytes of the HTTP bodies."""

    id: str
    method: str
    path: str
    request_body: bytes
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    stream: bool

    @property
    def creates(self) -> bool:
        """Whether it is a POST that asks for a completion, and not one about a stored completion."""
        return self.method == "POST" and self.path.endswith("/chat/completions")

    @property
    def request(self) -> dict:
        return json.loads(self.request_body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    def answer(self, *, in_pieces: bool = True) -> Answer:
        """The recorded answer as the stand-in sends it. What a recorder trimmed is put back."""
        headers = [(name, value) for name, value in self.headers if name.lower() not in _RECOMPUTED]
        if self.header("content-type") is None:
            headers.append(("Content-Type", "text/event-stream" if self.stream else "application/json"))
        seed = int(hashlib.sha256(self.id.encode()).hexdigest()[:8], 16)
        return Answer(
            status=self.status,
            reason="Recorded",
            headers=headers,
            body=self.body,
            framing="chunked" if self.stream or seed % 2 else "length",
            cut_seed=seed if in_pieces else None,
        )


def folder() -> Path | None:
    """Where the recordings lie; None when the environment does not say."""
    named = os.environ.get("PATCHBAY_RECORDINGS")
    return Path(named) if named else None


def _bytes(body: dict | None) -> bytes:
    if body is None:
        return b""
    assert set(body) == {"text"}, f"a chat recording with a body of kind {sorted(body)}"
    return body["text"].encode()


VENDOR_ENDPOINTS = {
    "azure": {"chat/completions"},
    "openrouter": {"chat/completions"},
    "anthropic": {"messages"},
    "gemini": {"generateContent", "streamGenerateContent"},
}
"""What the providers' own plugins read, by family."""


@cache
def of_vendors() -> tuple[tuple[str, Recording], ...]:
    """Every recorded generation of the vendors that have a plugin of their own, with its family."""
    root = folder()
    if root is None:
        return ()
    found = []
    for family, endpoints in VENDOR_ENDPOINTS.items():
        with gzip.open(root / f"{family}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                if entry["meta"]["endpoint"] in endpoints and entry["request"]["method"] == "POST":
                    recording = _recording(entry)
                    if entry["meta"]["endpoint"].startswith("stream"):
                        recording = replace(recording, stream=True)
                    found.append((family, recording))
    assert found, f"no vendor recordings in {root}"
    return tuple(found)


@cache
def load() -> tuple[Recording, ...]:
    """Every recorded chat exchange, in the order of the files; empty without the variable."""
    root = folder()
    if root is None:
        return ()
    found = []
    for family in FAMILIES:
        with gzip.open(root / f"{family}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                if entry["meta"]["endpoint"] == ENDPOINT:
                    found.append(_recording(entry))
    assert found, f"no chat recordings in {root}"
    return tuple(found)


def _recording(entry: dict) -> Recording:
    request, response = entry["request"], entry["response"]
    return Recording(
        id=entry["meta"]["id"],
        method=request["method"],
        path=urlsplit(request["url"]).path,
        request_body=_bytes(request["body"]),
        status=response["status"],
        headers=tuple((name, value) for name, value in response["headers"]),
        body=_bytes(response["body"]),
        stream=entry["meta"]["stream"],
    )


def creating() -> tuple[Recording, ...]:
    """The recordings that ask for a completion."""
    return tuple(recording for recording in load() if recording.creates)
