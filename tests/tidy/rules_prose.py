"""What stands beside the code, and what must not stand anywhere."""

import re

from tree import Finding, Tree, line_of


def module_readme(tree: Tree):
    """Each module says in a few lines what it owns, what it may use, what it never does."""
    for module in tree.modules.values():
        path = f"{module.folder}/README.md"
        text = tree.files.get(path)
        if text is None:
            yield Finding(path, 1, "is missing")
            continue
        for words in ("owns", "may use", "never"):
            if words not in text.lower():
                yield Finding(path, 1, f'does not say what the module "{words}"')


def left_open(tree: Tree):
    """Nothing is left for later in the code: it goes into an issue."""
    pattern = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    for path, text in tree.sources():
        if not path.startswith("tests/tidy/"):  # the one place that must spell what is banned
            for match in pattern.finditer(text):
                yield Finding(path, line_of(text, match.start()), f"{match[0]} left open")


def registry_hosts(tree: Tree):
    """No host of a package registry is named: where packages come from is the machine's business."""
    pattern = re.compile(
        r"\b(?:registry|deb|security|archive|mirrors?|proxy|pypi|index|static|files)\.[a-z0-9-]+\.(?:org|com|net|io|dev|us)\b"
        r"|\b(?:npmjs|yarnpkg|pypi|crates|rubygems|pkg)\.(?:org|com|io|jsr)\b", re.I)
    for path, text in tree.files.items():
        if not path.startswith("tests/tidy/"):
            for match in pattern.finditer(text):
                yield Finding(path, line_of(text, match.start()), f"names a registry host: {match[0]}")


def own_machine(tree: Tree):
    """No path of a developer's machine."""
    pattern = re.compile(r"(?<![\w.$}])/(?:home|work|Users)/\w+")
    for path, text in tree.sources():
        if not path.startswith("tests/tidy/"):
            for match in pattern.finditer(text):
                yield Finding(path, line_of(text, match.start()), f"path of one machine: {match[0]}")


def adr_index(tree: Tree):
    """docs/adr/README.md links every decision once, and nothing that is not there."""
    index = "docs/adr/README.md"
    records = {path.rsplit("/", 1)[-1] for path in tree.files if re.fullmatch(r"docs/adr/\d{4}-[a-z0-9-]+\.md", path)}
    others = {path for path in tree.files if re.fullmatch(r"docs/adr/[^/]+\.md", path)} - {index}
    for path in sorted(others - {f"docs/adr/{name}" for name in records}):
        yield Finding(path, 1, "a decision is named NNNN-a-few-words.md")
    if not records:
        return
    linked = re.findall(r"\]\((?:\./)?(\d{4}-[a-z0-9-]+\.md)\)", tree.files.get(index, ""))
    for name in sorted(records - set(linked)):
        yield Finding(index, 1, f"does not list {name}")
    for name in sorted(set(linked) - records):
        yield Finding(index, 1, f"lists {name}, which does not exist")
    numbers = [name[:4] for name in sorted(records)]
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        yield Finding(index, 1, f"two decisions have the number {number}")


_RELATIVE_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def dead_links(tree: Tree):
    """A relative link in the documentation leads to a file or folder of the tree."""
    folders = {path.rsplit("/", 1)[0] for path in tree.files if "/" in path}
    folders |= {"/".join(f.split("/")[:n]) for f in folders for n in range(1, f.count("/") + 1)}
    for path, text in tree.files.items():
        if not path.endswith(".md"):
            continue
        base = path.rsplit("/", 1)[0].split("/") if "/" in path else []
        for match in _RELATIVE_LINK.finditer(text):
            parts = list(base)
            for part in match[1].rstrip("/").split("/"):
                if part == "..":
                    parts = parts[:-1]
                elif part != ".":
                    parts.append(part)
            target = "/".join(parts)
            if target and target not in tree.files and target not in folders and not re.search(r"\.(png|jpe?g|webp|gif|woff2)$", target):
                yield Finding(path, line_of(text, match.start()), f"dead link: {match[1]}")


RULES = (module_readme, left_open, registry_hosts, own_machine, adr_index, dead_links)
