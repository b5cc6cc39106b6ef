"""What can be seen of the example plugins without running them: symbols, libraries, layout, packages.

Run by ctest once tests/plugins/build.sh has built them; by hand:
    PATCHBAY_EXAMPLES=OUT_FOLDER python3 tests/plugins/test_examples.py
"""

import json
import os
import pathlib
import platform
import re
import subprocess
import unittest

SOURCES = pathlib.Path(__file__).resolve().parent
ROOT = SOURCES.parents[1]
BUILT = pathlib.Path(os.environ["PATCHBAY_EXAMPLES"])
EXAMPLES = ("c-hello", "cpp-libcxx", "rust-local")
# Of glibc and gcc, and so on every machine that Patchbay runs on.
LIBRARIES = re.compile(r"(libc|libm|libgcc_s|ld-linux-[\w-]+)\.so\.\d")


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def library_of(name):
    manifest = json.loads((BUILT / name / "manifest.json").read_text())
    return BUILT / name / manifest["library"]


def words_of(code):
    """Layout or constants by name, from the C of the layout lock."""
    lock = (ROOT / "core/sdk/lock/abi_v1_0.c").read_text()
    return re.findall(code, lock, re.M)


class Built(unittest.TestCase):
    def test_each_exports_the_entry_function_and_nothing_else(self):
        for name in EXAMPLES:
            with self.subTest(name):
                defined = output_of("nm", "-D", "--defined-only", library_of(name)).splitlines()
                self.assertEqual([line.split()[1:] for line in defined], [["T", "patchbay_plugin_entry_v1"]])

    def test_none_needs_a_library_that_a_machine_may_lack(self):
        for name in EXAMPLES:
            with self.subTest(name):
                dynamic = output_of("readelf", "-dW", library_of(name))
                needed = re.findall(r"\(NEEDED\)\s+Shared library: \[(.+)\]", dynamic)
                self.assertIn("libc.so.6", needed)
                self.assertEqual([library for library in needed if not LIBRARIES.fullmatch(library)], [])
                self.assertNotRegex(dynamic, r"\((RPATH|RUNPATH)\)")

    def test_the_cpp_one_has_its_standard_library_inside(self):
        symbols = output_of("nm", "-D", library_of("cpp-libcxx"))
        self.assertIn("_Unwind_RaiseException", symbols)
        self.assertNotRegex(symbols, r" (_Z|__cxa_throw|__cxa_begin_catch)")

    def test_what_must_stay_mapped_has_what_ties_it(self):
        ties = re.compile(r"\b(__cxa_thread_atexit(_impl)?|pthread_key_create)\b")
        for name in EXAMPLES:
            with self.subTest(name):
                manifest = json.loads((BUILT / name / "manifest.json").read_text())
                tied = bool(ties.search(output_of("nm", "-D", library_of(name))))
                self.assertEqual("never_unload" in manifest.get("flags", []), tied)

    def test_the_manifest_says_this_machine(self):
        for name in EXAMPLES:
            with self.subTest(name):
                self.assertEqual(json.loads((BUILT / name / "manifest.json").read_text())["arch"], platform.machine())

    def test_the_folder_has_what_is_installed_and_nothing_else(self):
        for name in EXAMPLES:
            with self.subTest(name):
                files = {path.name for path in (BUILT / name).iterdir()}
                self.assertEqual(files, {"manifest.json", library_of(name).name})


class RustBindings(unittest.TestCase):
    """The example asserts while it is built that its members are where it says; here is where that is."""

    def setUp(self):
        self.text = (SOURCES / "rust-local/src/abi.rs").read_text()

    def test_members_and_sizes_are_those_of_the_layout_lock(self):
        layout = {}
        for name, size, members in re.findall(r"(pbay_\w+) (\d+) \{([^}]*)\}", self.text):
            layout[name, ""] = size
            for at, member in re.findall(r"(\d+) (?:r#)?(\w+): ", members):
                layout[name, member] = at
        self.assertGreater(len(layout), 150)
        locked = {(name, ""): size for name, size in words_of(r"^SIZE\((\w+), [=>]=, (\d+)\)")}
        locked |= {(name, member): at for name, member, at in words_of(r"^MEMBER\((\w+), (\w+), (\d+),")}
        declared = {name for name, _ in layout}
        self.assertEqual(layout, {key: value for key, value in locked.items() if key[0] in declared})

    def test_constants_are_those_of_the_layout_lock(self):
        constants = dict(re.findall(r"pub const (PBAY_\w+): (?:[ui]32|pbay_status) = (-?\d+);", self.text))
        self.assertGreater(len(constants), 20)
        locked = dict(words_of(r"^CONSTANT\((\w+), (-?\d+)\)"))
        header = (ROOT / "core/sdk/patchbay/abi.h").read_text()
        locked |= dict(re.findall(r"^#define (PBAY_ABI_\w+) (\d+)u$", header, re.M))
        self.assertEqual(constants, {name: locked.get(name) for name in constants})


class Packages(unittest.TestCase):
    def test_the_guide_names_packages_that_setup_installs(self):
        guide = (ROOT / "docs/plugins.md").read_text()
        (named,) = re.findall(r"On Debian 12 that takes the packages `([^`]+)`", guide)
        installed = output_of(ROOT / "scripts/setup", "--print-packages", "test").split()
        # Setup leaves a Rust alone that is there already.
        self.assertEqual(set(named.split()) - set(installed), {"rustc"})


if __name__ == "__main__":
    unittest.main()
