"""A request, a whole answer and a stream, written by hand, for tests that are about something else."""

from __future__ import annotations

from patchbay import PROMPT

PATH = "/v1/chat/completions"
BODY = b'{"model":"any-model","messages":[{"role":"user","content":"' + PROMPT.encode() + b'"}]}'
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "any-model",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
STREAM = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"any-model","choices":'
    b'[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"any-model","choices":'
    b'[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
RATE_LIMITED = {
    "error": {"message": "slow down", "type": "requests", "param": None, "code": "rate_limit_exceeded"}
}
STREAM_BODY = BODY.replace(b'"messages"', b'"stream":true,"messages"')
FIRST_EVENT = STREAM.index(b"\n\n") + 2
SECOND_EVENT = STREAM.index(b"\n\n", FIRST_EVENT) + 2
"""Where in STREAM its first two events end."""

ASK = [{"role": "user", "content": PROMPT}]


def stub(**script: object) -> dict:
    """The field of a request that scripts the stub."""
    return {"stub": script}
