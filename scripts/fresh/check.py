#!/usr/bin/env python3
"""What scripts/fresh-machine needs to know and a shell tells badly.

    scripts/fresh/check.py whole           is standard input a whole answer? prints its text
    scripts/fresh/check.py streamed        is standard input the head and body of a streamed one?
    scripts/fresh/check.py free-port PORT  prints PORT if it is free on loopback, else one that is
    scripts/fresh/check.py loopback-up     brings up `lo`, which is down in a new network name space
"""

import fcntl
import json
import socket
import struct
import sys

SIOCSIFFLAGS = 0x8914
UP_LOOPBACK_RUNNING = 0x49


def whole(text):
    content = json.loads(text)["choices"][0]["message"]["content"]
    assert content, text
    return content


def streamed(text):
    """Its status and type, several events before the end mark, and a text in them."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    assert " 200 " in head.split("\n")[0], head
    assert "content-type: text/event-stream" in head.lower(), head
    events = [line.removeprefix("data: ") for line in body.split("\n") if line.startswith("data: ")]
    assert len(events) > 3 and events[-1] == "[DONE]", body
    choices = [choice for event in events[:-1] for choice in json.loads(event)["choices"]]
    content = "".join(choice["delta"].get("content") or "" for choice in choices)
    assert content, body
    return f"{content} ({len(events)} events)"


def free_port(wanted):
    for port in (wanted, 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return tried.getsockname()[1]
    raise OSError("no port is free")


def loopback_up():
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", UP_LOOPBACK_RUNNING))


def main(arguments):
    match arguments:
        case ["whole"]:
            print("     " + whole(sys.stdin.read()))
        case ["streamed"]:
            print("     " + streamed(sys.stdin.read()))
        case ["free-port", port]:
            print(free_port(int(port)))
        case ["loopback-up"]:
            loopback_up()
        case _:
            print(__doc__, file=sys.stderr)
            return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
