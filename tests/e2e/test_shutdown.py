"""How the server ends when nothing happens: by itself, with code 0, whoever is still connected."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from patchbay import Patchbay
from raw_http import RawConnection

CONFIG = {"providers": {"stub": {"plugin": "stub"}}, "models": {"*": {"provider": "stub"}}}


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_an_idle_server_ends_with_code_0(
    start_patchbay: Callable[..., Patchbay], sent: signal.Signals
) -> None:
    server = start_patchbay(CONFIG)
    server.stop(sent)
    assert server.process.returncode == 0


def test_idle_connections_do_not_hold_it_up(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(CONFIG)
    with RawConnection(server.port) as used, RawConnection(server.port) as unused:
        assert used.ask("GET", "/health").status == 200
        server.stop()
        assert used.is_at_end() and unused.is_at_end()
