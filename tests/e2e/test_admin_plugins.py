"""`/admin/plugins` and `patchbay plugins`: what is loaded, who may ask, and what there is not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import pacer
from patchbay import Patchbay, run, write_config
from plugin_server import admin, built, config, installed, plugin, server, spoken_by  # noqa: F401
from streams import Streams

KEY = "admin-key-4711-planted"


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
        "tools": [],
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
