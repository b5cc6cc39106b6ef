"""Pictures that users send as bytes: files of the conversation, shown by URL, and bytes again for the model."""

from __future__ import annotations

import base64
import json
import re

import pytest

from chat_backends import PNG, Person, error_of, new_id, reply
from databases import Storage
from patchbay import Patchbay
from test_file_urls import stored
from upstream import Upstream

BYTES = base64.b64encode(PNG).decode()
URL = f"data:image/png;base64,{BYTES}"
OTHER = f"data:image/gif;base64,{base64.b64encode(b'GIF89a' + bytes(64)).decode()}"


def shows(*urls: str, text: str = "What is this?") -> dict:
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"role": "user", "content": [{"type": "text", "text": text}, *pictures]}


def send(person: Person, *messages: dict, **body: object) -> str:
    answer = person.ask("POST", "/chat", {"messages": list(messages), **body})
    assert answer.status == 200, answer.body
    return answer.header("x-conversation-id")


def seen(upstream: Upstream) -> list[list[str]]:
    """The URLs of the pictures in each message that the model was given last."""
    found = []
    for message in upstream.requests[-1].json()["messages"]:
        parts = message["content"] if isinstance(message["content"], list) else []
        found.append([part["image_url"]["url"] for part in parts if part["type"] == "image_url"])
    return found


def path_of(part: dict) -> str:
    found = re.fullmatch(r"http://[^/]+(/files/[0-9a-f-]{36}\?signature=[0-9a-f-]+)", part["url"])
    assert found and part["file"] in found[1], part
    return found[1]


class TestPictures:
    @pytest.fixture(autouse=True)
    def answers(self, upstream: Upstream) -> None:
        upstream.answer_with(reply("A pixel"))

    def test_they_are_files_of_their_owner(
        self, backend: Patchbay, ada: Person, bob: Person, upstream: Upstream
    ) -> None:
        id = send(ada, shows(URL, OTHER))
        assert seen(upstream) == [[URL, OTHER]], "the model sees what was sent"
        text, first, second = ada.conversation(id)["messages"][0]["parts"]
        assert text == {"type": "text", "text": "What is this?"}
        anybody = Person(backend.port)
        answer = anybody.ask("GET", path_of(first))
        assert (answer.status, answer.header("content-type"), answer.body) == (200, "image/png", PNG)
        assert anybody.ask("GET", path_of(second)).header("content-type") == "image/gif"
        assert ada.ask("GET", f"/files/{first['file']}").body == PNG
        error_of(bob.ask("GET", f"/files/{first['file']}"), 404)
        ada.delete(f"/conversations/{id}")
        error_of(ada.ask("GET", f"/files/{first['file']}"), 404)

    def test_no_message_holds_their_bytes(
        self, ada: Person, upstream: Upstream, storage: Storage, request: pytest.FixtureRequest
    ) -> None:
        id = send(ada, shows(URL))
        rows = stored(request, storage, f"select content || parts from versions where conversation_id = '{id}'")
        assert len(rows) == 2 and not any(BYTES in row or "data:" in row for row in rows)
        kept = stored(request, storage, f"select bytes from files where conversation_id = '{id}'")
        assert kept == [BYTES]

    def test_the_model_gets_them_back_with_the_history(self, ada: Person, upstream: Upstream) -> None:
        id = send(ada, shows(URL))
        send(ada, {"role": "user", "content": "And its colour?"}, conversation_id=id)
        assert seen(upstream) == [[URL], [], []]
        send(ada, shows(OTHER), conversation_id=id)
        assert seen(upstream) == [[URL], [], [], [], [OTHER]]

    def test_the_same_again_is_a_retry_and_no_second_file(
        self, ada: Person, storage: Storage, request: pytest.FixtureRequest
    ) -> None:
        chat = new_id()[:8]
        send(ada, shows(URL), id=chat)
        id = send(ada, shows(URL), id=chat)
        user, answer = ada.conversation(id)["messages"]
        assert (user["versions"], answer["versions"]) == (1, 2)
        assert len(stored(request, storage, f"select id from files where conversation_id = '{id}'")) == 1
        other = send(ada, shows(URL))
        assert other != id
        assert len(stored(request, storage, f"select id from files where conversation_id = '{other}'")) == 1
        ada.delete(f"/conversations/{id}")
        (_, part) = ada.conversation(other)["messages"][0]["parts"]
        assert ada.ask("GET", f"/files/{part['file']}").body == PNG, "another conversation's is its own"

    def test_a_client_may_send_back_what_it_was_shown(self, ada: Person, bob: Person, upstream: Upstream) -> None:
        id = send(ada, shows(URL))
        (_, part) = ada.conversation(id)["messages"][0]["parts"]
        history = [shows(part["url"]), {"role": "assistant", "content": "A pixel"}, {"role": "user", "content": "Why?"}]
        send(ada, *history, conversation_id=id)
        assert seen(upstream) == [[URL], [], []]
        send(ada, shows(part["url"]))
        assert seen(upstream) == [[URL]]
        assert ada.conversation(id)["messages"][0]["versions"] == 1
        send(bob, shows(part["url"]))
        ((url,),) = seen(upstream)
        assert url.endswith(f"/files/{part['file']}"), "somebody else's is only a URL, and without a signature"

    def test_a_message_without_an_answer_yet(self, ada: Person, upstream: Upstream) -> None:
        id = ada.post("/conversations", {}, 201)["id"]
        said = ada.post(f"/conversations/{id}/messages", {"content": shows(URL)["content"]}, 201)
        assert path_of(said["parts"][1])
        assert ada.ask("GET", f"/conversations/{id}/stream").status == 200
        assert seen(upstream) == [[URL]]

    def test_what_is_no_base64_is_no_picture(self, ada: Person) -> None:
        id = send(ada, shows("data:image/png;base64,!!!"))
        assert ada.conversation(id)["messages"][0]["parts"][1] == {"type": "file", "name": "image"}

    def test_a_larger_one_than_a_megabyte(self, ada: Person, upstream: Upstream) -> None:
        large = f"data:image/png;base64,{base64.b64encode(bytes(range(256)) * 12_000).decode()}"
        id = send(ada, shows(large))
        send(ada, {"role": "user", "content": "Again"}, conversation_id=id)
        assert seen(upstream)[0] == [large]
        assert len(json.dumps(ada.conversation(id))) < 10_000
