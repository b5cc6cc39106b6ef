"""The command line: checking a configuration, starting without one, and what a failed start says."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

import samples
from patchbay import EXIT_CONFIGURATION, EXIT_USAGE, PROVIDER_KEY, REPOSITORY, Patchbay, run, write_config
from raw_http import RawConnection
from test_http import CHAT
from upstream import Upstream, json_answer

GOOD = {"providers": {"stub": {"plugin": "stub"}}, "models": {"*": {"provider": "stub"}}}

WRONG = """\
server:
  listn: "127.0.0.1:0"
  workers: many
providers:
  stub: { plugin: stub }
models:
  fast: { provider: nowhere }
"""


def ask(server: Patchbay, model: str) -> dict:
    with RawConnection(server.port) as connection:
        body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hello"}]}).encode()
        answer = connection.ask("POST", CHAT, body)
    assert answer.status == 200, answer
    return answer.json()


def test_check_accepts_a_good_file(tmp_path: Path) -> None:
    done = run("check", "--config", str(write_config(tmp_path / "good.yaml", GOOD)))
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_names_every_mistake_with_its_place(tmp_path: Path) -> None:
    file = write_config(tmp_path / "wrong.yaml", WRONG)
    done = run("check", "--config", str(file))
    assert done.returncode == EXIT_CONFIGURATION
    said = done.stdout + done.stderr
    places = re.findall(rf"^{re.escape(str(file))}:(\d+):(\d+): (.*)$", said, re.MULTILINE)
    assert [(int(line), int(column)) for line, column, _ in places] == [(2, 3), (3, 12), (7, 21)], said
    assert "server.listn" in places[0][2] and "listen" in places[0][2].replace("listn", "")
    assert "server.workers" in places[1][2]
    assert "nowhere" in places[2][2]


def test_check_holds_a_providers_config_to_the_plugins_schema(tmp_path: Path) -> None:
    file = write_config(
        tmp_path / "wrong.yaml",
        "providers:\n  demo:\n    plugin: stub\n    config:\n      reply: [1, 2]\n      rply: x\n",
    )
    done = run("check", "--config", str(file))
    said = done.stdout + done.stderr
    assert done.returncode == EXIT_CONFIGURATION, said
    assert f"{file}:5:" in said and f"{file}:6:" in said, said
    assert "rply" in said


def test_check_of_what_is_no_yaml_and_of_no_file(tmp_path: Path) -> None:
    broken = run("check", "--config", str(write_config(tmp_path / "broken.yaml", "server: {\n")))
    assert broken.returncode == EXIT_CONFIGURATION
    assert "broken.yaml:" in broken.stdout + broken.stderr
    missing = run("check", "--config", str(tmp_path / "missing.yaml"))
    assert missing.returncode == EXIT_CONFIGURATION
    assert "missing.yaml" in missing.stdout + missing.stderr


def test_check_never_shows_a_key(tmp_path: Path) -> None:
    wrong = {"providers": {"up": {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": 7}}}}
    done = run("check", "--config", str(write_config(tmp_path / "keys.yaml", wrong)))
    assert done.returncode == EXIT_CONFIGURATION
    assert PROVIDER_KEY not in done.stdout + done.stderr


def test_an_unset_variable_is_a_mistake(tmp_path: Path) -> None:
    file = write_config(
        tmp_path / "env.yaml",
        'providers:\n  stub: { plugin: stub, config: { reply: "${NOT_SET_ANYWHERE}" } }\n',
    )
    done = run("check", "--config", str(file))
    assert done.returncode == EXIT_CONFIGURATION
    assert f"{file}:2:" in done.stdout + done.stderr
    assert "NOT_SET_ANYWHERE" in done.stdout + done.stderr
    assert run("check", "--config", str(file), env={"NOT_SET_ANYWHERE": "set"}).returncode == 0


def test_version_plugins_and_help() -> None:
    version = run("version")
    assert version.returncode == 0
    assert re.search(r"\d+\.\d+\.\d+", version.stdout)
    plugins = run("plugins")
    assert plugins.returncode == 0
    assert re.search(r"\bopenai\b", plugins.stdout) and re.search(r"\bstub\b", plugins.stdout)
    help_text = run("--help")
    assert help_text.returncode == 0
    assert all(command in help_text.stdout for command in ("serve", "check", "plugins", "version"))


@pytest.mark.parametrize("arguments", [("--nonsense",), ("serve", "--lisen", "x"), ("dance",)])
def test_what_is_not_understood_is_refused(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == EXIT_USAGE
    assert any(argument in done.stderr + done.stdout for argument in arguments if argument != "serve")


def test_with_no_file_and_no_key_the_stub_answers_any_model(
    start_patchbay: Callable[..., Patchbay], tmp_path: Path
) -> None:
    server = start_patchbay(None, cwd=tmp_path)
    with RawConnection(server.port) as connection:
        assert connection.ask("GET", "/v1/models").json()["object"] == "list"
    for model in ("gpt-4o", "OpenAI", "Gemini", "vendor/anything:latest"):
        answer = ask(server, model)
        assert answer["model"] == model
        assert answer["choices"][0]["message"]["content"]


def test_a_key_in_the_environment_turns_its_provider_on(
    start_patchbay: Callable[..., Patchbay], tmp_path: Path, upstream: Upstream
) -> None:
    upstream.answer_with(json_answer(samples.COMPLETION))
    server = start_patchbay(
        None, cwd=tmp_path, env={"OPENAI_API_KEY": PROVIDER_KEY, "OPENAI_BASE_URL": upstream.base_url}
    )
    assert ask(server, "any-model")["choices"][0]["message"]["content"] == "Hi"
    assert upstream.requests[0].header("authorization") == f"Bearer {PROVIDER_KEY}"
    assert upstream.requests[0].json()["model"] == "any-model"


def test_an_empty_key_disables_its_provider(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(
        {
            "providers": {
                "up": {"plugin": "openai", "config": {"api_key": "", "base_url": "http://127.0.0.1:9/v1"}},
                "stub": {"plugin": "stub"},
            },
            "models": {"*": {"provider": ["up", "stub"]}},
        }
    )
    assert ask(server, "any")["choices"][0]["finish_reason"] == "stop"


def test_a_taken_port_is_said_clearly(patchbay: Patchbay, tmp_path: Path) -> None:
    config = write_config(tmp_path / "patchbay.yaml", GOOD)
    done = run("serve", "--config", str(config), "--listen", f"127.0.0.1:{patchbay.port}")
    assert done.returncode not in (0, EXIT_CONFIGURATION)
    assert str(patchbay.port) in done.stdout + done.stderr
    assert re.search(r"in use|taken", done.stderr)


def test_a_port_that_is_only_bound_is_taken_too(tmp_path: Path) -> None:
    config = write_config(tmp_path / "patchbay.yaml", GOOD)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = run("serve", "--config", str(config), "--listen", f"127.0.0.1:{other.getsockname()[1]}")
    assert done.returncode != 0


def test_a_missing_plugin_stops_the_start_and_all_problems_are_named(tmp_path: Path) -> None:
    config = {
        "providers": {
            "one": {"plugin": "no-such-type"},
            "two": {"plugin": "another-missing-type"},
            "three": {"plugin": "openia", "config": {"api_key": "x", "base_url": "http://127.0.0.1:9/v1"}},
        },
        "models": {"*": {"provider": "one"}},
    }
    done = run(
        "serve", "--config", str(write_config(tmp_path / "patchbay.yaml", config)), "--listen", "127.0.0.1:0"
    )
    said = done.stdout + done.stderr
    assert done.returncode == EXIT_CONFIGURATION, said
    assert "no-such-type" in said and "another-missing-type" in said and "openia" in said
    assert re.search(r"did you mean\W+openai", said), said


def test_two_manifests_with_one_type_stop_the_start(tmp_path: Path) -> None:
    found = _bundled_plugin("stub")
    for name in ("first", "second"):
        shutil.copytree(found, tmp_path / "plugins" / name)
    config = {"plugins": {"path": ["plugins"]}, **GOOD}
    done = run(
        "serve", "--config", str(write_config(tmp_path / "patchbay.yaml", config)), "--listen", "127.0.0.1:0"
    )
    said = done.stdout + done.stderr
    assert done.returncode == EXIT_CONFIGURATION, said
    assert "first" in said and "second" in said and "stub" in said


def _bundled_plugin(name: str) -> Path:
    """The folder of a bundled plugin, as `patchbay plugins` shows it."""
    listed = run("plugins").stdout
    named = [Path(word) for word in re.findall(r"/[^\s\"',]+", listed) if f"/{name}" in word]
    assert named, f"`patchbay plugins` does not say where {name} lies:\n{listed}"
    return named[0] if named[0].is_dir() else named[0].parent


def test_the_example_configurations_are_right() -> None:
    examples = sorted((REPOSITORY / "config").rglob("*.yaml"))
    assert examples
    wanted = {name for file in examples for name in re.findall(r"\$\{([A-Z_]+)\}", file.read_text("utf-8"))}
    for file in examples:
        done = run("check", "--config", str(file), env=dict.fromkeys(wanted, "http://127.0.0.1:9/v1"))
        secrets = re.search(r"\$\{file:", file.read_text("utf-8"))
        assert done.returncode == 0 or secrets, f"{file.name}: {done.stdout}{done.stderr}"
