#!/usr/bin/env python3
"""Shows each rule of tidy.py firing on what it forbids and silent on what it allows, and the configure-time layer check
of cmake/ParleyModule.cmake refusing what it must. Closes with "N passed, N failed"."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import rules_rows
import tidy
from tree import Tree

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = {
    "lib/base/CMakeLists.txt": "parley_module(NAME base GROUP lib RANK 0)",
    "lib/frame/CMakeLists.txt": "parley_module(NAME frame GROUP lib RANK 1 DEPENDS base)",
    "lib/http/CMakeLists.txt": "parley_module(NAME http GROUP lib RANK 1 DEPENDS base)",
    "src/domain/CMakeLists.txt": "parley_module(NAME domain GROUP src RANK 1 DEPENDS base)",
    "src/store_x/CMakeLists.txt": "parley_module(NAME store_x GROUP src RANK 4 DEPENDS domain)",
}
README = "Owns x. May use base. Never does I/O."
LONG_BODY = "  step();\n" * 70
SUITES = {"dev.d/suites.sh": "suite_unit() { ctest --test-dir x -L unit; }"}

ROW_TESTS = {"lib/http/a_test.cpp": "".join(f"TEST(A, {row}_Holds) {{}}\n" for row in rules_rows.ROWS), "lib/http/a.cpp": "one two two"}


def row_table(left_out: str = "", shown: str = "`lib/http/a_test.cpp`: `ROW_Holds`", planted: str = "`ROW-bug`") -> dict[str, str]:
    lines = (f"| {row} | must | {shown} | {planted} |\n".replace("ROW", row) for row in rules_rows.ROWS if row != left_out)
    return {"docs/reliability.md": "| row | required | shown by | planted bugs |\n|---|---|---|---|\n" + "".join(lines)}


def row_mutants(left_out: str = "", old: str = "one", test: str = "gtest lib_http_test A.ROW_*") -> dict[str, str]:
    entry = f'[[mutant]]\nid = "ROW-bug"\nfile = "lib/http/a.cpp"\nold = "{old}"\nnew = ""\nwhat = "x"\ntest = "{test}"\n'
    return {"tests/mutants/a.toml": "".join(entry.replace("ROW", row) for row in rules_rows.ROWS if row != left_out)}


# rule name → (files that must each make it fire, files that must not)
CASES: dict[str, tuple[list[dict[str, str]], list[dict[str, str]]]] = {
    "layer_directions": (
        [{"lib/base/a.cpp": '#include "sio/frame/frame.hpp"'},
         {"lib/frame/a.cpp": '#include "sio/http/http.hpp"'},  # the same rank
         {"lib/http/a_test.cpp": '#include "parley/domain/user.hpp"'},
         {"src/domain/include/parley/domain/a.hpp": '#include "parley/store_x/store.hpp"'},
         {"lib/nowhere/a.cpp": ""}],
        [{"lib/frame/a.cpp": '#include "sio/base/result.hpp"\n#include "sio/frame/frame.hpp"\n// #include "sio/http/a.hpp"'},
         {"src/domain/a.cpp": '#include "sio/http/http.hpp"'},
         {"src/store_x/a.cpp": '#include <parley/domain/user.hpp>'}]),
    "private_headers": (
        [{"lib/http/a.cpp": '#include "../frame/mask.hpp"'}, {"tests/simulation/a.cpp": '#include "../../lib/frame/mask.hpp"'}],
        [{"lib/frame/a.cpp": '#include "mask.hpp"\n#include "sio/base/x.hpp"'}, {"lib/frame/sub/a.cpp": '#include "../mask.hpp"'}]),
    "boost_in_public_headers": (
        [{"lib/http/include/sio/http/a.hpp": "#include <boost/beast.hpp>"}],
        [{"lib/http/a.hpp": "#include <boost/beast.hpp>", "lib/runtime/include/sio/runtime/a.hpp": "#include <boost/asio.hpp>"}]),
    "sleeps": (
        [{"lib/http/a_test.cpp": "std::this_thread::sleep_for(1ms);"}, {"src/domain/a.cpp": "usleep (10);"}, {"tests/x/a.cpp": "sleep(1);"}],
        [{"lib/runtime/a.cpp": "std::this_thread::sleep_until(t);", "lib/http/a.cpp": "// sleep_for\nauto s = \"sleep_for\"; asleep(1);"}]),
    "clocks": (
        [{"src/domain/a.cpp": "auto t = std::chrono::system_clock::now();"}, {"lib/http/a.hpp": "steady_clock::now()"},
         {"src/domain/b.cpp": "std::time(nullptr)"}],
        [{"lib/runtime/clock.cpp": "steady_clock::now()", "lib/http/a_test.cpp": "steady_clock::now()",
          "lib/http/a.cpp": "using T = std::chrono::steady_clock::time_point;"}]),
    "threads": (
        [{"src/domain/a.cpp": "std::thread t{run};"}, {"lib/http/a.hpp": "std::jthread worker_;"}, {"lib/http/b.cpp": "std::async(f)"}],
        [{"lib/runtime/a.cpp": "std::thread t;", "src/store_x/writer.cpp": "std::thread t;", "lib/http/a_test.cpp": "std::thread t;",
          "lib/http/test_server.hpp": "std::thread t;",
          "lib/http/a.cpp": "std::thread::id owner; // std::thread"}]),
    "prints": (
        [{"lib/http/a.cpp": 'std::printf("here\\n");'}, {"src/domain/a.cpp": "std::cerr << x;"}],
        [{"lib/http/a.cpp": "std::snprintf(b, n, f);", "lib/http/a_test.cpp": "printf(x);", "src/app/a.cpp": "std::cout << x;",
          "lib/http/echo_main.cpp": "std::puts(x);"}]),
    "html_as_text": (
        [{"web/src/A.vue": '<p v-html="text" />'}, {"web/src/a.ts": "el.innerHTML = text"}],
        [{"web/src/A.vue": "<p>{{ text }}</p>"}]),
    "routes_have_policies": (
        [{"src/rest/api.cpp": "router.add(std::move(route));"}, {"src/rest/api.hpp": "sio::Route route;"}],
        [{"src/rest/routes.cpp": "sio::Route route;\nrouter_.add(std::move(route));", "src/app/ops.cpp": "router.add(route);"}]),
    "sql_in_its_folder": (
        [{"src/domain/a.cpp": 'run("SELECT id FROM user");'}, {"lib/http/a.cpp": 'f("insert into t values (1)");'}],
        [{"src/store_x/a.cpp": 'run("SELECT id FROM user");', "src/domain/a.cpp": 'f("select one"); // "SELECT 1"'}]),
    "sql_concatenation": (
        [{"src/store_x/a.cpp": 'run("SELECT id FROM user WHERE name = \'" + name + "\'");'},
         {"src/store_x/a.cpp": 'run(head + "DELETE FROM user");'},
         {"src/store_x/a.cpp": 'out << "UPDATE user SET x = " << x;'},
         {"src/store_x/a.cpp": 'fmt::format("SELECT {} FROM user", column);'},
         {"src/store_x/a.cpp": 'run(R"(SELECT id FROM user WHERE id = )" + id);'}],
        [{"src/store_x/a.cpp": 'prepare("SELECT id "\n  "FROM user WHERE id = ?", id);\nauto s = "a" + b;'},
         {"src/store_x/a.cpp": 'constexpr auto sql = R"(SELECT id FROM user)"; append(row, "x");'}]),
    "file_size": (
        [{"lib/http/a.cpp": "x\n" * 501}, {"web/src/A.vue": "x\n" * 501}],
        [{"lib/http/a.cpp": "x\n" * 500, "web/package-lock.json": "x\n" * 900}]),
    "function_size": (
        [{"lib/http/a.cpp": f"namespace a {{\nint f(int b) const {{\n{LONG_BODY}}}\n}}\n"},
         {"lib/http/a_test.cpp": f"TEST(A, B) {{\n{LONG_BODY}}}\n"},
         {"lib/http/a.hpp": f"class A {{\n A() : b_(1) {{\n{LONG_BODY}}}\n}};\n"},
         {"dev.d/a.sh": f"run() {{\n{LONG_BODY}}}\n"},
         {"web/src/a.ts": f"export function run(a: string): void {{\n{LONG_BODY}}}\n"},
         {"tests/a.py": "def f():\n" + "    step()\n" * 70}],
        [{"lib/http/a.cpp": f"namespace a {{\nint f(int b) {{\n{LONG_BODY[:-20]}}}\nint g() {{ return 1; }}\n{LONG_BODY}}}\n"},
         {"lib/http/a.cpp": f"const Row rows[] = {{\n{LONG_BODY}}};\nstruct A {{\n{LONG_BODY}}};\n"}]),
    "headers_open_with_a_comment": (
        [{"lib/http/a.hpp": "#pragma once\n// late"}, {"lib/http/a.hpp": "// what it holds\nint a;\n"}],
        [{"lib/http/a.hpp": "// What it holds.\n#pragma once\n"}]),
    "file_names": (
        [{"lib/http/Parser.cpp": ""}, {"src/domain/user-id.hpp": ""}],
        [{"lib/http/parser_2_test.cpp": "", "web/src/ChatPage.vue": ""}]),
    "module_readme": (
        [{"lib/http/README.md": ""}, {"lib/http/README.md": "Owns x."}],
        [{}]),
    "left_open": (
        [{"lib/http/a.cpp": "// TODO later"}, {"web/src/a.ts": "/* FIXME */"}, {"dev": "# XXX"}],
        [{"lib/http/a.cpp": "int todo_count;"}]),
    "registry_hosts": (
        [{"web/package-lock.json": '"resolved": "https://registry.example.org/vue.tgz"'}, {"docs/a.md": "from pypi.org"}],
        [{"docs/a.md": "https://example.org/registry", "src/domain/a.cpp": "registry.find(x)"}]),
    "own_machine": (
        [{"dev.d/a.sh": "cd /home/somebody/parley"}],
        [{"dev.d/a.sh": 'cd "$HOME/work/x"; ls /usr/home'}]),
    "adr_index": (
        [{"docs/adr/0001-a.md": ""}, {"docs/adr/README.md": "[a](0001-a.md) [b](0002-b.md)", "docs/adr/0001-a.md": ""},
         {"docs/adr/README.md": "[a](0001-a.md) [b](0001-b.md)", "docs/adr/0001-a.md": "", "docs/adr/0001-b.md": ""},
         {"docs/adr/notes.md": ""}],
        [{"docs/adr/README.md": "[a](0001-a.md)", "docs/adr/0001-a.md": ""}]),
    "ctest_labels": (
        [{**SUITES, "tests/x/CMakeLists.txt": "gtest_discover_tests(x_test PROPERTIES LABELS simulation TIMEOUT 9)"},
         {**SUITES, "tests/x/CMakeLists.txt": "gtest_discover_tests(x_test)  # LABELS unit"},
         {**SUITES, "cmake/X.cmake": "add_test(NAME a.${b} COMMAND c)"},
         {**SUITES, "cmake/X.cmake": "add_test(NAME a COMMAND $<TARGET_FILE:c>)\nset_tests_properties(b PROPERTIES LABELS unit)"},
         {"cmake/X.cmake": "add_test(NAME a COMMAND c)\nset_tests_properties(a PROPERTIES LABELS unit)"}],
        [{**SUITES, "tests/x/CMakeLists.txt": "gtest_discover_tests(x_test TEST_PREFIX \"a(b).\"\n  PROPERTIES LABELS unit TIMEOUT 9)",
          "cmake/X.cmake": "add_test(NAME a.${b} COMMAND c)\nset_tests_properties(a.${b} PROPERTIES LABELS tidy)"}]),
    "rows_have_tests": (
        [{**ROW_TESTS, **row_table("H5")}, {**row_table()}, {**ROW_TESTS, **row_table(shown="`lib/http/a_test.cpp`: `ROW_Gone`")},
         {**ROW_TESTS, **row_table(shown="`lib/http/b_test.cpp`")}, {**ROW_TESTS, **row_table(shown="somewhere")},
         {"lib/http/a_test.cpp": ROW_TESTS["lib/http/a_test.cpp"].replace("W7_", "W77_"), **row_table(shown="`lib/http/a_test.cpp`")}],
        [{**ROW_TESTS, **row_table()}]),
    "rows_have_mutants": (
        [{**row_table(), **row_mutants("S3")}, {**row_table(planted="`ROW-bug`, `ROW-other`"), **row_mutants()},
         {**row_table(planted=""), **row_mutants()}],
        [{**row_table(), **row_mutants()}]),
    "mutants_fit": (
        [{**ROW_TESTS, **row_mutants(old="two")}, {**ROW_TESTS, **row_mutants(old="three")},
         {**ROW_TESTS, **row_mutants(test="gtest lib_http_test A.Gone")}, {**ROW_TESTS, **row_mutants(test="gtest lib_frame_test A.ROW_*")},
         {**ROW_TESTS, **row_mutants(test="node tests/none.test.mjs")}],
        [{**ROW_TESTS, **row_mutants()}, {**ROW_TESTS, **row_mutants(test="gtest lib_http_test */A.ROW_Holds/*:A.H1*")}]),
    "dead_links": (
        [{"README.md": "[x](docs/none.md)"}, {"docs/a.md": "[x](../gone/)"}],
        [{"README.md": "[x](docs/a.md#part) [y](https://example.org) [z](lib/http)", "docs/a.md": "[r](../README.md)"}]),
}


def findings(rule_name: str, files: dict[str, str]) -> list:
    rule = next(rule for rule in tidy.RULES if rule.__name__ == rule_name)
    readmes = {f"{path.rsplit('/', 1)[0]}/README.md": README for path in MODULES}
    return list(rule(Tree({**MODULES, **readmes, **files})))


class RulesFire(unittest.TestCase):
    def test_every_rule_has_a_case(self):
        self.assertEqual(set(CASES), {rule.__name__ for rule in tidy.RULES})

    def test_fires_on_what_is_forbidden(self):
        for name, (forbidden, _) in CASES.items():
            for files in forbidden:
                with self.subTest(rule=name, files=files):
                    self.assertTrue(findings(name, files))

    def test_is_silent_on_what_is_allowed(self):
        for name, (_, allowed) in CASES.items():
            for files in allowed:
                with self.subTest(rule=name, files=files):
                    self.assertEqual([str(f) for f in findings(name, files)], [])

    def test_a_finding_names_the_line(self):
        found = findings("sleeps", {"lib/http/a.cpp": "int a;\n\n  sleep(1);\n"})
        self.assertEqual([(f.path, f.line) for f in found], [("lib/http/a.cpp", 3)])


@unittest.skipUnless(shutil.which("cmake") and shutil.which("ninja"), "needs cmake and ninja")
class ConfigureRefuses(unittest.TestCase):
    """The layers hold when targets are made, not only for includes."""

    def configure(self, *modules: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            lines = ["cmake_minimum_required(VERSION 3.25)", "project(layers NONE)", f"list(APPEND CMAKE_MODULE_PATH {ROOT}/cmake)",
                     "function(parley_package_module)\nendfunction()",  # packaging needs a compiler, layers do not
                     "include(ParleyModule)", *(f"parley_module({module})" for module in modules)]
            pathlib.Path(folder, "CMakeLists.txt").write_text("\n".join(lines))
            return subprocess.run(["cmake", "-G", "Ninja", "-S", folder, "-B", f"{folder}/build"], capture_output=True, text=True)

    def test_accepts_a_dependency_on_a_lower_rank(self):
        run = self.configure("NAME a GROUP lib RANK 0", "NAME b GROUP lib RANK 1 DEPENDS a", "NAME c GROUP src RANK 0 DEPENDS b")
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_refuses_the_same_or_a_higher_rank(self):
        run = self.configure("NAME a GROUP lib RANK 1", "NAME b GROUP lib RANK 1 DEPENDS a")
        self.assertIn("dependencies point downwards", run.stderr)
        self.assertNotEqual(run.returncode, 0)

    def test_refuses_lib_on_src(self):
        run = self.configure("NAME a GROUP src RANK 0", "NAME b GROUP lib RANK 1 DEPENDS a")
        self.assertIn("lib/b may not depend on src/a", run.stderr)

    def test_refuses_what_is_not_declared_before(self):
        self.assertIn("does not exist", self.configure("NAME b GROUP lib RANK 1 DEPENDS a").stderr)

    def test_refuses_two_modules_of_one_name(self):
        self.assertIn("two modules are called a", self.configure("NAME a GROUP lib RANK 1", "NAME a GROUP src RANK 2").stderr)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - min(failed, result.testsRun)} passed, {failed} failed: self-test of the rules")
    sys.exit(1 if failed else 0)
