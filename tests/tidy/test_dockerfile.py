"""scripts/fresh/dockerfile.py follows a Dockerfile to the letter, or says that it cannot."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "fresh"))
import dockerfile  # noqa: E402

PATH = dockerfile.PATH


def after_from(text):
    return dockerfile.steps("FROM debian:bookworm\n" + text)[1:]


class Steps(unittest.TestCase):
    def test_stages_have_names_or_numbers(self):
        self.assertEqual(dockerfile.steps("FROM debian:bookworm AS build\nFROM debian:bookworm-slim\n"),
                         [["stage", "build", "debian:bookworm"], ["stage", "stage-1", "debian:bookworm-slim"]])

    def test_continued_lines_are_one_and_comments_are_none(self):
        self.assertEqual(after_from("# why\nRUN one \\\n # between\n\n && two \\\n && three\n"), [["run", "one  && two  && three"]])

    def test_targets_stand_in_the_working_folder(self):
        self.assertEqual(after_from("WORKDIR /src\nWORKDIR sub\nCOPY a b\nCOPY a b/\nCOPY a b /c\nCOPY . .\n"),
                         [["workdir", "/src"], ["workdir", "/src/sub"], ["copy", "", "a", "/src/sub/b"], ["copy", "", "a", "/src/sub/b/"],
                          ["copy", "", "a", "b", "/c/"], ["copy", "", ".", "/src/sub/"]])

    def test_an_earlier_stage_can_be_copied_from(self):
        steps = dockerfile.steps("FROM debian:bookworm AS build\nFROM debian:bookworm\nCOPY --from=build /a /b\n")
        self.assertEqual(steps[-1], ["copy", "build", "/a", "/b"])

    def test_variables_are_resolved_in_the_stage_they_are_in(self):
        self.assertEqual(after_from("ENV PATH=/opt/bin:$PATH\nENV A=1 B=\"${A} two\"\n"),
                         [["variable", "PATH", f"/opt/bin:{PATH}"], ["variable", "A", "1"], ["variable", "B", "1 two"]])
        self.assertEqual(dockerfile.steps("FROM debian:bookworm\nENV A=1\nFROM debian:bookworm\nENV B=x$A\n")[-1], ["variable", "B", "x"])

    def test_a_shell_gets_its_text_as_it_is(self):
        self.assertEqual(after_from("RUN echo $(a) \"${B##*:}\" '*'\nHEALTHCHECK --timeout=5s CMD curl \"${B##*:}\"\n"),
                         [["run", "echo $(a) \"${B##*:}\" '*'"], ["healthcheck", "5", "curl \"${B##*:}\""]])

    def test_the_rest_is_known(self):
        self.assertEqual(after_from("USER 1:2\nVOLUME /data\nEXPOSE 80\nENTRYPOINT [\"a\"]\nCMD [\"b\", \"c d\"]\n"),
                         [["user", "1:2"], ["volume", "/data"], ["port", "80"], ["entrypoint", "a"], ["arguments", "b", "c d"]])

    def test_what_would_have_to_be_guessed_is_an_error_with_its_line(self):
        for line in ("ADD a b", "ARG A", "SHELL [\"bash\"]", "COPY --chown=1:1 a b", "COPY --from=other a b", "COPY *.txt /a/", "RUN --mount=type=cache x",
                     "RUN [\"a\"]", "RUN <<END", "USER nobody", "EXPOSE 80/udp", "ENTRYPOINT a", "CMD a b", "HEALTHCHECK NONE",
                     "HEALTHCHECK CMD [\"a\"]", "HEALTHCHECK --timeout=5m CMD a", "ENV A 1", "ENV A=${B:-c}", "VOLUME $A", "FROM alpine",
                     "FROM --platform=linux/amd64 debian:bookworm", "RUN a \\"):
            with self.assertRaisesRegex(dockerfile.NotUnderstood, "^line 2:", msg=line):
                after_from(line + "\n")
        for text in ("RUN before\n", "# syntax=docker/dockerfile:1\nFROM debian:bookworm\n", ""):
            with self.assertRaises(dockerfile.NotUnderstood, msg=text):
                dockerfile.steps(text)

    def test_ours_is_understood_and_runs_as_nobody_in_particular(self):
        steps = dockerfile.steps((ROOT / "Dockerfile").read_text())
        self.assertEqual([step[1] for step in steps if step[0] == "user"], ["10001:10001"])
        self.assertEqual(steps[-2:], [["entrypoint", "patchbay"], ["arguments", "serve"]])

    def test_what_it_prints_can_be_read_by_a_shell(self):
        with tempfile.NamedTemporaryFile("w", suffix="Dockerfile") as file:
            file.write("FROM debian:bookworm\nRUN echo 'a  b' \"$(c)\"\n")
            file.flush()
            printed = subprocess.run([ROOT / "scripts/fresh/dockerfile.py", "steps", file.name], capture_output=True, text=True, check=True).stdout
        read = subprocess.run(["bash", "-c", "run() { printf '%s|' \"$@\"; }; stage() { :; }\n" + printed], capture_output=True, text=True, check=True)
        self.assertEqual(read.stdout, "echo 'a  b' \"$(c)\"|")


class Context(unittest.TestCase):
    def test_the_last_rule_that_matches_a_file_or_a_folder_above_decides(self):
        rules = ["*", "!core", "!scripts/setup", "core/*.md"]
        for name, ignored in {"README.md": True, "core/a.cpp": False, "core/a/b.cpp": False, "scripts/setup": False, "scripts/test": True,
                              "core/notes.md": True, "core/a/notes.md": False}.items():
            self.assertEqual(dockerfile.is_ignored(name, rules), ignored, name)

    def test_rules_of_other_kinds_are_an_error(self):
        with self.assertRaises(dockerfile.NotUnderstood):
            dockerfile.is_ignored("a", ["**/b"])

    def test_ours_holds_what_the_build_needs_and_no_test(self):
        names = dockerfile.context(ROOT)
        self.assertLess({"CMakeLists.txt", "scripts/setup", "config/patchbay.yaml", "web/package-lock.json"}, set(names))
        beyond = [name for name in names if name.startswith(("tests/", "docs/", ".git")) or "node_modules" in name]
        self.assertEqual([name for name in beyond if not name.startswith("docs/openapi/")], [])


if __name__ == "__main__":
    unittest.main()
