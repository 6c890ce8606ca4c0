#!/usr/bin/env python3
"""Plants the bugs of tests/mutants/*.toml one at a time and expects the test named with each to fail.

    mutants.py [--list] [WORD…]

WORD: the id of a mutant, of a row (H1), or the beginning of either. Works in copies of the committed state under
build/mutants, never in the working tree. A mutant that survives, hangs its test (which shows nothing but that), does not
compile, or whose text is no longer found makes the whole run fail. Closes with a table and the counts. Usually called by `./dev torture mutants`.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import dataclasses
import os
import pathlib
import queue
import re
import signal
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
WORK = ROOT / "build" / "mutants"
TEST_SECONDS_MAX = 120
SERVER_TESTS = ("tests/durability/", "tests/integration/")  # Node's tests of the chat; their npm packages are here:
NPM_PACKAGES = pathlib.PurePath("tests/integration/node_modules")
NODE_PASSED = re.compile(r"^\S+ pass (\d+)$", re.M)
GTEST_PASSED = re.compile(r"^\[  PASSED  \] (\d+) tests?\.$", re.M)


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One planted bug, as written in a TOML file."""

    id: str
    what: str
    file: str
    old: str
    new: str
    test: str

    @property
    def row(self) -> str:
        return self.id.split("-", 1)[0]

    def is_meant_by(self, word: str) -> bool:
        """Whether `word` is the beginning of its id; a number is meant as a whole: A1 is no A10."""
        return re.match(re.escape(word) + (r"(?!\d)" if word[-1:].isdigit() else ""), self.id) is not None

    @property
    def target(self) -> str:
        """What must be built to run the test."""
        kind, first = self.test.split(" ")[:2]
        if kind == "gtest":
            return first
        return "parley" if self.needs_server else "sio-conformance"

    @property
    def needs_server(self) -> bool:
        """Whether the chat must be built; most bugs are in the library, whose build is smaller."""
        kind, first = self.test.split(" ")[:2]
        return first.startswith(("src_", "powercut")) if kind == "gtest" else first.startswith(SERVER_TESTS)


def load(folder: pathlib.Path = HERE) -> list[Mutant]:
    mutants = []
    for path in sorted(folder.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]:
            mutants.append(Mutant(**entry))
    doubles = [name for name, n in collections.Counter(m.id for m in mutants).items() if n > 1]
    if doubles:
        raise SystemExit(f"two mutants of one id: {', '.join(doubles)}")
    return mutants


def planted(text: str, mutant: Mutant) -> str:
    """The text of the file with the bug in it."""
    found = text.count(mutant.old)
    if found != 1:
        raise LookupError(f"its text stands {found} times in {mutant.file}, not once: bring {mutant.id} up to date")
    if mutant.new == mutant.old:
        raise LookupError("changes nothing")
    return text.replace(mutant.old, mutant.new)


class Tree:
    """A copy of the committed state with a build of its own."""

    def __init__(self, number: int, commit: str, server: bool):
        self.path = WORK / f"tree{number}"
        self.build = self.path / "build" / "dev"
        if not (self.path / ".git").exists():
            run(["git", "worktree", "prune"], ROOT)
            run(["git", "worktree", "add", "--detach", "--force", str(self.path), commit], ROOT)
        run(["git", "checkout", "--quiet", "--force", "--detach", commit], self.path)
        self.env = os.environ | {"CCACHE_BASEDIR": str(self.path), "CCACHE_NOHASHDIR": "1", "NO_COLOR": "1",
                                 "SIO_CONFORMANCE": str(self.build / "bin" / "sio-conformance"),
                                 "PARLEY_BIN": str(self.build / "bin" / "parley")}
        packages = self.path / NPM_PACKAGES
        if server and not packages.exists():
            packages.symlink_to(ROOT / NPM_PACKAGES)
        run(["cmake", "--preset", "dev", "-B", str(self.build), f"-DPARLEY_SERVER={'ON' if server else 'OFF'}",
             "-DPARLEY_WEB=OFF"], self.path, self.env)

    def make(self, *targets: str) -> str | None:
        """None, or why it failed."""
        jobs = os.environ.get("PARLEY_JOBS", str(os.cpu_count()))
        done = subprocess.run(["ninja", "-C", str(self.build), "-j", jobs, *targets], env=self.env, text=True,
                              capture_output=True, check=False)
        if done.returncode == 0:
            return None
        errors = [line for line in done.stdout.splitlines() if "error" in line or "undefined reference" in line]
        return "\n".join(errors[:3]) or done.stdout[-400:]

    def test(self, test: str) -> tuple[str, str]:
        """("passed" (having run something) | "failed" | "hung", the end of what it said)."""
        kind, first, *rest = test.split(" ", 2)
        if kind == "gtest":
            command = [str(self.build / "bin" / first), f"--gtest_filter={rest[0]}", "--gtest_brief=0"]
        else:
            command = ["node", "--test", "--test-reporter=spec"]
            command += [f"--test-name-pattern={rest[0]}"] if rest else []
            command += [str(self.path / first)]
        process = subprocess.Popen(command, cwd=self.path, env=self.env, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, errors="replace", start_new_session=True)
        try:
            said, _ = process.communicate(timeout=TEST_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return "hung", f"{test}: not over after {TEST_SECONDS_MAX} s"
        finally:
            # A test that hangs leaves its servers behind.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        passed = (GTEST_PASSED if kind == "gtest" else NODE_PASSED).search(said)
        good = process.returncode == 0 and passed is not None and int(passed[1]) > 0
        return "passed" if good else "failed", said[-600:]


def run(command: list[str], folder: pathlib.Path, env: dict | None = None) -> None:
    done = subprocess.run(command, cwd=folder, env=env, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stdout[-1000:]}{done.stderr[-1000:]}")


def judge(tree: Tree, mutant: Mutant) -> tuple[str, str]:
    """("killed" | "hung" | "survived" | "error", why)."""
    path = tree.path / mutant.file
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(planted(before, mutant), encoding="utf-8")
        if broken := tree.make(mutant.target):
            return "error", f"does not compile: {broken}"
        outcome, said = tree.test(mutant.test)
        if outcome == "passed":
            return "survived", f"{mutant.test} passes"
        return ("hung" if outcome == "hung" else "killed"), said
    except LookupError as why:
        return "error", str(why)
    finally:
        path.write_text(before, encoding="utf-8")


def check_unmutated(tree: Tree, mutants: list[Mutant]) -> None:
    if broken := tree.make(*sorted({m.target for m in mutants})):
        raise SystemExit(f"the committed state does not build: {broken}")
    for test in sorted({m.test for m in mutants}):
        outcome, said = tree.test(test)
        if outcome != "passed":
            raise SystemExit(f"without any bug planted this does not pass, or runs nothing: {test}\n{said}")


def run_all(mutants: list[Mutant]) -> dict[str, tuple[str, str]]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.strip()
    WORK.mkdir(parents=True, exist_ok=True)
    server = any(m.needs_server for m in mutants)
    first = Tree(0, commit, server)
    check_unmutated(first, mutants)
    trees: queue.SimpleQueue[Tree] = queue.SimpleQueue()
    trees.put(first)
    for number in range(1, min(os.cpu_count() or 1, len(mutants))):
        other = Tree(number, commit, server)
        other.make(*sorted({m.target for m in mutants}))
        trees.put(other)
    results = {}

    def one(mutant: Mutant) -> None:
        tree, start = trees.get(), time.monotonic()
        try:
            results[mutant.id] = judge(tree, mutant)
        finally:
            trees.put(tree)
        verdict, why = results[mutant.id]
        print(f"{verdict:9}{time.monotonic() - start:7.1f} s  {mutant.id}: {mutant.what}", flush=True)
        if verdict != "killed":
            print(f"          {why}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(trees.qsize()) as pool:
        list(pool.map(one, mutants))
    return results


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    mutants = load()
    if arguments.words:
        unknown = [word for word in arguments.words if not any(m.is_meant_by(word) for m in mutants)]
        if unknown:
            raise SystemExit(f"no mutant begins with: {', '.join(unknown)}")
        mutants = [m for m in mutants if any(m.is_meant_by(word) for word in arguments.words)]
    if arguments.list:
        for mutant in mutants:
            print(f"{mutant.id:36}{mutant.test}\n    {mutant.what}")
        return 0
    results = run_all(mutants)
    counts = collections.Counter(verdict for verdict, _ in results.values())
    by_row = collections.defaultdict(collections.Counter)
    for mutant in mutants:
        by_row[mutant.row][results[mutant.id][0]] += 1
    print(f"\n{'row':5}{'planted':>9}{'killed':>9}{'hung':>7}{'survived':>9}{'error':>7}")
    for row, of_row in sorted(by_row.items()):
        print(f"{row:5}{of_row.total():9}{of_row['killed']:9}{of_row['hung']:7}{of_row['survived']:9}{of_row['error']:7}")
    print(f"{len(mutants)} planted, {counts['killed']} killed, {counts['hung']} hung, {counts['survived']} survived, "
          f"{counts['error']} errors")
    return 0 if counts["killed"] == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
