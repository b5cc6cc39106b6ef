"""Many streamed answers at a time, read by one thread."""

from __future__ import annotations

import json
import resource
import selectors
import socket
import threading
from collections.abc import Callable

from raw_http import request_bytes
from upstream import WAIT_SECONDS


def allow_many_sockets() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Stream:
    def __init__(self) -> None:
        self.received = b""
        self.ended = False

    @property
    def complete(self) -> bool:
        """The server said that this is all."""
        return self.received.endswith(b"0\r\n\r\n")

    def events(self) -> list[str]:
        """The data of each event that has come, of an answer in chunks."""
        head, _, rest = self.received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), self.received[:300]
        assert b"transfer-encoding: chunked" in head.lower(), head
        body = b""
        while rest:
            size, found, rest = rest.partition(b"\r\n")
            length = int(size, 16) if found else 0
            if not length or len(rest) < length + 2:
                break
            body, rest = body + rest[:length], rest[length + 2 :]
        return [line[6:] for line in body.decode().splitlines() if line.startswith("data: ")]

    def text(self) -> str:
        """The words of the answer so far."""
        chunks = [json.loads(event) for event in self.events() if event != "[DONE]"]
        errors = [chunk["error"] for chunk in chunks if "error" in chunk]
        assert not errors, errors
        deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
        return "".join(delta.get("content") or "" for delta in deltas)


class Streams:
    """Opens streams and reads all of them; `wait_for` looks at them under a lock."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._changed = threading.Condition()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._stopping = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, *exc: object) -> None:
        with self._changed:
            self._stopping = True
        self._wake.send(b"x")
        self._thread.join(WAIT_SECONDS)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._wake.close()

    def open(self, count: int) -> list[Stream]:
        body = json.dumps(
            {"model": "any", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
        ).encode()
        request = request_bytes("POST", "/v1/chat/completions", body)
        streams = []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", self._port), timeout=WAIT_SECONDS)
            connection.sendall(request)
            connection.setblocking(False)
            streams.append(Stream())
            with self._changed:
                self._selector.register(connection, selectors.EVENT_READ, streams[-1])
            self._wake.send(b"x")
        return streams

    def wait_for(self, what: str, reached: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
        with self._changed:
            assert self._changed.wait_for(reached, seconds), f"waited in vain for {what}"

    def _read(self) -> None:
        while not self._stopping:
            ready = self._selector.select()
            with self._changed:
                for key, _ in ready:
                    if key.data is None:
                        key.fileobj.recv(4096)
                        continue
                    try:
                        piece = key.fileobj.recv(65536)
                    except ConnectionResetError:
                        piece = b""
                    key.data.received += piece
                    if not piece:
                        key.data.ended = True
                        self._selector.unregister(key.fileobj)
                        key.fileobj.close()
                self._changed.notify_all()
