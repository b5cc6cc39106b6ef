"""Where the server under test keeps conversations: a SQLite file, or a PostgreSQL that is started here.

PostgreSQL will not run as root, so it runs as the user that Debian's package made for it. Its folder
is its own; `stop` and `start` are the outage that a test needs, on the same port with the same data.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from upstream import WAIT_SECONDS

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "pg-planted-4b7e9d"
"""Part of every URL of a PostgreSQL here; a log that shows it fails its test."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Storage:
    """One place to keep things in: what goes into the configuration, and into the environment."""

    name: str
    url: str
    env: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> dict:
        """The section `storage:`; a URL with a password comes from the environment."""
        return {"url": "${DATABASE_URL}" if self.env else self.url}


def sqlite(folder: Path) -> Storage:
    return Storage("sqlite", f"sqlite:{folder / 'patchbay.db'}")


def execute(storage: Storage, statement: str) -> list[tuple]:
    """What a statement gives in a SQLite file, behind the back of who else has it open."""
    connection = sqlite3.connect(storage.url.removeprefix("sqlite:"), timeout=WAIT_SECONDS)
    with connection:
        rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


class Postgres:
    """A PostgreSQL of a test's own. `durable` has it wait for the disk, as it does when installed."""

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self._as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        self.folder = Path(tempfile.mkdtemp(prefix="patchbay-pg-"))
        self.port = free_port()
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        if self._as_user:
            entry = pwd.getpwnam("postgres")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        self._run("initdb", "-D", self.folder / "data", "-U", "patchbay", "-A", "scram-sha-256",
                  f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip
        self.start()

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 100,
            "shared_buffers": "32MB",
            "fsync": "on" if self._durable else "off",
        }
        self._process = subprocess.Popen(
            [PROGRAMS / "postgres", "-D", self.folder / "data"]
            + [word for name, value in settings.items() for word in ("-c", f"{name}={value}")],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self._as_user,
        )  # fmt: skip
        log.close()
        ends = time.monotonic() + WAIT_SECONDS
        while subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            assert self._process.poll() is None and time.monotonic() < ends, self.log
            time.sleep(0.02)

    def stop(self, sent: signal.Signals = signal.SIGINT) -> None:
        """Ends it at once: connections break, what was committed stays."""
        if self._process is not None:
            self._process.send_signal(sent)
            self._process.wait(WAIT_SECONDS)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def database(self) -> Storage:
        """A fresh and empty database."""
        name = f"db{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        url = f"postgresql://patchbay:{PASSWORD}@127.0.0.1:{self.port}/{name}"
        return Storage("postgresql", url, {"DATABASE_URL": url})

    @property
    def client(self) -> dict[str, str]:
        """The environment of a `psql`, which looks for tables where Patchbay has them, and then elsewhere."""
        return {**os.environ, "PGPASSWORD": PASSWORD, "PGOPTIONS": "-csearch_path=patchbay,public"}

    def sql(self, statement: str, database: str = "postgres") -> list[str]:
        """What a statement gives, a row a line, columns with `|` between them."""
        done = subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
             "-U", "patchbay", "-d", database, "-c", statement],
            env=self.client, capture_output=True, text=True, timeout=WAIT_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [PROGRAMS / program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **self._as_user,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
