"""The document that describes the API, and the two pages that show it, in a real browser.

The browser is Debian's Chromium (`scripts/setup test`), or the one that PATCHBAY_CHROMIUM names. The
selectors are those of the pinned versions of Swagger UI and ReDoc.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from node_driver import NodeDriver
from patchbay import Patchbay
from raw_http import RawAnswer, RawConnection

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    with Patchbay(None, cwd=tmp_path_factory.mktemp("documents")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(node_client: Callable[[str], NodeDriver]) -> NodeDriver:
    return node_client("browser")


@pytest.fixture(scope="module")
def document(server: Patchbay) -> dict:
    return ask(server, "/openapi.json").json()


def ask(server: Patchbay, path: str, method: str = "GET", **headers: str) -> RawAnswer:
    with RawConnection(server.port) as connection:
        return connection.ask(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})


def operation_ids(document: dict) -> set[str]:
    return {path[method]["operationId"] for path in document["paths"].values() for method in METHODS & set(path)}


def stayed_at_home(outcome: dict, server: Patchbay) -> None:
    assert outcome["error"] is None, outcome
    assert outcome["complaints"] == []
    abroad = [url for url in outcome["requests"] if not url.startswith((f"{server.url}/", "data:", "blob:"))]
    assert abroad == []


def test_the_document_is_openapi_3_1_and_names_this_server(document: dict) -> None:
    assert document["openapi"].startswith("3.1.")
    assert [server["url"] for server in document["servers"]] == ["/"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", document["info"]["version"])
    assert document["info"]["version"] != "0.0.0"


def test_swagger_ui_shows_every_operation_and_asks_nobody_else(
    server: Patchbay, browser: NodeDriver, document: dict, tmp_path: Path
) -> None:
    outcome = browser.run(
        server.base_url, "page", path="/docs", ready=".opblock-summary-path", texts=".opblock-summary-path", shot=str(tmp_path / "docs.png")
    )
    stayed_at_home(outcome, server)
    shown = {text.replace("\u200b", "") for text in outcome["texts"]}
    assert shown == set(document["paths"])
    assert len(outcome["texts"]) == len(operation_ids(document))


def test_an_example_can_be_tried_out_in_swagger_ui(server: Patchbay, browser: NodeDriver) -> None:
    for operation in ("operations-Server-health", "operations-OpenAI-createChatCompletion"):
        outcome = browser.run(server.base_url, "tryOut", path="/docs", ready=".opblock-summary-path", operation=operation)
        stayed_at_home(outcome, server)
        assert outcome["status"].startswith("200"), outcome


def test_redoc_shows_every_operation_and_asks_nobody_else(
    server: Patchbay, browser: NodeDriver, document: dict, tmp_path: Path
) -> None:
    outcome = browser.run(
        server.base_url,
        "page",
        path="/redoc",
        ready="[id^='tag/'] h2",
        texts="[id*='/operation/'] h2",
        shot=str(tmp_path / "redoc.png"),
    )
    stayed_at_home(outcome, server)
    assert len(outcome["texts"]) == len(operation_ids(document))


def test_redoc_searches_in_a_worker_that_its_policy_allows(server: Patchbay, browser: NodeDriver) -> None:
    outcome = browser.run(server.base_url, "search", path="/redoc", ready="[id^='tag/'] h2", word="embedding")
    stayed_at_home(outcome, server)
    assert any("Vectors" in text for text in outcome["texts"]), outcome["texts"]


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_a_page_holds_nothing_but_addresses_of_its_own_server(server: Patchbay, page: str) -> None:
    answer = ask(server, page)
    assert answer.status == 200
    assert answer.header("content-type") == "text/html; charset=utf-8"
    text = answer.body.decode()
    assert not re.search(r"(?:https?:)?//", text.replace("<!doctype", ""))
    policy = dict(part.strip().split(" ", 1) for part in answer.header("content-security-policy").split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" and policy["connect-src"] == "'self'"
    for asset in re.findall(r"/docs/assets/[\w./-]+", text):
        loaded = ask(server, asset, Accept_Encoding="gzip")
        assert loaded.status == 200, asset
        assert "immutable" in loaded.header("cache-control")
        # redoc's mark at the foot of its menu came from its makers' server.
        assert b"cdn.redoc.ly" not in gzip.decompress(loaded.body)


def test_what_is_kept_compressed_is_for_everybody(server: Patchbay) -> None:
    plain = ask(server, "/openapi.json")
    packed = ask(server, "/openapi.json", Accept_Encoding="br, gzip;q=0.8")
    assert plain.header("content-encoding") is None
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert zlib.crc32(plain.body) == int.from_bytes(packed.body[-8:-4], "little")
    assert plain.header("vary") == packed.header("vary") == "accept-encoding"
    assert plain.header("etag") != packed.header("etag")
    refused = ask(server, "/openapi.json", Accept_Encoding="gzip;q=0")
    assert refused.header("content-encoding") is None


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc"])
def test_a_client_that_has_it_is_told_so(server: Patchbay, path: str) -> None:
    tag = ask(server, path).header("etag")
    again = ask(server, path, If_None_Match=f'"other", {tag}')
    assert (again.status, again.body, again.header("etag")) == (304, b"", tag)
    assert ask(server, path, If_None_Match='"other"').status == 200


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/", "/redoc", "/docs/assets/any/docs.js"])
def test_head_tells_what_get_would(server: Patchbay, path: str) -> None:
    head, get = ask(server, path, "HEAD"), ask(server, path)
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.header(name) == get.header(name)


@pytest.mark.parametrize("path", ["/docs/assets", "/docs/assets/x", "/docs/assets/x/none.js", "/docs/assets/x/docs.js/y", "/redoc/x"])
def test_there_is_no_other_file(server: Patchbay, path: str) -> None:
    answer = ask(server, path)
    assert answer.status == 404
    assert answer.json()["error"]["code"] == "unknown_url"


def test_the_pages_need_no_credentials(start_patchbay: Callable[..., Patchbay], document: dict) -> None:
    server = start_patchbay(
        {
            "server": {"listen": "127.0.0.1:0"},
            "providers": {"stub": {"plugin": "stub", "config": {"reply": "Hello"}}},
            "models": {"*": {"provider": "stub"}},
            "access": {"keys": [{"name": "team", "key": "a-key-of-the-team-0123456789"}]},
        }
    )
    assert ask(server, "/models").status == 401
    for path in ("/openapi.json", "/docs", "/redoc"):
        assert ask(server, path).status == 200
    assert ask(server, "/openapi.json").json() == document
    assert json.loads(ask(server, "/health").body)["status"] == "healthy"
