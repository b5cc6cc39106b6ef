"""Back end D's list of models, as its provider tells it, and what its provider is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import databases
from chat_backends import Person, backend_config, broken, error_of, refusal, reply
from outages import Session, wait_until
from patchbay import PROVIDER_KEY, Patchbay, write_config
from upstream import Upstream, json_answer


class TestModels:
    """The provider's own list, through the plugin whose upstream says who asks."""

    @pytest.fixture
    def router(self, upstream: Upstream, tmp_path: Path) -> dict:
        router = {
            "api_key": PROVIDER_KEY,
            "base_url": upstream.base_url,
            "app_url": "https://app.example",
            "app_title": "An app",
        }
        config = backend_config(upstream, databases.sqlite(tmp_path))
        config["providers"] = {"openrouter": {"plugin": "openrouter", "config": router}}
        config["models"] = {"*": {"provider": "openrouter"}}
        config["defaults"] = {"provider": "openrouter", "model": "vendor/one"}
        return config

    @pytest.fixture
    def server(self, router: dict, tmp_path: Path) -> Any:
        with Patchbay(write_config(tmp_path / "patchbay.yaml", router)) as running:
            yield running

    def test_the_list_is_kept_for_a_while(self, server: Patchbay, upstream: Upstream) -> None:
        ada = Person(server.port, "ada")
        listed = {"data": [{"id": "vendor/one", "name": "One"}, {"id": "vendor/two", "name": "Two"}]}
        upstream.answer_with(refusal(500, "on fire"))
        error_of(ada.ask("GET", "/models"), 502)
        assert "on fire" in ada.ask("GET", "/models").json()["error"]
        upstream.answer_with(json_answer(listed))
        fresh = ada.get("/models")
        assert fresh["cached"] is False
        assert {"vendor/one", "vendor/two"} <= {each["id"] for each in fresh["models"]}
        assert fresh["object"] == "list" and fresh["data"]
        asked = len(upstream.requests)
        again = ada.get("/models")
        assert (again["cached"], again["models"]) == (True, fresh["models"])
        assert len(upstream.requests) == asked

    def test_an_old_list_is_better_than_none(self, upstream: Upstream, router: dict, tmp_path: Path) -> None:
        listed = [{"data": [{"id": f"vendor/{name}", "name": name}]} for name in ("one", "two")]
        router["server"]["models_cache"] = "1ms"
        with Patchbay(write_config(tmp_path / "patchbay.yaml", router)) as server:
            ada = Person(server.port, "ada")
            upstream.answer_with(json_answer(listed[0]))
            fresh = ada.get("/models")
            assert fresh["cached"] is False

            def asks_for_a_newer_one() -> bool:
                old = ada.get("/models")
                assert (old["cached"], old["models"], old["data"]) == (True, fresh["models"], fresh["data"])
                return bool(upstream.requests)

            for failing in (refusal(500, "on fire"), refusal(401, "who are you"), broken()):
                upstream.answer_with(failing)
                wait_until(asks_for_a_newer_one, "the list to be old")
            upstream.answer_with(json_answer(listed[1]))
            newer = wait_until(lambda: not (found := ada.get("/models"))["cached"] and found, "a newer list")
            assert "vendor/two" in {each["id"] for each in newer["models"]}
            assert "vendor/one" not in {each["id"] for each in newer["models"]}

    def test_the_upstream_is_told_who_asks(self, server: Patchbay, upstream: Upstream) -> None:
        ada = Person(server.port, "ada")
        upstream.answer_with(reply("x"))
        session = Session("D")
        session.begin(ada)
        session.send(ada, "Hi").rest()
        sent = upstream.requests[0]
        assert (sent.header("http-referer"), sent.header("x-title")) == ("https://app.example", "An app")
        assert sent.json()["model"] == "vendor/one"
