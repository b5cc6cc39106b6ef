"""The stock `openai` package, synchronous and asynchronous, through the stub and through an upstream."""

from __future__ import annotations

import asyncio
import json
import threading

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

import samples
from patchbay import CLIENT_KEY, Patchbay
from samples import ASK, stub
from upstream import WAIT_SECONDS, Answer, Upstream, json_answer, stream_answer

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
TIME = {
    "type": "function",
    "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}},
}
TWO_CALLS = [{"name": "get_weather", "arguments": {"city": "Zürich"}}, {"name": "get_time", "arguments": {}}]


def async_client(patchbay: Patchbay, **options: object) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=patchbay.base_url,
        api_key=CLIENT_KEY,
        **{"max_retries": 0, "timeout": WAIT_SECONDS, **options},
    )


def test_a_whole_answer_from_the_stub(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="stub", messages=ASK, extra_body=stub(reply="Grüße \N{GRINNING FACE}")
    )
    assert answer.object == "chat.completion"
    assert answer.id.startswith("chatcmpl-")
    assert answer.created > 1_600_000_000
    assert answer.model == "stub"
    assert [choice.index for choice in answer.choices] == [0]
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content == "Grüße \N{GRINNING FACE}"
    assert answer.choices[0].message.tool_calls is None
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert answer._request_id


def test_a_stream_from_the_stub_keeps_the_order_of_chunks(client: OpenAI) -> None:
    text = "one two three \N{GRINNING FACE} vier fünf"
    chunks = list(
        client.chat.completions.create(
            model="stub",
            messages=ASK,
            stream=True,
            stream_options={"include_usage": True},
            extra_body=stub(reply=text),
        )
    )
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    *with_choice, last = chunks
    assert with_choice[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in with_choice) == text
    assert [chunk.choices[0].finish_reason for chunk in with_choice if chunk.choices[0].finish_reason] == [
        "stop"
    ]
    assert with_choice[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in with_choice)
    assert last.choices == []
    assert last.usage.total_tokens > 0


def test_no_usage_chunk_unless_asked_for(client: OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="stub", messages=ASK, stream=True))
    assert chunks and all(chunk.choices and chunk.usage is None for chunk in chunks)


def test_parallel_tool_calls_whole(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="stub", messages=ASK, tools=[WEATHER, TIME], extra_body=stub(tool_calls=TWO_CALLS)
    )
    calls = answer.choices[0].message.tool_calls
    assert [call.function.name for call in calls] == ["get_weather", "get_time"]
    assert [json.loads(call.function.arguments) for call in calls] == [{"city": "Zürich"}, {}]
    assert len({call.id for call in calls}) == 2 and all(
        call.id and call.type == "function" for call in calls
    )
    assert answer.choices[0].finish_reason == "tool_calls"


def test_parallel_tool_calls_with_the_stream_helper(client: OpenAI) -> None:
    done = []
    with client.chat.completions.stream(
        model="stub", messages=ASK, tools=[WEATHER, TIME], extra_body=stub(tool_calls=TWO_CALLS)
    ) as stream:
        for event in stream:
            if event.type == "tool_calls.function.arguments.done":
                done.append((event.index, event.name, json.loads(event.arguments)))
        answer = stream.get_final_completion()
    assert done == [(0, "get_weather", {"city": "Zürich"}), (1, "get_time", {})]
    assert answer.choices[0].finish_reason == "tool_calls"
    assert [call.function.name for call in answer.choices[0].message.tool_calls] == [
        "get_weather",
        "get_time",
    ]


def test_text_with_the_stream_helper(client: OpenAI) -> None:
    with client.chat.completions.stream(model="stub", messages=ASK, extra_body=stub(reply="a b c")) as stream:
        text = "".join(event.delta for event in stream if event.type == "content.delta")
        answer = stream.get_final_completion()
    assert text == answer.choices[0].message.content == "a b c"
    assert answer.choices[0].finish_reason == "stop"


def test_reasoning_is_shown_where_clients_look(client: OpenAI) -> None:
    script = stub(reply="42", reasoning="Let me think.")
    whole = client.chat.completions.create(model="stub", messages=ASK, extra_body=script)
    chunks = client.chat.completions.create(model="stub", messages=ASK, stream=True, extra_body=script)
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert whole.choices[0].message.reasoning_content == "Let me think."
    assert whole.choices[0].message.content == "42"
    assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == "Let me think."
    assert "".join(delta.content or "" for delta in deltas) == "42"


def test_an_alias_names_itself_in_every_chunk(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(samples.STREAM, cut_seed=1))
    chunks = list(client.chat.completions.create(model="alias", messages=ASK, stream=True))
    assert {chunk.model for chunk in chunks} == {"alias"}
    assert "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices) == "Hi"
    assert upstream.requests[0].json()["model"] == "upstream-model"
    assert upstream.requests[0].json()["messages"] == ASK


def test_unknown_fields_go_up(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(samples.COMPLETION))
    client.chat.completions.create(
        model="any", messages=ASK, extra_body={"vendor_option": {"deep": [1.0, 12345678901234567890]}}
    )
    assert b"12345678901234567890" in upstream.requests[0].body
    assert upstream.requests[0].json()["vendor_option"] == {"deep": [1.0, 12345678901234567890]}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, openai.BadRequestError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("source", ["stub", "upstream"])
def test_errors_have_their_class_message_and_request_id(
    client: OpenAI,
    upstream: Upstream,
    source: str,
    streamed: bool,
    status: int,
    kind: type[openai.APIStatusError],
) -> None:
    error = {"message": "scripted failure", "type": "scripted_type", "param": None, "code": "scripted_code"}
    upstream.answer_with(json_answer({"error": error}, status))
    script = (
        stub(error={"status": status, "message": "scripted failure", "code": "scripted_code"})
        if source == "stub"
        else None
    )
    model = "stub" if source == "stub" else "any"
    with pytest.raises(kind) as raised:
        client.chat.completions.create(model=model, messages=ASK, stream=streamed, extra_body=script)
    assert raised.value.status_code == status
    assert "scripted failure" in raised.value.message
    assert raised.value.code == "scripted_code"
    assert raised.value.request_id
    assert raised.value.request_id == raised.value.response.headers["x-request-id"]


def test_an_error_in_the_middle_of_a_stub_stream_is_raised(client: OpenAI) -> None:
    script = stub(
        reply="one two three four five",
        error={"status": 500, "message": "gone in the middle", "after_tokens": 2},
        token_delay_ms=20,
    )
    got = ""
    with pytest.raises(openai.APIError, match="gone in the middle"):
        for chunk in client.chat.completions.create(
            model="stub", messages=ASK, stream=True, extra_body=script
        ):
            got += chunk.choices[0].delta.content or ""
    assert got and "one two three four five".startswith(got)


def test_an_upstream_that_breaks_off_raises_in_the_stream(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(samples.STREAM, break_after=samples.FIRST_EVENT))
    with pytest.raises(openai.APIError) as raised:
        list(client.chat.completions.create(model="any", messages=ASK, stream=True))
    assert not isinstance(raised.value, openai.APIConnectionError), "the stream was cut without a word"


def test_an_upstream_error_event_is_raised(client: OpenAI, upstream: Upstream) -> None:
    event = b'data: {"error":{"message":"overloaded in the middle","type":"server_error","param":null,"code":null}}\n\n'
    upstream.answer_with(stream_answer(samples.STREAM[: samples.FIRST_EVENT] + event))
    with pytest.raises(openai.APIError, match="overloaded in the middle"):
        list(client.chat.completions.create(model="any", messages=ASK, stream=True))


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_the_client_retries_and_patchbay_does_not(
    patchbay: Patchbay, upstream: Upstream, streamed: bool
) -> None:
    success = stream_answer(samples.STREAM) if streamed else json_answer(samples.COMPLETION)
    upstream.answer_with(json_answer(samples.RATE_LIMITED, 429, [("Retry-After-Ms", "0")]), success)
    client = OpenAI(base_url=patchbay.base_url, api_key=CLIENT_KEY, max_retries=2)
    answer = client.chat.completions.create(model="any", messages=ASK, stream=streamed)
    text = (
        "".join(c.choices[0].delta.content or "" for c in answer)
        if streamed
        else answer.choices[0].message.content
    )
    assert text == "Hi"
    assert len(upstream.requests) == 2, "one attempt each for the client's two tries"


def test_without_client_retries_there_is_one_attempt(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(samples.RATE_LIMITED, 503))
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="any", messages=ASK)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_a_client_that_times_out_leaves_the_upstream(
    patchbay: Patchbay, upstream: Upstream, streamed: bool
) -> None:
    upstream.answer_with(Answer(hold_head=True))
    client = OpenAI(base_url=patchbay.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=3)
    with pytest.raises(openai.APITimeoutError):
        client.chat.completions.create(model="any", messages=ASK, stream=streamed)
    request = upstream.wait_for_request()
    upstream.wait_for(request.client_left.is_set, "the upstream call to end")


def test_closing_a_stream_ends_the_call_upstream(client: OpenAI, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(samples.STREAM, hold_after=samples.FIRST_EVENT))
    stream = client.chat.completions.create(model="any", messages=ASK, stream=True)
    assert next(iter(stream)).choices[0].delta.content == "Hi"
    stream.close()
    upstream.wait_for(upstream.requests[0].client_left.is_set, "the upstream call to end")


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_cancelling_before_the_first_byte_ends_the_call_upstream(
    patchbay: Patchbay, upstream: Upstream, streamed: bool
) -> None:
    upstream.answer_with(Answer(hold_head=True))

    async def ask_and_cancel() -> None:
        async with async_client(patchbay) as client:
            call = asyncio.ensure_future(
                client.chat.completions.create(model="any", messages=ASK, stream=streamed)
            )
            await asyncio.to_thread(upstream.wait_until_held)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(ask_and_cancel())
    upstream.wait_for(upstream.requests[0].client_left.is_set, "the upstream call to end")


def test_the_stub_serves_many_async_clients_at_once(patchbay: Patchbay) -> None:
    """Every client gets its own answer, whole or streamed, however they interleave."""

    async def ask(client: AsyncOpenAI, number: int) -> str:
        script = stub(reply=f"reply number {number}", token_delay_ms=1)
        answer = await client.chat.completions.create(
            model="stub", messages=ASK, stream=number % 2 == 0, extra_body=script
        )
        if number % 2:
            return answer.choices[0].message.content
        return "".join([choice.delta.content or "" async for chunk in answer for choice in chunk.choices])

    async def ask_all() -> list[str]:
        async with async_client(patchbay) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(60)))

    assert asyncio.run(ask_all()) == [f"reply number {number}" for number in range(60)]


def test_async_streams_from_the_upstream(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(samples.STREAM, cut_seed=3))

    async def collect() -> str:
        async with async_client(patchbay) as client:
            stream = await client.chat.completions.create(model="any", messages=ASK, stream=True)
            return "".join([choice.delta.content or "" async for chunk in stream for choice in chunk.choices])

    assert asyncio.run(collect()) == "Hi"


def test_models_are_listed_and_retrieved(client: OpenAI) -> None:
    listed = {model.id: model for model in client.models.list()}
    assert {"alias", "stub", "team/fast:1"} <= set(listed)
    for name in ("alias", "team/fast:1"):
        found = client.models.retrieve(name)
        assert (found.id, found.object) == (name, "model")


def test_a_threaded_client_shares_connections_without_mixing_answers(client: OpenAI) -> None:
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answer = client.chat.completions.create(
            model="stub", messages=ASK, extra_body=stub(reply=f"for thread {number}")
        )
        answers[number] = answer.choices[0].message.content

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert answers == {number: f"for thread {number}" for number in range(16)}
