#!/usr/bin/env python3
"""clang-tidy over the compilation database, with results remembered by content.

A file is looked at again only if its command line, .clang-tidy, clang-tidy itself, or one of the files that it includes
has changed; only clean results are remembered. The memory is keyed by paths relative to the tree, so a second clone
profits too. Each file is one check: the last line says "N passed, N failed".
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "parley" / "clang-tidy"
TIDY = "clang-tidy-19"
FOLDERS = ("lib", "src", "tests", "examples", "bench", "web")

_hashes: dict[str, str] = {}


def relative(path: str) -> str:
    """The path under the tree, or as it is."""
    return os.path.relpath(path, ROOT) if path.startswith(f"{ROOT}/") else path


def content_hash(path: str) -> str:
    if path not in _hashes:
        try:
            _hashes[path] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
        except OSError:
            _hashes[path] = "absent"
    return _hashes[path]


def compiler_arguments(entry: dict) -> list[str]:
    """The command without launcher and output: what decides how the source is read."""
    words = entry.get("arguments") or shlex.split(entry["command"])
    while os.path.basename(words[0]) in ("ccache", "nice"):
        words = words[1:]
    result, skip = [], False
    for word in words:
        if skip or word in ("-o", "-MF", "-MT", "-MQ"):
            skip = not skip
        elif word not in ("-c", "-MD", "-MMD"):
            result.append(word)
    return result


def dependencies(entry: dict) -> list[str]:
    """Every file that the source includes, system headers too, as absolute paths."""
    run = subprocess.run([*compiler_arguments(entry), "-M", "-MT", "x"], cwd=entry["directory"], capture_output=True, text=True)
    if run.returncode != 0:
        return []
    words = shlex.split(run.stdout.replace("\\\n", " "))[1:]
    return sorted({os.path.normpath(os.path.join(entry["directory"], word)) for word in words})


class Memory:
    """For each source: what it included when it was last clean, and the hash over all of that."""

    def __init__(self, base: str):
        self.base = base  # clang-tidy's version and configuration

    def path(self, entry: dict) -> pathlib.Path:
        # The build folder is part of the command only by its include paths; the tree's place must not count.
        command = "\0".join(compiler_arguments(entry)).replace(str(ROOT), ".")
        key = hashlib.sha256(f"{self.base}\0{relative(entry['file'])}\0{command}".encode()).hexdigest()
        return CACHE / key[:2] / key

    @staticmethod
    def fingerprint(paths: list[str]) -> str:
        absolute = [p if p.startswith("/") else str(ROOT / p) for p in paths]
        return hashlib.sha256("\n".join(f"{p} {content_hash(a)}" for p, a in zip(paths, absolute)).encode()).hexdigest()

    def is_clean(self, entry: dict) -> bool:
        try:
            saved = json.loads(self.path(entry).read_text())
        except (OSError, ValueError):
            return False
        return saved["fingerprint"] == self.fingerprint(saved["files"])

    def remember(self, entry: dict, paths: list[str]) -> None:
        files = [relative(p) for p in paths]
        path = self.path(entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({"fingerprint": self.fingerprint(files), "files": files}))
        temporary.replace(path)


def examine(entry: dict, build: str, memory: Memory) -> str:
    """The findings of one file; empty if clean. The dependencies are taken first: an edit meanwhile is seen next time."""
    paths = dependencies(entry)
    if paths:
        memory.fingerprint([relative(p) for p in paths])
    run = subprocess.run(
        [TIDY, "-p", build, "--quiet", "--extra-arg=-Wno-unknown-warning-option", entry["file"]],
        capture_output=True, text=True)
    if run.returncode != 0:
        return run.stdout or run.stderr
    if paths:
        memory.remember(entry, paths)
    return ""


def selected(build: str, names: list[str]) -> list[dict]:
    wanted = {str((pathlib.Path.cwd() / name).resolve()) for name in names}
    entries = {}
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        ours = path.endswith(".cpp") and relative(path).split("/")[0] in FOLDERS
        if ours and (not wanted or path in wanted):
            entries.setdefault(path, {**entry, "file": path})
    return list(entries.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="build folder with compile_commands.json")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("files", nargs="*", help="only these")
    arguments = parser.parse_args()

    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    memory = Memory(hashlib.sha256(f"{version}\0{content_hash(str(ROOT / '.clang-tidy'))}".encode()).hexdigest())
    entries = selected(arguments.build, arguments.files)
    todo = [entry for entry in entries if not memory.is_clean(entry)]
    todo.sort(key=lambda entry: -os.path.getsize(entry["file"]))  # the long ones first
    print(f"clang-tidy: {len(entries)} files, {len(todo)} to look at", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for findings in pool.map(lambda entry: examine(entry, arguments.build, memory), todo):
            if findings:
                failed += 1
                print(findings, flush=True)
    print(f"{len(entries) - failed} passed, {failed} failed: clang-tidy")
    return 1 if failed or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
