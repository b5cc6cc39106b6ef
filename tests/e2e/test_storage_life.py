"""What is stored outlives the process, a restart, and the database's bad days."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import databases
from chat_backends import (
    Live, Person, backend_config, data_of, error_of, held, is_uuid, ndjson, new_id, reply, says, sent_messages,
)  # fmt: skip
from databases import Postgres, Storage
from outages import wait_until
from patchbay import Patchbay, run, write_config
from upstream import WAIT_SECONDS, Upstream

Start = Callable[..., Patchbay]


def talk(person: Person) -> None:
    """Something in every back end's own words, with versions, a pin and a model."""
    session = new_id()
    assert person.ask("POST", "/chat", {"prompt": "A?"}, {"Session-Id": session}).status == 200
    person.ask("POST", "/chat/", {"message": "B?", "session_id": session})
    person.ask("POST", "/chat/retry/", {"message": "", "session_id": session})
    person.ask("POST", "/chat/edit/", {"edited_message": "B!", "session_id": session})
    person.ask("POST", "/chat", {"messages": [{"role": "user", "content": "C?"}]})
    id = person.post("/conversations", {"default_model": "vendor/one"}, 201)["id"]
    person.post(f"/conversations/{id}/messages", {"content": "D? Grüße \N{GRINNING FACE}"}, 201)
    person.ask("GET", f"/conversations/{id}/stream")
    person.post(f"/conversations/{id}/pin", {"is_pinned": True})
    assert person.ask("POST", "/api/chat/stream", {"message": "E?"}).status == 200


def everything(person: Person) -> list[dict]:
    """All that the API shows of somebody's conversations."""
    shown = []
    for each in person.conversations():
        whole = person.conversation(each["id"])
        for message in whole["messages"]:
            target = f"/conversations/{each['id']}/messages/{message['id']}/versions"
            message["all_versions"] = person.get(target)
        shown.append({"listed": each, "whole": whole})
    return shown


class TestRestarts:
    def test_a_restart_keeps_everything(self, storage: Storage, upstream: Upstream, start: Start) -> None:
        upstream.answer_with(reply("Hel", "lo"))
        name = f"ada-{new_id()}"
        first = start(storage)
        ada = Person(first.port, name)
        talk(ada)
        before = everything(ada)
        assert len(before) == 5
        first.stop()
        again = Person(start(storage).port, name)
        assert everything(again) == before
        assert [each["id"] for each in again.conversations("?q=Gr%C3%BC%C3%9Fe")] == [before[0]["listed"]["id"]]

    def test_what_the_client_was_told_is_there_after_kill_9(
        self, storage: Storage, upstream: Upstream, start: Start
    ) -> None:
        upstream.answer_with(reply("x"))
        server = start(storage)
        ada = Person(server.port, f"ada-{new_id()}")
        id = ada.post("/conversations", {}, 201)["id"]
        told = [ada.post(f"/conversations/{id}/messages", {"content": f"m{n}"}, 201)["id"] for n in range(20)]
        server.kill()
        kept = Person(start(storage).port, ada.userid).conversation(id)["messages"]
        assert [each["id"] for each in kept] == told


class TestKilledInTheMiddle:
    """kill -9 while every back end streams: the partial replies are there, once, and marked."""

    def streams(self, person: Person) -> dict[str, Live]:
        session = new_id()
        id = person.post("/conversations", {}, 201)["id"]
        person.post(f"/conversations/{id}/messages", {"content": "D?"}, 201)
        messages = [{"role": "user", "content": "C?"}]
        return {
            "A?": person.live("POST", "/chat", {"prompt": "A?"}, {"Session-Id": session}),
            "B?": person.live("POST", "/chat/", {"message": "B?", "session_id": session}),
            "C?": person.live("POST", "/chat", {"messages": messages}),
            "D?": person.live("GET", f"/conversations/{id}/stream"),
            "E?": person.live("POST", "/api/chat/stream", {"message": "E?"}),
        }

    def answers(self, person: Person) -> dict[str, list[dict]]:
        """By their questions, the answers in a person's conversations."""
        found = {}
        for each in person.conversations():
            messages = person.conversation(each["id"])["messages"]
            assert [message["role"] for message in messages] == ["user", "assistant"], messages
            assert len(messages) == each["message_count"]
            found[messages[0]["content"]] = messages[1]
        return found

    @pytest.mark.parametrize("moment", ["once it is stored", "at once"])
    def test_partial_replies_are_interrupted(
        self, storage: Storage, upstream: Upstream, start: Start, moment: str
    ) -> None:
        upstream.answer_with(held(["one ", "two "], ["three"]))
        server = start(storage)
        ada = Person(server.port, f"ada-{new_id()}")
        live = self.streams(ada)
        for each in live.values():
            each.read_until("two ")
        stored = ["B?", "C?", "D?", "E?"]
        if moment == "once it is stored":
            for question in stored:
                wait_until(
                    lambda question=question: self.answers(ada).get(question, {}).get("content") == "one two ",
                    f"the partial answer to {question} in the storage",
                )
        server.kill()
        upstream.release()
        again = Person(start(storage).port, ada.userid)
        wait_until(
            lambda: all(self.answers(again)[question]["status"] == "interrupted" for question in stored),
            "the partial answers to be marked",
        )
        for question in stored:
            answer = self.answers(again)[question]
            assert answer["versions"] == 1
            assert "one two ".startswith(answer["content"])
            if moment == "once it is stored":
                assert answer["content"] == "one two "
        # Back end A promises a turn only once its stream has ended; what is there must be the truth.
        answer = self.answers(again).get("A?")
        assert answer is None or answer["status"] == "interrupted"

    def test_an_interrupted_talk_goes_on(self, storage: Storage, upstream: Upstream, start: Start) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        server = start(storage)
        ada = Person(server.port, f"ada-{new_id()}")
        session = new_id()
        live = ada.live("POST", "/chat/", {"message": "Hi", "session_id": session})
        live.read_until("one ")
        wait_until(lambda: ada.conversation()["messages"][-1]["content"] == "one ", "the partial answer")
        server.kill()
        again = Person(start(storage).port, ada.userid)
        upstream.answer_with(reply("x"))
        wait_until(
            lambda: again.conversation()["messages"][-1]["status"] == "interrupted", "the mark of the partial answer"
        )
        answer = again.ask("POST", "/chat/", {"message": "And?", "session_id": session})
        assert ndjson(answer.body.decode())[-1]["done"] is True
        sent = [each for each in sent_messages(upstream) if each["role"] != "system"]
        assert says(sent) == [("user", "Hi"), ("assistant", "one "), ("user", "And?")]
        answer = again.ask("POST", "/chat/retry/", {"message": "", "session_id": session})
        assert ndjson(answer.body.decode())[-1]["done"] is True

    def test_a_stop_in_good_order_interrupts_nothing_twice(
        self, storage: Storage, upstream: Upstream, start: Start
    ) -> None:
        """SIGTERM while an answer runs: what was said is kept, and marked."""
        upstream.answer_with(held(["one "], ["two"]))
        server = start(storage, server={"listen": "127.0.0.1:0", "workers": 2, "drain_timeout": "1ms"})
        ada = Person(server.port, f"ada-{new_id()}")
        live = ada.live("POST", "/chat/", {"message": "Hi", "session_id": new_id()})
        live.read_until("one ")
        server.stop()
        (user, answer) = Person(start(storage).port, ada.userid).conversation()["messages"]
        assert (user["content"], answer["content"], answer["status"]) == ("Hi", "one ", "interrupted")


class TestTheDatabaseIsDown:
    @pytest.fixture
    def own(self) -> Iterator[Postgres]:
        running = Postgres()
        yield running
        running.close()

    def test_proxying_goes_on_and_storing_comes_back(self, own: Postgres, upstream: Upstream, start: Start) -> None:
        upstream.answer_with(reply("x"))
        server = start(own.database())
        ada = Person(server.port, "ada")
        id = ada.post("/conversations", {}, 201)["id"]
        own.stop()
        hi = [{"role": "user", "content": "Hi"}]
        completion = {"model": "any", "messages": hi, "stream": True}
        storing = [
            ("POST", "/chat", {"prompt": "Hi"}, {"Session-Id": "s"}),
            ("POST", "/chat/", {"message": "Hi", "session_id": "s"}, {}),
            ("POST", "/chat", {"messages": hi}, {}),
            ("POST", "/conversations", {}, {}),
            ("POST", f"/conversations/{id}/messages", {"content": "Hi"}, {}),
            ("GET", f"/conversations/{id}", None, {}),
            ("GET", "/conversations", None, {}),
            ("POST", "/api/chat/stream", {"message": "Hi"}, {}),
        ]
        for method, target, body, headers in storing:
            answer = ada.ask(method, target, body, headers)
            error_of(answer, 503)
            assert int(answer.header("retry-after")) >= 1, (method, target)
            assert ada.ask("POST", "/v1/chat/completions", completion).status == 200
        assert {sent.json().get("model") for sent in upstream.requests} == {"any"}
        own.start()
        wait_until(lambda: ada.ask("GET", "/conversations").status == 200, "the storage to come back")
        wait_until(
            lambda: ada.ask("POST", f"/conversations/{id}/messages", {"content": "Hi"}).status == 201,
            "writing to come back",
        )
        answer = ada.ask("POST", "/chat/", {"message": "Hi", "session_id": "s"})
        assert ndjson(answer.body.decode())[-1]["done"] is True
        assert len(ada.conversation(id)["messages"]) >= 1
        assert databases.PASSWORD not in server.output

    def test_an_answer_that_runs_meanwhile_reaches_its_client(
        self, own: Postgres, upstream: Upstream, start: Start
    ) -> None:
        upstream.answer_with(held(["one "], ["two"]))
        ada = Person(start(own.database()).port, "ada")
        live = ada.live("POST", "/chat", {"messages": [{"role": "user", "content": "Hi"}]})
        live.read_until("one ")
        own.stop()
        upstream.release()
        live.read_until('0:"two"')
        own.start()
        live.rest()
        id = live.header("x-conversation-id")
        answer = wait_until(lambda: ada.ask("GET", f"/conversations/{id}").status == 200 and ada, "the storage")
        content = wait_until(
            lambda: (last := answer.conversation(id)["messages"][-1])["status"] != "streaming" and last,
            "the end of the answer in the storage",
        )["content"]
        assert content in ("one ", "one two")


class TestMigrations:
    def test_two_may_start_at_once_on_nothing(self, postgres: Postgres, upstream: Upstream, start: Start) -> None:
        upstream.answer_with(reply("x"))
        storage = postgres.database()
        with ThreadPoolExecutor(3) as pool:
            servers = [each.result() for each in [pool.submit(start, storage) for _ in range(3)]]
        id = Person(servers[0].port, "ada").post("/conversations", {}, 201)["id"]
        for server in servers:
            assert Person(server.port, "ada").conversation()["id"] == id

    def migrate(self, storage: Storage, folder: Path, upstream: Upstream, *options: str) -> Any:
        path = write_config(folder / "migrate.yaml", backend_config(upstream, storage))
        return run("migrate", "--config", str(path), *options, env=storage.env, cwd=folder)

    def test_the_command_says_and_does_what_is_due(
        self, storage: Storage, upstream: Upstream, start: Start, tmp_path: Path
    ) -> None:
        before = self.migrate(storage, tmp_path, upstream, "--status")
        dry = self.migrate(storage, tmp_path, upstream, "--dry-run")
        assert dry.returncode == 0, dry.stderr
        assert self.migrate(storage, tmp_path, upstream, "--status").stdout == before.stdout
        done = self.migrate(storage, tmp_path, upstream)
        assert done.returncode == 0, done.stderr
        after = self.migrate(storage, tmp_path, upstream, "--status")
        assert after.returncode == 0, after.stderr
        assert after.stdout != before.stdout
        assert databases.PASSWORD not in before.stdout + dry.stdout + done.stdout + after.stdout
        upstream.answer_with(reply("x"))
        ada = Person(start(storage).port, "ada")
        assert is_uuid(ada.post("/conversations", {}, 201)["id"])
        assert self.migrate(storage, tmp_path, upstream, "--status").stdout == after.stdout

    def rows(self, storage: Storage, postgres: Postgres) -> tuple[Callable[[str], None], str, str, str]:
        """How to change the database behind the server's back, and the table, hash and number of migrations."""
        if storage.name == "sqlite":
            path = storage.url.removeprefix("sqlite:")

            def execute(statement: str) -> None:
                with sqlite3.connect(path) as connection:
                    connection.execute(statement)

            with sqlite3.connect(path) as connection:
                tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
                columns = {
                    table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables
                }
        else:
            database = storage.url.rpartition("/")[2]

            def execute(statement: str) -> None:
                postgres.sql(statement, database)

            columns = {}
            for row in postgres.sql(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema='patchbay' "
                "ORDER BY ordinal_position", database,
            ):  # fmt: skip
                table, _, column = row.partition("|")
                columns.setdefault(table, []).append(column)
        (table,) = [name for name in columns if "migration" in name]
        (hashed,) = [name for name in columns[table] if re.search("hash|sha|checksum", name)]
        (number,) = [name for name in columns[table] if re.search("number|version|^id$", name)]
        return execute, table, hashed, number

    @pytest.mark.parametrize("kind", ["edited", "newer"])
    def test_a_migration_that_is_not_the_one_applied_refuses_the_start(
        self, storage: Storage, postgres: Postgres, upstream: Upstream, start: Start, tmp_path: Path, kind: str
    ) -> None:
        assert self.migrate(storage, tmp_path, upstream).returncode == 0
        execute, table, hashed, number = self.rows(storage, postgres)
        if kind == "edited":
            undo = f"UPDATE {table} SET {hashed} = substr({hashed}, 2) WHERE {number} = 1"
            execute(f"UPDATE {table} SET {hashed} = 'x' || {hashed} WHERE {number} = 1")
        else:
            undo = f"UPDATE {table} SET {number} = {number} - 9000 WHERE {number} > 9000"
            execute(f"UPDATE {table} SET {number} = {number} + 9000 WHERE {number} = (SELECT max({number}) FROM {table})")
        path = write_config(tmp_path / "refused.yaml", backend_config(upstream, storage))
        refused = run("serve", "--config", str(path), env=storage.env, cwd=tmp_path)
        assert refused.returncode not in (0, None)
        assert "migration" in (refused.stdout + refused.stderr).lower()
        assert databases.PASSWORD not in refused.stdout + refused.stderr
        execute(undo)
        Person(start(storage).port, "ada").post("/conversations", {}, 201)


class TestZeroConfiguration:
    def test_everything_is_on_and_kept_in_the_start_folder(self, tmp_path: Path) -> None:
        with Patchbay(None, cwd=tmp_path) as server:
            nobody, ada = Person(server.port), Person(server.port, "ada")
            talk(nobody)
            assert len(nobody.conversations()) == 5
            assert {each["userid"] for each in nobody.conversations()} == {"local"}
            assert ada.conversations() == []
            answer = nobody.ask("POST", "/chat", {"prompt": "Hi", "llm": "Gemini"}, {"Session-Id": "s"})
            *pieces, end = data_of(answer.body.decode())
            assert ("".join(each["content"] for each in pieces), end) == ("Gemini API Stub Response", "[DONE]")
            named = nobody.ask("POST", "/chat", {"prompt": "Hi", "llm": "OpenAI"}, {"Session-Id": "t"})
            assert '"content"' in named.body.decode(), named.body
            before = json.dumps(nobody.conversations())
        assert (tmp_path / "patchbay.db").is_file()
        with Patchbay(None, cwd=tmp_path) as server:
            assert json.dumps(Person(server.port).conversations()) == before
