"""Sizes and shape: a file holds one subject, a function fits a screen, a header says what it is for."""

import ast
import re

from tree import Finding, Tree, line_of, without_comments_and_literals

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70


def file_size(tree: Tree):
    """A file holds one subject, in at most 500 lines."""
    for path, text in tree.sources():
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            yield Finding(path, lines, f"{lines} lines, at most {FILE_LINES_MAX}")


_NO_FUNCTION = re.compile(
    r"^\s*(?:namespace|class|struct|union|enum|extern)\b|\b(?:if|for|while|switch|catch|else|do|try)\b\s*(?:constexpr\s*)?(?:\(|$)|=\s*$|=>\s*$")


def _cpp_functions(text: str):
    """(first line, last line) of the outermost functions: a brace after a parameter list, seen from namespace or class."""
    code = without_comments_and_literals(text)
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.M)
    stack: list[int] = []  # for each open brace: the offset of its head if it opens a function, else -1
    head = 0  # where the text before the next brace begins
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        if match[0] == "{":
            before = code[head:at]
            inside = any(offset >= 0 for offset in stack)
            is_function = not inside and ")" in before and not _NO_FUNCTION.search(before)
            stack.append(head + len(before) - len(before.lstrip()) if is_function else -1)
        elif match[0] == "}" and stack:
            begin = stack.pop()
            if begin >= 0:
                yield line_of(code, begin), line_of(code, at)
        head = at + 1


def _script_functions(text: str):
    """(first line, last line) of `function name(…) {` (TypeScript, JavaScript) and `name() {` (shell), by indentation."""
    lines = text.split("\n")
    opening = re.compile(r"^(\s*)(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\s*\*?\s*[\w$]+.*|[\w-]+\(\)\s*)\{\s*$")
    for number, line in enumerate(lines):
        match = opening.match(line)
        if match:
            for end in range(number + 1, len(lines)):
                if lines[end].rstrip() == match[1] + "}":
                    yield number + 1, end + 1
                    break


def _python_functions(text: str):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def function_size(tree: Tree):
    """A function fits a screen: at most 70 lines."""
    for path, text in tree.sources():
        if path.endswith((".cpp", ".hpp")):
            functions = _cpp_functions(text)
        elif path.endswith(".py"):
            functions = _python_functions(text)
        else:
            functions = _script_functions(text)
        for first, last in functions:
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield Finding(path, first, f"function of {last - first + 1} lines, at most {FUNCTION_LINES_MAX}")


def headers_open_with_a_comment(tree: Tree):
    """A header opens with what it holds and what it refuses to do, then `#pragma once`."""
    for path, text in tree.select("lib/", "src/", "tests/", "examples/", "bench/", "web/", suffixes=(".hpp",)):
        if not text.startswith(("//", "/*")):
            yield Finding(path, 1, "does not open with a comment")
        if not re.search(r"^#pragma once$", text, re.M):
            yield Finding(path, 1, "has no #pragma once")


def file_names(tree: Tree):
    """C++ files are named in snake_case."""
    for path, _ in tree.select("lib/", "src/", "tests/", "examples/", "bench/"):
        if not re.fullmatch(r"[a-z0-9_]+\.[ch]pp", path.rsplit("/", 1)[-1]):
            yield Finding(path, 1, "name is not snake_case")


RULES = (file_size, function_size, headers_open_with_a_comment, file_names)
