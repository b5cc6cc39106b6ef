"""Documents are indexed, searched by what they mean, and used by a chat."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import databases
from chat_backends import Person, backend_config, error_of, new_id, reply, sent_messages
from chat_route import chunks
from documents import Model, embedded, form, give, post, ready, settled, wait_until
from patchbay import Patchbay, write_config
from raw_http import RawAnswer
from upstream import Upstream, json_answer, stream_answer

PLANETS = """# Planets

Saturn is a planet with bright rings of ice.

Mars is a red planet, whose colour is rust.
"""
BREAD = (
    "<html><title>Bread</title><script>var saturn;</script>"
    "<p>Knead the dough of rye flour for ten minutes.</p></html>"
)


@pytest.fixture
def model(upstream: Upstream) -> Model:
    answering = Model()
    upstream.handle_with(answering)
    return answering


def chat(person: Person, text: str, **more: Any) -> RawAnswer:
    return person.ask("POST", "/chat", {"messages": [{"role": "user", "content": text}], **more})


def chats(upstream: Upstream) -> list[dict]:
    return [request.json() for request in upstream.requests if request.target.endswith("/chat/completions")]


SMALL = {"files": {"chunk_tokens": 20, "overlap_tokens": 0, "max_bytes": "64KiB"}}


@pytest.mark.usefixtures("model")
class TestFiles:
    SETTINGS = SMALL

    def test_what_is_given_is_indexed_and_found(self, ada: Person) -> None:
        given = give(ada, PLANETS)
        assert (given["name"], given["content_type"]) == ("notes.md", "text/markdown")
        assert given["bytes"] == len(PLANETS) and given["status"] in ("indexing", "ready")
        record = settled(ada, given["id"])
        assert record["status"] == "ready" and record["chunks"] >= 2
        assert "error" not in record
        found = ada.get("/files?q=which+planet+has+rings+of+ice")
        assert "rings of ice" in found[0]["text"]
        assert found[0]["file_id"] == given["id"] and found[0]["name"] == "notes.md"
        assert found[0]["score"] > found[-1]["score"]
        assert "rust" in ada.get("/files?q=red+rust&limit=1")[0]["text"]
        assert len(ada.get("/files?q=red+rust&limit=1")) == 1

    def test_a_page_is_found_by_what_it_shows(self, ada: Person) -> None:
        ready(ada, BREAD, "bread.html", "text/html")
        (found,) = ada.get("/files?q=rye+dough")
        assert "Knead the dough of rye flour" in found["text"]
        assert "saturn" not in found["text"] and "<" not in found["text"]

    def test_utf_16_is_read_and_other_encodings_are_not(self, ada: Person) -> None:
        ready(ada, "Käse und Brot".encode("utf-16"), "a.txt", "text/plain")
        assert ada.get("/files?q=brot")[0]["text"] == "Käse und Brot"
        failed = settled(ada, give(ada, "Käse".encode("latin-1"), "b.txt", "text/plain")["id"])
        assert failed["status"] == "failed" and "UTF-8" in failed["error"]

    def test_the_bytes_come_back_as_a_download(self, ada: Person) -> None:
        record = ready(ada, BREAD, "bread.html", "text/html")
        answer = ada.ask("GET", f"/files/{record['id']}")
        assert answer.status == 200 and answer.body == BREAD.encode()
        assert answer.header("content-type") == "application/octet-stream"
        assert answer.header("content-disposition") == 'attachment; filename="bread.html"'

    def test_a_name_survives_the_way_there_and_back(self, ada: Person) -> None:
        id = give(ada, BREAD, "K\u00e4se 5\u20ac;%41.html", "text/html")["id"]
        answer = ada.ask("GET", f"/files/{id}")
        plain = 'attachment; filename="K_se 5_;_41.html"'
        assert answer.header("content-disposition") == plain + "; filename*=UTF-8''K%C3%A4se%205%E2%82%AC%3B%2541.html"

    def test_a_row_is_found_with_the_names_of_its_columns(self, ada: Person) -> None:
        rows = "".join(f"Person{n},{n}\n" for n in range(60)) + "Saturnine,146\n"
        record = ready(ada, "name,moons\n" + rows, "moons.csv", "text/csv")
        assert record["chunks"] > 3
        for found in ada.get("/files?q=Saturnine+moons&limit=50"):
            assert found["text"].startswith("name,moons\n"), found

    def test_files_are_listed_newest_first(self, ada: Person) -> None:
        names = ("a.txt", "b.txt", "c.txt")
        ids = [give(ada, f"about {name}", name, "text/plain")["id"] for name in names][::-1]
        assert [row["id"] for row in ada.get("/files")] == ids
        first = ada.ask("GET", "/files?limit=2")
        link = re.match(r"<([^>]+)>", first.header("link") or "")
        assert [row["id"] for row in first.json()] == ids[:2] and link
        assert [row["id"] for row in ada.get(link[1])] == ids[2:]

    def test_files_are_nobody_elses(self, ada: Person, bob: Person) -> None:
        id = ready(ada, PLANETS)["id"]
        assert bob.get("/files") == [] and bob.get("/files?q=planet") == []
        for method, target in (
            ("GET", f"/files/{id}"),
            ("GET", f"/files/{id}/status"),
            ("POST", f"/files/{id}/index"),
            ("DELETE", f"/files/{id}"),
        ):
            error_of(bob.ask(method, target), 404)
        assert id in error_of(chat(bob, "Hi", files=[id]), 404)
        assert ada.get(f"/files/{id}/status")["status"] == "ready"

    def test_what_is_deleted_is_gone(self, ada: Person) -> None:
        id = ready(ada, PLANETS)["id"]
        ada.delete(f"/files/{id}")
        assert ada.get("/files") == [] and ada.get("/files?q=planet") == []
        ada.get(f"/files/{id}", 404)
        ada.get(f"/files/{id}/status", 404)
        ada.delete(f"/files/{id}", 404)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (form(b"x", "a.txt", "text/plain", field="upload"), 422),
            (form(b"", "a.txt", "text/plain"), 422),
            (form(b"x", "a" * 300 + ".txt", "text/plain"), 422),
            (form(b"x", "a.bin", "application/octet-stream"), 415),
            (form(b"x", "a.png", "image/png"), 415),
            (form(b"x" * 65537, "a.txt", "text/plain"), 413),
        ],
    )
    def test_what_is_no_document_is_refused(self, ada: Person, body: bytes, status: int) -> None:
        assert "file" in error_of(post(ada, body), status)
        assert ada.get("/files") == []

    def test_a_body_that_is_no_form_is_refused(self, ada: Person) -> None:
        assert "file" in error_of(ada.ask("POST", "/files", {"file": "x"}), 415)

    def test_a_model_that_fails_is_told_and_tried_again(self, ada: Person, model: Model) -> None:
        model.refuses = True
        record = settled(ada, give(ada, PLANETS)["id"])
        assert record["status"] == "failed" and "no such model here" in record["error"]
        assert ada.get("/files?q=planet") == []
        model.refuses = False
        assert ada.post(f"/files/{record['id']}/index", status=202)["status"] == "indexing"
        assert settled(ada, record["id"])["status"] == "ready"
        assert ada.get("/files?q=planet") != []

    def test_a_chat_is_given_what_is_nearest(self, ada: Person, upstream: Upstream) -> None:
        ready(ada, PLANETS)
        bread = ready(ada, BREAD, "bread.html", "text/html")
        chat(ada, "How long do I knead rye dough?", files=True)
        said = sent_messages(upstream)[-1]["content"]
        assert said.endswith("How long do I knead rye dough?") and "[bread.html]" in said
        assert "Knead the dough of rye flour" in said
        chat(ada, "What has rings?", files=[bread["id"]])
        said = sent_messages(upstream)[-1]["content"]
        assert "[bread.html]" in said and "Saturn" not in said
        whole = [ada.conversation(row["id"])["messages"] for row in ada.conversations()]
        stored = [message["content"] for messages in whole for message in messages]
        assert "What has rings?" in stored, "what is put before it is not the user's text"
        chat(ada, "Nothing else?")
        assert sent_messages(upstream)[-1]["content"] == "Nothing else?"

    def test_an_unknown_file_is_named(self, ada: Person) -> None:
        unknown = new_id()
        assert unknown in error_of(chat(ada, "Hi", files=[unknown]), 404)
        assert "files" in error_of(chat(ada, "Hi", files="all"), 400)
        assert ada.conversations() == []

    def test_a_model_searches_by_itself(self, ada: Person, model: Model, upstream: Upstream) -> None:
        ready(ada, PLANETS)
        function = {"name": "search_files", "arguments": json.dumps({"query": "rings of ice", "limit": 1})}
        call = {"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": function}]}
        model.says = [stream_answer(chunks({"role": "assistant", **call}, finish="tool_calls")), reply("Saturn.")]
        assert b"Saturn." in chat(ada, "Which planet has rings?").body
        first, second = chats(upstream)[-2:]
        assert "search_files" in [tool["function"]["name"] for tool in first["tools"]]
        result = second["messages"][-1]
        assert result["role"] == "tool" and "rings of ice" in result["content"] and "rust" not in result["content"]

    def test_who_has_no_files_is_not_offered_to_search_them(self, bob: Person, upstream: Upstream) -> None:
        chat(bob, "Hi")
        offered = [tool["function"]["name"] for tool in chats(upstream)[-1].get("tools", [])]
        assert "search_files" not in offered


class TestLifeOfAFile:
    @pytest.fixture(params=["sqlite", "postgresql"])
    def begin(
        self, request: pytest.FixtureRequest, upstream: Upstream, tmp_path: Path
    ) -> Iterator[Callable[[], Patchbay]]:
        if request.param == "sqlite":
            storage = databases.sqlite(tmp_path)
        else:
            storage = request.getfixturevalue("postgres").database()
        path = write_config(tmp_path / "patchbay.yaml", backend_config(upstream, storage, **SMALL))
        running: list[Patchbay] = []

        def start() -> Patchbay:
            running.append(Patchbay(path, env=storage.env, cwd=tmp_path))
            return running[-1]

        yield start
        for server in running:
            if server.process.returncode is None:
                server.stop()

    def test_a_process_that_dies_leaves_it_to_the_next(
        self, begin: Callable[[], Patchbay], upstream: Upstream
    ) -> None:
        held = json_answer({})
        held.hold_head = True
        upstream.answer_with(held)
        first = begin()
        id = give(Person(first.port, "ada"), PLANETS)["id"]
        wait_until(lambda: upstream.requests, "the upstream is asked")
        first.kill()
        upstream.release()
        upstream.handle_with(embedded)
        ada = Person(begin().port, "ada")
        assert settled(ada, id)["status"] == "ready"
        texts = [row["text"] for row in ada.get("/files?q=planet&limit=50")]
        assert len(texts) == len(set(texts)) == ada.get(f"/files/{id}/status")["chunks"]


def test_it_works_without_configuration(tmp_path: Path) -> None:
    with Patchbay(None, cwd=tmp_path) as server:
        ada = Person(server.port)
        ready(ada, PLANETS)
        assert "Saturn" in ada.get("/files?q=Saturn")[0]["text"]
