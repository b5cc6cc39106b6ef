"""nginx before two or more servers, as an administrator would put it there.

Requests go round; one that says `X-Replica: N` goes to the N-th, and `X-Served-By` in the answer
tells the port that it came from. Streams are not buffered.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from databases import free_port
from upstream import WAIT_SECONDS

CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream all {{ {servers} }}
{each}
  map $http_x_replica $chosen {{ default all; {names} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://$chosen;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_buffering off;
      proxy_read_timeout 60s;
      add_header X-Served-By $upstream_addr always;
    }}
  }}
}}
"""


class Nginx:
    def __init__(self, *ports: int) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="patchbay-nginx-"))
        servers = [f"server 127.0.0.1:{port};" for port in ports]
        each = "\n".join(f"  upstream replica{at} {{ {line} }}" for at, line in enumerate(servers))
        names = " ".join(f"{at} replica{at};" for at in range(len(ports)))
        text = CONFIGURATION.format(
            folder=self.folder, servers=" ".join(servers), each=each, names=names, port=self.port
        )
        (self.folder / "nginx.conf").write_text(text, encoding="utf-8")
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self._process = subprocess.Popen(
            [program, "-p", self.folder, "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"],
            env={**os.environ},
            stdin=subprocess.DEVNULL,
        )
        ends = time.monotonic() + WAIT_SECONDS
        while not self._listens():
            assert self._process.poll() is None and time.monotonic() < ends, self.errors
            time.sleep(0.02)

    @property
    def errors(self) -> str:
        return (self.folder / "error.log").read_text(encoding="utf-8")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(WAIT_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_SECONDS).close()
        except OSError:
            return False
        return True
