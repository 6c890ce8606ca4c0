#!/usr/bin/env python3
"""Prints how many lines of each source were reached, from `llvm-cov export -summary-only`.

    coverage_table.py SUMMARY.json MINIMUM

Exit 1 if all sources together are below MINIMUM per cent, or there is none. Sources below it alone are marked.
"""

import json
import pathlib
import sys


def main() -> int:
    summary = json.loads(pathlib.Path(sys.argv[1]).read_text())
    minimum = float(sys.argv[2])
    rows = []
    for file in summary["data"][0]["files"]:
        lines = file["summary"]["lines"]
        if lines["count"]:
            rows.append((pathlib.Path(file["filename"]), lines["count"], lines["covered"]))
    if not rows:
        print("no source was measured")
        return 1
    root = pathlib.Path(__file__).resolve().parents[2]
    print(f"{'source':<40}{'lines':>7}{'reached':>9}{'per cent':>10}")
    for path, count, covered in sorted(rows):
        name = path.relative_to(root) if path.is_relative_to(root) else path
        percent = 100 * covered / count
        print(f"{str(name):<40}{count:>7}{covered:>9}{percent:>10.1f}{'  below' if percent < minimum else ''}")
    count = sum(row[1] for row in rows)
    covered = sum(row[2] for row in rows)
    percent = 100 * covered / count
    print(f"{'all':<40}{count:>7}{covered:>9}{percent:>10.1f}  (at least {minimum:g} wanted)")
    return 1 if percent < minimum else 0


if __name__ == "__main__":
    sys.exit(main())
