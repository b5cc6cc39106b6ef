"""docs/reliability.md is true: every row of its table of faults is brought about and looked at.

What is observed is put into the words of the table and compared with the cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import faults
from faulty_upstream import AFTER, BEFORE, WHOLE, FaultyUpstream
from patchbay import PROVIDER_KEY, REPOSITORY, Patchbay, write_config
from raw_http import RawAnswer, RawConnection, request_bytes
from samples import BODY, FIRST_EVENT, PATH, STREAM, STREAM_BODY

PAGE = REPOSITORY / "docs" / "reliability.md"
COLUMNS = ["the upstream", "whole answer", "stream, not begun", "stream, begun", "the message", "its connection"]
MOMENTS = {WHOLE: 1, BEFORE: 2, AFTER: 3}
NOT_POSSIBLE = "–"
FAULTS = faults.all_faults()


def table_under(*columns: str) -> dict[str, list[str]]:
    """The rows of the page's table with these columns, by their first cell."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines()]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rows: dict[str, list[str]] = {}
    for line, row in list(zip(lines, cells))[cells.index(list(columns)) + 2 :]:
        if not line.startswith("|"):
            break
        assert len(row) == len(columns) and row[0] not in rows, line
        rows[row[0]] = row
    return rows


ROWS = table_under(*COLUMNS)
CASES = [
    pytest.param(name, moment, id=f"{name}, {moment}")
    for name in ROWS
    if name in FAULTS
    for moment, column in MOMENTS.items()
    if ROWS[name][column] != NOT_POSSIBLE
]


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


@dataclass
class Scene:
    patchbay: Patchbay
    upstreams: dict[str, FaultyUpstream]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One server with one worker, and for every fault a provider and an upstream of its own."""
    upstreams = faults.start_upstreams(FAULTS)
    providers: dict[str, dict] = {"well": {"plugin": "stub"}}
    for name, fault in FAULTS.items():
        base_url = fault.base_url or upstreams[name].base_url
        config = {"api_key": PROVIDER_KEY, "base_url": base_url}
        providers[slug(name)] = {"plugin": "openai", "config": config, **fault.provider}
    config = {
        "server": {"workers": 1},
        "providers": providers,
        "models": {name: {"provider": name} for name in providers},
    }
    path = write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", config)
    with Patchbay(path) as running:
        yield Scene(running, upstreams)
    for upstream in upstreams.values():
        upstream.close()


def body_for(model: str, moment: str, padding: int = 0) -> bytes:
    body = BODY if moment == WHOLE else STREAM_BODY
    return body.replace(b"any-model", model.encode()).replace(b'"messages"', b" " * padding + b'"messages"')


def ask(scene: Scene, name: str, moment: str, request_id: str) -> RawAnswer:
    fault, upstream = FAULTS[name], scene.upstreams.get(name)
    headers = {**fault.headers, "X-Request-Id": request_id}
    with RawConnection(scene.patchbay.port) as connection:
        connection.send(request_bytes("POST", PATH, body_for(slug(name), moment, fault.padding), headers))
        mark = STREAM[:FIRST_EVENT] if moment == AFTER else fault.goes_on_after
        if mark is not None:
            connection.wait_for(mark)
            upstream.client_has_seen.set()
        if moment == WHOLE and mark is not None:
            answer = connection.read_head()
            answer.body = connection.read_to_end()
            answer.complete = len(answer.body) == int(answer.header("content-length"))
        else:
            answer = connection.read_answer("POST")
    if upstream:
        upstream.client_has_seen.set()
    return answer


def outcome(answer: RawAnswer, expected: bytes | None) -> str:
    """What came, in the words of the table."""
    retry = answer.header("retry-after")
    after = f", `retry-after: {retry}`" if retry else ""
    if not answer.complete:
        return "cut off" + after
    if answer.body == expected:
        return ("200, as it came" if answer.status == 200 else f"{answer.status}, its words") + after
    if answer.status == 200:
        error = json.loads(answer.events()[-1])["error"]
        words = "error event"
    else:
        error = answer.json()["error"]
        words = str(answer.status)
    return f"{words} `{error['code']}`" + after


def error_of(answer: RawAnswer) -> dict | None:
    """The error object in Patchbay's words, if there is one."""
    if answer.status != 200:
        return answer.json()["error"]
    if not (answer.header("content-type") or "").startswith("text/event-stream") or not answer.body:
        return None
    last = answer.events()[-1]
    return json.loads(last).get("error") if last.startswith("{") else None


def check_words(error: dict, wanted: str) -> None:
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"]) == ("server_error", None)
    assert any(words.strip() in error["message"] for words in wanted.split(" / ")), error["message"]


def check_log(scene: Scene, name: str, answer: RawAnswer, request_id: str, error: dict | None) -> None:
    line = scene.patchbay.wait_for_log(lambda line: line.get("request_id") == request_id)
    assert (line["provider"], line["model"], line["status"]) == (slug(name), slug(name), answer.status)
    failed = error is not None or not answer.complete or answer.status != 200
    assert line["level"] == ("warn" if answer.status >= 500 or (failed and answer.status == 200) else "info")
    assert ("error" in line) == failed
    if error is not None:
        assert line["error"] == error["message"]


def what_became_of_the_connection(scene: Scene, name: str) -> str:
    """Asks once more, which must go well, and sees on which connection that comes."""
    upstream = scene.upstreams.get(name)
    with RawConnection(scene.patchbay.port) as connection:
        model = slug(name) if upstream else "well"
        assert connection.ask("POST", PATH, body_for(model, WHOLE)).status == 200
    if upstream is None:
        return NOT_POSSIBLE
    fault, *more = upstream.seen
    if len(more) > 1:
        return "a second try, unseen"
    if more[0].peer is fault.peer:
        return "kept"
    if fault.peer.ended_it:
        return "another one next"
    upstream.wait_until_left()
    return "closed"


def test_every_row_has_a_fault_and_every_fault_a_row() -> None:
    assert list(ROWS) == list(FAULTS)


@pytest.mark.parametrize(("name", "moment"), CASES)
def test_a_fault_ends_as_the_table_says(scene: Scene, name: str, moment: str) -> None:
    row, upstream = ROWS[name], scene.upstreams.get(name)
    request_id = f"{slug(name)}-{moment}"
    if FAULTS[name].warm:
        with RawConnection(scene.patchbay.port) as connection:
            assert connection.ask("POST", PATH, body_for(slug(name), WHOLE)).status == 200
    if upstream:
        upstream.arm(moment, FAULTS[name].warm)
    answer = ask(scene, name, moment, request_id)
    expected = upstream.expected if upstream else None

    assert outcome(answer, expected) == row[MOMENTS[moment]]
    assert answer.header("x-request-id") == request_id
    passed = answer.body == expected
    error = None if passed or not answer.complete else error_of(answer)
    if error is not None:
        check_words(error, row[4])
    if moment == AFTER and not passed:
        assert answer.body.startswith(STREAM[:FIRST_EVENT])
        assert "[DONE]" not in answer.events()
    check_log(scene, name, answer, request_id, error)
    assert what_became_of_the_connection(scene, name) == row[5]
