"""An upstream stand-in: a scripted HTTP/1.1 server on raw sockets that keeps what it was sent.

A test gives it a handler that turns each request into an `Answer`; the answer says every byte that
goes out, how it is cut into pieces, and where it stalls or breaks. Every request is kept as it
came, byte for byte, and the moment its client leaves is an event that a test can wait for.

    with Upstream() as upstream:
        upstream.answer_with(json_answer({"ok": True}))
        ... point something at upstream.base_url ...
        assert upstream.requests[0].body == b"..."

Threads: the server runs an asyncio loop in a thread of its own. Handlers run on that thread and
must not block; everything else may be called from any thread.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

WAIT_SECONDS = 60.0
"""How long a test waits for something that should happen at once before it is a failure."""


@dataclass
class Request:
    """One request as it came: `raw_head` is every byte up to the blank line, `body` is decoded."""

    method: str
    target: str
    version: str
    headers: list[tuple[str, str]]
    raw_head: bytes
    body: bytes = b""
    connection: int = 0
    client_left: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    def header(self, name: str) -> str | None:
        """The value of the header, None without it; two of one name are a mistake of the sender."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class Answer:
    """What goes back, to the byte.

    framing: "length", "chunked", or "close" (the end of the connection ends the body).
    cut_seed: None sends the body in one write; a number cuts it anywhere, reproducibly.
    hold_head: wait before the first byte until `Upstream.release` or the client leaves.
    hold_after: the same after this many bytes of the body; hold_again: once more, further on.
    break_after, break_how: end the connection after this many bytes of the body (-1: before the
    head), by "close" (FIN) or "reset" (RST).
    then_close: close the connection after a complete answer without saying so.
    """

    status: int = 200
    reason: str = "OK"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    framing: str = "length"
    cut_seed: int | None = None
    hold_head: bool = False
    hold_after: int | None = None
    hold_again: int | None = None
    break_after: int | None = None
    break_how: str = "close"
    then_close: bool = False


Handler = Callable[[Request], Answer]


def json_answer(value: object, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Answer:
    """A whole answer with a JSON body."""
    return Answer(
        status=status,
        reason="Scripted",
        headers=[("Content-Type", "application/json"), *(headers or [])],
        body=json.dumps(value, ensure_ascii=False).encode(),
    )


def stream_answer(body: bytes, **fields: object) -> Answer:
    """A streamed answer: `text/event-stream`, chunked."""
    headers = [("Content-Type", "text/event-stream; charset=utf-8")]
    return Answer(headers=headers, body=body, framing="chunked", **fields)


def cut_anywhere(data: bytes, dice: random.Random) -> Iterator[bytes]:
    """The same bytes in pieces whose ends fall anywhere: in UTF-8 sequences, between CR and LF."""
    at = 0
    most = max(2, len(data) // 12)
    while at < len(data):
        size = dice.choice((1, 2, 3, dice.randint(1, most), dice.randint(1, most)))
        yield data[at : at + size]
        at += size


def _chunked(data: bytes, dice: random.Random | None) -> bytes:
    pieces = [data] if dice is None else list(cut_anywhere(data, dice))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"


class _Connection(asyncio.Protocol):
    """One client connection. Requests are answered one after another, in the order they came."""

    def __init__(self, server: Upstream, number: int) -> None:
        self.server = server
        self.number = number
        self.buffer = bytearray()
        self.wake = asyncio.Event()
        self.left = asyncio.Event()
        self.current: Request | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.server._connections.add(self)
        self.task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.wake.set()

    def eof_received(self) -> bool:
        self._client_left()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._client_left()
        self.server._connections.discard(self)

    def _client_left(self) -> None:
        self.left.set()
        self.wake.set()
        if self.current is not None:
            self.current.client_left.set()
            self.server._notify()

    async def _serve(self) -> None:
        try:
            while (request := await self._read_request()) is not None:
                self.current = request
                keep = await self._send(request, self.server._take(request))
                self.current = None
                request.answered.set()
                self.server._notify()
                if not keep or (request.header("connection") or "").lower() == "close":
                    break
        except ConnectionError:
            pass
        finally:
            if not self.transport.is_closing():
                self.transport.close()

    async def _more(self) -> bool:
        if self.left.is_set():
            return False
        self.wake.clear()
        await self.wake.wait()
        return not self.left.is_set()

    async def _take_until(self, mark: bytes) -> bytes | None:
        while (at := self.buffer.find(mark)) < 0:
            if not await self._more():
                return None
        taken = bytes(self.buffer[: at + len(mark)])
        del self.buffer[: at + len(mark)]
        return taken

    async def _take_exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            if not await self._more():
                raise ConnectionError("the client left in the middle of its request")
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    async def _read_request(self) -> Request | None:
        head = await self._take_until(b"\r\n\r\n")
        if head is None:
            return None
        first, *rest = head.decode("latin-1").split("\r\n")[:-2]
        method, target, version = first.split(" ")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in rest)]
        request = Request(method, target, version, headers, head, connection=self.number)
        if (request.header("transfer-encoding") or "").lower() == "chunked":
            request.body = await self._read_chunks()
        else:
            request.body = await self._take_exactly(int(request.header("content-length") or 0))
        return request

    async def _read_chunks(self) -> bytes:
        body = b""
        while size := int((await self._take_until(b"\r\n") or b"0").split(b";")[0], 16):
            body += await self._take_exactly(size)
            await self._take_exactly(2)
        await self._take_until(b"\r\n")
        return body

    async def _send(self, request: Request, answer: Answer) -> bool:
        """Sends the answer; false when the connection is not to be used again."""
        if answer.hold_head and not await self._hold():
            return False
        if answer.break_after is not None and answer.break_after < 0:
            self._break(answer.break_how)
            return False
        dice = None if answer.cut_seed is None else random.Random(answer.cut_seed)
        payload = answer.body
        stop = answer.break_after if answer.break_after is not None else answer.hold_after
        lines = [f"HTTP/1.1 {answer.status} {answer.reason}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        elif answer.framing == "length":
            lines.append(f"Content-Length: {len(payload)}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if request.method == "HEAD":
            self.transport.write(head)
            return True
        if stop is None:
            whole = _chunked(payload, dice) if answer.framing == "chunked" else payload
            await self._write(head + whole, dice)
        else:
            again = len(payload) if answer.hold_again is None else answer.hold_again
            first, between, second = payload[:stop], payload[stop:again], payload[again:]
            if answer.framing == "chunked":
                open_end = _chunked(first, dice)[: -len(b"0\r\n\r\n")]
                await self._write(head + open_end, dice)
                between = _chunked(between, dice)[: -len(b"0\r\n\r\n")]
                rest = _chunked(second, dice)
            else:
                await self._write(head + first, dice)
                rest = second
            if answer.break_after is not None:
                self._break(answer.break_how)
                return False
            if not await self._hold():
                return False
            await self._write(between, dice)
            if answer.hold_again is not None and not await self._hold():
                return False
            await self._write(rest, dice)
        return answer.framing != "close" and not answer.then_close

    async def _write(self, data: bytes, dice: random.Random | None) -> None:
        for piece in [data] if dice is None else cut_anywhere(data, dice):
            if self.left.is_set():
                raise ConnectionError("the client left")
            self.transport.write(piece)
            if dice is not None:
                # Now and then a pause, so that the pieces really arrive apart.
                await asyncio.sleep(0.0005 if dice.random() < 0.3 else 0)

    async def _hold(self) -> bool:
        """Waits for a release; false when the client left instead."""
        self.server._held += 1
        self.server._notify()
        released = asyncio.ensure_future(self.server._released.wait())
        left = asyncio.ensure_future(self.left.wait())
        await asyncio.wait({released, left}, return_when=asyncio.FIRST_COMPLETED)
        released.cancel()
        left.cancel()
        return not self.left.is_set()

    def _break(self, how: str) -> None:
        if how == "reset":
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()


class Upstream:
    """The stand-in itself: start with `with`, script with `answer_with` or `handle_with`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._handler: Handler = lambda request: json_answer(
            {
                "error": {
                    "message": "the test scripted no answer",
                    "type": "stand_in",
                    "param": None,
                    "code": None,
                }
            },
            500,
        )
        self._changed = threading.Condition()
        self._connections: set[_Connection] = set()
        self._accepted = 0
        self._held = 0

    def __enter__(self) -> Upstream:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="upstream", daemon=True)
        self._thread.start()
        assert ready.wait(WAIT_SECONDS), "the stand-in did not start"
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(WAIT_SECONDS)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What a client of the OpenAI API takes as its base URL."""
        return f"{self.origin}/v1"

    @property
    def connections_accepted(self) -> int:
        return self._accepted

    def handle_with(self, handler: Handler) -> None:
        """Answers every request from now on with what `handler` returns, and forgets the past ones."""
        self._handler = handler
        self.requests = []
        self._held = 0
        self._loop.call_soon_threadsafe(self._released.clear)

    def answer_with(self, *answers: Answer) -> None:
        """Answers with these, one after another; the last one again and again."""
        left = list(answers)
        self.handle_with(lambda request: left.pop(0) if len(left) > 1 else left[0])

    def release(self) -> None:
        """Lets everything that is held go on, and what comes later not be held."""
        self._loop.call_soon_threadsafe(self._released.set)

    def step(self) -> None:
        """Lets everything that is held now go on, and holds what comes later."""
        self._loop.call_soon_threadsafe(lambda: (self._released.set(), self._released.clear()))

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Waits until the condition holds; it is asked anew whenever something happened here."""
        with self._changed:
            assert self._changed.wait_for(condition, WAIT_SECONDS), f"waited in vain: {what}"

    def wait_for_request(self, count: int = 1) -> Request:
        self.wait_for(lambda: len(self.requests) >= count, f"request number {count} at the upstream")
        return self.requests[count - 1]

    def wait_until_held(self, count: int = 1) -> None:
        self.wait_for(lambda: self._held >= count, "an answer to be held back")

    def _take(self, request: Request) -> Answer:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        return self._handler(request)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _accept(self) -> _Connection:
        self._accepted += 1
        return _Connection(self, self._accepted)

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self._main(ready))

    async def _main(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._released = asyncio.Event()
        listener = await self._loop.create_server(self._accept, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        listener.close()
        for connection in list(self._connections):
            connection.transport.abort()
            connection.task.cancel()
        await asyncio.sleep(0)
