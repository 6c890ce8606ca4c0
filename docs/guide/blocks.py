#!/usr/bin/env python3
"""The code blocks of the guide are files that are compiled and run.

    blocks.py            checks every block; closes with "N passed, N failed"
    blocks.py --write    puts the files' text into the blocks
    blocks.py --print N  the commands of the block `sh run=N`, for tests/package

What stands behind the language of a block says what it must equal:

    file=NAME            examples/guide/NAME, whole
    file=NAME#REGION     its lines between `// guide: REGION` and `// guide: end`, without their indentation
    packages=GROUP       an apt-get line that installs just the packages of this group of dev.d/packages.sh
    run=NAME             commands that tests/package runs as they stand

Text (`text`) is output; a line or two of JavaScript may stand without a file.
"""

import pathlib
import re
import shlex
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/guide/README.md"
EXAMPLES = ROOT / "examples/guide"
FENCE = re.compile(r"^```(\w+)(?: (?!`)([^\n]*))?\n(.*?)^```$", re.M | re.S)
UNBOUND_JS_LINES_MAX = 2


def region(name: str) -> str:
    """The text that `file=name` stands for."""
    path, _, part = name.partition("#")
    text = (EXAMPLES / path).read_text()
    if not part:
        return text
    found = re.findall(rf"^ *// guide: {re.escape(part)}\n(.*?)^ *// guide: end\n", text, re.M | re.S)
    if len(found) != 1:
        raise KeyError(f"{path} has {len(found)} regions {part}")
    return textwrap.dedent(found[0])


def packages(group: str) -> list[str]:
    script = f'set -eu; . dev.d/packages.sh; echo "${{PACKAGES[{group}]}}"'
    return subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def fault(language: str, what: str, body: str) -> str | None:
    """Why a block is not what it says it is."""
    kind, _, name = what.partition("=")
    if kind == "file":
        try:
            return None if body == region(name) else f"is not the text of {name}: blocks.py --write"
        except (OSError, KeyError) as error:
            return str(error)
    if kind == "packages":
        words = shlex.split(body)
        named = [word for word in words[2:] if not word.startswith("-")]
        return None if words[:2] == ["apt-get", "install"] and sorted(named) == sorted(packages(name)) else f"does not install {packages(name)}"
    if kind == "run":
        tests = "".join(path.read_text() for path in (ROOT / "tests/package").glob("*.mjs"))
        return None if f"'{name}'" in tests else f"no test runs {name}"
    if language == "text" or (language == "js" and body.count("\n") <= UNBOUND_JS_LINES_MAX):
        return None
    return "says not what it must equal"


def unused_regions(blocks) -> list[str]:
    used = {what.removeprefix("file=") for _, what, _ in blocks}
    return [f"{path.name}#{name}" for path in EXAMPLES.iterdir() for name in re.findall(r"// guide: (.*)\n", path.read_text())
            if name not in ("end",) and f"{path.name}#{name}" not in used and "`" not in name]


def main(arguments: list[str]) -> int:
    text = GUIDE.read_text()
    if arguments[:1] == ["--write"]:
        GUIDE.write_text(FENCE.sub(lambda m: f"```{m[1]} {m[2]}\n{region(m[2].removeprefix('file='))}```"
                                   if (m[2] or "").startswith("file=") else m[0], text))
        return 0
    blocks = [(m[1], m[2] or "", m[3]) for m in FENCE.finditer(text)]
    if arguments[:1] == ["--print"]:
        print(next(body for _, what, body in blocks if what == f"run={arguments[1]}"), end="")
        return 0
    faults = [(what or language, fault(language, what, body)) for language, what, body in blocks]
    faults += [(name, "stands in no block of the guide") for name in unused_regions(blocks)]
    failed = [(name, why) for name, why in faults if why]
    for name, why in failed:
        print(f"docs/guide: the block {name} {why}")
    print(f"{len(faults) - len(failed)} passed, {len(failed)} failed: blocks of the guide")
    return 1 if failed or not blocks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
