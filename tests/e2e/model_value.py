"""Finds the value of the top-level `model` in JSON text, by its own small scan of the bytes.

On purpose not a JSON library: the tests compare bytes, and re-serialising would hide a difference.
"""

from __future__ import annotations

import json
import re

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def span(text: bytes) -> tuple[int, int] | None:
    """Where the string value of the top-level `model` lies, quotes included; None without one."""
    depth, at, key = 0, 0, None
    while at < len(text):
        byte = text[at : at + 1]
        if byte == b'"':
            string = _STRING.match(text, at)
            assert string, f"a string without end at {at}"
            if depth == 1 and key == b'"model"':
                return string.span()
            after = text[string.end() :].lstrip()[:1]
            key = string.group() if depth == 1 and after == b":" else None
            at = string.end()
            continue
        if byte in b"{[":
            depth += 1
            key = None
        elif byte in b"}]":
            depth -= 1
        elif byte == b",":
            key = None
        at += 1
    return None


def replaced(text: bytes, model: str) -> bytes:
    """The text with another model value, and not one other byte changed."""
    found = span(text)
    return text if found is None else text[: found[0]] + json.dumps(model).encode() + text[found[1] :]


def replaced_in_stream(stream: bytes, model: str) -> bytes:
    """The same for every event of a stream that is one `data:` line."""
    lines = []
    for line in stream.split(b"\n"):
        is_object = line.startswith(b"data:") and line[5:].lstrip().startswith(b"{")
        lines.append(replaced(line, model) if is_object else line)
    return b"\n".join(lines)
