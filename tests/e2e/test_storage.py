"""Where conversations are kept, as whoever runs the server sees it: the start, `patchbay migrate`, a reload."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import databases
from databases import Postgres
from patchbay import EXIT_CONFIGURATION, EXIT_USAGE, Patchbay, run, write_config
from raw_http import RawConnection

ASK = {"model": "any", "messages": [{"role": "user", "content": "Hi"}]}


def config(**storage: object) -> dict:
    return {
        "providers": {"stub": {"plugin": "stub", "config": {"reply": "Hello"}}},
        "models": {"*": {"provider": "stub"}},
        "storage": storage,
    }


def answers(server: Patchbay) -> bool:
    with RawConnection(server.port) as connection:
        return connection.ask("POST", "/v1/chat/completions", body=json.dumps(ASK).encode()).status == 200


def test_the_database_lies_in_the_start_folder(start_patchbay: Callable[..., Patchbay], tmp_path: Path) -> None:
    start = tmp_path / "start"
    start.mkdir()
    server = start_patchbay(config(), cwd=start)
    assert answers(server)
    assert (start / "patchbay.db").is_file()
    server.stop()
    closed = server.wait_for_log(lambda line: line["event"] == "storage_closed")
    assert closed["writes_lost"] == 0
    assert not (start / "patchbay.db-wal").exists(), "a clean end leaves one file"


def test_without_storage_there_is_no_file(start_patchbay: Callable[..., Patchbay], tmp_path: Path) -> None:
    start = tmp_path / "start"
    start.mkdir()
    assert answers(start_patchbay(config(enabled=False), cwd=start))
    assert not any(start.iterdir())


def test_a_start_that_is_refused_leaves_no_database(tmp_path: Path) -> None:
    wrong = config()
    wrong["providers"]["stub"]["config"] = {"reply": 7, "no_such_setting": True}
    file = write_config(tmp_path / "c.yaml", wrong)
    done = run("serve", "--config", str(file), "--listen", "127.0.0.1:0", cwd=tmp_path)
    assert done.returncode == EXIT_CONFIGURATION, done.stderr
    assert "no_such_setting" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["c.yaml"]


def test_a_database_that_cannot_be_reached_stops_nothing_else(
    start_patchbay: Callable[..., Patchbay], tmp_path: Path
) -> None:
    later = tmp_path / "later"
    server = start_patchbay(config(url=f"sqlite:{later}/x.db"))
    assert server.wait_for_log(lambda line: line["event"] == "storage_unavailable")["level"] == "warn"
    assert answers(server)
    later.mkdir()
    server.wait_for_log(lambda line: line["event"] == "storage_available")
    assert (later / "x.db").is_file()


def test_a_password_is_in_no_log(start_patchbay: Callable[..., Patchbay]) -> None:
    nobody = "postgresql://ann:planted-pass-77@127.0.0.1:1/chat"
    server = start_patchbay(config(url=nobody))
    told = server.wait_for_log(lambda line: line["event"] == "storage_unavailable")
    assert told["url"] == "postgresql://ann@127.0.0.1:1/chat"
    assert answers(server)
    server.stop()
    assert "planted-pass-77" not in server.output


def test_a_changed_storage_waits_for_the_next_start(start_patchbay: Callable[..., Patchbay], tmp_path: Path) -> None:
    server = start_patchbay(config(url=f"sqlite:{tmp_path}/one.db"))
    file = Path(server.process.args[server.process.args.index("--config") + 1])
    write_config(file, config(url=f"sqlite:{tmp_path}/other.db"))
    server.process.send_signal(signal.SIGHUP)
    told = server.wait_for_log(lambda line: "storage" in line.get("message", ""))
    assert told["level"] == "warn" and "next start" in told["message"]
    server.wait_for_log(lambda line: line["event"] == "reloaded")
    assert answers(server)
    assert not (tmp_path / "other.db").exists()


def test_a_database_of_a_newer_program_refuses_the_start(tmp_path: Path) -> None:
    file = write_config(tmp_path / "c.yaml", config(url=f"sqlite:{tmp_path}/x.db"))
    assert run("migrate", "--config", str(file)).returncode == 0
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("insert into schema_migrations values (9999, '9999_tomorrow', 'x', 1)")
    database.close()
    for command in ("serve", "migrate"):
        done = run(command, "--config", str(file))
        assert done.returncode == (EXIT_CONFIGURATION if command == "serve" else 1)
        assert "newer" in done.stderr and "9999_tomorrow" in done.stderr


OTHERS_TABLE = "create table conversations (id integer)"
"""The back end that was there before has one too, likely as not."""


def check_refused(url: str, folder: Path, reason: str) -> None:
    file = write_config(folder / "refused.yaml", config(url=url))
    for command in ("serve", "migrate"):
        done = run(command, "--config", str(file))
        assert done.returncode == (EXIT_CONFIGURATION if command == "serve" else 1)
        assert reason in done.stderr and databases.PASSWORD not in done.stderr


def test_a_sqlite_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute(OTHERS_TABLE)
    database.close()
    check_refused(f"sqlite:{tmp_path}/x.db", tmp_path, 'a table "conversations" of another program')


def test_another_programs_tables_in_postgresql_stay_beside_ours(
    start_patchbay: Callable[..., Patchbay], postgres: Postgres
) -> None:
    url = postgres.database().url
    name = url.rpartition("/")[2]
    postgres.sql(f"{OTHERS_TABLE}; insert into conversations values (7); create table schema_migrations (version text)", name)
    server = start_patchbay(config(url=url))
    with RawConnection(server.port) as connection:
        assert connection.ask("POST", "/conversations", body=b"{}").status == 201
    assert postgres.sql("select count(*) from patchbay.conversations", name) == ["1"]
    assert postgres.sql("select id from public.conversations", name) == ["7"]


def test_the_schema_that_the_url_names_is_the_one(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.database().url
    name = url.rpartition("/")[2]
    postgres.sql(f"{OTHERS_TABLE}; create schema apart", name)
    check_refused(f"{url}?options=-csearch_path%3Dpublic", tmp_path, 'a table "conversations" of another program')
    own = write_config(tmp_path / "own.yaml", config(url=f"{url}?options=-csearch_path%3Dapart"))
    assert run("migrate", "--config", str(own)).returncode == 0
    assert postgres.sql("select count(*) from apart.conversations", name) == ["0"]


def test_a_role_that_may_make_no_schema_is_told_what_to_have_made(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.database().url
    name = url.rpartition("/")[2]
    role = f"guest_{name}"
    postgres.sql(f"create role {role} login password '{databases.PASSWORD}'", name)
    url = url.replace("//patchbay:", f"//{role}:")
    check_refused(url, tmp_path, "create schema patchbay authorization")
    postgres.sql(f"create schema patchbay authorization {role}", name)
    file = write_config(tmp_path / "made.yaml", config(url=url))
    assert run("migrate", "--config", str(file)).returncode == 0, "as the message advises"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrate_says_what_it_would_do_and_does_it_once(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:{tmp_path}/x.db" if kind == "sqlite" else request.getfixturevalue("postgres").database().url
    file = write_config(tmp_path / "c.yaml", config(url=url))

    def migrate(*words: str) -> str:
        done = run("migrate", "--config", str(file), *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "missing  0001_conversations" in migrate("--dry-run")
    assert "missing  0001_conversations" in migrate("--status")
    assert not (tmp_path / "x.db").exists()
    assert "applied  0001_conversations" in migrate()
    assert "nothing is missing" in migrate()
    assert "nothing is missing" in migrate("--dry-run")
    assert "applied  0001_conversations" in migrate("--status")


def test_migrate_says_why_it_cannot(tmp_path: Path) -> None:
    file = write_config(tmp_path / "c.yaml", config(url=f"sqlite:{tmp_path}/nowhere/x.db"))
    done = run("migrate", "--config", str(file))
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "cannot be reached" in run("migrate", "--config", str(file), "--dry-run").stderr
    assert run("migrate", "--status", "--dry-run").returncode == EXIT_USAGE
    assert run("check", "--status").returncode == EXIT_USAGE
