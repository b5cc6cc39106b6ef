"""URLs of stored files: signed for whoever is shown them, and worth nothing once changed, expired or passed on."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import time
from collections.abc import Callable

import pytest

from chat_backends import PNG, Person, backend_config, data_parts, error_of, new_id, reply, sent_messages
from databases import Storage
from patchbay import Patchbay
from upstream import WAIT_SECONDS, Upstream, json_answer

WORD = "pass:word-2f81planted"
TEAM = "sk-team-99ab1planted"
URL_KEY = "url-key-5511planted-planted"
DRAWN = {"created": 1, "data": [{"b64_json": base64.b64encode(PNG).decode(), "revised_prompt": "A pixel"}]}
BASIC = {"Authorization": "Basic " + base64.b64encode(f"app:{WORD}".encode()).decode()}
SIGNED = re.compile(r"http://[^/]+(/files/([0-9a-f-]{36})\?signature=(\d{10}-[0-9a-f]{64}))\)")


def person(port: int, userid: str) -> Person:
    return Person(port, f"{userid}-{new_id()}", **BASIC)


def draw(person: Person, upstream: Upstream, **more: object) -> tuple[str, str, str]:
    """What the answer's Markdown leads to, the file's id, and the conversation's."""
    upstream.answer_with(json_answer(DRAWN))
    body = {"messages": [{"role": "user", "content": "A pixel"}], "mode": "image", **more}
    answer = person.ask("POST", "/chat", body)
    assert answer.status == 200, answer.body
    text = "".join(value for code, value in data_parts(answer.body.decode()) if code == "0")
    found = SIGNED.search(text)
    assert found, text
    return found[1], found[2], answer.header("x-conversation-id")


def wait_until(reached: Callable[[], bool]) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    while not reached():
        assert time.monotonic() < ends
        time.sleep(0.05)


def stored(request: pytest.FixtureRequest, storage: Storage, statement: str) -> list[str]:
    """Rows of one text each, past the server."""
    if storage.name == "sqlite":
        with sqlite3.connect(storage.url.removeprefix("sqlite:")) as connection:
            return [text for (text,) in connection.execute(statement)]
    return request.getfixturevalue("postgres").sql(statement, storage.url.rpartition("/")[2])


def signature_of(text: str) -> str:
    return SIGNED.search(text)[3]


class TestFileUrls:
    SETTINGS = {
        "access": {"basic": [{"username": "app", "password": WORD}], "keys": [{"name": "team", "key": TEAM}]}
    }

    @pytest.fixture
    def ada(self, backend: Patchbay) -> Person:
        return person(backend.port, "ada")

    @pytest.fixture
    def bob(self, backend: Patchbay) -> Person:
        return person(backend.port, "bob")

    @pytest.fixture
    def browser(self, backend: Patchbay) -> Person:
        """Who asks as an <img> does: with nothing but the URL."""
        return Person(backend.port)

    def test_what_stands_in_an_answer_loads_without_credentials(
        self, ada: Person, browser: Person, upstream: Upstream
    ) -> None:
        url, id, _ = draw(ada, upstream)
        shown = browser.ask("GET", url)
        assert (shown.status, shown.header("content-type"), shown.body) == (200, "image/png", PNG)
        assert shown.header("cache-control").startswith("private, max-age=")
        assert browser.ask("HEAD", url).status == 200
        assert error_of(browser.ask("GET", f"/files/{id}"), 401)

    def test_without_a_signature_it_is_the_owners(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        url, id, _ = draw(ada, upstream)
        assert ada.ask("GET", f"/files/{id}").body == PNG
        error_of(bob.ask("GET", f"/files/{id}"), 404)
        team = Person(ada.port, X_API_Key=TEAM)
        error_of(team.ask("GET", f"/files/{id}"), 404)

    def test_a_changed_signature_is_a_403_whoever_asks(self, ada: Person, browser: Person, upstream: Upstream) -> None:
        url, id, _ = draw(ada, upstream)
        other, _, _ = draw(ada, upstream)
        path, _, signature = url.partition("?signature=")
        later = f"{int(signature[:10]) + 1}{signature[10:]}"
        last = "0" if signature[-1] != "0" else "1"
        for wrong in (
            later, signature[:-1] + last, signature[:-1], signature + "0", "", "x",
            signature.upper(), other.partition("=")[2], "0" * 10 + signature[10:],
        ):  # fmt: skip
            for whoever in (browser, ada):
                said = error_of(whoever.ask("GET", f"{path}?signature={wrong}"), 403)
                assert "signature" in said
        assert browser.ask("GET", f"/files/{new_id()}?signature={signature}").status == 403, "no oracle for ids"
        assert browser.ask("GET", f"{path}?signature=x&signature={signature}").status == 403, "the first counts"

    def test_it_opens_nothing_but_files(self, ada: Person, browser: Person, upstream: Upstream) -> None:
        url, _, conversation = draw(ada, upstream)
        query = url.partition("?")[2]
        for path in ("/conversations", f"/conversations/{conversation}", "/models", "/v1/models"):
            assert browser.ask("GET", f"{path}?{query}").status == 401, path
        assert browser.ask("DELETE", f"/conversations/{conversation}?{query}").status == 401

    def test_a_conversation_is_stored_without_and_read_with_signatures(
        self, ada: Person, browser: Person, storage: Storage, upstream: Upstream, request: pytest.FixtureRequest
    ) -> None:
        url, id, conversation = draw(ada, upstream)
        whole = ada.conversation(conversation)
        message = whole["messages"][1]
        assert SIGNED.search(message["content"])[2] == id
        (part,) = [each for each in message["parts"] if each["type"] == "image"]
        assert part["file"] == id and part["url"] in message["content"]
        assert browser.ask("GET", part["url"].partition("127.0.0.1")[2]).body == PNG
        (listed,) = ada.get(f"/conversations/{conversation}/messages")[1:]
        assert signature_of(listed["content"])
        (version,) = ada.get(f"/conversations/{conversation}/messages/{message['id']}/versions")
        assert signature_of(version["content"])
        kept = "\n".join(stored(request, storage, "select content || parts from versions"))
        assert kept.count(id) == 3, "in the text, and in its part as URL and as file"
        assert "signature" not in kept

    def test_no_model_is_told_a_signature(self, ada: Person, upstream: Upstream) -> None:
        url, id, conversation = draw(ada, upstream)
        upstream.answer_with(reply("Nice"))
        ada.ask("POST", "/chat", {"messages": [{"role": "user", "content": "What?"}], "conversation_id": conversation})
        assert id in json.dumps(sent_messages(upstream)) and "signature" not in json.dumps(sent_messages(upstream))
        # A client that keeps the history itself sends back what it was shown.
        shown = ada.conversation(conversation)["messages"]
        history = [{"role": each["role"], "content": each["content"]} for each in shown]
        asked = f"What is {url} ?"
        ada.ask("POST", "/chat", {"messages": [*history, {"role": "user", "content": asked}], "conversation_id": conversation})
        sent = json.dumps(sent_messages(upstream))
        assert sent.count(id) == 2 and "signature" not in sent
        assert ada.conversation(conversation)["messages"][-2]["content"] == f"What is /files/{id} ?"

    def test_nothing_is_signed_because_somebody_wrote_it(
        self, ada: Person, bob: Person, upstream: Upstream
    ) -> None:
        _, id, _ = draw(ada, upstream)
        lure = f"![x](http://evil.example/files/{id}) /files/{id}"
        upstream.answer_with(reply(lure))
        bob.ask("POST", "/chat", {"messages": [{"role": "user", "content": lure}]})
        assert "signature" not in json.dumps(bob.conversation())
        upstream.answer_with(reply(lure))
        answer = ada.ask("POST", "/chat", {"messages": [{"role": "user", "content": "Hi"}]})
        assert "signature" not in json.dumps(ada.conversation(answer.header("x-conversation-id"))), "not even mine"

    def test_a_deleted_file_is_gone_for_all(self, ada: Person, browser: Person, upstream: Upstream) -> None:
        url, _, conversation = draw(ada, upstream)
        ada.delete(f"/conversations/{conversation}")
        assert browser.ask("GET", url).status == 403

    def test_no_signature_is_logged(self, backend: Patchbay, ada: Person, browser: Person, upstream: Upstream) -> None:
        url, id, _ = draw(ada, upstream)
        browser.ask("GET", url)
        browser.ask("GET", url + "x")
        browser.ask("POST", url)
        browser.ask("GET", url + "%zz")
        backend.wait_for_log(lambda line: id in line.get("path", "") and line.get("status") == 405)
        assert url.partition("=")[2] not in backend.output


def guarded(upstream: Upstream, storage: Storage, **access: object) -> dict:
    return backend_config(upstream, storage, access={"basic": [{"username": "app", "password": WORD}], **access})


def test_replicas_and_a_restart_take_each_others_urls(
    start_patchbay: Callable[..., Patchbay], storage: Storage, upstream: Upstream
) -> None:
    first = start_patchbay(guarded(upstream, storage), env=storage.env)
    second = start_patchbay(guarded(upstream, storage), env=storage.env)
    url, _, _ = draw(person(first.port, "ada"), upstream)
    assert Person(second.port).ask("GET", url).body == PNG
    first.stop()
    second.stop()
    again = start_patchbay(guarded(upstream, storage), env=storage.env)
    assert Person(again.port).ask("GET", url).body == PNG
    other_key = start_patchbay(guarded(upstream, storage, url_key="${URL_KEY}"), env={**storage.env, "URL_KEY": URL_KEY})
    assert Person(other_key.port).ask("GET", url).status == 403
    theirs, _, _ = draw(person(other_key.port, "bob"), upstream)
    assert Person(other_key.port).ask("GET", theirs).body == PNG
    assert Person(again.port).ask("GET", theirs).status == 403


def test_an_expired_signature_is_a_403_and_the_next_look_has_another(
    start_patchbay: Callable[..., Patchbay], storage: Storage, upstream: Upstream
) -> None:
    server = start_patchbay(guarded(upstream, storage, url_lifetime="2s"), env=storage.env)
    ada = person(server.port, "ada")
    url, _, conversation = draw(ada, upstream)
    browser = Person(server.port)
    wait_until(lambda: browser.ask("GET", url).status == 403)
    assert "expired" in error_of(browser.ask("GET", url), 403)

    def loads_again() -> bool:
        fresh = SIGNED.search(ada.conversation(conversation)["messages"][1]["content"])[1]
        return browser.ask("GET", fresh).body == PNG

    wait_until(loads_again)


def test_where_no_credentials_are_asked_a_userid_is_signed_for_and_nobody_needs_none(
    start_patchbay: Callable[..., Patchbay], storage: Storage, upstream: Upstream
) -> None:
    server = start_patchbay(backend_config(upstream, storage), env=storage.env)
    url, id, _ = draw(Person(server.port, "ada"), upstream)
    assert Person(server.port).ask("GET", url).body == PNG
    error_of(Person(server.port).ask("GET", f"/files/{id}"), 404)
    upstream.answer_with(json_answer(DRAWN))
    body = {"messages": [{"role": "user", "content": "A pixel"}], "mode": "image"}
    plain = Person(server.port).ask("POST", "/chat", body).body.decode()
    found = re.search(r"(/files/[0-9a-f-]{36})\)", plain)
    assert found and "signature" not in plain
    assert Person(server.port).ask("GET", found[1]).body == PNG
    assert error_of(Person(server.port).ask("GET", url, headers={"Host": "evil.example"}), 403)
