"""Replacing a plugin while its answers run: no stream breaks, and a version that is no good is refused."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pacer
from metrics_page import scrape
from patchbay import Patchbay, run, write_config
from raw_http import RawAnswer, RawConnection
from streams import Stream, Streams, allow_many_sockets
from upstream import WAIT_SECONDS

CHAT = "/v1/chat/completions"
ASK = {"model": "any", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
KEY = "admin-key-4711-planted"
STREAMS = 1000
# A crowd of streams on a slow machine, under a sanitizer.
CROWD_SECONDS = 6 * WAIT_SECONDS


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Versions of the pacer, each built once."""
    folder = tmp_path_factory.mktemp("pacer")
    known: dict[tuple[str, ...], Path] = {}

    def build(version: str, *defines: str) -> Path:
        key = (version, *defines)
        if key not in known:
            known[key] = pacer.build(folder, version, *defines)
        return known[key]

    return build


@pytest.fixture
def installed(tmp_path: Path) -> pacer.Installation:
    return pacer.Installation(tmp_path)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "live.yaml"


@pytest.fixture
def server(
    installed: pacer.Installation, built: Callable[..., Path], config: Path
) -> Iterator[Patchbay]:
    installed.put(built("1.0.0"))
    with Patchbay(write_config(config, installed.config(plugins={"watch": False}))) as running:
        yield running


def admin(server: Patchbay, method: str, path: str = "", headers: dict[str, str] | None = None) -> RawAnswer:
    with RawConnection(server.port) as connection:
        body = b"" if method == "POST" else None
        return connection.ask(method, f"/admin/plugins{path}", body, headers)


def plugin(server: Patchbay) -> dict:
    answer = admin(server, "GET", f"/{pacer.PLUGIN}")
    assert answer.status == 200, answer.body
    return answer.json()


def ask_to(server: Patchbay, action: str) -> RawAnswer:
    return admin(server, "POST", f"/{pacer.PLUGIN}/{action}")


def mapped(server: Patchbay) -> set[str]:
    """The generations whose code is in the process: "1.0.0-g1"."""
    maps = Path(f"/proc/{server.process.pid}/maps").read_text(encoding="utf-8")
    return set(re.findall(r"test\.pacer/(\S+?-g\d+)-", maps))


def swaps(server: Patchbay) -> list[dict]:
    return [line for line in server.log if line["event"] == "plugin_swapped"]


def wait_for_swap(server: Patchbay, generation: int) -> dict:
    return server.wait_for_log(
        lambda line: line["event"] == "plugin_swapped" and line["generation"] == generation
    )


def spoken_by(streams: list[Stream], version: str) -> Callable[[], bool]:
    return lambda: all(f"{version}:0 ".encode() in stream.received for stream in streams)


def ended(streams: list[Stream]) -> Callable[[], bool]:
    return lambda: all(stream.complete or stream.ended for stream in streams)


def until(what: str, reached: Callable[[], bool]) -> None:
    """Looks again and again for what nobody tells of."""
    deadline, pause = time.monotonic() + CROWD_SECONDS, threading.Event()
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        pause.wait(0.05)


def wait_until_gone(server: Patchbay, generation: str) -> None:
    """Until the code of a generation is unmapped, which the plugin's own thread takes its time for."""
    until(f"{generation} to be unmapped", lambda: generation not in mapped(server))


def test_a_thousand_streams_cross_three_swaps(
    installed: pacer.Installation, built: Callable[..., Path], config: Path
) -> None:
    allow_many_sockets()
    versions = ["1.0.0", "2.0.0", "3.0.0", "4.0.0"]
    pace = "TEST_PACE_MS=500"
    installed.put(built(versions[0], pace))
    write_config(config, installed.config())
    with Patchbay(config) as server, Streams(server.port) as streams:
        crowd = {versions[0]: streams.open(STREAMS // len(versions))}
        streams.wait_for("the first streams", spoken_by(crowd["1.0.0"], "1.0.0"), CROWD_SECONDS)
        for generation, version in enumerate(versions[1:], 2):
            installed.put(built(version, pace))
            # One swap is asked for by the API, one by the files alone, and one by all at once.
            if generation == 2:
                assert ask_to(server, "reload").status == 200
            elif generation == 4:
                server.process.send_signal(signal.SIGHUP)
                server.wait_for_log(lambda line: line["event"] == "reloaded")
                assert ask_to(server, "reload").status == 200
            wait_for_swap(server, generation)
            crowd[version] = streams.open(STREAMS // len(versions))
            streams.wait_for(
                f"the streams of {version}", spoken_by(crowd[version], version), CROWD_SECONDS
            )

        state = plugin(server)
        assert [(one["version"], one["state"], one["calls"]) for one in state["generations"]] == [
            ("1.0.0", "draining", 250),
            ("2.0.0", "draining", 250),
            ("3.0.0", "draining", 250),
            ("4.0.0", "live", 250),
        ]
        assert state["calls"] == STREAMS
        assert mapped(server) == {f"{version}-g{number}" for number, version in enumerate(versions, 1)}

        for number, version in enumerate(versions, 1):
            installed.open_gate(version)
            streams.wait_for(f"the end of {version}", ended(crowd[version]), CROWD_SECONDS)
            if version != versions[-1]:
                wait_until_gone(server, f"{version}-g{number}")
            for later in versions[number:]:
                assert not any(stream.ended or stream.complete for stream in crowd[later])
        assert mapped(server) == {"4.0.0-g4"}

        for version, its in crowd.items():
            for stream in its:
                assert stream.complete, stream.received[-200:]
                assert stream.events()[-1] == "[DONE]"
                text = stream.text()
                assert text == pacer.words(version, text.count(":")), text
        assert [line["generation"] for line in swaps(server)] == [2, 3, 4], "one swap each, none twice"


def test_new_calls_use_the_new_code_at_once(
    server: Patchbay, installed: pacer.Installation, built: Callable[..., Path]
) -> None:
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        installed.open_gate(version)
    said = set()
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        installed.put(built(version))
        ask_to(server, "reload")
        for _ in range(4):
            with RawConnection(server.port) as connection:
                answer = connection.ask("POST", CHAT, json.dumps({**ASK, "stream": False}).encode())
                said.add((version, json.loads(answer.body)["choices"][0]["message"]["content"]))
        assert plugin(server)["version"] == version
    assert {text for _, text in said} == {"end"}


@pytest.mark.parametrize(
    "defines, changes, reason",
    [
        pytest.param(["TEST_CRASHES_IN_INIT"], {}, "while it was loaded and its init() ran", id="crash"),
        pytest.param(["TEST_CRASHES_IN_CREATE"], {}, 'while it made the provider "paced"', id="late crash"),
        pytest.param(["TEST_REFUSES"], {}, "not without a licence", id="refusal"),
        pytest.param(["TEST_IS_OF_ANOTHER_ABI"], {}, "is made for plugin ABI 2", id="ABI of the library"),
        pytest.param(
            [], {"abi": {"major": 2, "need_host_minor": 0}}, "made for plugin ABI 2", id="ABI of the manifest"
        ),
        pytest.param([], {"sha256": "0" * 64}, "it has the sha256 ", id="hash"),
        pytest.param([], {"version": "2.0.1"}, "do not belong together", id="version"),
    ],
)
def test_a_bad_version_is_refused_while_the_old_one_serves_on(
    server: Patchbay,
    installed: pacer.Installation,
    built: Callable[..., Path],
    defines: list[str],
    changes: dict,
    reason: str,
) -> None:
    with Streams(server.port) as streams:
        running = streams.open(2)
        streams.wait_for("the streams", spoken_by(running, "1.0.0"))
        installed.put(built("2.0.0", *defines), **changes)
        refused = ask_to(server, "reload")
        assert refused.status == 422, refused.body
        error = refused.json()["error"]
        assert error["code"] == "plugin_refused" and reason in error["message"], error
        state = plugin(server)
        assert (state["version"], state["generation"], state["state"]) == ("1.0.0", 1, "live")
        assert reason in state["last_error"]["message"]
        assert mapped(server) == {"1.0.0-g1"}
        running += streams.open(2)
        streams.wait_for("new streams of the old version", spoken_by(running, "1.0.0"))
        installed.open_gate("1.0.0")
        streams.wait_for("the end", ended(running))
        for stream in running:
            assert stream.text() == pacer.words("1.0.0", stream.text().count(":"))
    assert any(reason in line["message"] for line in server.log if line["event"] == "plugin_problem")
    assert not swaps(server)
    page = scrape(server)
    assert page.value("patchbay_plugin_swaps_total", plugin=pacer.PLUGIN, outcome="refused") == 1
    assert page.value("patchbay_plugin_swaps_total", plugin=pacer.PLUGIN, outcome="done") == 0


@pytest.mark.parametrize("name", ["", pacer.LIBRARY, "manifest.json"])
def test_what_others_may_write_to_is_refused(
    server: Patchbay, installed: pacer.Installation, built: Callable[..., Path], name: str
) -> None:
    installed.put(built("2.0.0"))
    (installed.plugin / name).chmod(0o777)
    refused = ask_to(server, "reload")
    assert refused.status == 422, refused.body
    assert "may be changed by every user of this machine" in refused.json()["error"]["message"]
    assert f'chmod o-w \\"{installed.plugin / name}' in refused.body.decode()
    assert plugin(server)["version"] == "1.0.0"
    (installed.plugin / name).chmod(0o755)
    assert ask_to(server, "reload").json()["changed"] is True


def test_going_back_and_forth(
    server: Patchbay, installed: pacer.Installation, built: Callable[..., Path]
) -> None:
    nothing = ask_to(server, "rollback")
    assert (nothing.status, nothing.json()["error"]["code"]) == (409, "no_previous_version")
    installed.put(built("2.0.0"))
    assert ask_to(server, "reload").json()["plugin"]["version"] == "2.0.0"
    back = ask_to(server, "rollback").json()
    assert back["changed"] is True
    assert (back["plugin"]["version"], back["plugin"]["generation"]) == ("1.0.0", 3)
    assert (back["plugin"]["previous_version"], back["plugin"]["held_back"]) == ("2.0.0", True)
    with Streams(server.port) as streams:
        spoken = streams.open(1)
        streams.wait_for("a stream of the version gone back to", spoken_by(spoken, "1.0.0"))
    # A reload of everything leaves alone what was gone back from; asking for it does not.
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log(lambda line: line["event"] == "reloaded")
    assert plugin(server)["version"] == "1.0.0"
    assert ask_to(server, "reload").json()["plugin"]["version"] == "2.0.0"


def test_requests_at_once_wait_for_each_other(
    server: Patchbay, installed: pacer.Installation, built: Callable[..., Path]
) -> None:
    installed.put(built("2.0.0"))
    answers: list[RawAnswer] = []
    askers = [threading.Thread(target=lambda: answers.append(ask_to(server, "reload"))) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(WAIT_SECONDS)
    assert [answer.status for answer in answers] == [200] * 8
    assert sorted(answer.json()["changed"] for answer in answers) == [False] * 7 + [True]
    assert len(swaps(server)) == 1
    assert plugin(server)["generation"] == 2


def test_replaced_files_are_noticed_also_in_a_folder_that_comes_later(
    installed: pacer.Installation, built: Callable[..., Path], config: Path, tmp_path: Path
) -> None:
    installed.put(built("1.0.0"))
    write_config(config, installed.config())
    with Patchbay(config) as server:
        installed.put(built("2.0.0"))
        wait_for_swap(server, 2)
        # A folder in the place of the folder, as when a link to a version is moved on.
        other = pacer.Installation(tmp_path / "other")
        other.put(built("3.0.0"))
        installed.plugin.rename(tmp_path / "old")
        other.plugin.rename(installed.plugin)
        wait_for_swap(server, 3)
        installed.put(built("2.0.0", "TEST_REFUSES"))
        server.wait_for_log(lambda line: line["event"] == "plugin_refused")
        installed.put(built("4.0.0"))
        wait_for_swap(server, 4)
        assert plugin(server)["last_error"] is None


def test_what_is_not_watched_is_taken_when_asked_for(
    server: Patchbay, installed: pacer.Installation, built: Callable[..., Path]
) -> None:
    installed.put(built("2.0.0"))
    assert plugin(server)["version"] == "1.0.0"
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log(lambda line: line["event"] == "reloaded")
    assert plugin(server)["version"] == "2.0.0"


def test_answers_that_outlast_their_version_end_with_an_error(
    installed: pacer.Installation, built: Callable[..., Path], config: Path
) -> None:
    installed.put(built("1.0.0"))
    settings = installed.config(plugins={"watch": False, "drain_timeout": "100ms"})
    with Patchbay(write_config(config, settings)) as server, Streams(server.port) as streams:
        running = streams.open(3)
        streams.wait_for("the streams", spoken_by(running, "1.0.0"))
        installed.put(built("2.0.0"))
        assert ask_to(server, "reload").status == 200
        streams.wait_for("their end", ended(running))
        for stream in running:
            errors = [json.loads(event)["error"] for event in stream.events() if '"error"' in event]
            assert [error["code"] for error in errors] == ["plugin_replaced"], stream.received[-400:]
            assert "plugins.drain_timeout" in errors[0]["message"]
        wait_until_gone(server, "1.0.0-g1")
        assert scrape(server).value("patchbay_plugin_calls_cut_total", plugin=pacer.PLUGIN) == 3


def test_code_that_cannot_be_unmapped_is_kept_and_counted(
    installed: pacer.Installation, built: Callable[..., Path], config: Path
) -> None:
    installed.put(built("1.0.0", "TEST_IS_TIED"))
    with Patchbay(write_config(config, installed.config(plugins={"watch": False}))) as server:
        installed.put(built("2.0.0"))
        ask_to(server, "reload")

        def kept() -> list[dict]:
            return [one for one in plugin(server)["generations"] if one["state"] == "retained"]

        until("the first generation to end", lambda: bool(kept()))
        assert [one["retained_because"] for one in kept()] == ["it needs pthread_key_create"]
        assert mapped(server) == {"1.0.0-g1", "2.0.0-g2"}
        assert scrape(server).value("patchbay_plugin_generations_retained") == 1


def test_the_list_tells_what_is_loaded(server: Patchbay, installed: pacer.Installation) -> None:
    listed = admin(server, "GET").json()
    assert listed["object"] == "list"
    assert [one["id"] for one in listed["data"]] == [pacer.PLUGIN], "what nobody uses is not loaded"
    manifest = json.loads((installed.plugin / "manifest.json").read_text(encoding="utf-8"))
    state = listed["data"][0]
    assert state == plugin(server)
    assert {**state, "generations": None} == {
        "id": pacer.PLUGIN,
        "object": "plugin",
        "version": "1.0.0",
        "generation": 1,
        "state": "live",
        "calls": 0,
        "types": ["pacer"],
        "modes": ["chat"],
        "providers": ["paced"],
        "models": ["pacer-1.0.0"],
        "file": str(installed.plugin / pacer.LIBRARY),
        "manifest": str(installed.plugin / "manifest.json"),
        "sha256": manifest["sha256"],
        "previous_version": None,
        "held_back": False,
        "last_error": None,
        "generations": None,
    }


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/no.such", 404),
        ("POST", "/no.such/reload", 404),
        ("POST", f"/{pacer.PLUGIN}/dance", 404),
        ("POST", f"/{pacer.PLUGIN}", 404),
        ("GET", f"/{pacer.PLUGIN}/reload", 404),
        ("POST", "", 405),
        ("DELETE", f"/{pacer.PLUGIN}", 405),
    ],
)
def test_what_there_is_not_is_said_to_be_not_there(
    server: Patchbay, method: str, path: str, status: int
) -> None:
    answer = admin(server, method, path)
    assert answer.status == status, answer.body
    assert answer.json()["error"]["message"]


def test_with_keys_one_is_needed(
    installed: pacer.Installation, built: Callable[..., Path], config: Path
) -> None:
    installed.put(built("1.0.0"))
    settings = installed.config(admin={"keys": [KEY, "another-key-of-some-length"]})
    with Patchbay(write_config(config, settings)) as server:
        for method, path in (("GET", ""), ("GET", f"/{pacer.PLUGIN}"), ("POST", f"/{pacer.PLUGIN}/reload")):
            without = admin(server, method, path)
            assert (without.status, without.header("www-authenticate")) == (401, 'Bearer realm="patchbay admin"')
            for wrong in (f"Bearer {KEY}x", f"Bearer {KEY[:-1]}", "Bearer ", f"Basic {KEY}", KEY):
                assert admin(server, method, path, {"Authorization": wrong}).status == 401, wrong
            assert admin(server, method, path, {"Authorization": f"Bearer {KEY}"}).status == 200
        assert KEY not in server.output
        done = run(
            "plugins", "--config", str(config), "--listen", f"127.0.0.1:{server.port}", "--json"
        )
        assert json.loads(done.stdout)["running"][0]["version"] == "1.0.0", done.stdout


def test_without_keys_it_is_for_this_machine(
    installed: pacer.Installation, built: Callable[..., Path], config: Path
) -> None:
    installed.put(built("1.0.0"))
    write_config(config, installed.config())
    with Patchbay(config, listen="0.0.0.0:0") as server:
        refused = admin(server, "GET")
        assert (refused.status, refused.json()["error"]["code"]) == (403, "admin_closed")
        assert "admin.keys" in refused.json()["error"]["message"]
    with Patchbay(config) as server:
        assert admin(server, "GET", headers={"Origin": "https://evil.example"}).status == 403
        assert admin(server, "GET", headers={"Host": "evil.example"}).status == 403


def test_the_command_lists_what_there_is_and_what_runs(
    server: Patchbay, installed: pacer.Installation, built: Callable[..., Path], config: Path
) -> None:
    here = ["--config", str(config), "--listen", f"127.0.0.1:{server.port}"]
    with Streams(server.port) as streams:
        spoken = streams.open(2)
        streams.wait_for("the streams", spoken_by(spoken, "1.0.0"))
        installed.put(built("2.0.0"))
        listed = json.loads(run("plugins", *here, "--json").stdout)
        found = {one["id"]: one for one in listed["found"]}
        assert found[pacer.PLUGIN]["version"] == "2.0.0"
        assert found[pacer.PLUGIN]["problems"] == []
        assert re.fullmatch("[0-9a-f]{64}", found[pacer.PLUGIN]["sha256"])
        assert "patchbay.stub" in found
        (running,) = listed["running"]
        assert (running["version"], running["calls"]) == ("1.0.0", 2)
        text = run("plugins", *here).stdout
        assert re.search(r"test\.pacer 2\.0\.0.*\n(  .*\n)*?  running: +1\.0\.0, generation 1, live, 2 calls", text), text
    nobody = run("plugins", "--config", str(config), "--listen", "127.0.0.1:1", "--json")
    assert json.loads(nobody.stdout)["running"] is None
    assert "running" not in run("plugins", "--config", str(config), "--listen", "127.0.0.1:1").stdout
    installed.put(built("2.0.0"), sha256="1" * 64)
    (wrong,) = [one for one in json.loads(run("plugins", *here, "--json").stdout)["found"] if one["id"] == pacer.PLUGIN]
    assert any("has the sha256" in problem for problem in wrong["problems"]), wrong


def test_nobody_can_be_tried_out_from_outside() -> None:
    """The command by which the server tries plugins out expects what only the server gives."""
    assert "probe" not in run("--help").stdout
    done = run("probe-plugin")
    assert done.returncode == 1
