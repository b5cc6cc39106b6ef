"""scripts/bench storage: how long a message waits until it is committed.

Messages of 1 KiB come at a steady rate that waits for nobody, into 200 conversations at a time. Each round has a new
database; SQLite is on the disk that the build is on, with synchronous=FULL.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile

import machine

GOAL_P99_MS = 20


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench storage", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="medians of so many are shown (5)")
    parser.add_argument("--rate", type=int, default=2000, help="messages a second (2000)")
    parser.add_argument("--seconds", type=float, default=10, help="of each round (10)")
    parser.add_argument("--url", help="measure this empty PostgreSQL, in one round, instead of SQLite")
    parser.add_argument("--priority", action="store_true", help="run at a higher priority than other work; needs root")
    return parser.parse_args(given)


def one_round(url: str, given: argparse.Namespace) -> dict:
    program = machine.BUILD / "bench" / "bench_storage"
    command = [program, "--url", url, "--rate", str(given.rate), "--seconds", str(given.seconds)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        raise machine.BenchError(said.stderr.strip() or f"bench_storage left with {said.returncode}")
    return json.loads(said.stdout)


def main(words: list[str]) -> int:
    given = arguments(words)
    machine.build_targets(["bench_storage"])
    if given.priority:
        machine.take_precedence()
    rounds = []
    for number in range(1 if given.url else given.rounds):
        with tempfile.TemporaryDirectory(prefix="storage-", dir=machine.BUILD) as folder:
            rounds.append(one_round(given.url or f"sqlite:{folder}/bench.db", given))
        line = rounds[-1]
        machine.progress(f"round {number + 1}: p50 {line['p50_ms']:.2f} ms, p99 {line['p99_ms']:.2f} ms, "
                         f"longest {line['max_ms']:.1f} ms, refused {line['refused']} of {line['messages']}")
    p99 = statistics.median(line["p99_ms"] for line in rounds)
    p50 = statistics.median(line["p50_ms"] for line in rounds)
    refused = sum(line["refused"] for line in rounds)
    verdict = "goal met" if p99 <= GOAL_P99_MS and refused == 0 else "missed"
    print(f"\n{given.rate} messages a second: p50 {p50:.2f} ms, p99 {p99:.2f} ms (goal {GOAL_P99_MS} ms: {verdict})")
    return 0
