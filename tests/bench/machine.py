"""The machine that is measured on, and the programs that are built for it."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"

_begun = time.monotonic()


class BenchError(Exception):
    """Something without which no figure would mean anything; its text says what and why."""


def progress(text: str) -> None:
    print(f"[{time.monotonic() - _begun:4.0f} s] {text}", flush=True)


def describe() -> dict[str, str]:
    """What a reader of the figures has to know."""
    model = "an unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    system = platform.system()
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            system = line.split("=", 1)[1].strip('"')
    nginx = "none"
    if shutil.which("nginx"):
        said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False).stderr
        nginx = said.strip().rsplit("/", 1)[-1]
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": f"{os.cpu_count()} x {model}",
        "system": f"{system}, kernel {platform.release().split('-')[0]}",
        "nginx": nginx,
        "commit": _commit(),
        "load_average": f"{os.getloadavg()[0]:.1f}",
    }


def _commit() -> str:
    said = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
                          capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


class Pins:
    """Which core whom: the proxy has one for itself, load and upstream share another.

    Threads that wander between cores cost more and differ from run to run.
    """

    def __init__(self, wanted: bool) -> None:
        cores = sorted(os.sched_getaffinity(0))
        self._pinned = wanted and len(cores) >= 2
        self._proxy = {cores[0]}
        self._others = {cores[-1]}

    def proxy(self) -> None:
        """To be called in the child, as preexec_fn."""
        if self._pinned:
            os.sched_setaffinity(0, self._proxy)

    def others(self) -> None:
        if self._pinned:
            os.sched_setaffinity(0, self._others)


def raise_descriptor_limit() -> None:
    """Thousands of streams; children inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def take_precedence() -> None:
    """Before other work on the machine. Where the kernel shares time between sessions first, the
    session counts, and a process only within it."""
    try:
        os.nice(-10)
        group = Path("/proc/self/autogroup")
        if group.exists():
            group.write_text("-10")
    except OSError as error:
        raise BenchError(f"--priority: {error.strerror}; it needs root") from error


def streams_possible(wanted: int) -> int:
    """A proxied stream takes two descriptors of the proxy, and a few are needed for other things."""
    return min(wanted, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200) // 2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build(product_too: bool) -> None:
    """The release build and the bench's own programs."""
    build_targets(["all", "bench"] if product_too else ["bench"])


def build_targets(targets: list[str]) -> None:
    log = BUILD / "bench-build.log"
    BUILD.mkdir(parents=True, exist_ok=True)
    commands = [["cmake", "--preset", "release", "-DPATCHBAY_BENCH=ON"],
                ["ninja", "-C", str(BUILD), *targets]]
    progress("building into build/release")
    with log.open("w") as out:
        for command in commands:
            done = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False)
            if done.returncode != 0:
                end = "\n".join(log.read_text().splitlines()[-30:])
                raise BenchError(f"{' '.join(command[:2])} failed:\n{end}")


def make_certificates(folder: Path) -> dict[str, Path]:
    """A certificate authority for this run, and what it says of 127.0.0.1."""
    files = {name: folder / f"{name}.pem" for name in ("ca", "ca_key", "upstream", "upstream_key")}
    request, names = folder / "upstream.csr", folder / "names.cnf"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    for command in (
        ["req", "-x509", *curve, "-keyout", files["ca_key"], "-out", files["ca"], "-days", "2",
         "-subj", "/CN=Patchbay bench"],
        ["req", *curve, "-keyout", files["upstream_key"], "-out", request, "-subj", "/CN=localhost"],
        ["x509", "-req", "-in", request, "-CA", files["ca"], "-CAkey", files["ca_key"], "-out",
         files["upstream"], "-days", "2", "-extfile", names],
    ):
        done = subprocess.run(["openssl", *map(str, command)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"openssl could not make a certificate: {done.stderr.strip()}")
    return files


def resident_kib(processes: list[int]) -> int:
    """Resident memory of the processes together."""
    total = 0
    for process in processes:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total
