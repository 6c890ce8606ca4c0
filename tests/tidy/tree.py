"""The tree that the rules look at: paths and texts, from disk or made up by a test. No rule reads a file itself."""

import dataclasses
import pathlib
import re

SKIPPED_FOLDERS = {"build", "node_modules", ".git", "data", "__pycache__", "test-results", "dist", ".cache"}
SOURCE_SUFFIXES = {".cpp", ".hpp", ".ts", ".vue", ".mjs", ".js", ".py", ".sh", ".css", ".cmake"}


@dataclasses.dataclass(frozen=True)
class Finding:
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclasses.dataclass(frozen=True)
class Module:
    """One parley_module() line."""

    name: str
    group: str
    rank: int

    @property
    def folder(self) -> str:
        return f"{self.group}/{self.name}"


class Tree:
    """Texts by path relative to the root. Binary files and corpora are left out."""

    def __init__(self, files: dict[str, str]):
        self.files = files
        self.modules = {m.name: m for m in self._modules()}

    @classmethod
    def load(cls, root: pathlib.Path) -> "Tree":
        files = {}
        folders = [root]
        while folders:
            for path in folders.pop().iterdir():
                if path.is_symlink():
                    continue
                if path.is_dir():
                    if path.name not in SKIPPED_FOLDERS and path.name != "corpus":
                        folders.append(path)
                else:
                    try:
                        files[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
                    except UnicodeDecodeError:
                        pass  # an image, a font
        return cls(files)

    def select(self, *folders: str, suffixes: tuple[str, ...] = (".cpp", ".hpp")):
        """(path, text) of the files below the folders that end so, in order."""
        for path in sorted(self.files):
            if path.startswith(folders) and path.endswith(suffixes):
                yield path, self.files[path]

    def sources(self):
        """(path, text) of everything that a person wrote as code."""
        for path in sorted(self.files):
            name = path.rsplit("/", 1)[-1]
            if pathlib.PurePath(path).suffix in SOURCE_SUFFIXES or name == "CMakeLists.txt" or path in ("dev", ".ci/run"):
                yield path, self.files[path]

    def module_of(self, path: str) -> Module | None:
        parts = path.split("/")
        module = self.modules.get(parts[1]) if len(parts) > 2 else None
        return module if module and module.group == parts[0] else None

    def _modules(self):
        pattern = re.compile(r"parley_module\(\s*NAME\s+(\w+)\s+GROUP\s+(lib|src)\s+RANK\s+(\d+)")
        for path, text in self.files.items():
            if path.endswith("/CMakeLists.txt"):
                for name, group, rank in pattern.findall(text):
                    yield Module(name, group, int(rank))


_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s\\]*)\(.*?\)(?P=tag)"|"(?:[^"\\\n]|\\.)*"|(?<![0-9A-Za-z_])\'(?:[^\'\\\n]|\\.)+\'',
    re.S)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without_comments(cpp: str) -> str:
    """C++ with its comments blanked; every other character keeps its place."""
    return _TOKENS.sub(lambda m: _blank(m[0]) if m[0].startswith(("//", "/*")) else m[0], cpp)


def without_comments_and_literals(cpp: str) -> str:
    """C++ with comments and the inside of strings and characters blanked; every other character keeps its place."""
    return _TOKENS.sub(lambda m: _blank(m[0]), cpp)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
