"""What `record:` keeps of a provider's traffic, and that the plugin `replay` answers with it as the provider did."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import openai
import pytest
from openai import OpenAI

from patchbay import CLIENT_KEY, PROMPT, PROVIDER_KEY, Patchbay
from upstream import WAIT_SECONDS, Answer, Request, Upstream, json_answer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
CHUNKS = ["One", " two", " three"]


def _completion(text: str) -> dict:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-recorded",
        "object": "chat.completion",
        "created": 1,
        "model": "m-1",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
        "x_vendor": {"kept": True},
    }


def _stream() -> bytes:
    def chunk(delta: dict, finish: str | None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        whole = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m-1", "choices": [choice]}
        return f"data: {json.dumps(whole)}\n\n"

    pieces = [chunk({"content": text}, None) for text in CHUNKS] + [chunk({}, "stop"), "data: [DONE]\n\n"]
    return "".join(pieces).encode()


def _vendor(request: Request) -> Answer:
    """A vendor that repeats the key it was sent, as some do."""
    path = request.target.removeprefix("/v1")
    if path == "/embeddings":
        data = [{"object": "embedding", "index": 0, "embedding": [0.5, -0.5]}]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return json_answer({"object": "list", "data": data, "model": "e-1", "usage": usage})
    if path == "/audio/transcriptions":
        return json_answer({"text": "what was heard"})
    if path == "/audio/speech":
        return Answer(headers=[("Content-Type", "audio/mpeg")], body=PNG)
    body = request.json()
    said = body["messages"][-1]["content"]
    if said == "fail":
        error = {"message": f"not with {request.header('authorization')}", "type": "x", "param": None, "code": "bad"}
        return json_answer({"error": error}, status=400, headers=[("Set-Cookie", "planted=cookie")])
    if body.get("stream"):
        return Answer(headers=[("Content-Type", "text/event-stream")], body=_stream(), framing="chunked", cut_seed=1)
    return json_answer(_completion(f"You said {said}"))


@pytest.fixture(name="traffic")
def recorded_traffic(start_patchbay: Callable[..., Patchbay], tmp_path: Path) -> Path:
    """A folder with the recordings of a client's whole day."""
    folder = tmp_path / "kept"
    with Upstream() as upstream:
        upstream.handle_with(_vendor)
        vendor = {
            "plugin": "openai",
            "record": str(folder),
            "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url},
        }
        patchbay = start_patchbay({"providers": {"vendor": vendor}, "models": {"*": {"provider": "vendor"}}})
        _ask_everything(_client(patchbay))
        patchbay.stop()
    return folder


def _client(patchbay: Patchbay) -> OpenAI:
    return OpenAI(base_url=patchbay.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)


def _ask(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def _ask_everything(client: OpenAI) -> dict:
    """Asks one thing of each kind; returns what came back."""
    whole = client.chat.completions.create(model="m-1", messages=_ask("hello"))
    streamed = client.chat.completions.create(model="m-1", messages=_ask("count"), stream=True)
    got = {
        "whole": whole.model_dump(),
        "streamed": [chunk.model_dump() for chunk in streamed],
        "embedding": client.embeddings.create(model="e-1", input="a", encoding_format="float").model_dump(),
        "heard": client.audio.transcriptions.create(model="w-1", file=("a.wav", b"RIFF\xff\x00", "audio/wav")).text,
        "sound": client.audio.speech.create(model="t-1", voice="alloy", input="hi").read(),
    }
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="m-1", messages=_ask("fail"))
    got["error"] = (raised.value.status_code, raised.value.code, raised.value.type)
    return got


def _lines(folder: Path) -> list[dict]:
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]


def test_every_exchange_is_kept_and_no_secret(traffic: Path) -> None:
    files = list(traffic.iterdir())
    assert [file.name.rpartition("-")[0][:7] for file in files] == ["vendor-"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(traffic.stat().st_mode) == 0o700
    lines = _lines(traffic)
    assert [line["meta"]["endpoint"] for line in lines] == [
        "chat/completions",
        "chat/completions",
        "embeddings",
        "audio/transcriptions",
        "audio/speech",
        "chat/completions",
    ]
    assert [line["meta"]["stream"] for line in lines] == [False, True, False, False, False, False]
    assert all(line["meta"]["complete"] for line in lines)
    assert lines[1]["response"]["body"]["text"] == _stream().decode()
    assert set(lines[3]["request"]["body"]) == {"base64"}
    assert set(lines[4]["response"]["body"]) == {"base64"}
    written = files[0].read_text()
    for secret in (PROVIDER_KEY, CLIENT_KEY, "planted=cookie", "uthorization"):
        assert secret not in written
    assert "not with Bearer ***" in written


def test_a_replay_answers_as_the_provider_did(start_patchbay: Callable[..., Patchbay], traffic: Path) -> None:
    with Upstream() as upstream:
        upstream.handle_with(_vendor)
        original = {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url}}
        live = _ask_everything(
            _client(start_patchbay({"providers": {"p": original}, "models": {"*": {"provider": "p"}}}))
        )
    for match in ("exact", "loose"):
        again = {"plugin": "replay", "config": {"recordings": str(traffic), "match": match}}
        patchbay = start_patchbay({"providers": {"p": again}, "models": {"*": {"provider": "p"}}})
        assert _ask_everything(_client(patchbay)) == live


def test_a_replay_makes_a_stream_of_a_whole_answer(start_patchbay: Callable[..., Patchbay], traffic: Path) -> None:
    again = {"plugin": "replay", "config": {"recordings": str(traffic), "pace": "recorded"}}
    patchbay = start_patchbay({"providers": {"p": again}, "models": {"*": {"provider": "p"}}})
    client = _client(patchbay)
    chunks = client.chat.completions.create(model="m-1", messages=_ask("hello"), stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "You said hello"
    whole = client.chat.completions.create(model="m-1", messages=_ask("count"))
    assert whole.choices[0].message.content == "".join(CHUNKS)
    listed = {model.id for model in client.models.list()}
    assert listed >= {"m-1", "e-1", "w-1", "t-1"}


def test_what_was_not_recorded_is_named(start_patchbay: Callable[..., Patchbay], traffic: Path) -> None:
    again = {"plugin": "replay", "config": {"recordings": str(traffic)}}
    patchbay = start_patchbay({"providers": {"p": again}, "models": {"*": {"provider": "p"}}})
    with pytest.raises(openai.NotFoundError) as raised:
        _client(patchbay).chat.completions.create(model="m-1", messages=_ask(f"something new {PROMPT}"))
    assert raised.value.code == "no_recording"
    assert f"something new {PROMPT}" in raised.value.message, "and yet it stands in no log: see Patchbay.stop"
    assert '"hello"' in raised.value.message


def test_a_recording_that_cannot_be_written_harms_nobody(start_patchbay: Callable[..., Patchbay], tmp_path: Path) -> None:
    in_the_way = tmp_path / "folder"
    in_the_way.mkdir()
    (in_the_way / "file").write_text("")
    with Upstream() as upstream:
        upstream.handle_with(_vendor)
        vendor = {
            "plugin": "openai",
            "record": str(in_the_way / "file" / "below"),
            "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url},
        }
        patchbay = start_patchbay({"providers": {"vendor": vendor}, "models": {"*": {"provider": "vendor"}}})
        answer = _client(patchbay).chat.completions.create(model="m-1", messages=_ask("hello"))
        assert answer.choices[0].message.content == "You said hello"
        warning = patchbay.wait_for_log(lambda line: line["event"] == "recording_failed")
        assert warning["provider"] == "vendor"


def test_recordings_that_are_not_there_stop_the_start(tmp_path: Path) -> None:
    from patchbay import EXIT_CONFIGURATION, run, write_config

    again = {"plugin": "replay", "config": {"recordings": str(tmp_path / "nowhere")}}
    config = write_config(tmp_path / "c.yaml", {"providers": {"p": again}, "models": {"*": {"provider": "p"}}})
    done = run("serve", "--config", str(config), "--listen", "127.0.0.1:0")
    assert done.returncode == EXIT_CONFIGURATION
    assert "providers.p.config.recordings" in done.stderr
