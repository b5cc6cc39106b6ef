"""Giving documents to be indexed, and a stand-in that embeds a text as the bag of its words: texts are near
when they share words.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable
from typing import Any

from chat_backends import Person, reply
from raw_http import RawAnswer
from upstream import WAIT_SECONDS, Answer, Request, json_answer

BOUNDARY = "a-boundary-of-the-tests"
def vector(text: str) -> list[float]:
    numbers = [0.0] * 256
    for word in re.findall(r"[a-z]{3,}", text.lower()):
        numbers[zlib.crc32(word.encode()) % 256] += 1
    numbers[0] += 0.01
    return numbers


def embedded(request: Request) -> Answer:
    body = request.json()
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    rows = [{"object": "embedding", "index": i, "embedding": vector(text)} for i, text in enumerate(texts)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return json_answer({"object": "list", "model": body["model"], "data": rows, "usage": usage})


class Model:
    """Embeds, and says in a chat what it is told to, one answer after the other."""

    def __init__(self) -> None:
        self.says: list[Answer] = []
        self.refuses = False

    def __call__(self, request: Request) -> Answer:
        if request.target.endswith("/embeddings"):
            if self.refuses:
                return json_answer({"error": {"message": "no such model here", "type": "x"}}, status=400)
            return embedded(request)
        return self.says.pop(0) if self.says else reply("Well.")


def form(content: bytes, name: str, media_type: str, field: str = "file") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    return f"{head}Content-Type: {media_type}\r\n\r\n".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def post(person: Person, body: bytes) -> RawAnswer:
    return person.ask("POST", "/files", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})


def give(person: Person, content: str | bytes, name: str = "notes.md", media_type: str = "text/markdown") -> dict:
    answer = post(person, form(content.encode() if isinstance(content, str) else content, name, media_type))
    assert answer.status == 201, answer.body
    return answer.json()


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    ends = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        assert time.monotonic() < ends, f"waited in vain: {what}"
        time.sleep(0.02)
    return found


def settled(person: Person, id: str) -> dict:
    def look() -> dict | None:
        record = person.get(f"/files/{id}/status")
        return record if record["status"] != "indexing" else None

    return wait_until(look, f"{id} is indexed")


def ready(person: Person, content: str | bytes, name: str = "notes.md", media_type: str = "text/markdown") -> dict:
    record = settled(person, give(person, content, name, media_type)["id"])
    assert record["status"] == "ready", record
    return record
