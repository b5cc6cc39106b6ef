"""The binary under test: started with a configuration, watched while it runs, judged when it stops.

What every test gets for nothing, because `stop` checks it: the process was still alive, left on
SIGTERM with code 0, wrote nothing but JSON objects to its standard output, no sanitizer complained,
and no planted secret or prompt stands in what it wrote.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from upstream import WAIT_SECONDS, Upstream

REPOSITORY = Path(__file__).resolve().parents[2]

PROVIDER_KEY = "sk-provider-7c1f0planted"
CLIENT_KEY = "sk-client-90d2aplanted"
PROMPT = "planted-prompt-5e0b"
"""Text that must never show up in a log; tests put it into what they ask."""

START_SECONDS = 60.0
"""How long a start may take: a binary with sanitizers on a machine that has much else to do."""

EXIT_USAGE = 64
EXIT_CONFIGURATION = 78

_COMPLAINTS = re.compile(
    r"(ERROR|WARNING): (Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error:"
)

_OURS = re.compile(
    r"^(PATCHBAY_|OPENAI_|GEMINI_|AZURE_|ANTHROPIC_|OPENROUTER_|BACKEND_AUTH_|MODEL_NAME$|APP_|PORT$|REDIS_URL$|"
    r"DATABASE_URL$|CORS_ORIGINS$|LLM_PROVIDER$|API_KEY$|LOG_LEVEL$|ENV_FILE$|https?_proxy$|HTTPS?_PROXY$|all_proxy$|ALL_PROXY$)"
)
"""Variables that mean something to the binary, and so may come only from the test."""


def binary() -> Path:
    """The binary under test: PATCHBAY_BIN, else the release build, else the daily one."""
    named = os.environ.get("PATCHBAY_BIN")
    candidates = (
        [Path(named)]
        if named
        else [REPOSITORY / "build" / kind / "bin" / "patchbay" for kind in ("release", "dev")]
    )
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise AssertionError(
        f"no binary to test at {' or '.join(map(str, candidates))}; build it, or name it in PATCHBAY_BIN"
    )


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without anything that configures the binary, plus `extra`."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    return {**kept, "UBSAN_OPTIONS": "print_stacktrace=1", **(extra or {})}


def run(
    *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command of the binary to its end."""
    done = subprocess.run(
        [str(binary()), *arguments],
        env=clean_environment(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )
    assert not _COMPLAINTS.search(done.stderr), done.stderr
    return done


def write_config(path: Path, config: dict | str) -> Path:
    """Writes a configuration; a dict as JSON, which is YAML too."""
    path.write_text(config if isinstance(config, str) else json.dumps(config, indent=2), encoding="utf-8")
    return path


def two_provider_config(upstream: Upstream, **models: dict) -> dict:
    """The usual set-up: every name goes to the stand-in, `stub` and what `models` says elsewhere."""
    return {
        "server": {"listen": "127.0.0.1:0", "workers": 2},
        "providers": {
            "upstream": {
                "plugin": "openai",
                "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url},
            },
            "stub": {"plugin": "stub", "config": {"reply": "Hello from the stub"}},
        },
        "models": {"stub": {"provider": "stub"}, **models, "*": {"provider": "upstream"}},
    }


class Patchbay:
    """A running server. `url` has no `/v1`; `base_url` has."""

    def __init__(
        self,
        config: Path | None,
        *,
        listen: str | None = "127.0.0.1:0",
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        command = [str(binary()), "serve"]
        if config is not None:
            command += ["--config", str(config)]
        if listen is not None:
            command += ["--listen", listen]
        self.log: list[dict] = []
        self._stdout: list[str] = []
        self._stderr: list[str] = []
        self._secrets = {PROVIDER_KEY, CLIENT_KEY, PROMPT, *(env or {}).values()}
        self._changed = threading.Condition()
        self._finished = 0
        self.process = subprocess.Popen(
            command,
            env=clean_environment(env),
            # What it stores lies where it is started: beside a test's configuration, unless told otherwise.
            cwd=cwd or (config.parent if config is not None else None),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self._stdout), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self._stderr), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        try:
            self.url = self.wait_for_log(lambda line: line.get("event") == "listening", START_SECONDS)["url"]
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        self.port = int(self.url.rpartition(":")[2])

    def __enter__(self) -> Patchbay:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.stop()
        else:
            self.process.kill()
            self.process.wait()

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def output(self) -> str:
        """Everything that it wrote so far, for the message of a failure."""
        return "".join(self._stdout + self._stderr)

    def wait_for_log(self, wanted: Callable[[dict], bool], seconds: float = WAIT_SECONDS) -> dict:
        """The first log line that is wanted, waiting for it."""
        found: list[dict] = []

        def seen() -> bool:
            found[:] = [line for line in self.log if wanted(line)][:1]
            return bool(found) or self._finished == len(self._readers)

        with self._changed:
            self._changed.wait_for(seen, seconds)
        assert found, f"the log line did not come; the process wrote:\n{self.output}"
        return found[0]

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """Ends the process as an administrator would, and holds it to what is said above."""
        alive = self.process.poll() is None
        if alive:
            self.process.send_signal(sent)
        self.wait_for_end()
        assert alive, f"it had ended before it was asked to; it wrote:\n{self.output}"

    def kill(self) -> None:
        """Ends the process without a chance to put anything in order (kill -9)."""
        assert self.process.poll() is None, f"it had ended before; it wrote:\n{self.output}"
        self.process.kill()
        self.process.wait(WAIT_SECONDS)
        for reader in self._readers:
            reader.join(WAIT_SECONDS)
        assert not _COMPLAINTS.search(self.output), self.output

    def wait_for_end(self) -> None:
        """Waits until it has ended as it was told to, and judges it."""
        try:
            code = self.process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not end; it wrote:\n{self.output}") from None
        for reader in self._readers:
            reader.join(WAIT_SECONDS)
        assert not _COMPLAINTS.search(self.output), self.output
        assert code == 0, f"it left with code {code}; it wrote:\n{self.output}"
        for line in self._stdout:
            assert _is_json_object(line), f"not a JSON object on standard output: {line!r}"
        for secret in self._secrets:
            assert len(secret) < 12 or secret.startswith("http") or secret not in self.output, (
                f"{secret!r} was written to the log"
            )

    def _read(self, pipe: object, lines: list[str]) -> None:
        for line in pipe:
            with self._changed:
                lines.append(line)
                if lines is self._stdout and _is_json_object(line):
                    self.log.append(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._finished += 1
            self._changed.notify_all()


def _is_json_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
