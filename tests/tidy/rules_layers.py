"""Who may include whom: the same directions that cmake/ParleyModule.cmake enforces for targets, for #include lines."""

import posixpath
import re

from tree import Finding, Tree, line_of, without_comments

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
_ROOT_OF_GROUP = {"lib": "sio", "src": "parley"}


def _includes(text: str):
    # Comments are blanked, but the quoted name of an include is a string literal: both texts have the same offsets.
    for match in _INCLUDE.finditer(without_comments(text)):
        yield line_of(text, match.start()), match[1], match[2]


def _public_module(tree: Tree, include: str):
    """(group, module or None) that a public include path names, or None for any other path."""
    parts = include.split("/")
    for group, root in _ROOT_OF_GROUP.items():
        if parts[0] == root and len(parts) > 2:
            module = tree.modules.get(parts[1])
            return group, module if module and module.group == group else None
    return None


def layer_directions(tree: Tree):
    """An include leads to the own module or to a lower rank; lib/ knows nothing of src/."""
    for path, text in tree.select("lib/", "src/"):
        own = tree.module_of(path)
        if own is None:
            yield Finding(path, 1, "belongs to no parley_module()")
            continue
        for line, _, include in _includes(text):
            public = _public_module(tree, include)
            if public is None:
                continue
            group, other = public
            if own.group == "lib" and group == "src":
                yield Finding(path, line, f"lib/ may not include {include}")
            elif other is not None and other != own and other.group == own.group and other.rank >= own.rank:
                yield Finding(path, line, f"{own.name} (rank {own.rank}) may not include {include} (rank {other.rank})")


def private_headers(tree: Tree):
    """What stands outside include/ is private: only its own module includes it, by a path inside the module."""
    for path, text in tree.select("lib/", "src/", "tests/", "examples/", "bench/"):
        own = tree.module_of(path)
        for line, quote, include in _includes(text):
            if quote != '"' or _public_module(tree, include):
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), include))
            other = tree.module_of(target)
            if other is not None and other != own:
                yield Finding(path, line, f"{include} is private to {other.folder}")


def boost_in_public_headers(tree: Tree):
    """Boost costs 11 s and 570 MB a translation unit: no public header but those of lib/runtime brings it along."""
    for path, text in tree.select("lib/", "src/", suffixes=(".hpp",)):
        if "/include/" not in path or path.startswith("lib/runtime/"):
            continue
        for line, _, include in _includes(text):
            if include.startswith("boost/"):
                yield Finding(path, line, f"{include} in a public header")


RULES = (layer_directions, private_headers, boost_in_public_headers)
