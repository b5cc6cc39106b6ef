"""Real clients get from Patchbay what they get without it, for every recorded exchange.

Each recording is answered under a model name of its own (`rec-<id>`), once to the client directly
and once through Patchbay. The outcomes, with their texts, tool calls, finish reasons, usage and
errors, must be equal: also where a client rejects what a vendor really sent.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from node_driver import NodeDriver
from patchbay import Patchbay
from recordings import Recording, creating, load
from upstream import Answer, Request, Upstream

REPLAYED = [recording for recording in creating() if recording.status != 401]
"""Without those where the vendor refused a key: there Patchbay answers for itself (test_bytes.py)."""

SCRIPTED = {f"rec-{recording.id}": recording for recording in REPLAYED}

Outcomes = dict[str, tuple[dict, dict]]


def _answer(request: Request) -> Answer:
    return SCRIPTED[request.json()["model"]].answer()


def _openai_job(recording: Recording, name: str) -> dict:
    return {"do": "create", "body": {**recording.request, "model": name}}


def _helper_job(recording: Recording, name: str) -> dict:
    return {"do": "helper", "body": {**recording.request, "model": name}}


def _ai_sdk_job(recording: Recording, name: str) -> dict:
    tools = [tool for tool in recording.request.get("tools") or [] if tool.get("type") == "function"]
    return {
        "do": "stream" if recording.stream else "generate",
        "model": name,
        "prompt": "as recorded",
        "tools": tools,
    }


def _play(
    driver: NodeDriver, urls: list[str], recordings: list[Recording], job: Callable[[Recording, str], dict]
) -> Outcomes:
    """All recordings against each URL, as many side by side as the client cares to."""
    by_url = []
    for url in urls:
        numbers = {
            recording.id: driver.start(url, **job(recording, f"rec-{recording.id}"))
            for recording in recordings
        }
        by_url.append({id: driver.outcome(number) for id, number in numbers.items()})
    return {recording.id: (by_url[0][recording.id], by_url[1][recording.id]) for recording in recordings}


@pytest.fixture(scope="module")
def play(
    upstream: Upstream, patchbay: Patchbay, node_client: Callable[[str], NodeDriver]
) -> Callable[..., Outcomes]:
    upstream.handle_with(_answer)
    urls = [upstream.base_url, patchbay.base_url]
    return lambda name, recordings, job: _play(node_client(name), urls, recordings, job)


@pytest.fixture(scope="module")
def created(play: Callable[..., Outcomes]) -> Outcomes:
    return play("openai", REPLAYED, _openai_job)


@pytest.fixture(scope="module")
def helped(play: Callable[..., Outcomes]) -> Outcomes:
    return play("openai", [recording for recording in REPLAYED if recording.stream], _helper_job)


@pytest.fixture(scope="module")
def generated(play: Callable[..., Outcomes]) -> Outcomes:
    return play("ai_sdk", REPLAYED, _ai_sdk_job)


def _comparable(outcome: dict) -> dict:
    """Without the request ids, which are Patchbay's own."""
    error = outcome["error"] and {**outcome["error"], "requestId": None}
    return {**outcome, "error": error, "requestId": None}


def check_equal(outcomes: Outcomes, recording: Recording) -> None:
    direct, through = outcomes[recording.id]
    assert _comparable(through) == _comparable(direct)


ALL = [pytest.param(recording, id=recording.id) for recording in REPLAYED]
STREAMS = [parameter for parameter in ALL if parameter.values[0].stream]


@pytest.mark.parametrize("recording", ALL)
def test_openai_create(recording: Recording, created: Outcomes) -> None:
    check_equal(created, recording)


@pytest.mark.parametrize("recording", STREAMS)
def test_openai_stream_helper(recording: Recording, helped: Outcomes) -> None:
    check_equal(helped, recording)


@pytest.mark.parametrize("recording", ALL)
def test_ai_sdk(recording: Recording, generated: Outcomes) -> None:
    check_equal(generated, recording)


def test_most_recordings_are_accepted_at_all(request: pytest.FixtureRequest) -> None:
    """Equal failures would prove little: nearly every successful exchange has to be understood."""
    if not load():
        pytest.skip("PATCHBAY_RECORDINGS is unset: NO recorded traffic was replayed")
    good = {recording.id for recording in REPLAYED if recording.status == 200}
    for outcomes in (request.getfixturevalue("created"), request.getfixturevalue("generated")):
        failed = [id for id in good if outcomes[id][1]["error"]]
        assert len(failed) <= len(good) * 0.05, failed
