"""What goes up to OpenAI is what OpenAI's published description of its API allows.

The upstream is OpenAI's own mock, which refuses a request that its OpenAPI document does not allow and
makes answers up that it does. PATCHBAY_SPECS names the folder with the document.
"""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import openai
import pytest
from openai import OpenAI

from node_driver import node, node_modules
from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay, write_config
from raw_http import RawConnection
from upstream import WAIT_SECONDS

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(64)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}

FORMATS = [
    f"--validator-{where}-{what}-format=brackets" for where in ("query", "form") for what in ("array", "object")
]
"""How OpenAI's own SDKs write lists and objects, and have the mock read them in their own tests."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    specs = os.environ.get("PATCHBAY_SPECS")
    if specs is None:
        pytest.skip("PATCHBAY_SPECS is unset: NOTHING was held against the published OpenAPI document")
    folder = tmp_path_factory.mktemp("openapi")
    document = folder / "openapi.yaml"
    with gzip.open(Path(specs) / "openai-openapi.yaml.gz") as packed, document.open("wb") as file:
        shutil.copyfileobj(packed, file)
    origin = f"http://127.0.0.1:{free_port()}"
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(
            [node(), node_modules() / "@stdy/cli/steady.js", "--host", "127.0.0.1", "-p", origin.rpartition(":")[2],
             *FORMATS, document],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_it_answers(origin, process)
            yield origin
        finally:
            process.terminate()
            process.wait(WAIT_SECONDS)


def wait_until_it_answers(origin: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the mock ended at once"
        try:
            urllib.request.urlopen(f"{origin}/models", timeout=WAIT_SECONDS).read()
            return
        except (OSError, urllib.error.URLError):
            assert time.monotonic() < until, "the mock did not begin to answer"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def server(mock: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    config = {
        "server": {"listen": "127.0.0.1:0", "workers": 2},
        "providers": {"openai": {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": mock}}},
        "models": {"alias": {"provider": "openai", "model": "gpt-4o"}, "*": {"provider": "openai"}},
        "defaults": {"model": "gpt-4o", "image_model": "dall-e-3"},
    }
    with Patchbay(write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", config)) as running:
        yield running


@pytest.fixture(scope="module")
def published(server: Patchbay) -> OpenAI:
    return OpenAI(base_url=server.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)


USER = {"role": "user", "content": "hello"}
CALLS: dict[str, Callable[[OpenAI], object]] = {
    "chat": lambda client: client.chat.completions.create(model="gpt-4o", messages=[USER], temperature=0.5),
    "chat by an alias": lambda client: client.chat.completions.create(model="alias", messages=[USER]),
    "chat with tools": lambda client: client.chat.completions.create(
        model="gpt-4o", messages=[USER], tools=[TOOL], tool_choice="auto", parallel_tool_calls=False
    ),
    "chat, streamed": lambda client: list(
        client.chat.completions.create(
            model="gpt-4o", messages=[USER], stream=True, stream_options={"include_usage": True}
        )
    ),
    "completions": lambda client: client.completions.create(model="gpt-3.5-turbo-instruct", prompt="hello"),
    "embeddings": lambda client: client.embeddings.create(model="text-embedding-3-small", input=["a", "b"]),
    "images": lambda client: client.images.generate(model="dall-e-3", prompt="a cat", size="1024x1024"),
    "image edits": lambda client: client.images.edit(
        model="gpt-image-1", prompt="a hat", image=[("1.png", PNG, "image/png"), ("2.png", PNG, "image/png")]
    ),
    "image variations": lambda client: client.images.create_variation(
        model="dall-e-2", image=("1.png", PNG, "image/png")
    ),
    "transcriptions": lambda client: client.audio.transcriptions.create(
        model="whisper-1",
        file=("a.wav", WAV, "audio/wav"),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    ),
    "translations": lambda client: client.audio.translations.create(
        model="whisper-1", file=("a.wav", WAV, "audio/wav")
    ),
    "speech": lambda client: client.audio.speech.create(model="tts-1", voice="alloy", input="hello"),
    "moderations": lambda client: client.moderations.create(model="omni-moderation-latest", input="hello"),
    "responses": lambda client: client.responses.create(model="gpt-4o", input="hello", store=False),
    "models": lambda client: list(client.models.list()),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", CALLS)
def test_the_mock_finds_nothing_wrong(published: OpenAI, name: str) -> None:
    CALLS[name](published)


@pytest.mark.parametrize("mode", ["chat", "image"])
def test_requests_written_by_patchbay_itself_are_right_too(server: Patchbay, mode: str) -> None:
    with RawConnection(server.port) as connection:
        answer = connection.ask(
            "POST", "/chat", b'{"messages":[{"role":"user","content":"a cat"}],"mode":"%b"}' % mode.encode()
        )
    # What it makes up need not hold an image; that it makes something up says that it liked the request.
    assert answer.status == 200 or b"an answer without images" in answer.body, answer.body
    assert b"Validation failed" not in answer.body


def test_the_mock_would_find_something(published: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        published.embeddings.create(model="text-embedding-3-small", input="a", dimensions="many")  # type: ignore[arg-type]
    assert "Validation failed" in caught.value.response.text
