"""What tests of outages share: ways to take a database away for a while, and to wait until it shows."""

from __future__ import annotations

import os
import selectors
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chat_backends import Live, Person, new_id
from databases import PASSWORD, Postgres, Storage
from upstream import WAIT_SECONDS

HI = [{"role": "user", "content": "Hi"}]


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """Asks until it is so: for what becomes true on its own, and tells nobody."""
    ends = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        assert time.monotonic() < ends, f"waited in vain: {what}"
        time.sleep(0.02)
    return found


class Session:
    """One conversation in the words of one of the five back ends."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.id = new_id()
        self._response = ""

    def begin(self, person: Person) -> None:
        """Whatever must be there before a message can be sent."""
        if self.backend == "D":
            self.id = person.post("/conversations", {}, 201)["id"]
            person.post(f"/conversations/{self.id}/messages", {"content": "Hi"}, 201)

    def send(self, person: Person, text: str) -> Live:
        """Sends a message and gives the answer while it comes."""
        return person.live(*self._request(text))

    def _request(self, text: str) -> tuple[str, str, Any, dict[str, str]]:
        if self.backend == "A":
            return "POST", "/chat", {"prompt": text}, {"Session-Id": self.id}
        if self.backend == "B":
            return "POST", "/chat/", {"message": text, "session_id": self.id}, {}
        if self.backend == "C":
            messages = [{"role": "user", "content": text}]
            return "POST", "/chat", {"messages": messages, "id": self.id}, {}
        if self.backend == "D":
            return "GET", f"/conversations/{self.id}/stream", None, {}
        body = {"message": text}
        if self._response:
            body["previous_response_id"] = self._response
        return "POST", "/api/chat/stream", body, {}

    def follow(self, text: str) -> None:
        """Takes from a whole answer what the next message has to name."""
        if self.backend == "E":
            self._response = text.split('"response_id":"')[1].split('"')[0]


def is_refused(live: Live) -> bool:
    """The answer to whoever comes second: 409, or in back end B's words a line that tells."""
    return live.status == 409 or (live.status == 200 and live.rest().startswith('{"error"'))


@contextmanager
def locked(storage: Storage) -> Iterator[None]:
    """Nobody else writes to the SQLite file meanwhile."""
    connection = sqlite3.connect(storage.url.removeprefix("sqlite:"), timeout=WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextmanager
def row_lock(postgres: Postgres, storage: Storage, query: str) -> Iterator[None]:
    """The rows of a `select ... for update` are another session's meanwhile."""
    session = subprocess.Popen(
        ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(postgres.port),
         "-U", "patchbay", "-d", storage.url.rpartition("/")[2]],
        env=postgres.client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        session.stdin.write(f"begin; {query};\n\\echo locked\n")
        session.stdin.flush()
        while session.stdout.readline().strip() != "locked":
            assert session.poll() is None, "psql ended"
        yield
    finally:
        session.communicate("rollback;\n", timeout=WAIT_SECONDS)


class Cable:
    """Stands between a server and its PostgreSQL; `cut` takes it away, `mend` lays it again on the same port."""

    def __init__(self, postgres: Postgres) -> None:
        self._to = ("127.0.0.1", postgres.port)
        self._selector = selectors.DefaultSelector()
        self._commands: list[Callable[[], None]] = []
        self._wake, woken = socket.socketpair()
        self._selector.register(woken, selectors.EVENT_READ, None)
        self._ends: dict[socket.socket, socket.socket] = {}
        self._listener = self._listen(0)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def through(self, storage: Storage) -> Storage:
        """The same database, over the cable."""
        url = storage.url.replace(f":{self._to[1]}/", f":{self.port}/")
        return Storage(storage.name, url, {"DATABASE_URL": url})

    def cut(self) -> None:
        self._do(self._cut)

    def mend(self) -> None:
        self._do(lambda: setattr(self, "_listener", self._listen(self.port)))

    def close(self) -> None:
        self._do(self._cut)
        self._do(None)
        self._thread.join(WAIT_SECONDS)

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
        self._selector.register(listener, selectors.EVENT_READ, "listener")
        return listener

    def _do(self, command: Callable[[], None] | None) -> None:
        done = threading.Event()

        def run() -> None:
            if command is not None:
                command()
            done.set()

        self._commands.append(run if command is not None else done.set)
        self._wake.send(b"x" if command is not None else b"q")
        assert done.wait(WAIT_SECONDS)

    def _cut(self) -> None:
        if self._listener.fileno() >= 0:
            self._selector.unregister(self._listener)
            self._listener.close()
        for end in list(self._ends):
            self._drop(end)

    def _drop(self, end: socket.socket) -> None:
        for each in (end, self._ends.pop(end, None)):
            if each is not None and each.fileno() >= 0:
                self._ends.pop(each, None)
                self._selector.unregister(each)
                each.close()

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    told = key.fileobj.recv(1)
                    self._commands.pop(0)()
                    if told == b"q":
                        return
                elif key.data == "listener":
                    self._connect()
                elif key.fileobj.fileno() >= 0:
                    self._carry(key.fileobj)

    def _connect(self) -> None:
        if self._listener.fileno() < 0:
            return
        client, _ = self._listener.accept()
        server = socket.create_connection(self._to, timeout=WAIT_SECONDS)
        for one, other in ((client, server), (server, client)):
            self._ends[one] = other
            self._selector.register(one, selectors.EVENT_READ, "end")

    def _carry(self, end: socket.socket) -> None:
        try:
            piece = end.recv(65536)
            if piece:
                self._ends[end].sendall(piece)
        except OSError:
            piece = b""
        if not piece:
            self._drop(end)
