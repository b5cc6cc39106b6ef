"""A hundred clients that stop reading endless streams: nobody else notices, and nothing piles up."""

from __future__ import annotations

import itertools
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from faulty_upstream import STREAM_HEAD, chunk, with_length
from patchbay import PROVIDER_KEY, Patchbay
from raw_http import RawConnection, request_bytes
from samples import PATH
from upstream import WAIT_SECONDS
from watched_process import is_sanitized, queued, resident_kib, wait_until_settled

READERS = 100
OUTPUT_KIB = 256
OVERHEAD_KIB = 96
"""Beside what is configured to wait for one client, what a stalled reader may cost."""

JITTER_KIB = 2048
"""What memory may move by while nothing happens: the allocator's business."""

TRIES_MAX = 50
QUIET_ROUNDS = 20
UNSURE_BYTES = 16 * 1024
"""What the figures of one connection may be off by: they are not taken in one moment."""

KEPT_MAX = 32
"""Connections that the others' requests may leave open to the upstream."""

KEEP_ALIVE = b": keep-alive\n\n"
"""What a client gets in between that has heard nothing for a while."""

PADDING = b"x" * 1000
HEAD_BYTES_MAX = 1000
UPSTREAM_BUFFER = 64 * 1024
CLIENT_BUFFER = 16 * 1024
SEGMENT_BYTES = 1400
"""As on a network. With those of the loopback, of 64 KiB, the system buffers megabytes for each."""


def event(number: int) -> bytes:
    return b'data: {"n":%d,"choices":[],"padding":"%b"}\n\n' % (number, PADDING)


class EndlessUpstream:
    """Streams numbered events, the first at once and all others when told to, until it is told to end.

    Anything else is answered at once.
    """

    def __init__(self) -> None:
        self.go = threading.Event()
        self.end = threading.Event()
        self._sent: list[int] = []  # bytes that the system took, one entry a stream
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
        self._port = self._listener.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self._port}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.end.set()
        self.go.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def read(self) -> int:
        """How many bytes of streams the other side has read, and not only its system."""
        return sum(self._sent) - queued(self._port)

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UPSTREAM_BUFFER)
            threading.Thread(target=self._serve, args=(connected,), daemon=True).start()

    def _serve(self, connected: socket.socket) -> None:
        with connected, connected.makefile("rb") as lines:
            try:
                while head := b"".join(iter(lambda: lines.readline().removesuffix(b"\r\n"), b"")):
                    request = lines.read(int(re.search(rb"(?i)content-length: ?(\d+)", head).group(1)))
                    if b'"stream":true' in request:
                        self._stream(connected)
                    else:
                        token = re.search(rb"token-\d+", request).group()
                        connected.sendall(with_length("200 OK", b'{"token":"%b"}' % token))
            except ConnectionError:
                pass

    def _stream(self, connected: socket.socket) -> None:
        with self._lock:
            place = len(self._sent)
            self._sent.append(0)
        connected.sendall(STREAM_HEAD)
        for number in itertools.count():
            if self.end.is_set():
                break
            piece = chunk(event(number))
            while piece:
                taken = connected.send(piece)
                self._sent[place] += taken
                piece = piece[taken:]
            # Nobody reads any more when the rest comes, so the system's buffers have no cause to grow.
            self.go.wait()
        connected.sendall(chunk(b'data: {"last":%d}\n\n' % number) + b"0\r\n\r\n")


@pytest.fixture
def endless() -> Iterator[EndlessUpstream]:
    upstream = EndlessUpstream()
    yield upstream
    upstream.close()


@pytest.fixture
def patchbay(start_patchbay: Callable[..., Patchbay], endless: EndlessUpstream) -> Patchbay:
    config = {"api_key": PROVIDER_KEY, "base_url": endless.base_url}
    return start_patchbay(
        {
            "server": {"workers": 2, "drain_timeout": "1s"},
            "limits": {"output_bytes": f"{OUTPUT_KIB}KiB", "write_stall_timeout": "1h"},
            "providers": {"up": {"plugin": "openai", "config": config, "idle_timeout": "1h"}},
            "models": {"*": {"provider": "up"}},
        }
    )


class Others:
    """Clients that ask and read as they should while the stalled ones do not."""

    def __init__(self, patchbay: Patchbay) -> None:
        self._patchbay = patchbay
        self._numbers = itertools.count()

    def ask(self) -> None:
        """A round of requests over connections new and old, each with its own answer."""
        for _ in range(8):
            with RawConnection(self._patchbay.port) as connection:
                for _ in range(5):
                    token = f"token-{next(self._numbers)}"
                    body = b'{"model":"m","messages":[{"role":"user","content":"%b"}]}' % token.encode()
                    assert connection.ask("POST", PATH, body).json() == {"token": token}


def stalled_readers(patchbay: Patchbay, endless: EndlessUpstream) -> list[RawConnection]:
    """Clients that have begun to read a stream, and stop; the streams go on."""
    readers = [stalled_reader(patchbay.port) for _ in range(READERS)]
    endless.go.set()
    return readers


def stalled_reader(port: int) -> RawConnection:
    connection = RawConnection.__new__(RawConnection)
    connection.socket = socket.socket()
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, CLIENT_BUFFER)
    connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
    connection.socket.settimeout(WAIT_SECONDS)
    connection.socket.connect(("127.0.0.1", port))
    connection.sip_bytes, connection._buffer = 4096, b""
    body = b'{"model":"m","stream":true,"messages":[]}'
    connection.send(request_bytes("POST", PATH, body, {"Connection": "close"}))
    connection.wait_for(event(0))
    return connection


def wait_until_throttled(endless: EndlessUpstream, others: Others, patchbay: Patchbay) -> tuple[int, int]:
    """Until many rounds of other people's requests go by while hardly a byte of the streams is read.

    What the upstream could still send went into the system's buffers. A server that does not hold
    it up reads megabytes through every round, without end. Returns how much memory the server had
    when the first of these rounds began, and after the last.
    """
    for _ in range(TRIES_MAX):
        before, resident = endless.read(), resident_kib(patchbay)
        for _ in range(QUIET_ROUNDS):
            others.ask()
        if abs(endless.read() - before) < READERS * UNSURE_BYTES:
            return resident, resident_kib(patchbay)
    raise AssertionError(f"the upstream is still read, after {endless.read()} bytes")


def without_chunks(body: bytes) -> bytes:
    pieces, at = [], 0
    while True:
        line_end = body.index(b"\r\n", at)
        size = int(body[at:line_end], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(body[line_end + 2 : line_end + 2 + size])
        at = line_end + 2 + size + 2


def read_on(connection: RawConnection) -> int:
    """Reads to the end and holds it to every event in its order; returns how many there were."""
    with connection:
        connection.sip_bytes = 1024 * 1024
        connection.read_head()
        pieces = []
        while piece := connection.read_some():
            pieces.append(piece)
    body = without_chunks(b"".join(pieces)).replace(KEEP_ALIVE, b"")
    numbers = [int(found) for found in re.findall(rb'"n":(\d+),', body)]
    last = int(re.search(rb'data: {"last":(\d+)}\n\n$', body).group(1))
    assert numbers == list(range(last)), "events were lost, doubled or disordered"
    assert len(body) == sum(len(event(number)) for number in numbers) + len(b'data: {"last":%d}\n\n' % last)
    return last


def test_stalled_readers_cost_little_and_lose_nothing(patchbay: Patchbay, endless: EndlessUpstream) -> None:
    others = Others(patchbay)
    others.ask()
    at_first = resident_kib(patchbay)
    readers = stalled_readers(patchbay, endless)

    stalled, later = wait_until_throttled(endless, others, patchbay)
    read = endless.read()
    if not is_sanitized():  # a sanitizer keeps what was freed
        assert stalled - at_first <= READERS * (OUTPUT_KIB + OVERHEAD_KIB)
        assert later - stalled <= JITTER_KIB

    endless.end.set()
    with ThreadPoolExecutor(8) as pool:
        events = list(pool.map(read_on, readers))
    assert min(events) > 0
    assert sum(events) * len(event(0)) >= read - READERS * HEAD_BYTES_MAX
    wait_until_settled(patchbay, connections=READERS + KEPT_MAX)  # those of the streams may be kept too
    others.ask()


def test_stalled_readers_that_leave_let_go_of_the_upstream(
    patchbay: Patchbay, endless: EndlessUpstream
) -> None:
    others = Others(patchbay)
    readers = stalled_readers(patchbay, endless)
    wait_until_throttled(endless, others, patchbay)
    for reader in readers:
        reader.socket.close()
    wait_until_settled(patchbay, connections=KEPT_MAX)
    others.ask()
