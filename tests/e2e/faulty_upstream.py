"""An upstream that fails as told: plain sockets, one thread a connection, no HTTP library in the way.

    def reset(peer, moment): peer.reset()
    with FaultyUpstream(reset) as upstream: ...

The fault is done to one request; those before and after it get a proper answer, so that a test sees
whether the server under test goes on, and on which connection.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass

from samples import COMPLETION, FIRST_EVENT, STREAM
from upstream import WAIT_SECONDS

WHOLE, BEFORE, AFTER = "whole", "before", "after"
"""When a fault strikes: in a whole answer, in a stream before its first event, after that."""

ANSWER = json.dumps(COMPLETION).encode()
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def with_length(status: str, body: bytes, content_type: str = "application/json", *headers: str) -> bytes:
    return head(status, f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers) + body


@dataclass
class Seen:
    """One request, and the connection that it came on."""

    peer: Peer
    request: bytes


class Peer:
    """The upstream's end of one connection."""

    def __init__(self, server: FaultyUpstream, connected: socket.socket) -> None:
        self.server = server
        self.ended_it = False
        self._socket = connected
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def send_without_end(self, data: bytes) -> None:
        """Sends it again and again until nobody is there to take it."""
        try:
            while True:
                self._socket.sendall(data)
        except ConnectionError:
            self.server.note_left()

    def close(self) -> None:
        self.ended_it = True
        # The end is told at once, even where the proxy's request has not been read.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def hang_up(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is closed already

    def reset(self) -> None:
        self.ended_it = True
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def wait_until_left(self) -> None:
        """Waits for the proxy to close the connection, whatever it still sends before that."""
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionError:
            pass
        self.server.note_left()

    def wait_until_client_has_seen(self) -> None:
        """Waits for the test's word that the client has what was sent so far."""
        assert self.server.client_has_seen.wait(WAIT_SECONDS)

    def pass_on(self, moment: str, body: bytes, content_type: str | None = None) -> None:
        """Answers with a 200 and this body, which is to reach the client as it is."""
        self.server.expected = body
        if moment == WHOLE or content_type is not None:
            self.send(with_length("200 OK", body, content_type or "application/json"))
        else:
            self.send(STREAM_HEAD + chunk(body) + b"0\r\n\r\n")

    def refuse(self, status: str, body: bytes, content_type: str = "application/json", *headers: str) -> None:
        """Answers with an error whose words are to reach the client as they are."""
        self.server.expected = body
        self.send(with_length(status, body, content_type, *headers))

    def begin(self, moment: str) -> None:
        """The part of a good answer that comes before the fault."""
        if moment == WHOLE:
            self.send(with_length("200 OK", ANSWER)[:-40])
        elif moment == BEFORE:
            self.send(STREAM_HEAD + chunk(STREAM[:25]))
        else:
            self.send(STREAM_HEAD + chunk(STREAM[: FIRST_EVENT + 10]))
            self.wait_until_client_has_seen()

    def read_request(self, whole: bool = True) -> bytes:
        """The next request; empty when the proxy closed instead."""
        data = b""
        try:
            while b"\r\n\r\n" not in data:
                piece = self._socket.recv(65536)
                if not piece:
                    return b""
                data += piece
            before, _, body = data.partition(b"\r\n\r\n")
            length = int(before.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            while whole and len(body) < length:
                body += self._socket.recv(65536)
        except (ConnectionError, OSError):
            return b""
        return before + b"\r\n\r\n" + body


Action = Callable[[Peer, str], None]


class FaultyUpstream:
    """Does `action` to the request for which `arm` was called, and answers all others well."""

    def __init__(self, action: Action, reads_body: bool = True) -> None:
        self.action = action
        self.reads_body = reads_body
        self.client_has_seen = threading.Event()
        self.expected = b""
        self.seen: list[Seen] = []
        self._changed = threading.Condition()
        self._armed: str | None = None
        self._left = 0
        self._peers: list[Peer] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # Wakes the thread in accept(), which closing alone would not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def arm(self, moment: str, warm: bool = False) -> None:
        """The next request meets the fault, on a connection of its own unless `warm`."""
        with self._changed:
            if not warm:
                # On a connection that was used before, a fault might be taken for its age.
                for peer in self._peers:
                    peer.hang_up()
            self._peers.clear()
            self.client_has_seen.clear()
            self.seen.clear()
            self._left = 0
            self._armed = moment

    def note_left(self) -> None:
        with self._changed:
            self._left += 1
            self._changed.notify_all()

    def wait_until_left(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._left > 0, WAIT_SECONDS), "it was never closed"

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            peer = Peer(self, connected)
            with self._changed:
                self._peers.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: Peer) -> None:
        while request := peer.read_request(self.reads_body or self._armed is None):
            with self._changed:
                self.seen.append(Seen(peer, request))
                moment, self._armed = self._armed, None
            if moment is not None:
                self.action(peer, moment)
            elif b'"stream":true' in request:
                peer.send(STREAM_HEAD + chunk(STREAM) + b"0\r\n\r\n")
            else:
                peer.send(with_length("200 OK", ANSWER))
