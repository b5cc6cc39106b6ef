"""What the tests of the five chat back ends share: a server with storage, people who use it, answers of the upstream.

The tests are written from the contract. Nobody here knows how anything is stored: what is in a
conversation is what `GET /conversations/{id}` says, and what a model was sent is what the upstream saw.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from chat_route import chunks
from databases import Storage
from patchbay import PROVIDER_KEY
from raw_http import RawAnswer, RawConnection, request_bytes
from upstream import Answer, Upstream, stream_answer

SYSTEM = {"role": "system", "content": "You are a helpful assistant."}
ROLE = {"role": "assistant", "content": ""}
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154"
                    "789c63600000000200014898c7550000000049454e44ae426082")  # fmt: skip


def backend_config(upstream: Upstream, storage: Storage, **more: Any) -> dict:
    """Everything leads to the stand-in, but the names of the stub and of a service that is not there."""
    to_upstream = {"api_key": PROVIDER_KEY, "base_url": upstream.base_url}
    config = {
        "server": {"listen": "127.0.0.1:0", "workers": 2, "drain_timeout": "2s"},
        "storage": storage.settings,
        "rate_limit": {"requests": 0},
        "providers": {
            "OpenAI": {"plugin": "openai", "default_model": "chat-model", "config": to_upstream},
            "Gemini": {
                "plugin": "stub",
                "default_model": "stub",
                "config": {"reply": "Gemini API Stub Response"},
            },
            "Nobody": {
                "plugin": "openai",
                "default_model": "none",
                "config": {"api_key": PROVIDER_KEY, "base_url": "http://127.0.0.1:1/v1"},
            },
            "azure": {
                "plugin": "azure-openai",
                "config": {
                    "api_key": PROVIDER_KEY,
                    "endpoint": upstream.origin,
                    "deployments": {"dall-e-3": "pictures"},
                },
            },
        },
        "models": {
            "dall-e-3": {"provider": "azure"},
            "nobody": {"provider": "Nobody"},
            "stub": {"provider": "Gemini"},
            "*": {"provider": "OpenAI"},
        },
        "defaults": {
            "provider": "OpenAI",
            "model": "chat-model",
            "image_model": "dall-e-3",
            "transcription_model": "whisper-1",
        },
    }
    return {**config, **more}


# --- What the upstream answers ---


def reply(*pieces: str, **fields: Any) -> Answer:
    """A whole streamed answer, a piece an event."""
    return stream_answer(chunks(ROLE, *({"content": piece} for piece in pieces)), **fields)


def held(said: list[str], rest: list[str]) -> Answer:
    """An answer that waits for `Upstream.release` once it has said some of it."""
    return _cut(said, rest, "hold_after")


def broken(*said: str) -> Answer:
    """An answer whose connection breaks after some of it."""
    return _cut(list(said), ["never sent"], "break_after")


def _cut(said: list[str], rest: list[str], how: str) -> Answer:
    answer = reply(*said, *rest)
    at = 0
    for _ in range(len(said) + 1):
        at = answer.body.index(b"\n\n", at) + 2
    setattr(answer, how, at)
    return answer


def refusal(status: int, message: str) -> Answer:
    body = {"error": {"message": message, "type": "scripted", "param": None, "code": None}}
    return Answer(status, "Scripted", [("Content-Type", "application/json")], json.dumps(body).encode())


def sent_messages(upstream: Upstream, number: int = -1) -> list[dict]:
    """The messages that the upstream was sent, each content as plain text."""
    messages = upstream.requests[number].json()["messages"]
    return [{"role": each["role"], "content": _plain(each["content"])} for each in messages]


def _plain(content: str | list | None) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", f"<{part['type']}>") for part in content)
    return content or ""


# --- Who asks ---


class Live:
    """An answer that is still coming."""

    def __init__(self, connection: RawConnection) -> None:
        self._connection = connection
        self.answer = connection.read_head()
        self.text = ""
        self._ended = self.answer.header("transfer-encoding") != "chunked"
        if self._ended:
            self.text = connection.read_body_of(self.answer).body.decode()

    @property
    def status(self) -> int:
        return self.answer.status

    def header(self, name: str) -> str | None:
        return self.answer.header(name)

    def finish_sending(self) -> None:
        self._connection.finish_sending()

    def read_until(self, mark: str, begin: int = 0) -> str:
        """Everything so far, once the mark is in it, `begin` or further on."""
        while mark not in self.text[begin:]:
            assert not self._ended, f"it ended before {mark!r}: {self.text!r}"
            self._read()
        return self.text

    def rest(self) -> str:
        """All of it, once it has ended."""
        while not self._ended:
            self._read()
        self.close()
        return self.text

    def close(self) -> None:
        self._connection.socket.close()

    def _read(self) -> None:
        piece = self._connection.read_chunk()
        self._ended = not piece
        self.text += piece.decode()


class Person:
    """Somebody with a client. `headers` go along with everything that is asked."""

    def __init__(self, port: int, userid: str | None = None, **headers: str) -> None:
        self.port = port
        self.userid = userid
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if userid is not None:
            self.headers["userid"] = userid

    def ask(
        self, method: str, target: str, body: object = None, headers: dict[str, str] | None = None
    ) -> RawAnswer:
        with RawConnection(self.port) as connection:
            connection.send(self._request(method, target, body, headers))
            answer = connection.read_answer(method)
        assert answer.complete, f"{method} {target} broke off: {answer.body!r}"
        return answer

    def live(
        self, method: str, target: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Live:
        connection = RawConnection(self.port)
        connection.send(self._request(method, target, body, headers))
        return Live(connection)

    def get(self, target: str, status: int = 200, **headers: str) -> Any:
        return self._json("GET", target, None, status, headers)

    def post(self, target: str, body: object = None, status: int = 200, **headers: str) -> Any:
        return self._json("POST", target, body, status, headers)

    def patch(self, target: str, body: object, status: int = 200) -> Any:
        return self._json("PATCH", target, body, status, {})

    def delete(self, target: str, status: int | tuple[int, ...] = (200, 204)) -> None:
        answer = self.ask("DELETE", target)
        allowed = (status,) if isinstance(status, int) else status
        assert answer.status in allowed, (answer.status, answer.body)

    def conversations(self, query: str = "") -> list[dict]:
        return self.get(f"/conversations{query}")

    def conversation(self, id: str | None = None) -> dict:
        """A whole conversation; without an id the only one that there is."""
        if id is None:
            (only,) = self.conversations()
            id = only["id"]
        return self.get(f"/conversations/{id}")

    def _json(self, method: str, target: str, body: object, status: int, headers: dict[str, str]) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.ask(method, target, body, named)
        assert answer.status == status, (method, target, answer.status, answer.body)
        return answer.json() if answer.body else None

    def _request(self, method: str, target: str, body: object, headers: dict[str, str] | None) -> bytes:
        content = None
        own = {"Content-Type": "application/json"} if body is not None else {}
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
        elif method in ("POST", "PATCH"):
            content = b""
        return request_bytes(method, target, content, {**own, **self.headers, **(headers or {})})


def new_id() -> str:
    return str(uuid.uuid4())


def is_uuid(text: object) -> bool:
    return isinstance(text, str) and str(uuid.UUID(text)) == text


def says(messages: list[dict]) -> list[tuple[str, str]]:
    """Who said what."""
    return [(each["role"], each["content"]) for each in messages]


def error_of(answer: RawAnswer, status: int) -> str:
    """The text of an error in the shape that the front ends read."""
    assert answer.status == status, (answer.status, answer.body)
    assert answer.header("content-type") == "application/json"
    value = answer.json()
    assert isinstance(value["error"], str) and value["error"], value
    return value["error"]


# --- Streams, as their clients read them ---


def sse(text: str) -> list[tuple[str, Any]]:
    """(event, data) of an event stream; comments do not count. `[DONE]` stays as it is."""
    assert text.endswith("\n\n"), text[-80:]
    found = []
    for block in text.split("\n\n"):
        fields = [line.partition(": ") for line in block.split("\n") if line and not line.startswith(":")]
        if not fields:
            continue
        named = {name: value for name, _, value in fields}
        data = named["data"]
        found.append((named.get("event", "message"), data if data == "[DONE]" else json.loads(data)))
    return found


def data_of(text: str) -> list[Any]:
    """The data of each event of a stream whose events have no name."""
    events = sse(text)
    assert {name for name, _ in events} <= {"message"}, events
    return [data for _, data in events]


def ndjson(text: str) -> list[dict]:
    """The objects of a stream of JSON lines; empty lines keep a connection alive."""
    assert text.endswith("\n"), text[-80:]
    return [json.loads(line) for line in text.split("\n") if line]


def data_parts(text: str) -> list[tuple[str, Any]]:
    """(code, value) of a data stream; empty lines keep a connection alive."""
    assert text.endswith("\n"), text[-80:]
    return [(line[0], json.loads(line[2:])) for line in text.split("\n") if line]
