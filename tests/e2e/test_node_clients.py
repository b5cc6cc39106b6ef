"""The stock Node clients (`openai`, `@ai-sdk/openai`, `@langchain/openai`), through the stub and through an upstream."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import samples
from node_driver import NodeDriver
from patchbay import PROMPT, Patchbay
from test_openai_python import TIME, TWO_CALLS, WEATHER
from upstream import Answer, Upstream, json_answer, stream_answer

CLIENTS = ["openai", "ai_sdk", "langchain"]
SHAPES = ["whole", "stream"]
JOBS = {
    "openai": {"whole": "create", "stream": "create", "helper": "helper"},
    "ai_sdk": {"whole": "generate", "stream": "stream"},
    "langchain": {"whole": "invoke", "stream": "stream"},
}


@dataclass
class Client:
    """One client library against one server, spoken to in one way whatever the library calls it."""

    name: str
    driver: NodeDriver
    base_url: str

    def start(
        self,
        shape: str,
        model: str,
        tools: list[dict] | None = None,
        script: dict | None = None,
        **options: object,
    ) -> int:
        """Starts asking; `script` goes to the stub, in the text, because not every client passes unknown fields."""
        prompt = f"stub:{json.dumps(script)}" if script is not None else PROMPT
        do = JOBS[self.name][shape]
        if self.name != "openai":
            return self.driver.start(self.base_url, do, model=model, prompt=prompt, tools=tools, **options)
        body = {"model": model, "messages": [{"role": "user", "content": prompt}], "stream": shape != "whole"}
        if shape != "whole":
            body["stream_options"] = {"include_usage": True}
        return self.driver.start(
            self.base_url, do, body={**body, **({"tools": tools} if tools else {})}, **options
        )

    def ask(self, shape: str, model: str, **options: object) -> dict:
        return self.driver.outcome(self.start(shape, model, **options))


@pytest.fixture(params=CLIENTS)
def client(
    request: pytest.FixtureRequest, node_client: Callable[[str], NodeDriver], patchbay: Patchbay
) -> Client:
    return Client(request.param, node_client(request.param), patchbay.base_url)


def check_ok(outcome: dict) -> dict:
    assert outcome["error"] is None, outcome["error"]
    return outcome


def finishes(outcome: dict) -> list[str]:
    """Finish reasons in OpenAI's spelling; the AI SDK writes hyphens."""
    return [reason.replace("-", "_") for reason in outcome["finish"]]


@pytest.mark.parametrize("shape", SHAPES)
def test_text_from_the_stub(client: Client, shape: str) -> None:
    outcome = check_ok(client.ask(shape, "stub", script={"reply": "Grüße an alle \N{GRINNING FACE}"}))
    assert outcome["text"] == "Grüße an alle \N{GRINNING FACE}"
    assert finishes(outcome) == ["stop"]
    assert outcome["usage"]


@pytest.mark.parametrize("shape", SHAPES)
def test_text_from_the_upstream_under_an_alias(client: Client, upstream: Upstream, shape: str) -> None:
    upstream.answer_with(
        stream_answer(samples.STREAM, cut_seed=5) if shape == "stream" else json_answer(samples.COMPLETION)
    )
    outcome = check_ok(client.ask(shape, "alias"))
    assert outcome["text"] == "Hi"
    assert finishes(outcome) == ["stop"]
    assert [request.json()["model"] for request in upstream.requests] == ["upstream-model"]


@pytest.mark.parametrize("shape", SHAPES)
def test_parallel_tool_calls_from_the_stub(client: Client, shape: str) -> None:
    outcome = check_ok(client.ask(shape, "stub", tools=[WEATHER, TIME], script={"tool_calls": TWO_CALLS}))
    calls = outcome["toolCalls"]
    assert [call["name"] for call in calls] == ["get_weather", "get_time"]
    arguments = [
        json.loads(call["arguments"]) if isinstance(call["arguments"], str) else call["arguments"]
        for call in calls
    ]
    assert arguments == [{"city": "Zürich"}, {}]
    assert len({call["id"] for call in calls}) == 2
    assert not any(call.get("invalid") for call in calls)
    assert finishes(outcome) == ["tool_calls"]


def test_the_openai_stream_helper_accepts_the_stub(
    node_client: Callable[[str], NodeDriver], patchbay: Patchbay
) -> None:
    client = Client("openai", node_client("openai"), patchbay.base_url)
    text = check_ok(client.ask("helper", "stub", script={"reply": "one two", "reasoning": "hm"}))
    assert (text["text"], text["finish"]) == ("one two", ["stop"])
    tools = check_ok(client.ask("helper", "stub", tools=[WEATHER, TIME], script={"tool_calls": TWO_CALLS}))
    assert [call["name"] for call in tools["toolCalls"]] == ["get_weather", "get_time"]
    assert tools["finish"] == ["tool_calls"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("source", ["stub", "upstream"])
@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_errors_keep_status_and_message(
    client: Client, upstream: Upstream, source: str, shape: str, status: int
) -> None:
    error = {"message": "scripted failure", "type": "scripted", "param": None, "code": "scripted_code"}
    upstream.answer_with(json_answer({"error": error}, status))
    script = {"error": {"status": status, "message": "scripted failure"}} if source == "stub" else None
    outcome = client.ask(shape, "stub" if source == "stub" else "any", script=script)
    assert outcome["error"], outcome
    assert outcome["error"]["status"] == status
    assert "scripted failure" in outcome["error"]["message"]
    if client.name == "openai":
        assert outcome["error"]["requestId"]


def test_an_error_in_the_middle_of_a_stream_surfaces(client: Client) -> None:
    script = {
        "reply": "one two three four",
        "error": {"status": 500, "message": "gone in the middle", "after_tokens": 2},
    }
    outcome = client.ask("stream", "stub", script=script)
    assert outcome["error"], outcome
    assert "gone in the middle" in outcome["error"]["message"]


def test_an_upstream_that_breaks_off_surfaces(client: Client, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(samples.STREAM, break_after=samples.FIRST_EVENT))
    outcome = client.ask("stream", "any")
    assert outcome["error"], outcome
    assert outcome["error"]["message"] != "terminated", "the stream was cut without a word"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_client_retries_and_patchbay_does_not(client: Client, upstream: Upstream, shape: str) -> None:
    success = stream_answer(samples.STREAM) if shape == "stream" else json_answer(samples.COMPLETION)
    upstream.answer_with(json_answer(samples.RATE_LIMITED, 429, [("Retry-After", "0")]), success)
    outcome = check_ok(client.ask(shape, "any", maxRetries=1))
    assert outcome["text"] == "Hi"
    assert len(upstream.requests) == 2, "one attempt each for the client's two tries"


@pytest.mark.parametrize("shape", SHAPES)
def test_aborting_before_the_first_byte_ends_the_call_upstream(
    client: Client, upstream: Upstream, shape: str
) -> None:
    upstream.answer_with(Answer(hold_head=True))
    job = client.start(shape, "any")
    upstream.wait_until_held()
    client.driver.abort(job)
    upstream.wait_for(upstream.requests[0].client_left.is_set, "the upstream call to end")
    outcome = client.driver.outcome(job)
    assert outcome["error"] or outcome.get("aborted")


def test_aborting_in_the_middle_ends_the_call_upstream(client: Client, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(samples.STREAM, hold_after=samples.FIRST_EVENT))
    job = client.start("stream", "any")
    client.driver.wait_for_progress(job)
    client.driver.abort(job)
    upstream.wait_for(upstream.requests[0].client_left.is_set, "the upstream call to end")
    outcome = client.driver.outcome(job)
    assert outcome["error"] or outcome.get("aborted")


def test_aborting_an_endless_stub_leaves_the_server_well(client: Client) -> None:
    job = client.start("stream", "stub", script={"tokens": 100_000, "token_delay_ms": 5})
    client.driver.wait_for_progress(job)
    client.driver.abort(job)
    outcome = client.driver.outcome(job)
    assert outcome["error"] or outcome.get("aborted")
    assert check_ok(client.ask("whole", "stub", script={"reply": "well"}))["text"] == "well"


def test_models_in_node(node_client: Callable[[str], NodeDriver], patchbay: Patchbay) -> None:
    driver = node_client("openai")
    listed = check_ok(driver.run(patchbay.base_url, "models.list"))["models"]
    assert {"alias", "stub", "team/fast:1"} <= {model["id"] for model in listed}
    found = check_ok(driver.run(patchbay.base_url, "models.retrieve", model="team/fast:1"))["models"]
    assert found[0]["id"] == "team/fast:1"
