"""A plugin in several versions: it answers "1.0.0:0 1.0.0:1 ..." until its gate is opened."""

from __future__ import annotations

from pathlib import Path

from built_plugins import PluginSource

SOURCE = PluginSource("pacer.c", "chat")
LIBRARY = SOURCE.library
PLUGIN = SOURCE.id
build = SOURCE.build


class Installation:
    """A folder that plugins are searched in, with the pacer and its gates."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "plugins"
        self.plugin = self.path / SOURCE.name
        self.gates = folder / "gates"
        self.plugin.mkdir(parents=True)
        self.gates.mkdir()

    def put(self, built: Path, **changes: object) -> None:
        """Takes a version in, with changes to its manifest."""
        SOURCE.put(built, self.path, **changes)

    def open_gate(self, version: str) -> None:
        """Lets the answers of that version come to their end."""
        (self.gates / version).touch()

    def config(self, **more: object) -> dict:
        return {
            "server": {"listen": "127.0.0.1:0", "workers": 2},
            "plugins": {"path": [str(self.path)], **more.pop("plugins", {})},
            "providers": {"paced": {"plugin": "pacer", "config": {"gate": str(self.gates)}}},
            "models": {"*": {"provider": "paced"}},
            **more,
        }


def words(version: str, count: int) -> str:
    """What an answer of a version says that said `count` words before its gate was opened."""
    return "".join(f"{version}:{number} " for number in range(count)) + "end"
