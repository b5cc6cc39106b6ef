"""A client on a bare socket: sends exactly the bytes it is given, and reads answers strictly."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field

from upstream import WAIT_SECONDS


@dataclass
class RawAnswer:
    version: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    complete: bool = True
    pieces: list[bytes] = field(default_factory=list)

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} came {len(values)} times"
        return values[0] if values else None

    def json(self) -> dict:
        return json.loads(self.body)

    def events(self) -> list[str]:
        """The data of each event of a stream, each of which must be ended by a blank line."""
        assert self.body.endswith((b"\n\n", b"\r\n\r\n", b"\r\r")), self.body[-80:]
        text = self.body.decode().replace("\r\n", "\n").replace("\r", "\n")
        blocks = [block for block in text.split("\n\n") if block]
        data = [
            "\n".join(line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:"))
            for block in blocks
        ]
        return [event for event in data if event]


def request_bytes(
    method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> bytes:
    """A well-formed request; `headers` come after Host and may replace the length."""
    named = {"Host": "127.0.0.1", **(headers or {})}
    if body is not None and "Content-Length" not in named and "Transfer-Encoding" not in named:
        named["Content-Length"] = str(len(body))
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


class RawConnection:
    """One TCP connection. Reading past its end, or beyond the wait, fails the test."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), timeout=WAIT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sip_bytes = 65536
        self._buffer = b""

    def __enter__(self) -> RawConnection:
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def finish_sending(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def ask(
        self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> RawAnswer:
        self.send(request_bytes(method, target, body, headers))
        return self.read_answer(method)

    def read_answer(self, method: str = "GET") -> RawAnswer:
        """The next final answer: interim ones on the way to it are left out, as clients must."""
        answer = self.read_head()
        while answer.status < 200:
            answer = self.read_head()
        return self._with_body(answer, method)

    def read_whole(self, method: str = "GET") -> RawAnswer:
        """The very next answer, whatever its status."""
        return self._with_body(self.read_head(), method)

    def _with_body(self, answer: RawAnswer, method: str) -> RawAnswer:
        if method == "HEAD" or answer.status in (204, 304) or answer.status < 200:
            return answer
        length, coding = answer.header("content-length"), answer.header("transfer-encoding")
        assert length is None or coding is None, "an answer with both Content-Length and Transfer-Encoding"
        if coding is not None:
            assert coding == "chunked", coding
            self._read_chunks(answer)
        elif length is not None:
            answer.body = self._exactly(int(length))
        else:
            answer.body = self._rest()
        return answer

    def read_head(self) -> RawAnswer:
        """The status line and the headers; the body stays to be read by `read_some`."""
        head = self._until(b"\r\n\r\n").decode("latin-1")
        first, *lines = head.split("\r\n")[:-2]
        version, status, *_ = first.split(" ", 2)
        assert version in ("HTTP/1.0", "HTTP/1.1"), first
        headers = []
        for line in lines:
            name, colon, value = line.partition(":")
            assert colon and name and name == name.strip(), f"not a header line: {line!r}"
            headers.append((name, value.strip()))
        return RawAnswer(version, int(status), headers)

    def read_body_of(self, answer: RawAnswer) -> RawAnswer:
        """Adds the body to an answer whose head was read, and returns it."""
        return self._with_body(answer, "GET")

    def read_some(self) -> bytes:
        """What is there now, waiting for the first of it; empty at the end of the connection."""
        taken, self._buffer = self._buffer, b""
        return taken or self._receive()

    def read_chunk(self) -> bytes:
        """The next piece of a body in chunks, waiting for it; empty at its end."""
        piece = self._exactly(int(self._until(b"\r\n").strip(), 16))
        assert self._exactly(2) == b"\r\n"
        return piece

    def read_until_seen(self, mark: bytes) -> bytes:
        """Everything up to the mark and what came along with it."""
        seen = b""
        while mark not in seen:
            piece = self.read_some()
            assert piece, f"the connection ended before {mark!r}; read {seen!r}"
            seen += piece
        return seen

    def wait_for(self, mark: bytes) -> None:
        """Waits until the mark is there, and leaves it to be read."""
        while mark not in self._buffer:
            piece = self._receive()
            assert piece, f"the connection ended before {mark!r}; it brought {self._buffer!r}"
            self._buffer += piece

    def read_to_end(self) -> bytes:
        """Everything until the peer closes, however it does."""
        return self._rest()

    def is_at_end(self) -> bool:
        """Waits for the peer: true when it closes, false when it sends something."""
        return not self._buffer and not self._receive()

    def _read_chunks(self, answer: RawAnswer) -> None:
        while True:
            line = self._until_or_end(b"\r\n")
            if line is None:
                answer.complete = False
                break
            size = int(line.strip(), 16)
            if size == 0:
                assert self._until(b"\r\n") == b"\r\n", "trailers"
                break
            answer.pieces.append(self._exactly(size))
            assert self._exactly(2) == b"\r\n"
        answer.body = b"".join(answer.pieces)

    def _receive(self) -> bytes:
        try:
            return self.socket.recv(self.sip_bytes)
        except ConnectionResetError:
            return b""

    def _until_or_end(self, mark: bytes) -> bytes | None:
        while mark not in self._buffer:
            piece = self._receive()
            if not piece:
                return None
            self._buffer += piece
        at = self._buffer.index(mark) + len(mark)
        taken, self._buffer = self._buffer[:at], self._buffer[at:]
        return taken

    def _until(self, mark: bytes) -> bytes:
        taken = self._until_or_end(mark)
        assert taken is not None, f"the connection ended while {mark!r} was due; read {self._buffer!r}"
        return taken

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            piece = self._receive()
            assert piece, f"the connection ended {size - len(self._buffer)} bytes early"
            self._buffer += piece
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _rest(self) -> bytes:
        while piece := self._receive():
            self._buffer += piece
        taken, self._buffer = self._buffer, b""
        return taken
