"""What scripts/fuzz does with fuzzers, shown on stand-ins that behave as libFuzzer's do."""

import pathlib
import shutil
import subprocess
import tempfile
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Keeps one input when it runs; a fuzzer named "bad" finds something as well.
STAND_IN = textwrap.dedent("""\
    #!/usr/bin/env python3
    import pathlib, shutil, sys
    me = pathlib.Path(sys.argv[0])
    options = dict(a[1:].split("=", 1) for a in sys.argv[1:] if a.startswith("-"))
    places = [pathlib.Path(a) for a in sys.argv[1:] if not a.startswith("-")]
    with (me.parent / "arguments").open("a") as file:
        print(me.name, *sys.argv[1:], file=file)
    if "merge" in options or "set_cover_merge" in options:
        for source in places[1:]:
            for file in source.iterdir():
                shutil.copy(file, places[0])
    elif "minimize_crash" in options:
        pathlib.Path(options["exact_artifact_path"]).write_text("b")
    else:
        (places[0] / "learnt").write_text("learnt")
        print("#7 DONE cov: 42 ft: 50 corp: 3/9b")
        print("stat::number_of_executed_units: 1234")
        if me.name == "fuzz_bad":
            pathlib.Path(options["artifact_prefix"] + "crash-1").write_text("bbbb")
            sys.exit(77)
    """)


class FuzzScript(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.bin = self.root / "build/fuzz/bin"
        for path in (self.bin, self.root / "scripts"):
            path.mkdir(parents=True)
        shutil.copy(ROOT / "scripts/fuzz", self.root / "scripts/fuzz")

    def add(self, *targets):
        rules = self.root / "build/fuzz/build.ninja"
        for target in targets:
            corpus = self.root / "tests/fuzz/corpus" / target
            corpus.mkdir(parents=True)
            (corpus / "seed").write_text("seed")
            (corpus.parent.parent / f"{target}_fuzzer.cpp").touch()
            (self.bin / f"fuzz_{target}").write_text(STAND_IN)
            (self.bin / f"fuzz_{target}").chmod(0o755)
            with rules.open("a") as file:
                print(f"build fuzz_{target}: phony", file=file)

    def run_script(self, *arguments):
        return subprocess.run([self.root / "scripts/fuzz", *arguments], capture_output=True, text=True)

    def arguments(self):
        return (self.bin / "arguments").read_text()

    def kept(self, target):
        return sorted(file.name for file in (self.root / "tests/fuzz/corpus" / target).iterdir())

    def test_gives_every_target_its_share_of_the_time(self):
        self.add("one", "two", "three")
        done = self.run_script("--minutes", "1", "--jobs", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        for target in ("one", "two", "three"):
            self.assertRegex(done.stdout, rf"(?m)^{target} +1234 runs +42 edges +1 inputs  ok$")
        self.assertEqual(self.arguments().count("-max_total_time=20 "), 3)

    def test_gives_one_target_all_of_the_time(self):
        self.add("one", "two")
        done = self.run_script("--seconds", "9", "--only", "two", "--jobs", "4")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("fuzz_one", self.arguments())
        self.assertIn("-max_total_time=9 ", self.arguments())

    def test_names_what_was_found_and_fails(self):
        self.add("bad", "one")
        done = self.run_script("--seconds", "2", "--jobs", "2")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^bad .* FOUND SOMETHING$")
        self.assertRegex(done.stdout, r"(?m)^one .* ok$")
        self.assertIn("cp build/fuzz/finds/bad/crash-1.minimal tests/fuzz/corpus/bad/", done.stdout)
        self.assertEqual((self.root / "build/fuzz/finds/bad/crash-1.minimal").read_text(), "b")

    def test_leaves_the_tree_alone_unless_asked_to_merge(self):
        self.add("one")
        self.run_script("--seconds", "1")
        self.assertEqual(self.kept("one"), ["seed"])
        done = self.run_script("--merge")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.kept("one"), ["learnt", "seed"])

    def test_keeps_the_corpus_small(self):
        self.add("one", "two")
        grown = self.root / "build/fuzz/grown/one"
        grown.mkdir(parents=True)
        (grown / "large").write_bytes(b"x" * 4096)
        for number in range(200):
            (grown / f"small{number:03}").write_bytes(b"x" * 100)
        done = self.run_script("--merge", "--only", "one")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("large", self.kept("one"))
        self.assertEqual(len(self.kept("one")), 1 + 128)

    def test_keeps_room_for_the_other_targets(self):
        targets = [f"t{number:02}" for number in range(16)]
        self.add(*targets)
        grown = self.root / "build/fuzz/grown/t00"
        grown.mkdir(parents=True)
        for number in range(60):
            (grown / f"file{number:02}").write_bytes(b"x" * 4000)
        self.assertEqual(self.run_script("--merge", "--only", "t00").returncode, 0)
        self.assertLessEqual(len(self.kept("t00")), 1 + 65536 // 4000)
        self.assertGreater(len(self.kept("t00")), 10)

    def test_refuses_what_it_does_not_understand(self):
        self.add("one")
        for wrong in (["--seconds", "0"], ["--minutes", "x"], ["--jobs"], ["--only", "none"], ["--what"]):
            self.assertEqual(self.run_script(*wrong).returncode, 64, wrong)
        self.assertEqual(self.run_script("--help").returncode, 0)
        self.assertEqual(self.run_script("--list").stdout, "one\n")


if __name__ == "__main__":
    unittest.main()
