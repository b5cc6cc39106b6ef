"""The three servers of a measurement: the upstream, nginx and Patchbay. Each is ended by leaving `with`."""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import machine
import messages
from machine import BenchError

_PATIENCE = 20.0


class Server:
    """A process of ours, listening on a port."""

    def __init__(self, name: str, command: list[str], port: int, pin, log: Path) -> None:
        self.name, self.port, self._log = name, port, log
        self.begun_ns = time.monotonic_ns()
        with log.open("w") as err:
            # What a proxy logs goes where nobody keeps it: its making counts, its storage does not.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                            stderr=err, preexec_fn=pin)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_listening(self) -> int:
        """Returns when it took the first connection, in ns of the monotonic clock."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise BenchError(f"{self.name} ended at once: {self._log.read_text()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return time.monotonic_ns()
            except OSError:
                time.sleep(0.0005)
        raise BenchError(f"{self.name} does not listen on its port {self.port}")

    def pids(self) -> list[int]:
        """It and its children."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        return found


class Nginx(Server):
    """proxy_pass to the upstream, and nothing else: one worker, connections kept, no buffering."""

    def __init__(self, folder: Path, upstream: Upstream, pins: machine.Pins, certificates: dict[str, Path]) -> None:
        own = Path(tempfile.mkdtemp(prefix="nginx-", dir=folder))
        port, self.logging_port, self.tls_port = (machine.free_port() for _ in range(3))
        config = own / "nginx.conf"
        config.write_text(self._config(own, port, upstream, certificates))
        command = ["nginx", "-p", str(own), "-e", str(own / "error.log"), "-c", str(config)]
        super().__init__("nginx", command, port, pins.proxy, own / "stderr.log")

    def wait_until_listening(self) -> int:
        """Its master listens before it has made the worker, which is the one to be watched."""
        when = super().wait_until_listening()
        until = time.monotonic() + _PATIENCE
        while len(self.pids()) < 2:
            if time.monotonic() > until:
                raise BenchError("nginx made no worker")
            time.sleep(0.001)
        return when

    def _config(self, own: Path, port: int, upstream: Upstream, certificates: dict[str, Path]) -> str:
        kept = "keepalive 1200; keepalive_requests 100000000;"
        passing = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;'
        user = "user root;" if os.geteuid() == 0 else ""
        folders = " ".join(f"{kind}_temp_path {own}/{kind};" for kind in
                           ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
            worker_processes 1; daemon off; pid {own}/pid; error_log {own}/error.log error; {user}
            events {{ worker_connections 30000; }}
            http {{
              {folders}
              keepalive_requests 100000000; keepalive_timeout 75s; tcp_nodelay on; access_log off;
              proxy_buffering off; proxy_read_timeout 300s;
              upstream plain {{ server 127.0.0.1:{upstream.port}; {kept} }}
              upstream secured {{ server 127.0.0.1:{upstream.tls_port}; {kept} }}
              server {{ listen 127.0.0.1:{port} backlog=4096;
                location / {{ proxy_pass http://plain; {passing} }} }}
              server {{ listen 127.0.0.1:{self.logging_port} backlog=4096; access_log /dev/null combined;
                location / {{ proxy_pass http://plain; {passing} }} }}
              server {{ listen 127.0.0.1:{self.tls_port} backlog=4096;
                location / {{ proxy_pass https://secured; {passing}
                  proxy_ssl_verify on; proxy_ssl_name localhost;
                  proxy_ssl_trusted_certificate {certificates["ca"]}; }} }}
            }}
            """


class Patchbay(Server):
    """As it comes, but with one worker: the default log level, every bundled plugin loaded.

    `kind` is plain; tls, over TLS to the upstream; quiet, without a log line for each request;
    translated, with a provider whose answers are said in events; or one of _VENDORS, whose plugin reads
    its own wire format.
    """

    binary = machine.BUILD / "bin" / "patchbay"
    _VENDORS = ("anthropic", "gemini")

    def __init__(self, folder: Path, upstream: Upstream, pins: machine.Pins, certificates: dict[str, Path],
                 kind: str = "plain") -> None:
        own = Path(tempfile.mkdtemp(prefix="patchbay-", dir=folder))
        port = machine.free_port()
        base = f"https://localhost:{upstream.tls_port}" if kind == "tls" else f"http://127.0.0.1:{upstream.port}"
        trust = f'ca_file: "{certificates["ca"]}", ' if kind == "tls" else ""
        plugin = "bench-translating" if kind == "translated" else kind if kind in self._VENDORS else "openai"
        version = "" if kind in self._VENDORS else "/v1"
        provider = f'plugin: {plugin}, config: {{ api_key: "{messages.PROVIDER_KEY}", base_url: "{base}{version}" }}'
        config = own / "patchbay.yaml"
        config.write_text(
            f'server: {{ listen: "127.0.0.1:{port}", workers: 1 }}\n'
            f'log: {{ level: {"warn" if kind == "quiet" else "info"} }}\n'
            + (f'plugins: {{ path: ["{machine.BUILD}/bench/plugins"] }}\n' if kind == "translated" else "")
            + f"providers:\n  main: {{ {trust}{provider} }}\n  stub: {{ plugin: stub }}\n"
            'models:\n  an-alias: { provider: main, model: whole }\n'
            '  an-alias-20: { provider: main, model: every-20 }\n'
            '  a-stub: { provider: stub }\n'
            '  "*": { provider: main }\n')
        command = [str(self.binary), "serve", "--config", str(config)]
        super().__init__("Patchbay", command, port, pins.proxy, own / "stderr.log")


    @classmethod
    def accepts_ca_file(cls, folder: Path, certificates: dict[str, Path]) -> bool:
        config = folder / "trust.yaml"
        config.write_text(f'providers: {{ main: {{ plugin: openai, ca_file: "{certificates["ca"]}" }} }}\n')
        return subprocess.run([str(cls.binary), "check", "--config", str(config)], capture_output=True,
                              check=False).returncode == 0


class Upstream:
    """The bench's own, plain and TLS; see upstream_server.hpp."""

    def __init__(self, folder: Path, pins: machine.Pins, certificates: dict[str, Path]) -> None:
        self.process = subprocess.Popen(
            [str(machine.BUILD / "bench" / "bench_upstream"), "--certificate", str(certificates["upstream"]),
             "--key", str(certificates["upstream_key"])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=pins.others)
        ports = json.loads(self.process.stdout.readline())
        self.port, self.tls_port = ports["port"], ports["tls_port"]
        self._said: queue.Queue[list[str]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self._said.put(line.split())

    def await_line(self, word: str, mark: str) -> list[str]:
        """What it says of a marked request: ["asked", MARK] or ["closed", MARK, NANOSECONDS]."""
        while True:
            try:
                line = self._said.get(timeout=_PATIENCE)
            except queue.Empty:
                raise BenchError(f"the upstream never said `{word} {mark}`") from None
            if line[:2] == [word, mark]:
                return line

    def __enter__(self) -> Upstream:
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        self.process.wait(_PATIENCE)
