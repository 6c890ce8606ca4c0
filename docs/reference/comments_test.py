#!/usr/bin/env python3
"""The input filter of the reference: which comment documents what, and that lines stay where they are. Closes with
"N passed, N failed"."""

import pathlib
import sys
import unittest

from comments import convert

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEAD = "// Opens.\n#pragma once\n\n"


def lines(body: str, head: str = HEAD, path: str = "lib/server/include/sio/server/thing.hpp") -> list[str]:
    """What becomes of the lines of `body`, which stand in a header of lib/server."""
    return convert(path, head + body).split("\n")[head.count("\n"):]


class Declarations(unittest.TestCase):
    def test_the_opening_comment_documents_the_file_and_its_namespace_is_in_the_group(self):
        header = "// One.\n// Two.\n#pragma once\n\nnamespace sio {\n\nint a;\n\n}  // namespace sio\n"
        self.assertEqual(convert("lib/json/include/sio/json/value.hpp", header),
                         "/// @file\n/// One.\n/// Two.\n\nnamespace sio {  /** @addtogroup module_json\n@{ */ \nint a;\n\n"
                         "/** @} */ }  // namespace sio\n")

    def test_a_comment_above_documents_and_one_that_stands_alone_does_not(self):
        self.assertEqual(lines("\n// Alone.\n\n// Why.\n// More.\nvoid f();\n")[1:6], ["// Alone.", "", "/// Why.", "/// More.", "void f();"])

    def test_a_comment_behind_documents_members_and_enumerators(self):
        self.assertEqual(lines("\nenum class E {\n  a,  // first\n  b   // second\n};\n")[2:4], ["  a,  /**< first */", "  b  /**< second */"])

    def test_two_slashes_in_a_string_are_no_comment(self):
        self.assertEqual(lines('\nconst char* url = "a//x";\n')[1], 'const char* url = "a//x";')

    def test_comments_inside_functions_stay(self):
        body = "\ninline int f() {\n  // Why.\n  int a = 1;  // one\n  return a;\n}\n// Next.\nint g();\n"
        self.assertEqual(lines(body)[2:9], ["  // Why.", "  int a = 1;  // one", "  return a;", "}", "/// Next.", "int g();", ""])

    def test_templates_of_classes_are_scopes_and_templates_of_functions_are_not(self):
        body = "\ntemplate <class T, class U = X<T>>\nclass C {\n  // Doc.\n  int a;\n};\ntemplate <class T>\nT f() {\n  // Not.\n  return {};\n}\n"
        self.assertEqual(lines(body)[3], "  /// Doc.")
        self.assertEqual(lines(body)[8], "  // Not.")

    def test_access_and_closing_braces_take_no_comment(self):
        self.assertEqual(lines("\nclass C {\n  // Stray.\n public:\n  int f();\n};\n")[2], "  // Stray.")

    def test_overloads_that_follow_share_the_comment(self):
        result = lines("\nclass C {\n  // Adds `x`.\n  C& add(int x);\n  C& add(long x);\n  C& take(int x);\n};\n")
        self.assertEqual(result[4:6], ["/** Adds `x`. */   C& add(long x);", "  C& take(int x);"])
        result = lines("\nclass C {\n  // Adds.\n  template <class T>\n    requires(A<T>)\n  void add(T x) {\n    add(x);\n  }\n  void add_list(L x);\n  void f();\n};\n")
        self.assertEqual(result[7:10], ["  }", "/** Adds. */   void add_list(L x);", "  void f();"])

    def test_the_class_that_the_header_is_named_after_takes_its_comment(self):
        result = lines("\nclass Thing;\nclass Other {\n};\nclass Thing final {\n};\n")
        self.assertEqual(result[1:5], ["class Thing;", "class Other {", "};", "/** Opens. */ class Thing final {"])

    def test_what_has_nothing_to_say_is_left_out_unless_it_says_something(self):
        silent = ["C(const C&) = delete;", "~C();", "virtual ~C() = default;", "C(C&&) noexcept;", "C& operator=(C&&) noexcept;",
                  "friend bool operator==(C, C) = default;", "Items begin() const { return *this; }"]
        for line in silent:
            with self.subTest(line):
                self.assertEqual(lines(f"\nclass C {{\n  {line}\n}};\n")[2], f"/** @private */   {line}")
                self.assertEqual(lines(f"\nclass C {{\n  // Says.\n  {line}\n}};\n")[2:4], ["  /// Says.", f"  {line}"])
        for line in ("void stop();", "C(int);", "int end_of() const;"):
            self.assertEqual(lines(f"\nclass C {{\n  {line}\n}};\n")[2], f"  {line}")

    def test_details_and_other_peoples_namespaces_are_left_out(self):
        body = ("\nnamespace sio::detail {\nstruct Hidden {\n};\n}  // namespace sio::detail\n\ntemplate <class T>\nstruct std::hash<T> {\n"
                "  int operator()();\n};\n")
        self.assertEqual("".join(lines(body)), "")


class Sections(unittest.TestCase):
    def test_a_section_groups_what_follows_up_to_the_next_or_the_end(self):
        body = "\nclass C {\n public:\n  // ---- set-up. Before run().\n  // Doc.\n  int a();\n\n  // ---- running\n  int b();\n\n private:\n  int c_;\n};\n"
        self.assertEqual(lines(body)[3:11], ["/** @name set-up", "Before run(). @{ */   /// Doc.", "  int a();", "",
                                             "/** @} */ /** @name running", " @{ */   int b();", "", "/** @} */  private:"])


class Text(unittest.TestCase):
    def of(self, comment: str) -> str:
        return lines(f"\n// {comment}\nint f();\n")[1].removeprefix("/// ")

    def test_nothing_but_code_is_markup(self):
        self.assertEqual(self.of(r'"\ud800" <b> a&b %s @x #y a*b'), r'"\\ud800" \<b\> a\&b \%s \@x \#y a&lowast;b')
        self.assertEqual(self.of(r"`<b>\n` and `'4'`"), r"`<b>\n` and ``'4'``")

    def test_a_backtick_that_is_not_closed_is_an_ordinary_character(self):
        self.assertEqual(self.of("a ` <b>"), r"a ' \<b\>")

    def test_code_may_run_over_a_line(self):
        self.assertEqual(lines("\n// An `x\n// <y>` here.\nint f();\n")[1:3], ["/// An `x", "/// <y>` here."])

    def test_indented_lines_are_code(self):
        self.assertEqual(lines("\n// So:\n//   f(<1>);\n//   g();\n// Then.\nint f();\n")[1:5],
                         ["/// So:", "/// @code{.cpp} f(<1>);", "/// g(); @endcode", "/// Then."])


class EveryHeader(unittest.TestCase):
    def test_keeps_its_lines(self):
        headers = sorted(ROOT.glob("lib/*/include/**/*.hpp"))
        self.assertGreater(len(headers), 30)
        for header in headers:
            text = header.read_text()
            before, after = text.split("\n"), convert(str(header), text).split("\n")
            self.assertEqual(len(after), len(before), header)
            for number, line in enumerate(before):
                if line.startswith("#include"):
                    self.assertTrue(after[number].endswith(line), f"{header}:{number + 1}")


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - min(failed, result.testsRun)} passed, {failed} failed: comments of the reference")
    sys.exit(1 if failed else 0)
