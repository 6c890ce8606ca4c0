"""The fault table stays true: each row has tests that bear its id, and bugs planted that they find."""

import fnmatch
import re
import tomllib

from tree import Finding, Tree, line_of

_DOCUMENT = "docs/reliability.md"
_MUTANTS = "tests/mutants/"
# The rows that docs/reliability.md shows in its table of planted bugs.
ROWS = tuple(f"{letter}{number}" for letter, last in (("H", 8), ("E", 7), ("S", 9), ("W", 8)) for number in range(1, last + 1)) + (
    "R2", "R3", "R4", "R7", "A1", "A7", "A10", "A11", "A12", "A14", "F1", "F2", "F5", "F6", "F7", "F8", "F9", "F17", "F18", "F19", "F20", "F21", "F22", "F23",
    "F24", "F26", "F27", "F3", "F4", "F10", "R6")
_TABLE_ROW = re.compile(r"^\| ([A-Z]\d+) \|(.*)\|(.*)\|(.*)\|$", re.M)
_GTEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.M)
_NODE = re.compile(r"\b(?:test|describe|rejects)\(\s*(?:named\()?[`'\"]([^`'\"]*)")


def _table(tree: Tree):
    """id → (line, shown by, planted bugs)"""
    text = tree.files.get(_DOCUMENT, "")
    return {m[1]: (line_of(text, m.start()), m[3], m[4]) for m in _TABLE_ROW.finditer(text)}


def _mutants(tree: Tree):
    for path, text in sorted(tree.files.items()):
        if path.startswith(_MUTANTS) and path.endswith(".toml"):
            for mutant in tomllib.loads(text).get("mutant", []):
                yield path, mutant


def _test_names(tree: Tree) -> set[str]:
    names = set()
    for path, text in tree.files.items():
        if path.endswith("_test.cpp"):
            names |= {name for _, name in _GTEST.findall(text)}
        elif path.endswith(".test.mjs"):
            names |= set(_NODE.findall(text))
    return names


def rows_have_tests(tree: Tree):
    """Each row of the table stands in docs/reliability.md, with tests that exist, and in the name of a test."""
    table = _table(tree)
    names = _test_names(tree)
    for row in ROWS:
        if not any(re.search(rf"(?<![A-Za-z0-9]){row}(?![0-9])", name) for name in names):
            yield Finding(_DOCUMENT, 1, f"no test bears {row} in its name")
        if row not in table:
            yield Finding(_DOCUMENT, 1, f"has no row {row}")
            continue
        line, shown, _ = table[row]
        path = None
        for quoted in re.findall(r"`([^`]+)`", shown):
            if "/" in quoted and " " not in quoted:
                path = quoted
                if path not in tree.files:
                    yield Finding(_DOCUMENT, line, f"{row}: there is no {path}")
            elif path is None or quoted not in tree.files.get(path, ""):
                yield Finding(_DOCUMENT, line, f"{row}: {path} has no test `{quoted}`")
        if path is None:
            yield Finding(_DOCUMENT, line, f"{row}: names no file with a test")


def rows_have_mutants(tree: Tree):
    """Each row of the table has planted bugs, and docs/reliability.md and tests/mutants name the same ones."""
    table = _table(tree)
    planted: dict[str, set[str]] = {}
    for _, mutant in _mutants(tree):
        planted.setdefault(mutant["id"].split("-", 1)[0], set()).add(mutant["id"])
    for row in ROWS:
        line, _, listed = table.get(row, (1, "", ""))
        named = set(re.findall(r"`([^`]+)`", listed))
        if row not in planted:
            yield Finding(_DOCUMENT, line, f"{row} has no mutant in {_MUTANTS}")
        for missing in sorted(planted.get(row, set()) - named):
            yield Finding(_DOCUMENT, line, f"{row}: does not list the mutant {missing}")
        for unknown in sorted(named - planted.get(row, set())):
            yield Finding(_DOCUMENT, line, f"{row}: lists {unknown}, which {_MUTANTS} does not have")


def mutants_fit(tree: Tree):
    """What a mutant quotes stands once in its file, and its test exists: bring it along when either changes."""
    tests = {path: {f"{suite}.{name}" for suite, name in _GTEST.findall(text)} for path, text in tree.files.items()
             if path.endswith("_test.cpp")}
    for path, mutant in _mutants(tree):
        line = line_of(tree.files[path], tree.files[path].find(f'"{mutant["id"]}"'))
        found = tree.files.get(mutant["file"], "").count(mutant["old"])
        if found != 1:
            yield Finding(path, line, f"{mutant['id']}: its text stands {found} times in {mutant['file']}, not once")
        kind, first, *rest = mutant["test"].split(" ", 2)
        if kind == "node":
            if first not in tree.files:
                yield Finding(path, line, f"{mutant['id']}: there is no {first}")
            continue
        group, _, module = first.removesuffix("_test").partition("_")
        folder = f"{group}/{module}/" if module else f"tests/{group}/"  # lib_http_test, or simulation_test
        known = set().union(*(names for at, names in tests.items() if at.startswith(folder)))
        for pattern in (rest[0] if rest else "").split(":"):
            wanted = pattern.split(".", 1)[0].split("/")[-1] + "." + pattern.split(".", 1)[-1].split("/")[0]
            if not fnmatch.filter(known, wanted.replace("**", "*")):
                yield Finding(path, line, f"{mutant['id']}: {first} has no test {pattern}")


RULES = (rows_have_tests, rows_have_mutants, mutants_fit)
