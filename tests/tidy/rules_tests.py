"""A test that no suite runs proves nothing."""

import re

from tree import Finding, Tree, line_of

_SUITES = "dev.d/suites.sh"
# suite_tidy runs these scripts itself: it needs no build.
_RUN_WITHOUT_CTEST = {"tidy"}
_COMMAND = re.compile(r"^[ \t]*(add_test|gtest_discover_tests|set_tests_properties)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)", re.M)


def ctest_labels(tree: Tree):
    """Each test of CMake bears a label that a suite of `./dev test` runs."""
    run = _RUN_WITHOUT_CTEST | set(re.findall(r"\bctest\b[^\n]*? -L (\w+)", tree.files.get(_SUITES, "")))
    for path, text in sorted(tree.files.items()):
        if not path.endswith(("CMakeLists.txt", ".cmake")):
            continue
        text = re.sub(r"#[^\n]*", lambda m: " " * len(m[0]), text)
        commands = [(m[1], m[2].split(), line_of(text, m.start(1))) for m in _COMMAND.finditer(text)]
        labels = {args[0]: _label(args) for name, args, _ in commands if name == "set_tests_properties" and args}
        for name, args, line in commands:
            if name == "set_tests_properties":
                continue
            named = args[1] if name == "add_test" and args[:1] == ["NAME"] else args[0] if args else ""
            label = _label(args) if name == "gtest_discover_tests" else labels.get(named)
            if label is None:
                yield Finding(path, line, f"{named} has no label: no suite runs it")
            elif label not in run:
                yield Finding(path, line, f"{named} has the label {label}, which no suite of {_SUITES} runs")


def _label(args: list[str]) -> str | None:
    return args[args.index("LABELS") + 1] if "LABELS" in args[:-1] else None


RULES = (ctest_labels,)
