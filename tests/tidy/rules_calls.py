"""Calls that belong in one place, or nowhere."""

import re

from tree import Finding, Tree, line_of, without_comments, without_comments_and_literals


# Files of tests: beside the code by their ending, helpers by how their name begins or by a folder.
_TEST_FILE = re.compile(r"_(?:test|fuzz|bench)\.cpp$|/(?:test|fake)_[a-z0-9_]+\.[ch]pp$|/testing/")


def _calls(tree: Tree, pattern: str, what: str, folders: tuple[str, ...], allowed: tuple[str, ...] = (), tests: bool = True):
    regex = re.compile(pattern)
    for path, text in tree.select(*folders):
        if path.startswith(allowed) or (not tests and _TEST_FILE.search(path)):
            continue
        for match in regex.finditer(without_comments_and_literals(text)):
            yield Finding(path, line_of(text, match.start()), f"{match[0].strip()}: {what}")


_CODE = ("lib/", "src/", "tests/", "examples/")


def sleeps(tree: Tree):
    """Nobody sleeps: code waits for events, tests pass the time in."""
    pattern = r"\b(?:std::this_thread::)?sleep_(?:for|until)\b|\b(?:u|nano)?sleep\s*\("
    yield from _calls(tree, pattern, "wait for the event, or pass the time in", _CODE, ("lib/runtime/",))


def clocks(tree: Tree):
    """Only lib/runtime reads a clock; everybody else is told the time. (Tests of drivers bound their waiting by it.)"""
    pattern = (r"\b(?:system|steady|high_resolution)_clock::now\b|\bgettimeofday\s*\(|\bclock_gettime\s*\("
               r"|\btime\s*\(\s*(?:nullptr|NULL|0)\s*\)")
    yield from _calls(tree, pattern, "clocks belong in lib/runtime", ("lib/", "src/"), ("lib/runtime/",), tests=False)


def threads(tree: Tree):
    """lib/runtime starts threads; so does the one writer of each store. Tests may, to provoke races."""
    pattern = r"\bstd::j?thread\b(?!::)|\bstd::async\b|\bpthread_create\b"
    yield from _calls(tree, pattern, "threads belong in lib/runtime", ("lib/", "src/"), ("lib/runtime/", "src/store_"), tests=False)


def prints(tree: Tree):
    """No debugging by printing: what runs inside the server logs; only the command line writes to a terminal."""
    pattern = r"\bstd::(?:cout|cerr|clog)\b|\b(?:std::)?(?:f?printf|puts|fputs|putchar|perror)\s*\("
    allowed = ("lib/base/include/sio/base/check.hpp", "src/app/", "src/ops/")
    mains = re.compile(r"(?:^|[/_])main\.cpp$")
    for finding in _calls(tree, pattern, "log it, or take it out", ("lib/", "src/"), allowed, tests=False):
        if not mains.search(finding.path):
            yield finding


def html_as_text(tree: Tree):
    """X1: text is never HTML. No v-html, no innerHTML and the like."""
    pattern = re.compile(r"\bv-html\b|\.(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\.write\b|\beval\s*\(|\bnew Function\b")
    for path, text in tree.select("web/src/", suffixes=(".vue", ".ts", ".js", ".mjs")):
        for match in pattern.finditer(text):
            yield Finding(path, line_of(text, match.start()), f"{match[0]}: text is never HTML or code")


_SQL = (r'"\s*(?:SELECT\b|(?i:SELECT\s[^"]*\sFROM)\b|(?i:INSERT\s+(?:OR\s+\w+\s+)?INTO)\b|(?i:UPDATE\s+\w+\s+SET)\b'
        r"|(?i:DELETE\s+FROM|ALTER\s+TABLE|DROP\s+(?:TABLE|INDEX|TRIGGER|VIEW))\b|PRAGMA\s+\w+|BEGIN\s+IMMEDIATE\b"
        r"|(?i:CREATE\s+(?:UNIQUE\s+|TEMP\s+)?(?:TABLE|INDEX|TRIGGER|VIEW))\b)")


def sql_in_its_folder(tree: Tree):
    """SQL stands in src/store_* only."""
    pattern = re.compile(_SQL)
    for path, text in tree.select("lib/", "src/", "examples/"):
        if not path.startswith("src/store_"):
            for match in pattern.finditer(without_comments(text)):
                yield Finding(path, line_of(text, match.start()), "SQL belongs in src/store_*")


def sql_concatenation(tree: Tree):
    """X6: parameters are bound. No SQL text is put together from strings, streamed or formatted."""
    literal = r'(?:R"(?P<tag>[^()\s]*)\(.*?\)(?P=tag)"|"(?:[^"\\\n]|\\.)*")'
    starts = re.compile(rf"(?:{_SQL}|R\"[^()\s]*\(\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER)\b)")
    whole = re.compile(rf"(?:\s*{literal.replace('?P<tag>', '').replace('(?P=tag)', '[^()]*')})+", re.S)
    formatted = re.compile(r"(?:format|printf|StrCat|str_cat|append)\s*\([^;\"]*$")
    for path, text in tree.select("src/store_"):
        code = without_comments(text)
        for start in starts.finditer(code):
            all_of_it = whole.match(code, start.start())
            after = code[all_of_it.end():].lstrip()[:2] if all_of_it else ""
            before = code[max(0, start.start() - 80):start.start()].rstrip()
            # `operator<<` and `+` on either side, or an argument of a formatter that has others after it
            if after.startswith("+") or after == "<<" or before.endswith(("+", "<<")) or (formatted.search(before) and after.startswith(",")):
                yield Finding(path, line_of(code, start.start()), "SQL put together from strings: bind parameters")


def routes_have_policies(tree: Tree):
    """A11: a route gets into the API by a function that names who may use it, and by no other way."""
    for path, text in tree.select("src/rest/"):
        if path != "src/rest/routes.cpp" and not _TEST_FILE.search(path):
            for match in re.finditer(r"\brouter_?(?:\.|->)add\s*\(|\bsio::Route\s+\w+\s*[;{]", without_comments_and_literals(text)):
                yield Finding(path, line_of(text, match.start()), "add the route by anyone(), any() or admin() of routes.hpp")


RULES = (sleeps, clocks, threads, prints, html_as_text, routes_have_policies, sql_in_its_folder, sql_concatenation)
