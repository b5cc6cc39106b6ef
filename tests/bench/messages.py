"""What the bench's clients send: a chat completion of about 1 KB, as the vendor's own Python client does."""

from __future__ import annotations

import json
from pathlib import Path

CLIENT_KEY = "sk-proj-" + "c" * 156
PROVIDER_KEY = "sk-proj-" + "p" * 156
"""As long as the vendor's project keys are: 164 characters."""

_PROMPT = (
    "You are given the minutes of a meeting between the people who run the trains and the people who "
    "paint them. Summarise what was agreed, name who has promised what and until when, and say which "
    "questions were left open. Write plainly, in short sentences, without headings. Where two people "
    "contradict each other, say so and do not decide who is right. Do not add anything that was not "
    "said. The minutes: the painters asked for three weeks in spring, the runners offered two, and "
    "both will look at the timetable again on Friday. Nobody knows yet who orders the blue paint. The "
    "chair thanked everyone, asked for the lists of materials by the end of the month, and reminded the "
    "depot that its doors must stay shut while anything dries."
)


def body(model: str, stream: bool, mark: str = "") -> bytes:
    """`mark`, if any, begins with "gone-": the upstream then reports what becomes of the request."""
    said = {
        "model": model,
        "messages": [
            {"role": "system", "content": "You are a careful secretary."},
            {"role": "user", "content": _PROMPT},
        ],
        "temperature": 0.2,
        "max_completion_tokens": 512,
    }
    if mark:
        said["user"] = mark
    if stream:
        said["stream"] = True
    return json.dumps(said, separators=(",", ":")).encode()


def request(model: str, stream: bool, mark: str = "") -> bytes:
    content = body(model, stream, mark)
    head = [
        "POST /v1/chat/completions HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept-Encoding: gzip, deflate",
        "Connection: keep-alive",
        "Accept: application/json",
        "Content-Type: application/json",
        "User-Agent: OpenAI/Python 1.66.3",
        "X-Stainless-Lang: python",
        "X-Stainless-Package-Version: 1.66.3",
        "X-Stainless-OS: Linux",
        "X-Stainless-Arch: x64",
        "X-Stainless-Runtime: CPython",
        "X-Stainless-Runtime-Version: 3.11.2",
        f"Authorization: Bearer {CLIENT_KEY}",
        "X-Stainless-Async: false",
        "x-stainless-retry-count: 0",
        "x-stainless-read-timeout: 600",
        f"Content-Length: {len(content)}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


def request_file(folder: Path, model: str, stream: bool) -> Path:
    """For the load program, which sends what it is given."""
    file = folder / f"{model}{'-stream' if stream else ''}.http"
    file.write_bytes(request(model, stream))
    return file
