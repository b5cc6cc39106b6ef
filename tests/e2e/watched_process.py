"""What the system tells about the process under test: its memory and what it has open."""

from __future__ import annotations

import mmap
import os
import re
from pathlib import Path

from patchbay import Patchbay, binary
from raw_http import RawConnection

_LISTENING = "0A"
_SETTLING_ROUNDS_MAX = 5000


def is_sanitized() -> bool:
    """Whether the binary carries a sanitizer, which makes it slow and large."""
    with binary().open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"__asan_init") >= 0 or content.find(b"__tsan_init") >= 0


def resident_kib(patchbay: Patchbay) -> int:
    status = Path(f"/proc/{patchbay.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1))


def queued(port: int) -> int:
    """Bytes of connections to this local port that are sent and not yet read: in either end's kernel."""
    waiting = 0
    for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]:
        local, remote, _, queues = line.split()[1:5]
        unacknowledged, unread = (int(size, 16) for size in queues.split(":"))
        if int(local.split(":")[1], 16) == port and remote.split(":")[1] != "0000":
            waiting += unacknowledged
        elif int(remote.split(":")[1], 16) == port:
            waiting += unread
    return waiting


def descriptors(patchbay: Patchbay) -> tuple[int, int]:
    """How many TCP connections it has, made and being made, and how many other descriptors."""
    pid = patchbay.process.pid
    sockets = set()
    others = 0
    for entry in os.scandir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(entry.path)
        except FileNotFoundError:
            continue  # closed since
        if target.startswith("socket:["):
            sockets.add(target[len("socket:[") : -1])
        else:
            others += 1
    tcp = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    connections = {row[9] for row in tcp if row[3] != _LISTENING} & sockets
    return len(connections), others + len(sockets) - len(connections)


def wait_until_settled(patchbay: Patchbay, connections: int = 0) -> None:
    """Until it has no more than so many TCP connections. Each look is a turn of the server's loop."""
    with RawConnection(patchbay.port) as connection:
        for _ in range(_SETTLING_ROUNDS_MAX):
            assert connection.ask("GET", "/health").status == 200
            if descriptors(patchbay)[0] <= connections + 1:  # ours is one
                return
    raise AssertionError(f"{descriptors(patchbay)[0] - 1} connections were left over")
