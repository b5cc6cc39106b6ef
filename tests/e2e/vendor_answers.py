"""What a recorded answer of a vendor says, read here by the vendor's own documentation and not by our code.

One reader a family; each gives the text, the reasoning, the tool calls, why it ended, and the tokens, as
an OpenAI client should see them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Said:
    """An answer. `finish` holds OpenAI's words, one a choice; tokens are None where the vendor told none."""

    text: str = ""
    reasoning: str = ""
    tools: list[tuple[str, object]] = field(default_factory=list)
    finish: list[str] = field(default_factory=list)
    input_tokens: int | None = None
    output_tokens: int | None = None
    failed: bool = False
    """The vendor broke off with an error in the middle."""


def events(body: bytes) -> Iterator[dict]:
    """The JSON of each server-sent event."""
    for block in body.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        data = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if data and data != ["[DONE]"]:
            yield json.loads("\n".join(data))


def _arguments(text: str | dict | None) -> object:
    return text if isinstance(text, dict) else json.loads(text or "{}")


def _finish(word: str, called_tools: bool) -> str:
    return "tool_calls" if word == "stop" and called_tools else word


def openai_shaped(body: bytes, stream: bool) -> Said:
    """Azure OpenAI and OpenRouter."""
    said = Said()
    calls: dict[tuple[int, int], dict[str, str]] = {}
    finish: dict[int, str] = {}
    for piece in events(body) if stream else [json.loads(body)]:
        if piece.get("error"):
            said.failed = True
            return said
        if usage := piece.get("usage"):
            said.input_tokens, said.output_tokens = usage["prompt_tokens"], usage.get("completion_tokens", 0)
        for choice in piece.get("choices") or []:
            number = choice.get("index", 0)
            message = choice.get("delta" if stream else "message") or {}
            said.text += message.get("content") or ""
            said.reasoning += message.get("reasoning_content") or message.get("reasoning") or ""
            for at, call in enumerate(message.get("tool_calls") or []):
                kept = calls.setdefault((number, call.get("index", at)), {"name": "", "arguments": ""})
                kept["name"] += (call.get("function") or {}).get("name") or ""
                kept["arguments"] += (call.get("function") or {}).get("arguments") or ""
            if choice.get("finish_reason"):
                finish[number] = choice["finish_reason"]
    said.tools = [(call["name"], _arguments(call["arguments"])) for _, call in sorted(calls.items())]
    said.finish = [_finish(word, bool(said.tools)) for _, word in sorted(finish.items())]
    return said


_STOP_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def anthropic(body: bytes, stream: bool) -> Said:
    """The Messages API."""
    said = Said()
    blocks: dict[int, dict] = {}
    usage: dict = {}
    reason = None
    if not stream:
        message = json.loads(body)
        blocks, usage, reason = dict(enumerate(message["content"])), message["usage"], message["stop_reason"]
    for event in events(body) if stream else []:
        if event["type"] == "message_start":
            usage = dict(event["message"]["usage"])
        elif event["type"] == "content_block_start":
            blocks[event["index"]] = {**event["content_block"], "json": ""}
        elif event["type"] == "content_block_delta":
            block, delta = blocks[event["index"]], event["delta"]
            for key, name in (("text", "text"), ("thinking", "thinking"), ("json", "partial_json")):
                if name in delta:
                    block[key] = block.get(key, "") + delta[name]
        elif event["type"] == "message_delta":
            reason = event["delta"].get("stop_reason") or reason
            usage |= {key: value for key, value in (event.get("usage") or {}).items() if value is not None}
        elif event["type"] == "error":
            said.failed = True
            return said
    for _, block in sorted(blocks.items()):
        if block["type"] == "text":
            said.text += block["text"]
        elif block["type"] == "thinking":
            said.reasoning += block["thinking"]
        elif block["type"] == "tool_use":
            written = block.get("json")
            said.tools.append((block["name"], json.loads(written) if written else block["input"]))
    said.finish = [_finish(_STOP_REASONS[reason], bool(said.tools))]
    said.input_tokens = sum(
        usage.get(key) or 0 for key in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    said.output_tokens = usage["output_tokens"]
    return said


_FINISH_REASONS = {"STOP": "stop", "MAX_TOKENS": "length"}


def gemini(body: bytes, stream: bool) -> Said:
    """generateContent, and streamGenerateContent as events or as one list."""
    said = Said()
    if stream and body.lstrip()[:1] in (b"[", b"{"):
        pieces = json.loads(body)
        pieces = pieces if isinstance(pieces, list) else [pieces]
    else:
        pieces = list(events(body)) if stream else [json.loads(body)]
    finish: dict[int, str] = {}
    for piece in pieces:
        if "error" in piece:
            said.failed = True
            return said
        if (piece.get("promptFeedback") or {}).get("blockReason") and not piece.get("candidates"):
            finish[0] = "content_filter"
        for candidate in piece.get("candidates") or []:
            parts = (candidate.get("content") or {}).get("parts") or []
            # Calls that the vendor answered itself are no business of the client's.
            answered = [part["functionResponse"]["name"] for part in parts if "functionResponse" in part]
            for part in parts:
                if "functionCall" in part and part["functionCall"]["name"] in answered:
                    answered.remove(part["functionCall"]["name"])
                elif "functionResponse" in part:
                    continue
                elif "functionCall" in part:
                    said.tools.append((part["functionCall"]["name"], part["functionCall"].get("args") or {}))
                elif part.get("thought"):
                    said.reasoning += part.get("text") or ""
                else:
                    said.text += part.get("text") or ""
            if reason := candidate.get("finishReason"):
                finish[candidate.get("index", 0)] = _FINISH_REASONS.get(reason, "content_filter")
        if usage := piece.get("usageMetadata"):
            said.input_tokens = usage.get("promptTokenCount", 0) + usage.get("toolUsePromptTokenCount", 0)
            said.output_tokens = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
    said.finish = [_finish(word, bool(said.tools)) for _, word in sorted(finish.items())]
    return said


READERS = {"azure": openai_shaped, "openrouter": openai_shaped, "anthropic": anthropic, "gemini": gemini}
