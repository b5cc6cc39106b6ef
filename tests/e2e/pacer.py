"""A plugin in several versions, built here: it answers "1.0.0:0 1.0.0:1 ..." until its gate is opened.

Its source is that of the component tests; the compiler and the flags are those that docs/plugins.md names.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from pathlib import Path

from patchbay import REPOSITORY

SOURCE = REPOSITORY / "tests/component/plugin_host/plugins/pacer.c"
SDK = REPOSITORY / "core/sdk"
LIBRARY = "libpatchbay_pacer.so"
PLUGIN = "test.pacer"


def build(folder: Path, version: str, *defines: str) -> Path:
    """Builds a version of the plugin, with its manifest, in a folder of its own."""
    folder = folder / ("-".join([version, *defines]) or version)
    folder.mkdir(parents=True)
    subprocess.run(
        ["cc", "-std=gnu11", "-O1", "-fPIC", "-shared", "-fvisibility=hidden", f"-I{SDK}",
         '-DTEST_NAME="pacer"', f'-DTEST_VERSION="{version}"', *(f"-D{define}" for define in defines),
         str(SOURCE), "-o", str(folder / LIBRARY), "-pthread", "-Wl,-z,now", "-Wl,-z,defs",
         f"-Wl,--version-script={SDK / 'plugin.map'}"],
        check=True,
    )  # fmt: skip
    manifest = {
        "manifest": 1,
        "id": PLUGIN,
        "version": version,
        "library": LIBRARY,
        "arch": platform.machine(),
        "abi": {"major": 1, "minor": 0, "need_host_minor": 0},
        "sha256": hashlib.sha256((folder / LIBRARY).read_bytes()).hexdigest(),
        "license": "Apache-2.0",
        "types": [{"type": "pacer", "modes": ["chat"]}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return folder


class Installation:
    """A folder that plugins are searched in, with the pacer and its gates."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "plugins"
        self.plugin = self.path / "pacer"
        self.gates = folder / "gates"
        self.plugin.mkdir(parents=True)
        self.gates.mkdir()

    def put(self, built: Path, **changes: object) -> None:
        """Puts a version into its place as package managers do: by renaming, the manifest last."""
        manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
        self._replace(LIBRARY, (built / LIBRARY).read_bytes())
        self._replace("manifest.json", json.dumps({**manifest, **changes}).encode())

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

    def _replace(self, name: str, content: bytes) -> None:
        fresh = self.plugin / f".{name}.new"
        fresh.write_bytes(content)
        os.chmod(fresh, 0o644)
        fresh.replace(self.plugin / name)


def words(version: str, count: int) -> str:
    """What an answer of a version says that said `count` words before its gate was opened."""
    return "".join(f"{version}:{number} " for number in range(count)) + "end"
