"""Each rule of scripts/tidy.py names a tree that breaks it, and leaves a tree that keeps it alone."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import tidy  # noqa: E402

ARCHITECTURE = """
| room | what it is | may include |
|---|---|---|
| `base/` | values | nothing of ours |
| `sdk/patchbay/` | the ABI | nothing of ours |
| `json/` | JSON | base |
| `telemetry/` | logs | base |
| `reactor/` | loops | base |
| `server/` | HTTP | base, reactor |
| `dialects/<name>/` | formats | base, json |
| `api/` | handlers | everything but reactor |
| `app/` | the rest | everything |

| library | included as | home |
|---|---|---|
| RapidJSON | `<rapidjson/` | `core/json`, `plugins/shared` |
| Boost | `<boost/` | `core/server` |
| Boost.DLL | `<boost/dll` | `core/plugin_host` |
"""


class TidyTest(unittest.TestCase):
    def problems(self, files, listed=True):
        """What tidy says of a tree with these files; every source is listed in CMake if `listed`."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            files = {"docs/architecture.md": ARCHITECTURE, **files}
            if listed:
                sources = " ".join(name for name in files if name.endswith((".cpp", ".c")))
                files.setdefault("CMakeLists.txt", f"add_library(all {sources})\n")
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return tidy.problems(root)

    def assert_tidy(self, files, **options):
        self.assertEqual(self.problems(files, **options), [])

    def assert_names(self, files, *expected, **options):
        """tidy says exactly these problems; each is told by its beginning and a word of it."""
        found = self.problems(files, **options)
        self.assertEqual(len(found), len(expected), found)
        for problem, (place, word) in zip(found, expected):
            self.assertTrue(problem.startswith(place + ":"), problem)
            self.assertIn(word, problem)

    def source(self, *lines, name="core/server/thing.cpp"):
        return {name: "\n".join(lines) + "\n"}


class IncludeDirections(TidyTest):
    def test_a_room_includes_what_its_row_says(self):
        self.assert_tidy(self.source('#include "core/reactor/worker.hpp"', '#include "core/base/x.hpp"',
                                     '#include "core/server/own.hpp"', '#include "core/telemetry/log.hpp"'))

    def test_a_room_includes_nothing_else(self):
        self.assert_names(self.source('#include "core/base/x.hpp"', '#include "core/api/routes.hpp"'),
                          ("core/server/thing.cpp:2", "server must not include api"))

    def test_base_does_not_even_log(self):
        self.assert_names(self.source('#include "core/telemetry/log.hpp"', name="core/base/x.cpp"),
                          ("core/base/x.cpp:1", "telemetry"))

    def test_everything_but_means_what_it_says(self):
        self.assert_tidy(self.source('#include "core/server/x.hpp"', name="core/api/x.cpp"))
        self.assert_names(self.source('#include "core/reactor/x.hpp"', name="core/api/x.cpp"),
                          ("core/api/x.cpp:1", "reactor"))

    def test_the_sdk_counts_under_either_name(self):
        for include in ('"patchbay/abi.h"', "<patchbay/abi.h>", '"core/sdk/patchbay/abi.h"'):
            self.assert_names(self.source(f"#include {include}"), ("core/server/thing.cpp:1", "sdk"))

    def test_an_unknown_room_has_to_be_written_down(self):
        self.assert_names(self.source('#include "core/base/x.hpp"', name="core/cellar/x.cpp"),
                          ("core/cellar/x.cpp:1", "not in the table"))

    def test_dialects_do_not_know_each_other(self):
        self.assert_tidy(self.source('#include "core/dialects/dialect.hpp"', name="core/dialects/one/x.cpp"))
        self.assert_names(self.source('#include "core/dialects/two/x.hpp"', name="core/dialects/one/x.cpp"),
                          ("core/dialects/one/x.cpp:1", "dialect two"))
        self.assert_tidy(self.source('#include "core/dialects/one_b/x.hpp"', name="core/dialects/one_a/x.cpp"))

    def test_core_knows_no_plugin(self):
        self.assert_names(self.source('#include "plugins/shared/json.hpp"'),
                          ("core/server/thing.cpp:1", "never includes a plugin"))

    def test_a_plugin_sees_the_sdk_and_what_plugins_share(self):
        self.assert_tidy(self.source("#include <patchbay/plugin.hpp>", '#include "plugins/shared/json.hpp"',
                                     '#include "plugins/one/own.hpp"', name="plugins/one/x.cpp"))
        self.assert_names(self.source('#include "core/base/result.hpp"', '#include "plugins/two/x.hpp"',
                                      name="plugins/one/x.cpp"),
                          ("plugins/one/x.cpp:1", "never core"), ("plugins/one/x.cpp:2", "plugin two"))


class Libraries(TidyTest):
    def test_each_has_its_homes(self):
        self.assert_tidy(self.source("#include <rapidjson/reader.h>", name="core/json/x.cpp"))
        self.assert_tidy(self.source("#include <rapidjson/reader.h>", name="plugins/shared/x.cpp"))
        self.assert_names(self.source("#include <rapidjson/reader.h>"), ("core/server/thing.cpp:1", "core/json"))

    def test_the_longest_prefix_decides(self):
        self.assert_tidy(self.source("#include <boost/beast/http.hpp>"))
        self.assert_names(self.source("#include <boost/dll/shared_library.hpp>"),
                          ("core/server/thing.cpp:1", "plugin_host"))

    def test_quotes_do_not_hide_an_include(self):
        self.assert_names(self.source('#include "rapidjson/reader.h"'), ("core/server/thing.cpp:1", "core/json"))


class Constructs(TidyTest):
    def test_catching_everything_is_for_the_boundaries(self):
        line = "try { f(); } catch (...) {}"
        self.assert_tidy({**self.source(line, name="core/reactor/x.cpp"), **self.source(line, name="plugins/one/x.cpp"),
                          **self.source(line, name="tests/plugins/one/x.cpp")})
        self.assert_names(self.source(line), ("core/server/thing.cpp:1", "name the exception"))
        self.assert_names(self.source(line, name="tests/unit/x.cpp"), ("tests/unit/x.cpp:1", "name the exception"))

    def test_output_goes_through_the_log(self):
        self.assert_tidy(self.source('std::snprintf(out, n, "x"); std::vprintf_like(x);'))
        self.assert_tidy(self.source("std::cout << 1;", name="core/app/x.cpp"))
        for line in ("std::cout << 1;", 'std::printf("x");', 'printf("x");'):
            self.assert_names(self.source(line), ("core/server/thing.cpp:1", "telemetry"))

    def test_namespaces_are_spelled_but_for_literals(self):
        self.assert_tidy(self.source("using namespace std::chrono_literals;", "using namespace std::string_view_literals;"))
        self.assert_names(self.source("using namespace std;"), ("core/server/thing.cpp:1", "spell the namespace"))

    def test_endl_flushes(self):
        self.assert_names(self.source("out << std::endl;"), ("core/server/thing.cpp:1", "flushes"))

    def test_the_reactor_library_offers_calls_that_nobody_may_use(self):
        for line in ("transport.asyncWrite(fd, b);", "Http::Endpoint server;", "void f(Http::ResponseWriter w);"):
            self.assert_names(self.source(line), ("core/server/thing.cpp:1", "not safe"))

    def test_a_comment_may_speak_of_what_code_may_not_do(self):
        self.assert_tidy(self.source("// asyncWrite is unsafe, and so is std::endl.", "/* using namespace std;", "   */ int x;"))

    def test_a_comment_sign_in_a_string_ends_nothing(self):
        self.assert_names(self.source('f("http://x"); out << std::endl;'), ("core/server/thing.cpp:1", "flushes"))

    def test_nothing_is_left_for_later(self):
        for word in ("TO" + "DO", "FIX" + "ME"):
            self.assert_names(self.source(f"// {word}: soon"), ("core/server/thing.cpp:1", "finish it"))


class RapidJsonComparisons(TidyTest):
    def file(self, line):
        return self.source("#include <rapidjson/document.h>", "void f(const rapidjson::Value& value, rapidjson::Document& root) {",
                           line, "}", name="core/json/x.cpp")

    def test_a_value_beside_a_literal_is_refused(self):
        for line in ("if (value == 5) g();", "if (value != 5) g();", "if (5 == value) g();", "if (root == true) g();",
                     'if (value["n"] == 1) g();', "if (member->value == 0) g();", "if (value[0] != 1.5) g();",
                     "return -1 == root;"):
            self.assert_names(self.file(line), ("core/json/x.cpp:3", "recurses"))

    def test_what_a_value_says_of_itself_may_be_compared(self):
        for line in ("if (value.GetInt() == 5) g();", "if (value.Size() != 0) g();", "if (5 == value.GetInt()) g();",
                     "if (count == 5) g();", "if (it != value.MemberEnd()) g();", 'if (value == "abc") g();',
                     "if (5 == value->count) g();"):
            self.assert_tidy(self.file(line))


class FilesAndNames(TidyTest):
    def test_four_hundred_lines_are_enough(self):
        self.assert_tidy(self.source(*["int x;"] * 400))
        self.assert_names(self.source(*["int x;"] * 401), ("core/server/thing.cpp", "401 lines"))

    def test_documents_may_be_longer(self):
        self.assert_tidy({"docs/long.md": "line\n" * 1000})

    def test_names_say_what_is_inside(self):
        for name in ("core/server/utils.cpp", "core/server/string_helpers.cpp", "plugins/one/types.cpp", "tests/unit/common.cpp"):
            self.assert_names(self.source("int x;", name=name), (name, "says nothing"))
        self.assert_names(self.source("int x;", name="core/server/base_handler.cpp"), ("core/server/base_handler.cpp", "hierarchy"))
        self.assert_names(self.source("int x;", name="core/server/HttpThing.cpp"), ("core/server/HttpThing.cpp", "snake_case"))
        self.assert_tidy(self.source("int x;", name="core/server/content_type.cpp"))

    def test_core_knows_no_provider(self):
        self.assert_names(self.source('if (name == "anthropic") f();', "// as OpenAI does"),
                          ("core/server/thing.cpp:1", "anthropic"), ("core/server/thing.cpp:2", "OpenAI"))

    def test_a_wire_format_may_be_called_what_it_is_called(self):
        self.assert_tidy(self.source('#include "core/dialects/openai_chat/encode.hpp"', 'const char* id = "openai.chat/1";',
                                     name="core/api/x.cpp"))
        self.assert_tidy(self.source("// what OpenAI's clients expect", name="core/dialects/openai_chat/x.cpp"))
        self.assert_tidy(self.source("// OpenAI", name="plugins/openai/x.cpp"))

    def test_paths_of_one_machine_stay_there(self):
        for path in ("/" + "work/x", "/" + "root/x", "/" + "home/anna"):
            self.assert_names({"docs/x.md": f"see {path}\n"}, ("docs/x.md:1", "one machine"))
        self.assert_tidy({"docs/x.md": "the folder ./work/x, and build/root/x\n"})

    def test_every_source_is_built(self):
        self.assert_names({**self.source("int x;"), "CMakeLists.txt": "# core/server/thing.cpp\n"},
                          ("core/server/thing.cpp", "lists it"))

    def test_sources_are_listed_beside_them_or_above(self):
        self.assert_tidy({**self.source("int x;"), "core/server/CMakeLists.txt": "patchbay_room(server SOURCES thing.cpp)\n"}, listed=False)
        self.assert_tidy({**self.source("int x;"), "core/CMakeLists.txt": "add_library(x server/thing.cpp)\n"}, listed=False)
        self.assert_tidy({**self.source("int x;"), "tests/CMakeLists.txt": "add(x ${PROJECT_SOURCE_DIR}/core/server/thing.cpp)\n"}, listed=False)
        self.assert_tidy({**self.source("int x;", name="tests/fuzz/head_fuzz.cpp"),
                          "tests/fuzz/CMakeLists.txt": "foreach(n head)\n add(${n} ${n}_fuzz.cpp)\nendforeach()\n"}, listed=False)

    def test_headers_are_guarded(self):
        self.assert_tidy({"core/base/x.hpp": "#pragma once\n", "core/sdk/patchbay/x.h": "#ifndef X_H\n#define X_H\n#endif\n"})
        self.assert_names({"core/base/x.hpp": "int x;\n"}, ("core/base/x.hpp", "#pragma once"))
        self.assert_names({"core/sdk/patchbay/x.h": "#pragma once\n"}, ("core/sdk/patchbay/x.h", "guard"))
        self.assert_names({"core/base/x.h": "#ifndef X\n#define X\n#endif\n"}, ("core/base/x.h", ".hpp"))


class Links(TidyTest):
    def test_links_lead_somewhere(self):
        self.assert_tidy({"docs/a.md": "[b](b.md) [up](../README.md#two-words) [web](https://example.com) [here](#a)\n\n# A\n",
                          "docs/b.md": "", "README.md": "## Two words\n"})
        self.assert_names({"docs/a.md": "[b](gone.md)\n"}, ("docs/a.md", "gone.md"))
        self.assert_names({"docs/a.md": "[b](b.md#nowhere)\n", "docs/b.md": "# Here\n"}, ("docs/a.md", "no such heading"))

    def test_code_is_no_link(self):
        self.assert_tidy({"docs/a.md": "`[x](gone.md)`\n\n```cpp\n[x](gone.md)\n```\n"})


if __name__ == "__main__":
    unittest.main()
