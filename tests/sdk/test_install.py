"""What `cmake --install` and the Debian packages put where, and that a plugin's author can use it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from conftest import REPOSITORY, Installed, build_folder, run

HEADERS = sorted(
    path.name for path in (REPOSITORY / "core/sdk/patchbay").iterdir() if path.suffix in (".h", ".hpp")
)


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_everything_an_author_needs_is_there(installed: Installed) -> None:
    files = files_of(installed.prefix)
    for wanted in (
        "bin/patchbay",
        "bin/patchbay-check",
        "bin/patchbay-new-plugin",
        "lib/patchbay/plugins/1/stub/manifest.json",
        "lib/patchbay/plugins/1/stub/libpatchbay_stub.so",
        "share/patchbay/manifest.schema.json",
        "share/patchbay/plugin-template/CMakeLists.txt",
        "share/patchbay/tool-template/CMakeLists.txt",
        "share/pkgconfig/patchbay-plugin.pc",
        *(f"include/patchbay/{name}" for name in HEADERS),
    ):
        assert wanted in files, wanted
    packages = {name for name in files if name.endswith("/PatchbayConfig.cmake")}
    assert len(packages) == 1
    folder = packages.pop().rpartition("/")[0]
    for name in ("PatchbayConfigVersion.cmake", "PatchbayTargets.cmake", "patchbay_plugin.cmake", "plugin.map"):
        assert f"{folder}/{name}" in files, name


def test_nothing_installed_knows_where_it_was_built(installed: Installed) -> None:
    for name in files_of(installed.prefix):
        path = installed.prefix / name
        if path.read_bytes().startswith(b"\x7fELF"):
            continue  # debug information says it, until the packages strip it
        assert str(REPOSITORY) not in path.read_text(encoding="utf-8"), name


def test_the_installed_server_finds_its_plugins(installed: Installed) -> None:
    listed = installed.run("patchbay", "plugins", cwd=installed.prefix)
    for plugin in ("openai", "stub"):
        assert plugin in listed


def test_every_bundled_manifest_is_what_the_schema_says(installed: Installed) -> None:
    schema = json.loads((installed.prefix / "share/patchbay/manifest.schema.json").read_text())
    manifests = sorted((installed.prefix / "lib/patchbay/plugins/1").glob("*/manifest.json"))
    assert len(manifests) > 1
    for manifest in manifests:
        jsonschema.validate(json.loads(manifest.read_text()), schema)
    broken = json.loads(manifests[0].read_text())
    broken["id"] = "Not An Id"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_pkg_config_has_the_flags_for_a_makefile(installed: Installed, tmp_path: Path) -> None:
    flags = installed.run("pkg-config", "--cflags", "--libs", "patchbay-plugin").split()
    example = REPOSITORY / "tests/plugins/c-hello/hello.c"
    installed.run("gcc", "-std=c11", example, "-o", tmp_path / "libc_hello.so", *flags)
    symbols = run("nm", "-D", "--defined-only", tmp_path / "libc_hello.so")
    assert re.findall(r" T (\S+)", symbols) == ["patchbay_plugin_entry_v1"]


def begin(installed: Installed, folder: Path, *options: str) -> Path:
    installed.run("patchbay-new-plugin", "some-model", *options, "--id", "com.example.some-model", cwd=folder)
    return folder / "some-model"


@pytest.fixture
def plugin(installed: Installed, tmp_path: Path) -> Path:
    return begin(installed, tmp_path)


def build(installed: Installed, plugin: Path) -> None:
    installed.run("cmake", "-S", plugin, "-B", plugin / "build", "-DCMAKE_BUILD_TYPE=Release")
    installed.run("cmake", "--build", plugin / "build")


@pytest.mark.parametrize("options", [[], ["--tool"]], ids=["of a provider", "of a tool"])
def test_a_new_plugin_builds_and_passes(installed: Installed, tmp_path: Path, options: list[str]) -> None:
    plugin = begin(installed, tmp_path, *options)
    build(installed, plugin)
    installed.run("ctest", "--test-dir", plugin / "build", "--output-on-failure")
    manifest = json.loads((plugin / "build/plugins/some_model/manifest.json").read_text())
    assert manifest["id"] == "com.example.some-model"
    assert manifest["types"][0]["type"] == "some-model"
    assert re.fullmatch("[0-9a-f]{64}", manifest["sha256"]), "it is HASHED"
    listed = installed.run("patchbay", "plugins", "--plugins", plugin / "build/plugins", cwd=plugin)
    assert "some-model" in listed


def test_a_library_that_is_not_the_one_that_was_built_is_refused(installed: Installed, plugin: Path) -> None:
    build(installed, plugin)
    library = plugin / "build/plugins/some_model/libpatchbay_some_model.so"
    with library.open("ab") as file:
        file.write(b"\0")
    done = shutil.which("patchbay", path=installed.environment["PATH"])
    assert done is not None
    checked = subprocess.run(
        [done, "check", "--plugins", library.parents[1], "--config", plugin / "patchbay.yaml"],
        env=installed.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode != 0
    assert "sha256" in checked.stdout + checked.stderr


def test_a_name_that_cannot_be_one_is_refused(installed: Installed, tmp_path: Path) -> None:
    for name in ("Loud", "1st", "a--b", "a_b", "../up", ""):
        with pytest.raises(AssertionError, match="no name|NAME"):
            installed.run("patchbay-new-plugin", name, cwd=tmp_path)
    (tmp_path / "taken").mkdir()
    with pytest.raises(AssertionError, match="there already"):
        installed.run("patchbay-new-plugin", "taken", cwd=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"taken"}, "nothing half-made is left"


def test_the_debian_packages_hold_the_same(tmp_path: Path, installed: Installed) -> None:
    run("cpack", "-G", "DEB", "-B", tmp_path, cwd=build_folder())
    packages = {path.name.partition("_")[0]: path for path in tmp_path.glob("*.deb")}
    assert set(packages) == {"patchbay", "patchbay-dev"}
    root = tmp_path / "root"
    for package in packages.values():
        run("dpkg-deb", "-x", package, root)
    packed = {name.removeprefix("usr/") for name in files_of(root)}
    assert packed >= {name for name in files_of(installed.prefix) if not name.startswith("lib/cmake")}
    fields = run("dpkg-deb", "-f", packages["patchbay"], "Depends", "Architecture")
    assert "libcurl4" in fields and "ca-certificates" in fields, "what the binary needs is named"
    answer = run(root / "usr/bin/patchbay", "plugins", env={**os.environ, "PATCHBAY_CONFIG": ""}, cwd=tmp_path)
    assert "stub" in answer, "it runs from where the package puts it"
