"""`GET /metrics`: what it counts, and that nothing a client makes up becomes a series."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Callable

import pytest
from openai import OpenAI

from metrics_page import Page, scrape, scrape_until
from patchbay import CLIENT_KEY, PROVIDER_KEY, REPOSITORY, Patchbay, two_provider_config
from raw_http import RawConnection, request_bytes
from samples import ASK, BODY, COMPLETION, FIRST_EVENT, PATH, RATE_LIMITED, STREAM, STREAM_BODY, stub
from upstream import WAIT_SECONDS, Answer, Upstream, json_answer, stream_answer


@pytest.fixture
def server(upstream: Upstream, start_patchbay: Callable[..., Patchbay]) -> Patchbay:
    """A server of the test's own, so that its counters begin at nothing."""
    alias = {"provider": "upstream", "model": "upstream-model"}
    return start_patchbay(two_provider_config(upstream, alias=alias))


@pytest.fixture
def ask(server: Patchbay) -> OpenAI:
    return OpenAI(base_url=server.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)


def post(server: Patchbay, body: bytes = BODY) -> int:
    with RawConnection(server.port) as connection:
        return connection.ask("POST", PATH, body).status


def test_the_documented_names_are_those_that_are_shown(server: Patchbay) -> None:
    post(server)
    document = (REPOSITORY / "docs/metrics.md").read_text()
    documented = re.findall(r"^\| `((?:patchbay|process)_\w+)`", document, re.M)
    assert len(documented) == len(set(documented))
    assert set(documented) == scrape(server).names


def test_each_family_says_what_it_is(server: Patchbay) -> None:
    page = scrape(server)
    for name in page.names:
        assert re.search(rf"^# HELP {name} \S.*\.$", page.text, re.M), name
    assert page.value("patchbay_build_info") == 1


def test_it_is_a_path_like_any_other(server: Patchbay) -> None:
    with RawConnection(server.port) as connection:
        head = connection.ask("HEAD", "/metrics")
        assert (head.status, head.body) == (200, b"")
        assert int(head.header("content-length")) > 1000
        assert connection.ask("POST", "/metrics", b"").status == 405
        assert connection.ask("GET", "/v1/metrics").status == 404
        assert connection.ask("GET", "/metrics", headers={"Origin": "https://evil.example"}).status == 403
        assert connection.ask("GET", "/metrics", headers={"Host": "evil.example"}).status == 403
    page = scrape(server)
    assert page.value("patchbay_http_requests_total", route="/metrics", method="HEAD", code="200") == 1
    assert page.value("patchbay_http_requests_total", route="/metrics", method="POST", code="405") == 1
    assert page.value("patchbay_errors_total", **{"class": "forbidden"}) == 2


def test_requests_are_counted_by_route_method_and_code(server: Patchbay) -> None:
    with RawConnection(server.port) as connection:
        for target in ("/health", "/v1/health", "/v1/models/stub", "/v1/models/made-up-model", "/made-up-path"):
            connection.ask("GET", target)
        connection.ask("MADEUP", "/health")
        connection.ask("OPTIONS", PATH)
        connection.ask("POST", PATH, b"made-up-body")
    with RawConnection(server.port) as connection:
        connection.send(b"MADEUP  /made-up HTTP/1.1\r\n\r\n")
        assert connection.read_answer().status == 400
    page = scrape(server)

    def count(route: str, method: str, code: str) -> float:
        return page.value("patchbay_http_requests_total", route=route, method=method, code=code)

    assert count("/health", "GET", "200") == 2
    assert count("/v1/models/{id}", "GET", "200") == 2
    assert count("unknown", "GET", "404") == 1
    assert count("/health", "other", "405") == 1
    assert count("/v1/chat/completions", "OPTIONS", "204") == 1
    assert count("/v1/chat/completions", "POST", "400") == 1
    assert page.labels("patchbay_http_requests_total", "route") == {
        "/health", "/v1/models/{id}", "/v1/chat/completions", "unknown",
    }  # fmt: skip
    assert page.value("patchbay_errors_total", **{"class": "not_found"}) == 1
    assert "made-up" not in page.text and "MADEUP" not in page.text


def test_calls_bear_the_configured_name_of_the_model(server: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(COMPLETION))
    for name in (b"alias", b"alias", b"stub", b"made-up-1", b"made-up-2", b"made-up-3"):
        assert post(server, BODY.replace(b"any-model", name)) == 200
    page = scrape(server)
    calls = "patchbay_calls_total"
    assert page.labels(calls, "model") == {"alias", "stub", "*"}
    assert page.value(calls, provider="upstream", model="alias", mode="chat", stream="false", outcome="ok") == 2
    assert page.value(calls, provider="stub", model="stub", outcome="ok") == 1
    assert page.value(calls, provider="upstream", model="*", outcome="ok") == 3
    assert "made-up" not in page.text and "upstream-model" not in page.text
    for histogram in ("patchbay_call_first_byte_seconds", "patchbay_call_duration_seconds"):
        assert page.value(f"{histogram}_count", model="*") == 3
        assert page.value(f"{histogram}_bucket", model="*", le="+Inf") == 3
        assert page.value(f"{histogram}_sum", model="*") > 0


def test_names_made_up_by_clients_add_no_series(server: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(COMPLETION))
    post(server)
    before = scrape(server)
    scrape(server)  # which itself is a series of requests from its second time on
    with RawConnection(server.port) as connection:
        for i in range(300):
            body = BODY.replace(b"any-model", b"name-%d" % i)
            assert connection.ask("POST", PATH, body).status == 200
            assert connection.ask("GET", f"/path-{i}").status == 404
            assert connection.ask(f"VERB{i}", f"/path-{i}").status == 404
    series = len(scrape(server).text.splitlines())
    # Beyond what was there: requests for /metrics, those for unknown paths and other verbs.
    assert series <= len(before.text.splitlines()) + 3


def test_tokens_are_counted_however_they_come(ask: OpenAI, server: Patchbay, upstream: Upstream) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 60},
    }
    upstream.answer_with(json_answer({**COMPLETION, "usage": usage}))
    post(server)
    last = (
        b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"any-model","choices":[],'
        b'"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\n'
    )
    upstream.answer_with(stream_answer(STREAM.replace(b"data: [DONE]", last + b"data: [DONE]")))
    post(server, STREAM_BODY)
    script = stub(reply="well", usage={"input": 30, "output": 5, "cache_read": 10})
    ask.chat.completions.create(model="stub", messages=ASK, extra_body=script)

    page = scrape(server)
    tokens = "patchbay_tokens_total"
    assert page.value(tokens, provider="upstream", stream="false", type="prompt") == 100
    assert page.value(tokens, provider="upstream", stream="false", type="cached") == 60
    assert page.value(tokens, provider="upstream", stream="false", type="completion") == 20
    assert page.value(tokens, provider="upstream", stream="true", type="prompt") == 7
    assert page.value(tokens, provider="upstream", stream="true", type="completion") == 3
    assert page.value(tokens, provider="stub", type="prompt") == 30
    assert page.value(tokens, provider="stub", type="cached") == 10
    assert page.value(tokens, provider="stub", type="completion") == 5


def test_a_stream_is_active_while_it_flows(server: Patchbay, upstream: Upstream) -> None:
    def active(page: Page) -> float:
        return page.value("patchbay_calls_active", model="*", stream="true")

    upstream.answer_with(stream_answer(STREAM, hold_after=FIRST_EVENT))
    with RawConnection(server.port) as one, RawConnection(server.port) as two:
        for connection in (one, two):
            connection.send(request_bytes("POST", PATH, STREAM_BODY))
            connection.read_until_seen(b"\n\n")
        page = scrape(server)
        assert active(page) == 2
        assert page.value("patchbay_upstream_connections", state="busy") == 2
        assert page.value("patchbay_client_connections") == 3
        assert page.value("patchbay_plugin_calls", provider="upstream") == 2
        assert page.value("patchbay_calls_total", model="*") == 0
        upstream.release()
        for connection in (one, two):
            connection.read_until_seen(b"[DONE]")
        page = scrape(server)
        assert active(page) == 0
        assert page.value("patchbay_calls_total", model="*", stream="true", outcome="ok") == 2
    page = scrape_until(
        server, lambda page: page.value("patchbay_client_connections") == 1, "the clients' connections to go"
    )
    assert page.value("patchbay_plugin_calls", provider="upstream") == 0
    assert page.value("patchbay_client_connections_accepted_total") >= 3


@pytest.mark.parametrize("body", [BODY, STREAM_BODY], ids=["whole", "stream"])
def test_a_client_that_leaves_is_no_answer(server: Patchbay, upstream: Upstream, body: bytes) -> None:
    upstream.answer_with(Answer(hold_head=True))
    with RawConnection(server.port) as connection:
        connection.send(request_bytes("POST", PATH, body))
        request = upstream.wait_for_request()
        assert scrape(server).value("patchbay_calls_active") == 1
    assert request.client_left.wait(WAIT_SECONDS)
    page = scrape(server)
    assert page.value("patchbay_calls_active") == 0
    assert page.value("patchbay_calls_total", outcome="client_gone") == 1
    assert page.value("patchbay_errors_total", **{"class": "client_gone"}) == 1
    assert page.value("patchbay_http_requests_total", route="/v1/chat/completions", code="499") == 1
    assert page.value("patchbay_upstream_errors_total") == 0


def test_upstream_errors_are_told_apart(server: Patchbay, upstream: Upstream) -> None:
    def errors(page: Page, outcome: str, kind: str) -> tuple[float, float, float]:
        return (
            page.value("patchbay_calls_total", provider="upstream", outcome=outcome),
            page.value("patchbay_errors_total", **{"class": outcome}),
            page.value("patchbay_upstream_errors_total", provider="upstream", kind=kind),
        )

    upstream.answer_with(json_answer(RATE_LIMITED, 429))
    assert post(server) == 429
    assert errors(scrape(server), "rate_limit", "status_4xx") == (1, 1, 1)

    upstream.answer_with(json_answer({"error": {"message": "oh"}}, 500))
    assert post(server) == 500
    assert errors(scrape(server), "upstream", "status_5xx") == (1, 1, 1)

    upstream.answer_with(Answer(break_after=-1))
    assert post(server) == 502
    assert errors(scrape(server), "upstream", "cut") == (2, 2, 1)

    upstream.answer_with(stream_answer(STREAM, break_after=FIRST_EVENT))
    assert post(server, STREAM_BODY) == 200
    assert errors(scrape(server), "upstream", "cut") == (3, 3, 2)

    page = scrape(server)
    assert page.value("patchbay_upstream_requests_total", provider="upstream") == 4
    assert page.value("patchbay_upstream_errors_total") == 4
    assert page.value("patchbay_calls_total", outcome="ok") == 0


def test_an_upstream_that_is_away_or_silent(start_patchbay: Callable[..., Patchbay]) -> None:
    with socket.socket() as refusing, socket.socket() as silent:
        # Bound and not listening: connections to it are refused, and nobody else gets the port.
        refusing.bind(("127.0.0.1", 0))
        silent.bind(("127.0.0.1", 0))
        silent.listen()

        def provider(at: socket.socket) -> dict:
            base_url = f"http://127.0.0.1:{at.getsockname()[1]}/v1"
            config = {"api_key": PROVIDER_KEY, "base_url": base_url}
            return {"plugin": "openai", "first_byte_timeout": "100ms", "config": config}

        server = start_patchbay(
            {
                "providers": {"away": provider(refusing), "silent": provider(silent)},
                "models": {"away": {"provider": "away"}, "silent": {"provider": "silent"}},
            }
        )
        assert post(server, BODY.replace(b"any-model", b"away")) == 502
        assert post(server, BODY.replace(b"any-model", b"silent")) == 504
        page = scrape(server)
    assert page.value("patchbay_upstream_errors_total", provider="away", kind="connect") == 1
    assert page.value("patchbay_upstream_errors_total", provider="silent", kind="timeout") == 1
    assert page.value("patchbay_upstream_errors_total") == 2
    assert page.value("patchbay_calls_total", model="silent", outcome="timeout") == 1
    assert page.value("patchbay_upstream_dials") == 0


def test_a_model_that_nobody_serves_is_no_call(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay({"providers": {"stub": {"plugin": "stub"}}, "models": {"stub": {"provider": "stub"}}})
    assert post(server) == 404
    page = scrape(server)
    assert page.value("patchbay_errors_total", **{"class": "model_not_found"}) == 1
    assert page.values("patchbay_calls_total") == []


def test_bytes_are_counted_on_both_sides(server: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(json_answer({**COMPLETION, "filler": "y" * 50_000}))
    before = scrape(server)
    post(server, BODY.replace(b"]}", b'],"filler":"' + b"x" * 30_000 + b'"}'))
    # What was sent is counted when the system has it, which the client may notice first.
    sent = "patchbay_client_sent_bytes_total"
    after = scrape_until(server, lambda page: page.value(sent) > 50_000, "the answer to be counted as sent")

    def moved(name: str, **labels: str) -> float:
        return after.value(name, **labels) - before.value(name, **labels)

    slack = 5_000  # heads, and requests for metrics
    assert 30_000 < moved("patchbay_client_received_bytes_total") < 30_000 + slack
    assert moved(sent) > 50_000
    assert 30_000 < moved("patchbay_upstream_sent_bytes_total", provider="upstream") < 30_000 + slack
    assert 50_000 < moved("patchbay_upstream_received_bytes_total", provider="upstream") < 50_000 + slack


def test_output_that_waits_for_a_client_is_seen_and_gone_with_it(server: Patchbay, upstream: Upstream) -> None:
    def waiting(page: Page) -> float:
        return page.value("patchbay_client_output_waiting_bytes")

    upstream.answer_with(stream_answer(b"data: " + b"x" * 16_000_000 + b"\n\n"))
    assert waiting(scrape(server)) == 0
    with RawConnection(server.port) as connection:
        connection.send(request_bytes("POST", PATH, STREAM_BODY))
        scrape_until(server, lambda page: waiting(page) > 0, "output to wait for a client that does not read")
    scrape_until(server, lambda page: waiting(page) == 0, "output to go with its client")


def test_connections_are_used_again(server: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(json_answer(COMPLETION))
    with RawConnection(server.port) as connection:
        for _ in range(3):
            assert connection.ask("POST", PATH, BODY).status == 200
    page = scrape(server)
    assert page.value("patchbay_upstream_connections_opened_total") == 1
    assert page.value("patchbay_upstream_connections_reused_total") == 2
    assert page.value("patchbay_upstream_connections", state="idle") == 1
    assert page.value("patchbay_upstream_connections", state="busy") == 0


def test_counters_go_on_after_a_reload(server: Patchbay) -> None:
    body = BODY.replace(b"any-model", b"stub")
    post(server, body)
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_log(lambda line: line.get("event") == "reloaded")
    post(server, body)
    page = scrape(server)
    assert page.value("patchbay_calls_total", model="stub", outcome="ok") == 2
    assert page.value("patchbay_plugin_generations", plugin="patchbay.stub") == 1


def test_every_worker_tells_of_its_loop(server: Patchbay) -> None:
    page = scrape(server)
    for name in ("patchbay_worker_turn_seconds_count", "patchbay_worker_mail_wait_seconds_count"):
        assert page.labels(name, "worker") == {"0", "1"}
        assert all(value > 0 for value in page.values(name))
    assert page.value("patchbay_worker_running_seconds") < WAIT_SECONDS
    assert page.value("process_resident_memory_bytes") > 1_000_000
    assert page.value("process_open_fds") > 5
