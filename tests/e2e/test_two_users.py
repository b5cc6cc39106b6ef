"""Two users do at random what the contract offers, with each other's ids too: neither ever sees the other.

Everything that one of them writes, and every answer to it, carries that user's mark. No byte that the
other is sent may contain it, and no request to the model may contain both.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chat_backends import PNG, Person, reply
from patchbay import Patchbay
from raw_http import RawAnswer
from upstream import Answer, Request, Upstream, json_answer

OPERATIONS = 1000
SEED = int(os.environ.get("PATCHBAY_SEED", "20261121"))
NAMES = ["shared-one", "shared-two", "shared-three"]
"""What both of them call their sessions."""


@dataclass
class User:
    person: Person
    mark: str
    conversations: list[str] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    responses: list[str] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)


def echo(request: Request) -> Answer:
    """Says again what it was asked, mark and all; draws it, too."""
    body = request.json()
    if "embeddings" in request.target:
        vectors = [[1.0, len(text)] for text in body["input"]]
        rows = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
        return json_answer({"object": "list", "model": body["model"], "data": rows})
    if "images" in request.target:
        drawn = PNG + body["prompt"].encode()
        picture = {"b64_json": base64.b64encode(drawn).decode(), "revised_prompt": body["prompt"]}
        return json_answer({"created": 1, "data": [picture]})
    content = body["messages"][-1]["content"]
    text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
    return reply("You said ", text)


class Game:
    def __init__(self, users: list[User], dice: random.Random) -> None:
        self.users = users
        self.dice = dice
        self.refused = 0
        self.answered = 0
        self.done: list[str] = []

    def turn(self) -> None:
        me, other = self.dice.sample(self.users, 2)
        operation = self.dice.choice(OPERATIONS_OF_THE_CONTRACT)
        operation(self, me, other)

    def ask(
        self, me: User, other: User, method: str, target: str, body: object = None, headers: dict | None = None,
        *, foreign: bool = False,
    ) -> RawAnswer:  # fmt: skip
        answer = me.person.ask(method, target, body, headers)
        what = f"{method} {target} {body}"
        self.done.append(f"{me.mark} {what} -> {answer.status}")
        shown = json.dumps(answer.headers) + answer.body.decode("latin-1")
        assert other.mark not in shown, f"{what} shows what is the other's: {shown[:2000]}"
        for id in (*other.conversations, *other.streams, *other.files, *other.documents):
            assert id not in shown or id in what, f"{what} tells an id of the other's"
        assert answer.status < 500, (what, answer.status, answer.body)
        if foreign:
            assert answer.status == 404, (what, answer.status, answer.body)
            self.refused += 1
        elif answer.status in (200, 201):
            self.answered += 1
            self._keep(me, answer)
        return answer

    def pick(self, me: User, other: User, kind: str) -> tuple[Any, bool]:
        """An id of that kind, one's own or the other's."""
        foreign = self.dice.random() < 0.5
        pool = getattr(other if foreign else me, kind)
        return (self.dice.choice(pool), foreign) if pool else (None, foreign)

    def words(self, me: User) -> str:
        return f"{me.mark} {self.dice.randint(0, 99)}"

    def _keep(self, me: User, answer: RawAnswer) -> None:
        if (stream := answer.header("x-stream-id")) is not None:
            me.streams.append(stream)
        if (id := answer.header("x-conversation-id")) is not None and id not in me.conversations:
            me.conversations.append(id)
        text = answer.body.decode("latin-1")
        me.responses += re.findall(r'"response_id":"([^"]+)"', text)
        me.files += [file for file in re.findall(r"/files/([0-9a-f-]{36})", text) if file not in me.files]


def prompt(game: Game, me: User, other: User) -> None:
    game.ask(me, other, "POST", "/chat", {"prompt": game.words(me)}, {"Session-Id": game.dice.choice(NAMES)})


def clear(game: Game, me: User, other: User) -> None:
    game.ask(me, other, "POST", "/clear_context", None, {"Session-Id": game.dice.choice(NAMES)})


def session(game: Game, me: User, other: User) -> None:
    name, words = game.dice.choice(NAMES), game.words(me)
    target, body = game.dice.choice(
        [
            ("/chat/", {"message": words}),
            ("/chat/edit/", {"edited_message": words}),
            ("/chat/retry/", {"message": ""}),
        ]
    )
    game.ask(me, other, "POST", target, {**body, "session_id": name})


def stop(game: Game, me: User, other: User) -> None:
    answer = game.ask(me, other, "POST", f"/chat/stop/{game.dice.choice(NAMES)}")
    assert answer.json()["success"] is False


def messages(game: Game, me: User, other: User) -> None:
    body: dict = {"messages": [{"role": "user", "content": game.words(me)}]}
    if game.dice.random() < 0.3:
        body["mode"] = "image"
    id, foreign = game.pick(me, other, "conversations")
    if id is None or game.dice.random() < 0.4:
        if game.dice.random() < 0.5:
            body["id"] = game.dice.choice(NAMES)
        game.ask(me, other, "POST", "/chat", body)
    else:
        game.ask(me, other, "POST", "/chat", {**body, "conversation_id": id}, foreign=foreign)


def listing(game: Game, me: User, other: User) -> None:
    query = game.dice.choice(["", f"?q={other.mark}", f"?q={me.mark}", "?q=said", "?limit=2", "?limit=200"])
    answer = game.ask(me, other, "GET", f"/conversations{query}")
    listed = [each["id"] for each in answer.json()]
    assert not set(listed) & set(other.conversations)
    assert other.mark not in query or listed == []
    me.conversations += [id for id in listed if id not in me.conversations]


def begin(game: Game, me: User, other: User) -> None:
    answer = game.ask(me, other, "POST", "/conversations", {"default_model": "chat-model"})
    me.conversations.append(answer.json()["id"])


def one(game: Game, me: User, other: User) -> None:
    id, foreign = game.pick(me, other, "conversations")
    if id is None:
        return
    method, tail, body = game.dice.choice(
        [
            ("GET", "", None),
            ("GET", "/messages", None),
            ("GET", "/stream", None),
            ("PATCH", "", {"default_model": "another"}),
            ("POST", "/pin", {"is_pinned": game.dice.random() < 0.5}),
            ("POST", "/messages", {"content": game.words(me)}),
        ]
    )
    answer = game.ask(me, other, method, f"/conversations/{id}{tail}", body, foreign=foreign)
    if (method, tail, answer.status) == ("GET", "/messages", 200):
        me.messages += [(id, each["id"]) for each in answer.json() if (id, each["id"]) not in me.messages]


def versions(game: Game, me: User, other: User) -> None:
    place, foreign = game.pick(me, other, "messages")
    if place is None:
        return
    conversation, message = place
    crossed = game.dice.random() < 0.3 and me.conversations
    if crossed:  # the other's message in a conversation of one's own
        conversation = game.dice.choice(me.conversations)
    target = f"/conversations/{conversation}/messages/{message}/versions"
    if game.dice.random() < 0.5:
        target, method = f"{target}/{game.dice.randint(1, 3)}/activate", "POST"
    else:
        method = "GET"
    game.ask(me, other, method, target, foreign=foreign)


def thread(game: Game, me: User, other: User) -> None:
    id, foreign = game.pick(me, other, "responses")
    body = {"message": game.words(me)}
    if id is None or game.dice.random() < 0.3:
        game.ask(me, other, "POST", "/api/chat/stream", body)
    else:
        game.ask(me, other, "POST", "/api/chat/stream", {**body, "previous_response_id": id}, foreign=foreign)


def stored(game: Game, me: User, other: User) -> None:
    kind = game.dice.choice(["streams", "files"])
    id, foreign = game.pick(me, other, kind)
    if id is not None:
        game.ask(me, other, "GET", f"/{kind}/{id}", foreign=foreign)


def give(game: Game, me: User, other: User) -> None:
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    form = f"{head}{game.words(me)}\r\n--b--\r\n".encode()
    answer = game.ask(me, other, "POST", "/files", form, {"Content-Type": "multipart/form-data; boundary=b"})
    me.documents.append(answer.json()["id"])


def documents(game: Game, me: User, other: User) -> None:
    targets = ["/files", "/files?limit=2", f"/files?q={other.mark}", "/files?q=said"]
    game.ask(me, other, "GET", game.dice.choice(targets))
    id, foreign = game.pick(me, other, "documents")
    if id is None:
        return
    method, tail = game.dice.choice([("GET", ""), ("GET", "/status"), ("POST", "/index"), ("DELETE", "")])
    game.ask(me, other, method, f"/files/{id}{tail}", foreign=foreign)


def with_documents(game: Game, me: User, other: User) -> None:
    body: dict = {"messages": [{"role": "user", "content": game.words(me)}]}
    id, foreign = game.pick(me, other, "documents")
    if id is None or game.dice.random() < 0.5:
        game.ask(me, other, "POST", "/chat", {**body, "files": True})
    else:
        game.ask(me, other, "POST", "/chat", {**body, "files": [id]}, foreign=foreign)


def resume(game: Game, me: User, other: User) -> None:
    id, foreign = game.pick(me, other, "conversations")
    if id is None or game.dice.random() < 0.3:
        id, foreign = game.dice.choice(NAMES), False
    game.ask(me, other, "GET", game.dice.choice([f"/chat/{id}/stream", f"/chat?chatId={id}"]))


def remove(game: Game, me: User, other: User) -> None:
    if game.dice.random() < 0.5:  # seldom enough that there is something to work with
        return
    id, foreign = game.pick(me, other, "conversations")
    if id is not None:
        game.ask(me, other, "DELETE", f"/conversations/{id}", foreign=foreign)


OPERATIONS_OF_THE_CONTRACT: list[Callable[[Game, User, User], None]] = [
    prompt, clear, session, session, stop, messages, messages, listing, begin, one, one, one, versions, versions,
    thread, thread, stored, stored, give, documents, with_documents, resume, remove,
]  # fmt: skip


class TestTwoUsers:
    def test_neither_sees_the_other(self, backend: Patchbay, upstream: Upstream) -> None:
        upstream.handle_with(echo)
        users = [
            User(Person(backend.port, "ada"), "zebraquagga"),
            User(Person(backend.port, "bob"), "walrusdugong"),
        ]
        game = Game(users, random.Random(SEED))
        try:
            for _ in range(OPERATIONS):
                game.turn()
        except BaseException:
            print(f"PATCHBAY_SEED={SEED}; the last of {len(game.done)} operations:", *game.done[-20:], sep="\n")
            raise
        for sent in upstream.requests:
            marks = [user.mark for user in users if user.mark.encode() in sent.body]
            assert len(marks) <= 1, sent.body
        # It would be nothing if they had found nothing of their own, or never tried the other's.
        assert game.refused > OPERATIONS // 10 and game.answered > OPERATIONS // 3
        assert all(user.documents for user in users)
        assert all(user.files and user.streams and user.responses and user.messages for user in users)
