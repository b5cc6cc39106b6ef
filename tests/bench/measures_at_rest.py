"""The measurements that are not of speed under load: memory, cancelling, starting."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable

import load
import machine
import messages
from measures import Bench, take_turns
from servers import Server
from table import Row

STALLED_READERS = 100
_GONE_TRIES = 20
_marks = itertools.count()


def _ask(port: int, content: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), 20)
    connection.sendall(content)
    return connection


def _answered(port: int, content: bytes) -> bool:
    """Whether a request is answered 200; waits for the whole of a short answer."""
    with _ask(port, content) as connection:
        return connection.recv(65536).startswith(b"HTTP/1.1 200")


def _whole_request() -> bytes:
    return messages.request("whole", stream=False)


def _settled_kib(server: Server) -> int:
    """Resident memory once it has stopped growing."""
    before = machine.resident_kib(server.pids())
    for _ in range(60):
        time.sleep(0.5)
        now = machine.resident_kib(server.pids())
        if now <= before * 1.005:
            return now
        before = now
    return before


def _growth(bench: Bench, kind: str, model: str, streams: int, stalled: bool) -> float:
    """KiB for each stream in a fresh server."""
    with bench.start(kind) as server:
        server.wait_until_listening()
        if not _answered(server.port, _whole_request()):
            raise machine.BenchError(f"{server.name} does not answer")
        idle = machine.resident_kib(server.pids())
        with load.Streams(bench.pins, server.port, bench.request(model, True), [], streams, stalled):
            return (_settled_kib(server) - idle) / streams


def _add_all(bench: Bench, row: Row, what: str, measure: Callable[[str], float]) -> Row:
    targets = {kind: (lambda kind=kind: measure(kind)) for kind in bench.kinds("plain")}
    for found in take_turns(bench, what, targets, row.unit):
        row.add(found.get("nginx"), found["plain"])
    return row


def memory(bench: Bench) -> list[Row]:
    streams = bench.connections(5000)
    row = Row("memory", f"memory per active stream, {streams:,} streams, own process", "KiB", "amount", 32, 16)
    return [_add_all(bench, row, "memory per stream", lambda kind: _growth(bench, kind, "every-1000", streams, False))]


def stalled(bench: Bench) -> list[Row]:
    # The buffer is limits.output_bytes, 256 KiB unless configured.
    row = Row("stalled", f"memory per stalled reader, {STALLED_READERS} readers of endless streams", "KiB", "amount",
              256 + 96, 256 + 96)
    return [_add_all(bench, row, "memory per stalled reader",
                     lambda kind: _growth(bench, kind, "flood", STALLED_READERS, True))]


def _gone_ms(bench: Bench, server: Server, model: str, stream: bool, after_first: bool) -> float:
    """The longest of some tries, from the client's close() to the upstream's seeing it."""
    worst = 0.0
    for _ in range(5 if bench.quick else _GONE_TRIES):
        mark = f"gone-{next(_marks)}"
        connection = _ask(server.port, messages.request(model, stream, mark))
        bench.upstream.await_line("asked", mark)
        if after_first:
            connection.recv(65536)
        left = time.monotonic_ns()
        connection.close()
        closed = int(bench.upstream.await_line("closed", mark)[2])
        worst = max(worst, (closed - left) / 1e6)
    return worst


def gone(bench: Bench) -> list[Row]:
    rows = []
    for name, model, stream, after_first, words in (
        ("gone-stream-before", "silent", True, False, "streaming, before the first byte"),
        ("gone-stream-after", "every-20", True, True, "streaming, after it"),
        ("gone-whole-before", "silent", False, False, "whole, before the first byte"),
        ("gone-whole-after", "half", False, False, "whole, half of it there"),
    ):
        row = Row(name, f"client gone -> upstream closed, {words} (worst of a round)", "ms", "amount", 50, 10)
        rows.append(_add_all(bench, row, f"client gone, {words}", lambda kind, model=model, stream=stream, after=after_first:
                             _gone_ms(bench, bench.server(kind), model, stream, after)))
    return rows


def idle(bench: Bench) -> list[Row]:
    row = Row("idle", "resident memory idle, all bundled plugins loaded, 1 worker", "MiB", "amount", 32, 16)

    def measure(kind: str) -> float:
        with bench.start(kind) as server:
            server.wait_until_listening()
            return _settled_kib(server) / 1024
    return [_add_all(bench, row, "idle memory", measure)]


def start(bench: Bench) -> list[Row]:
    row = Row("start", "start to first answer, proxied", "ms", "amount", 300, 100)

    def measure(kind: str) -> float:
        with bench.start(kind) as server:
            server.wait_until_listening()
            if not _answered(server.port, _whole_request()):
                raise machine.BenchError(f"{server.name} does not answer")
            return (time.monotonic_ns() - server.begun_ns) / 1e6
    return [_add_all(bench, row, "start to first answer", measure)]
