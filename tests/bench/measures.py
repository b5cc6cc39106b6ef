"""The measurements: each takes its rounds, with nginx and Patchbay taking turns, and gives rows."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import load
import machine
import messages
from machine import progress
from servers import Nginx, Patchbay, Server, Upstream
from table import Row, number


@dataclasses.dataclass
class Bench:
    """What all measurements share."""

    folder: Path
    pins: machine.Pins
    certificates: dict[str, Path]
    upstream: Upstream
    rounds: int
    quick: bool
    with_nginx: bool
    waited: list[float] = dataclasses.field(default_factory=list)
    _running: dict[str, Server] = dataclasses.field(default_factory=dict)
    _stack: contextlib.ExitStack = dataclasses.field(default_factory=contextlib.ExitStack)

    def window(self, seconds: float) -> float:
        return 0.3 if self.quick else seconds

    def connections(self, number_of_them: int) -> int:
        return machine.streams_possible(number_of_them // 10 if self.quick else number_of_them)

    def request(self, model: str, stream: bool = False) -> Path:
        return messages.request_file(self.folder, model, stream)

    def start(self, kind: str) -> Server:
        """A fresh server: "nginx", or a kind of Patchbay."""
        if kind == "nginx":
            return Nginx(self.folder, self.upstream, self.pins, self.certificates)
        return Patchbay(self.folder, self.upstream, self.pins, self.certificates, kind)

    def server(self, kind: str) -> Server:
        """One that serves all measurements that do not need a fresh one."""
        if kind not in self._running:
            server = self._stack.enter_context(self.start(kind))
            server.wait_until_listening()
            self._running[kind] = server
        return self._running[kind]

    def close(self) -> None:
        self._stack.close()

    def note_waiting(self, kind: str, figures: dict[str, float]) -> None:
        """How much of its time one of one thread stood ready while something else had its core."""
        if kind == "nginx":
            self.waited.append(figures["waiting_ns"] / max(figures["cpu_ns"] + figures["waiting_ns"], 1))

    def kinds(self, *patchbays: str) -> list[str]:
        return (["nginx"] if self.with_nginx else []) + list(patchbays)


def take_turns(bench: Bench, what: str, targets: dict[str, Callable[[], float]], unit: str) -> Iterator[dict[str, float]]:
    """Every round measures every target once, in an order that turns round each time."""
    for number_of_round in range(bench.rounds):
        names = list(targets)
        if number_of_round % 2:
            names.reverse()
        found = {name: targets[name]() for name in names}
        shown = ", ".join(f"{name} {number(found[name])}" for name in targets)
        progress(f"{what}, round {number_of_round + 1} of {bench.rounds}: {shown} {unit}")
        yield found


def cpu_of_requests(bench: Bench, kind: str, model: str, port: int = 0) -> Callable[[], float]:
    def measure() -> float:
        server = bench.server(kind)
        figures = load.requests(bench.pins, port or server.port, bench.request(model), server.pids(),
                                bench.window(2))
        bench.note_waiting(kind, figures)
        return figures["cpu_ns"] / figures["requests"] / 1000
    return measure


def cpu_of_events(bench: Bench, kind: str, model: str, streams: int, port: int = 0) -> Callable[[], float]:
    def measure() -> float:
        server = bench.server(kind)
        with load.Streams(bench.pins, port or server.port, bench.request(model, True), server.pids(), streams) as held:
            held.measure(bench.window(1))  # warm-up
            figures = held.measure(bench.window(3))
        bench.note_waiting(kind, figures)
        return figures["cpu_ns"] / figures["events"] / 1000
    return measure


def rows_from(bench: Bench, what: str, targets: dict[str, Callable[[], float]], rows: dict[str, Row]) -> list[Row]:
    """`rows` holds a row for each target but nginx; a row named "a/b" compares a with the target b."""
    for found in take_turns(bench, what, targets, "us"):
        for name, row in rows.items():
            row.add(found.get("nginx"), found[name])
    return list(rows.values())


def request(bench: Bench) -> list[Row]:
    targets = {kind: cpu_of_requests(bench, kind, "whole") for kind in bench.kinds("plain")}
    row = Row("request", "CPU per proxied request (1 worker, keep-alive, ~1 KB bodies)", "us", "ratio", 1.5, 1.0)
    return rows_from(bench, "CPU per request", targets, {"plain": row})


def event(bench: Bench) -> list[Row]:
    streams = bench.connections(1000)
    targets = {kind: cpu_of_events(bench, kind, "every-20", streams) for kind in bench.kinds("plain")}
    row = Row("event", f"CPU per relayed SSE event, {streams:,} streams paced at 20 ms", "us", "ratio", 1.2, 0.95)
    return rows_from(bench, "CPU per event", targets, {"plain": row})


def _can_trust(bench: Bench) -> bool:
    """Whether this Patchbay can be told to trust the certificate authority of the run."""
    can = Patchbay.accepts_ca_file(bench.folder, bench.certificates)
    if not can:
        progress("NOTE: nothing over TLS: this Patchbay has no `ca_file` in its providers' settings")
    return can


def tls(bench: Bench) -> list[Row]:
    if not _can_trust(bench):
        return []
    targets = {"tls": cpu_of_requests(bench, "tls", "whole")}
    if bench.with_nginx:
        targets = {"nginx": cpu_of_requests(bench, "nginx", "whole", bench.server("nginx").tls_port)} | targets
    row = Row("tls", "CPU per proxied request, TLS upstream", "us", "ratio", 1.2, 0.8)
    return rows_from(bench, "CPU per request over TLS", targets, {"tls": row})


def latency(bench: Bench) -> list[Row]:
    """Half of what the slower of the two can carry, to both and, for comparison, to the upstream itself."""
    request_file = bench.request("whole")
    ports = {kind: bench.server(kind).port for kind in bench.kinds("plain")}
    most = {kind: (lambda figures: figures["requests"] / figures["seconds"])(
        load.requests(bench.pins, port, request_file, [], bench.window(2))) for kind, port in ports.items()}
    rate = min(most.values()) / 2
    progress("requests a second at most: " + ", ".join(f"{kind} {number(value)}" for kind, value in most.items()) +
             f"; half load is {number(rate)}")
    rows = [Row("latency-p50", f"added latency p50 at half load ({rate:,.0f} requests a second)", "us", "amount", 300, 80,
                by_difference=True),
            Row("latency-p99", "added latency p99 at half load", "us", "amount", 1000, 200, by_difference=True)]
    ports["upstream itself"] = bench.upstream.port
    found: dict[str, dict[str, float]] = {}

    def measured(name: str) -> Callable[[], float]:
        def measure() -> float:
            found[name] = load.requests(bench.pins, ports[name], request_file, [], bench.window(3), 64, rate)
            return found[name]["p50_us"]
        return measure

    for _ in take_turns(bench, "p50 at half load", {name: measured(name) for name in ports}, "us"):
        for row, key in zip(rows, ("p50_us", "p99_us")):
            direct = found["upstream itself"][key]
            beside = found["nginx"][key] - direct if bench.with_nginx else None
            row.add(beside, found["plain"][key] - direct)
    return rows


def variants(bench: Bench) -> list[Row]:
    targets = {kind: cpu_of_requests(bench, kind, "whole") for kind in bench.kinds("plain", "quiet", "translated")}
    targets["alias"] = cpu_of_requests(bench, "plain", "an-alias")
    targets["stub"] = cpu_of_requests(bench, "plain", "a-stub")
    rows = {
        "quiet": Row("request-quiet", "request, log level warn: no line per request", "us", "ratio"),
        "alias": Row("request-alias", "request, an alias put back into the answer", "us", "ratio"),
        "translated": Row("request-translated", "request, answer read and said anew", "us", "ratio"),
        "stub": Row("request-stub", "request, answered by the stub: no upstream", "us", "ratio"),
    }
    if bench.with_nginx:
        targets["nginx, logging"] = cpu_of_requests(bench, "nginx", "whole", bench.server("nginx").logging_port)
        rows["nginx, logging"] = Row("request-nginx-log", "request, nginx itself with an access log", "us", "ratio")
    return rows_from(bench, "CPU per request, variants", targets, rows)


def event_variants(bench: Bench) -> list[Row]:
    streams = bench.connections(1000)
    targets = {kind: cpu_of_events(bench, kind, "every-20", streams) for kind in bench.kinds("translated")}
    targets["alias"] = cpu_of_events(bench, "plain", "an-alias-20", streams)
    rows = {
        "alias": Row("event-alias", "event, an alias put back", "us", "ratio"),
        "translated": Row("event-translated", "event, read and said anew", "us", "ratio"),
    }
    found = rows_from(bench, "CPU per event, variants", targets, rows)
    found += _translations(bench)
    if _can_trust(bench):
        found += _events_over_tls(bench, streams)
    burst = {kind: cpu_of_events(bench, kind, "flood", 32) for kind in bench.kinds("plain", "translated")}
    found += rows_from(bench, "CPU per event in bursts", burst, {
        "plain": Row("burst", "event, 64 in each write of the upstream, 32 streams", "us", "ratio"),
        "translated": Row("burst-translated", "the same, read and said anew", "us", "ratio")})
    return found


def _translations(bench: Bench) -> list[Row]:
    """What it costs to read a vendor's events and say them anew, beside passing the same number on.

    In bursts, where little else costs anything: paced, waking up for an event costs ten times as much.
    """
    vendors = ("anthropic", "gemini")
    targets = {kind: cpu_of_events(bench, kind, "flood", 32) for kind in ("plain", "translated", *vendors)}
    rows = {
        kind: Row(f"translation-{kind}", f"translating an event ({name}), beyond passing one", "us", "amount", 3.0, 1.5)
        for kind, name in (("translated", "OpenAI's"), ("anthropic", "Anthropic's"), ("gemini", "Gemini's"))
    }
    for found in take_turns(bench, "CPU per event, translated", targets, "us"):
        for kind, row in rows.items():
            row.add(None, found[kind] - found["plain"])
    return list(rows.values())


def _events_over_tls(bench: Bench, streams: int) -> list[Row]:
    secured = {"tls": cpu_of_events(bench, "tls", "every-20", streams)}
    if bench.with_nginx:
        secured = {"nginx": cpu_of_events(bench, "nginx", "every-20", streams, bench.server("nginx").tls_port)} | secured
    return rows_from(bench, "CPU per event over TLS", secured,
                     {"tls": Row("event-tls", "event, TLS upstream", "us", "ratio")})


def beside(bench: Bench) -> list[Row]:
    """What a request costs while thousands of quiet streams are open: it must not be more."""
    row = Row("request-beside", "", "us", "ratio")
    streams = bench.connections(4000)
    row.what = f"request beside {streams:,} quiet streams"
    with contextlib.ExitStack() as stack:
        for kind in bench.kinds("plain"):
            stack.enter_context(load.Streams(bench.pins, bench.server(kind).port, bench.request("every-30000", True), [],
                                             streams))
        targets = {kind: cpu_of_requests(bench, kind, "whole") for kind in bench.kinds("plain")}
        return rows_from(bench, row.what, targets, {"plain": row})
