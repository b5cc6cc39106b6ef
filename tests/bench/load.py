"""Drives bench_load, the program that makes the clients."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import machine
from machine import BenchError

PROGRAM = machine.BUILD / "bench" / "bench_load"


def requests(pins: machine.Pins, port: int, request: Path, watched: list[int], seconds: float,
             connections: int = 32, per_second: float = 0) -> dict[str, float]:
    """Figures of whole answers: see RequestFigures in request_load.hpp, in microseconds."""
    command = [str(PROGRAM), "requests", "--port", str(port), "--request", str(request), "--seconds", str(seconds),
               "--connections", str(connections), "--per-second", str(per_second)]
    if watched:
        command += ["--watch", ",".join(map(str, watched))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=pins.others)
    if done.returncode != 0:
        raise BenchError(f"the load failed: {done.stderr.strip() or done.stdout.strip()}")
    figures = json.loads(done.stdout)
    if figures["errors"] > figures["requests"] / 1000:
        raise BenchError(f"{figures['errors']} of {figures['requests']} requests failed")
    return figures


class Streams:
    """Streams held open; measured as often as wanted."""

    def __init__(self, pins: machine.Pins, port: int, request: Path, watched: list[int], connections: int,
                 stalled: bool = False) -> None:
        command = [str(PROGRAM), "streams", "--port", str(port), "--request", str(request),
                   "--connections", str(connections)]
        if watched:
            command += ["--watch", ",".join(map(str, watched))]
        if stalled:
            command.append("--stalled")
        self._wanted = connections
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         preexec_fn=pins.others)

    def __enter__(self) -> Streams:
        steady = self._answer().get("steady")
        if steady != self._wanted:
            self.__exit__()
            raise BenchError(f"of {self._wanted} streams {steady} came up")
        return self

    def __exit__(self, *_) -> None:
        self._process.stdin.close()
        self._process.wait(20)

    def _answer(self) -> dict[str, float]:
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("the load ended before its time")
        return json.loads(line)

    def measure(self, seconds: float) -> dict[str, float]:
        self._process.stdin.write(f"measure {seconds}\n")
        self._process.stdin.flush()
        figures = self._answer()
        if figures["lost"]:
            raise BenchError(f"{figures['lost']} of {self._wanted} streams broke off")
        if not figures["events"]:
            raise BenchError(f"{self._wanted} streams brought nothing")
        return figures
