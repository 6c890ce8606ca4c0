#!/usr/bin/env python3
"""What `./dev test` says is what happened: the counts read from each runner's closing lines, failures without a count, the
closing line and the exit code. Closes with "N passed, N failed"."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# suite, closing lines of its runner, "passed failed skipped"
CLOSINGS = [
    ("unit", "100% tests passed, 0 tests failed out of 36\n", "36 0 0"),
    ("unit", "97% tests passed, 1 tests failed out of 36\n", "35 1 0"),
    ("unit", " 3/36 Test  #3: a.b ....***Skipped   0.01 sec\n100% tests passed, 0 tests failed out of 36\n", "35 0 1"),
    ("unit", "No tests were found!!!\n", "0 0 0"),
    ("tidy", "20 passed, 1 failed: rules over 9 files\nOK\n9 passed, 0 failed: self-test\n", "29 1 0"),
    ("web", "1 passed, 0 failed: eslint\n0 passed, 1 failed: vue-tsc\n Test Files  1 failed | 3 passed (4)\n"
            "      Tests  2 failed | 40 passed | 3 skipped (45)\n", "41 3 3"),
    ("conformance", "ℹ tests 12\nℹ suites 2\nℹ pass 9\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 0\nℹ duration_ms 88.1\n", "9 2 1"),
    ("integration", "# tests 3\n# pass 3\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n", "3 0 0"),
    ("e2e", "Running 6 tests using 1 worker\n  1 failed\n    a.spec.ts:3 › x\n  1 flaky\n  1 skipped\n  1 did not run\n  2 passed (7.1s)\n", "3 2 1"),
    ("fuzz", "1 passed, 0 failed: fuzz json_scan   900 executions\n0 passed, 1 failed: fuzz http_parser\n  | x\n", "1 1 0"),
    ("lint", "1 passed, 0 failed: clang-format\n40 passed, 2 failed: clang-tidy\n", "41 2 0"),
]


def bash(script: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(["bash", "-c", f"set -Eeuo pipefail\n{script}"], capture_output=True, text=True, cwd=ROOT, **options)


class Counts(unittest.TestCase):
    def test_are_read_from_the_closing_lines_of_each_runner(self):
        for suite, closing, counts in CLOSINGS:
            with self.subTest(suite=suite, closing=closing):
                run = bash(f". dev.d/suites.sh; count_{suite}", input=closing)
                self.assertEqual(run.stdout.strip(), counts, run.stderr)

    def test_every_suite_can_be_counted(self):
        run = bash('. dev.d/suites.sh; for s in $SUITES_ALL; do declare -F "suite_$s" "count_$s"; done')
        suites = bash(". dev.d/suites.sh; echo $SUITES_ALL").stdout.split()
        self.assertGreaterEqual(len(suites), 7)
        self.assertEqual(len(run.stdout.split()), 2 * len(suites), run.stderr)


class TestRun(unittest.TestCase):
    """Suites made up here, run by the real run_suite and close_tests."""

    def close(self, *suites: str) -> tuple[str, int]:
        with tempfile.TemporaryDirectory() as folder:
            script = [f". {ROOT}/dev.d/{part}.sh" for part in ("common", "packages", "build", "suites", "test")]
            script += [f"cd {folder}; mkdir -p build/log; PRESET=release"]
            for number, body in enumerate(suites):
                script += [f"suite_s{number}() {{ {body}; }}", f"count_s{number}() {{ count_tidy; }}", f"run_suite s{number}"]
            script += ["close_tests", "((TOTAL_FAILED == 0)) || { trap - ERR; exit 1; }"]
            run = bash("\n".join(script))
            return run.stdout.splitlines()[-1], run.returncode

    def test_adds_up_and_succeeds(self):
        self.assertEqual(self.close("echo '2 passed, 0 failed: a'", "echo '3 passed, 0 failed: b'"), ("5 passed, 0 failed", 0))

    def test_goes_on_after_a_failed_suite(self):
        self.assertEqual(self.close("echo '1 passed, 1 failed: a'; false", "echo '3 passed, 0 failed: b'"), ("4 passed, 1 failed", 1))

    def test_a_suite_that_fails_without_a_failed_test_counts(self):
        self.assertEqual(self.close("echo '2 passed, 0 failed: a'; exit 3"), ("2 passed, 1 failed", 1))

    def test_a_suite_that_ran_nothing_counts_as_failed(self):
        self.assertEqual(self.close("true"), ("0 passed, 1 failed", 1))

    def test_a_suite_stops_at_its_first_failing_command(self):
        self.assertEqual(self.close("false; echo '9 passed, 0 failed: a'"), ("0 passed, 1 failed", 1))

    def test_a_sanitizer_report_fails_the_suite(self):
        self.assertEqual(self.close("echo '2 passed, 0 failed: a'; echo race >build/log/sanitizer-tsan.1"), ("2 passed, 1 failed", 1))

    def test_a_failing_step_before_the_tests_still_closes_with_counts(self):
        with tempfile.TemporaryDirectory() as folder:
            run = bash(f". {ROOT}/dev.d/common.sh; . {ROOT}/dev.d/test.sh; cd {folder}; CLOSING=close_tests; step build sh -c 'echo why; exit 2'")
        self.assertEqual((run.stdout, run.returncode), ("0 passed, 1 failed\n", 2))
        for part in ("failed (exit 2): build", "command: sh -c", "build/log/build.log", "why"):
            self.assertIn(part, run.stderr)


class Lock(unittest.TestCase):
    def test_a_second_run_is_refused_and_names_the_first(self):
        with tempfile.TemporaryDirectory() as folder:
            lock = f". {ROOT}/dev.d/common.sh; cd {folder}; lock_tree"
            run = bash(f"{lock}; bash -c 'set -Eeuo pipefail; {lock}' 9>&-")
        self.assertEqual(run.returncode, 75)
        self.assertRegex(run.stderr, r"another \./dev is at work here \(process \d+\)")


class Arguments(unittest.TestCase):
    def test_wrong_ones_are_usage_errors(self):
        for arguments in ("frobnicate", "build --preset none", "build --preset"):
            run = subprocess.run(["bash", ROOT / "dev", *arguments.split()], capture_output=True, text=True)
            self.assertEqual(run.returncode, 64, arguments)

    def test_help_names_every_command(self):
        out = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
        for command in ("run", "build", "test", "lint", "fmt", "docs", "conformance", "fuzz", "install", "clean"):
            self.assertRegex(out, rf"(?m)^  {command}\b")


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - min(failed, result.testsRun)} passed, {failed} failed: self-test of ./dev")
    sys.exit(1 if failed else 0)
