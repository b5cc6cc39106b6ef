"""Tools of a plugin: a model calls them, the server runs them, and the model reads what came of it."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from built_plugins import PluginSource
from chat_backends import Live, Person, data_of, data_parts, new_id, reply
from chat_route import chunks
from patchbay import EXIT_CONFIGURATION, PROVIDER_KEY, Patchbay, run, write_config
from upstream import WAIT_SECONDS, Answer, Request, Upstream, json_answer, stream_answer

TOOLBOX = PluginSource("toolbox.cpp", "tool")
TOOL_KEY = "tool-key-planted-4c1a"
ASK = {"role": "user", "content": "What about Oslo?"}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("toolbox")
    versions = {version: TOOLBOX.build(folder, version) for version in ("1.0.0", "2.0.0")}
    return {**versions, "3.0.0": TOOLBOX.build(folder, "3.0.0", "TEST_WITHOUT_WEATHER")}


@pytest.fixture
def plugins(built: dict[str, Path], tmp_path: Path) -> Path:
    TOOLBOX.put(built["1.0.0"], tmp_path / "plugins")
    return tmp_path / "plugins"


@pytest.fixture
def model() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


@pytest.fixture
def service() -> Iterator[Upstream]:
    """What the tools ask."""
    with Upstream() as running:
        yield running


def settings(plugins: Path, model: str, service: str, **more: Any) -> dict:
    chat = {"tools": ["get_current_time", "box"], **more.pop("chat", {})}
    return {
        "server": {"listen": "127.0.0.1:0", "workers": 2, "drain_timeout": "1s"},
        "plugins": {"path": [str(plugins)]},
        "providers": {
            "model": {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": model}},
            "box": {"plugin": "toolbox", "config": {"base_url": service, "api_key": TOOL_KEY}},
        },
        "models": {"*": {"provider": "model"}},
        "chat": chat,
        **more,
    }


@pytest.fixture
def start(plugins: Path, model: Upstream, service: Upstream, tmp_path: Path) -> Iterator[Callable[..., Patchbay]]:
    running: list[Patchbay] = []

    def begin(**chat: Any) -> Patchbay:
        config = settings(plugins, model.base_url, service.origin, chat=chat)
        server = Patchbay(write_config(tmp_path / "live.yaml", config))
        running.append(server)
        server.__enter__()
        return server

    yield begin
    for server in running:
        if server.process.poll() is None:  # or the test has ended it itself
            server.__exit__(None)
        assert TOOL_KEY not in server.output


def calls(*wanted: tuple[str, dict]) -> Answer:
    """A model that calls these tools at once; their ids are their names."""
    made = [
        {
            "index": number,
            "id": f"call-{name}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for number, (name, arguments) in enumerate(wanted)
    ]
    return stream_answer(chunks({"role": "assistant", "tool_calls": made}, finish="tool_calls"))


def send(server: Patchbay, target: str = "/chat", id: str | None = None) -> str:
    body = {"messages": [ASK], "model": "m", **({"conversation_id": id} if id else {})}
    answer = Person(server.port, "ada").ask("POST", target, body)
    assert answer.status == 200, answer.body
    return answer.body.decode()


def begin(server: Patchbay, id: str) -> Live:
    return Person(server.port, "ada").live(
        "POST", "/chat", {"messages": [ASK], "model": "m", "conversation_id": id}
    )


def results(stream: str) -> dict[str, Any]:
    """What a data stream shows of each call's result."""
    return {part["toolCallId"]: part["result"] for code, part in data_parts(stream) if code == "a"}


def read_by_model(model: Upstream) -> dict[str, str]:
    """The results in the last request to the model."""
    messages = model.requests[-1].json()["messages"]
    return {each["tool_call_id"]: each["content"] for each in messages if each["role"] == "tool"}


def text_of(stream: str) -> str:
    return "".join(value for code, value in data_parts(stream) if code == "0")


def test_a_model_calls_it_and_reads_its_result(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start()
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("It snows."))
    service.answer_with(json_answer({"sky": "snow"}))
    id = new_id()
    stream = send(server, id=f"chat-{id}")
    assert text_of(stream) == "It snows."
    assert results(stream) == {"call-weather": {"sky": "snow"}}
    codes = [code for code, _ in data_parts(stream)]
    assert codes.index("9") < codes.index("a") < codes.index("0")

    offered = {each["function"]["name"]: each["function"] for each in model.requests[0].json()["tools"]}
    assert set(offered) == {"get_current_time", "weather", "shift"}
    assert offered["weather"]["parameters"]["required"] == ["city"]
    *_, made, result = model.requests[1].json()["messages"]
    assert made["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city": "Oslo"}'}
    assert (result["role"], result["tool_call_id"]) == ("tool", "call-weather")
    assert json.loads(result["content"]) == {"sky": "snow"}

    (asked,) = service.requests
    assert (asked.method, asked.target, asked.json()) == ("POST", "/weather", {"city": "Oslo"})
    assert asked.header("authorization") == f"Bearer {TOOL_KEY}"
    assert asked.header("x-user") == "ada"
    (conversation,) = Person(server.port, "ada").conversations()
    assert asked.header("x-chat") == conversation["id"]


def test_the_ui_message_stream_shows_call_and_result(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start()
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("It snows."))
    service.answer_with(json_answer({"sky": "snow"}))
    parts = [each for each in data_of(send(server, "/chat?stream_protocol=ui")) if each != "[DONE]"]
    kinds = [each["type"] for each in parts]
    called = parts[kinds.index("tool-input-available")]
    assert (called["toolName"], called["input"]) == ("weather", {"city": "Oslo"})
    shown = parts[kinds.index("tool-output-available")]
    assert (shown["toolCallId"], shown["output"]) == ("call-weather", {"sky": "snow"})
    assert "".join(each["delta"] for each in parts if each["type"] == "text-delta") == "It snows."


def test_it_is_kept_in_the_conversation(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start()
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("It snows."))
    service.answer_with(json_answer({"sky": "snow"}))
    send(server)
    *_, answer = Person(server.port, "ada").conversation()["messages"]
    kinds = {part["type"]: part for part in answer["parts"]}
    assert kinds["tool_call"]["name"] == "weather"
    assert kinds["tool_result"]["result"] == {"sky": "snow"}
    assert answer["content"] == "It snows."


def test_two_tools_of_one_round_run_side_by_side(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start()
    model.answer_with(
        calls(("weather", {"city": "Oslo"}), ("shift", {}), ("get_current_time", {})), reply("Done.")
    )
    held = json_answer({"sky": "snow"})
    held.hold_head = True
    said = json_answer("Kari works")

    def answer(request: Request) -> Answer:
        return held if request.target == "/weather" else said

    service.handle_with(answer)
    live = begin(server, "two")
    # The second one's result is shown while the first one still waits for its own.
    live.read_until('a:{"toolCallId":"call-shift","result":"Kari works"}')
    service.wait_until_held()
    assert "call-weather\",\"result" not in live.text
    service.release()
    stream = live.rest()
    assert text_of(stream) == "Done."
    assert set(results(stream)) == {"call-weather", "call-shift", "call-get_current_time"}
    assert list(read_by_model(model)) == ["call-weather", "call-shift", "call-get_current_time"]


def test_a_failure_of_its_service_is_a_result(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start()
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("I do not know."))
    service.answer_with(json_answer({"message": "on fire"}, 503))
    stream = send(server)
    assert results(stream) == {"call-weather": {"error": "the service said 503"}}
    assert json.loads(read_by_model(model)["call-weather"]) == {"error": "the service said 503"}
    assert text_of(stream) == "I do not know."


def test_one_that_is_late_is_ended_and_said_to_be(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start(tool_timeout="2s")
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("I do not know."))
    held = json_answer({})
    held.hold_head = True
    service.answer_with(held)
    stream = send(server)
    (result,) = results(stream).values()
    assert list(result) == ["error"]
    assert "time" in result["error"] or "within" in result["error"]
    assert service.requests[0].client_left.wait(WAIT_SECONDS), "the tool's request was not ended"
    assert text_of(stream) == "I do not know."


def test_a_result_that_is_too_large_is_said_to_be(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start()
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("Too much."))
    service.answer_with(json_answer("x" * 300_000))
    (result,) = results(send(server)).values()
    assert "larger than 262144 bytes" in result["error"]


def test_stopping_the_answer_ends_its_tools(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start()
    ada = Person(server.port, "ada")
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("Never said."))
    held = json_answer({})
    held.hold_head = True
    service.answer_with(held)
    live = begin(server, "stopped")
    service.wait_until_held()
    (conversation,) = ada.conversations()
    assert ada.ask("POST", f"/conversations/{conversation['id']}/stop").status == 200
    live.rest()
    assert service.requests[0].client_left.wait(WAIT_SECONDS), "the tool's request was not ended"
    *_, answer = ada.conversation(conversation["id"])["messages"]
    assert answer["status"] == "stopped"
    assert len(model.requests) == 1


def test_the_end_of_the_server_does_not_wait_for_a_tool(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream
) -> None:
    server = start()
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("Never said."))
    held = json_answer({})
    held.hold_head = True
    service.answer_with(held)
    live = begin(server, "ended")
    service.wait_until_held()
    server.stop()
    assert service.requests[0].client_left.wait(WAIT_SECONDS)
    live.close()


def test_its_plugin_is_replaced_while_it_is_called(
    start: Callable[..., Patchbay],
    model: Upstream,
    service: Upstream,
    plugins: Path,
    built: dict[str, Path],
) -> None:
    server = start()
    held = json_answer({"sky": "snow"})
    held.hold_head = True
    model.answer_with(
        calls(("weather", {"city": "Oslo"})), reply("It snows."), calls(("shift", {})), reply("Kari.")
    )
    service.answer_with(held, json_answer("Kari works"))
    live = begin(server, "swapped")
    service.wait_until_held()
    TOOLBOX.put(built["2.0.0"], plugins)
    server.wait_for_log(lambda line: line["event"] == "plugin_swapped")
    service.release()
    assert text_of(live.rest()) == "It snows."
    assert text_of(send(server)) == "Kari."
    assert [each.header("x-version") for each in service.requests] == ["1.0.0", "2.0.0"]


def listed(server: Patchbay, config: Path) -> tuple[list[tuple[str, str, bool]], str]:
    """The tools that the server says the plugin has, and the line that the command prints of them."""
    (plugin,) = (each for each in Person(server.port).get("/admin/plugins")["data"] if each["id"] == TOOLBOX.id)
    done = run("plugins", "--config", str(config), "--listen", f"127.0.0.1:{server.port}")
    (line,) = (each for each in done.stdout.splitlines() if each.startswith("  tools:"))
    return [(tool["provider"], tool["name"], tool["offered"]) for tool in plugin["tools"]], line.split(":")[1].strip()


def test_the_list_of_plugins_has_their_tools(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream, plugins: Path, built: dict[str, Path],
    tmp_path: Path,
) -> None:
    server, config = start(tools=["box.shift"]), tmp_path / "live.yaml"
    assert listed(server, config) == (
        [("box", "weather", False), ("box", "shift", True)], "box.weather (not offered), box.shift"
    )  # fmt: skip
    # So do the answers to those who change one, and after a change of the settings.
    TOOLBOX.put(built["3.0.0"], plugins)
    server.wait_for_log(lambda line: line["event"] == "plugin_swapped")
    assert listed(server, config) == ([("box", "shift", True)], "box.shift")
    back = Person(server.port).ask("POST", f"/admin/plugins/{TOOLBOX.id}/rollback").json()["plugin"]
    assert [(tool["name"], tool["offered"]) for tool in back["tools"]] == [("weather", False), ("shift", True)]
    write_config(config, settings(plugins, model.base_url, service.origin))
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log(lambda line: line["event"] == "reloaded")
    assert listed(server, config)[1] == "box.weather, box.shift"


def test_a_version_without_the_tools_that_are_named_is_refused(
    start: Callable[..., Patchbay], model: Upstream, service: Upstream, plugins: Path, built: dict[str, Path]
) -> None:
    server = start(tools=["box.weather"])
    TOOLBOX.put(built["3.0.0"], plugins)
    refusal = server.wait_for_log(lambda line: line["event"] == "plugin_problem")
    assert "chat.tools: the provider `box` offers no tool `weather`; its tools are shift" in refusal["message"]
    model.answer_with(calls(("weather", {"city": "Oslo"})), reply("It snows."))
    service.answer_with(json_answer({"sky": "snow"}))
    assert text_of(send(server)) == "It snows."
    assert service.requests[0].header("x-version") == "1.0.0"
    offered = [each["function"]["name"] for each in model.requests[0].json()["tools"]]
    assert offered == ["weather"]


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        (["box.wether"], "the provider `box` offers no tool `wether`; its tools are weather, shift"),
        (["model"], "the provider `model` offers no tools"),
        (["get_time"], "there is no tool `get_time`: expected get_current_time, search_files, the name of a provider"),
        (["box", "box.shift"], "there is a tool `shift` already, of `box`"),
    ],
)
def test_a_name_that_leads_nowhere_is_an_error(
    plugins: Path, tmp_path: Path, tools: list[str], message: str
) -> None:
    config = settings(plugins, "http://127.0.0.1:1/v1", "http://127.0.0.1:1", chat={"tools": tools})
    file = write_config(tmp_path / "live.yaml", config)
    done = run("check", "--config", str(file))
    assert done.returncode == EXIT_CONFIGURATION, done.stderr
    line = file.read_text().splitlines().index(next(
        each for each in file.read_text().splitlines() if f'"{tools[-1]}"' in each and ":" not in each
    )) + 1
    assert f"{file}:{line}:" in done.stderr
    assert f"chat.tools: {message}" in done.stderr
