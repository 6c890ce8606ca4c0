#!/usr/bin/env python3
"""Our own rules, checked by an ordinary test: each rule passes or fails as a whole.

    tidy.py [ROOT]

Prints `path:line: what` for each finding, and closes with "N passed, N failed". tidy_selftest.py shows each rule firing.
"""

import pathlib
import sys

import rules_calls
import rules_layers
import rules_prose
import rules_rows
import rules_sizes
import rules_tests
from tree import Tree

RULES = rules_layers.RULES + rules_calls.RULES + rules_sizes.RULES + rules_prose.RULES + rules_tests.RULES + rules_rows.RULES


def main() -> int:
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    tree = Tree.load(root)
    failed = 0
    for rule in RULES:
        findings = list(rule(tree))
        if findings:
            failed += 1
            print(f"{rule.__name__}: {rule.__doc__.splitlines()[0]}")
            for finding in findings:
                print(f"  {finding}")
    print(f"{len(RULES) - failed} passed, {failed} failed: rules over {len(tree.files)} files")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
