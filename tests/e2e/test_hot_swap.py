"""Replacing a plugin while its answers run: no stream breaks, and a version that is no good is refused."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import pacer
from metrics_page import scrape
from patchbay import Patchbay, write_config
from plugin_server import (  # noqa: F401
    CROWD_SECONDS, ask_to, built, config, ended, installed, mapped, plugin, server, spoken_by, swaps, until,
    wait_for_swap, wait_until_gone,
)  # fmt: skip
from raw_http import RawAnswer, RawConnection
from streams import Streams, allow_many_sockets
from upstream import WAIT_SECONDS

CHAT = "/v1/chat/completions"
ASK = {"model": "any", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
STREAMS = 1000


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
    server.wait_for_log(lambda line: line["event"] == "plugin_problem" and reason in line["message"])
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
    wait_for_swap(server, 2)  # the log is a moment behind the answers
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
