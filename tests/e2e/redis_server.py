"""A Redis of a test's own, kept in memory; `stop` and `start` are an outage on the same port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time

from databases import free_port
from upstream import WAIT_SECONDS


class Redis:
    def __init__(self) -> None:
        self.port = free_port()
        self._folder = tempfile.mkdtemp(prefix="patchbay-redis-")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
             "--dir", self._folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        ends = time.monotonic() + WAIT_SECONDS
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < ends, "redis-server did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(WAIT_SECONDS)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def flush(self) -> None:
        assert self.command("FLUSHALL") == b"+OK\r\n"

    def command(self, *words: str) -> bytes:
        """Sends one command and gives the beginning of its reply as it came."""
        pieces = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_SECONDS) as connection:
            connection.sendall((f"*{len(words)}\r\n" + "".join(pieces)).encode())
            return connection.recv(65536)

    def _answers(self) -> bool:
        try:
            return self.command("PING") == b"+PONG\r\n"
        except OSError:
            return False
