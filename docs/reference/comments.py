#!/usr/bin/env python3
"""Doxygen's input filter: the house's plain `//` comments become documentation comments.

    comments.py HEADER       the header for Doxygen, on standard output, line for line

- The comment that opens a header documents the file; what is in its namespace belongs to the group of its module.
- A comment directly above a declaration documents it, and the overloads of it (and NAME_list, which takes the arguments
  of NAME as a list) that follow without one of their own; a comment behind a member or an enumerator documents that one.
- A class without comment whose name is the header's takes the comment that opens the header.
- `// ---- words` opens a section of the class.
- Comments inside functions, and those that stand alone, stay what they are.
- Copies that are deleted, comparisons that are defaulted, moves, destructors, the steps of an iterator and what the
  compiler asks of a coroutine have nothing to say without a comment: left out.

In the text nothing but `code` is markup: what Doxygen would take for a command or a tag is escaped. Lines that are
indented by two more spaces are code. Lines stay where they are, so that Doxygen's warnings name the right one.
"""

import pathlib
import re
import sys

_COMMENT = re.compile(r"^(\s*)//(?!/) ?(.*)$")
_SECTION = re.compile(r"^-{3,}\s*(.*)$")
_SCOPE = re.compile(r"(?:inline\s+)?(?:namespace|class|struct|union|enum|extern)\b")
_NO_DECLARATION = re.compile(r"^\s*(?:[})]|(?:public|private|protected)\s*:|namespace\b)")
_SILENT = re.compile(
    r"^\s*(?:(?:explicit |constexpr |friend )*[^;]*\)[^;]*= (?:delete|default);"
    r"|(?:virtual )?~\w+\(\)|(\w+)\(\1&&[^;{]*\) noexcept|\w+& operator=\(\w+&&[^;{]*\) noexcept"
    r"|[\w:<>&* ]+ (?:begin|end|operator\*|operator\+\+|await_\w+)\(|friend [^;{]* operator==|struct promise_type\b)")
# What is in a namespace `detail` is nobody's business.
_DETAIL = re.compile(r"^namespace (?:\w+::)*detail \{.*?^\}  // namespace (?:\w+::)*detail$", re.M | re.S)
# Outside of our namespace Doxygen loses its way.
_STD = re.compile(r"^template <[^\n]*>\nstruct std::.*?\n};", re.M | re.S)
_LITERAL = re.compile(r"""//.*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:[^"\\]|\\.)*"|(?<![0-9a-fA-F])'(?:[^'\\]|\\.)*'""")


def without_template(head: str) -> str:
    """`template <class T, class U = X<T>> struct S` without what stands before `struct`."""
    while match := re.match(r"\s*template\s*<", head):
        depth, at = 1, match.end()
        while at < len(head) and depth:
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[at:]
    return head.strip()


class Braces:
    """Whether the text so far ends inside a function (or an initialiser), not in a namespace, class or enumeration."""

    def __init__(self):
        self.stack, self.head = [], ""

    def feed(self, line: str):
        for char in _LITERAL.sub(lambda m: " " * len(m[0]), line) + "\n":
            if char == "{":
                self.stack.append(bool(_SCOPE.match(without_template(self.head))))
            elif char == "}" and self.stack:
                self.stack.pop()
            if char in "{};":
                self.head = ""
            else:
                self.head = re.sub(r"^\s*(?:public|private|protected)\s*:", "", self.head + char)

    def in_function(self) -> bool:
        return not all(self.stack)

    def in_statement(self) -> bool:
        """A declaration is being read: a comment between its parameters documents nothing."""
        return self.head.count("(") > self.head.count(")")


def escaped(text: str) -> str:
    """Plain text with `code` spans, as Doxygen's Markdown."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one that is not closed is an ordinary character
        parts[-2:] = [parts[-2] + "'" + parts[-1]]
    for at, part in enumerate(parts):
        if at % 2:
            parts[at] = f"``{part}``" if "'" in part else f"`{part}`"
        else:
            parts[at] = re.sub(r"([\\@<>&#%])", r"\\\1", part).replace("*", "&lowast;")
    return "".join(parts)


def documentation(lines: list[str]) -> list[str]:
    """The lines of one comment, escaped; indented ones as a block of code."""
    out, text = [], []

    def flush():
        if text:
            out.extend(escaped("\n".join(text)).split("\n"))
            text.clear()

    for at, line in enumerate(lines):
        if not line.startswith("  "):
            text.append(line)
            continue
        flush()
        begin = "" if at and lines[at - 1].startswith("  ") else "@code{.cpp} "
        end = "" if at + 1 < len(lines) and lines[at + 1].startswith("  ") else " @endcode"
        out.append(begin + line[2:] + end)
    flush()
    return out


def declared_name(line: str) -> str:
    """The function that a line declares; empty if it declares none."""
    head = without_template(re.sub(r"^\s*\[\[\w+\]\]", "", line)).split("(")[0]
    name = re.search(r"(operator\W+|\w+)$", head)
    return name[1] if name and "(" in line and "=" not in head else ""


class Filter:
    def __init__(self, group: str, main_class: str):
        self.group, self.main_class = group, main_class
        self.about_file = ""
        self.of_template = ""  # the comment above `template <…>`
        self.shared = ("", "")  # the function that was documented last, and its comment
        self.out: list[str] = []
        self.braces = Braces()
        self.block: list[tuple[str, str]] = []  # indentation and text of the comment lines just read
        self.section_open = False
        self.macro = False  # in a #define of several lines
        self.owed = ""  # closes a comment of two lines, at the beginning of the next line

    def put(self, line: str):
        self.out.append(self.owed + line)
        self.owed = ""

    def end_section(self) -> str:
        was_open, self.section_open = self.section_open, False
        return "/** @} */ " if was_open else ""

    def flush(self, documents: bool):
        """The comment lines that were held: of a declaration that follows, or of nothing."""
        block, self.block = self.block, []
        if block and (section := _SECTION.match(block[0][1])):
            title, text = re.match(r"([^.:]*)[.:]?\s*(.*)", section[1]).groups()
            self.put(f"{self.end_section()}/** @name {escaped(title)}")
            self.owed, self.section_open = f"{escaped(text)} @{{ */ ", True
            block = block[1:]
        texts = documentation([text for _, text in block]) if documents else [text for _, text in block]
        for (indent, _), text in zip(block, texts):
            self.put(f"{indent}{'///' if documents else '//'} {text}")

    def opening(self, lines: list[str]) -> int:
        """The comment that opens the file, and `#pragma once`; how many lines that is."""
        end = next((at for at, line in enumerate(lines) if not _COMMENT.match(line)), len(lines))
        if end == 0 or lines[end:end + 1] != ["#pragma once"]:
            return 0
        self.about_file = escaped(" ".join(_COMMENT.match(line)[2] for line in lines[:end]))
        # One line more, for @file, and one less: `#pragma once`.
        self.out = ["/// @file"] + [f"/// {text}" for text in documentation([_COMMENT.match(line)[2] for line in lines[:end]])]
        return end + 1

    def code(self, line: str):
        if self.macro or line.lstrip().startswith("#"):
            self.flush(documents=line.startswith("#define "))
            self.macro = line.endswith("\\")
            self.put(line)
            return
        if re.match(r"namespace [\w:]+ \{$", line):
            self.flush(documents=False)
            self.braces.feed(line)
            self.put(f"{line}  /** @addtogroup {self.group}")
            self.owed = "@{ */ "
            return
        if line.startswith("}  // namespace"):
            self.flush(documents=False)
            self.braces.feed(line)
            self.put(f"/** @}} */ {line}")
            return
        inside = self.braces.in_function() or self.braces.in_statement()
        documents = not inside and not _NO_DECLARATION.match(line)
        own = " ".join(text for _, text in self.block if not _SECTION.match(text))
        self.flush(documents)
        if documents and not own and _SILENT.match(line):
            line = f"/** @private */ {line}"
        elif documents and line.lstrip().startswith(("template", "requires")):
            self.of_template = own or self.of_template
        elif documents:
            line = self.with_shared_comment(line, own or self.of_template)
            self.of_template = ""
        if self.section_open and re.match(r"^\s*(?:};|(?:public|private|protected)\s*:)", line) and not inside:
            line = self.end_section() + line
        self.braces.feed(line)
        behind = next((match for match in _LITERAL.finditer(line) if match[0].startswith("//")), None)
        if behind and documents and re.search(r"[;,}\w]\s*$", line[:behind.start()]):
            line = f"{line[:behind.start()].rstrip()}  /**< {documentation([behind[0][2:].strip()])[0]} */"
        self.put(line)

    def with_shared_comment(self, line: str, own: str) -> str:
        name = declared_name(line)
        kind = re.match(r"(?:class|struct|enum class)\s+(\w+)[^;]*$", line)
        if own:
            self.shared = (name, escaped(own))
        elif name and name.removesuffix("_list") == self.shared[0]:
            line = f"/** {self.shared[1]} */ {line}"
        elif kind and kind[1] == self.main_class:
            line = f"/** {self.about_file} */ {line}"
        else:
            self.shared = ("", "")
        return line

    def run(self, lines: list[str]) -> list[str]:
        for line in lines[self.opening(lines):]:
            comment = _COMMENT.match(line)
            if comment and not self.braces.in_function():
                self.block.append((comment[1], comment[2]))
            elif line.strip() == "":
                self.flush(documents=False)
                self.put(line)
            else:
                self.code(line)
        self.flush(documents=False)
        return self.out


def convert(path: str, text: str) -> str:
    module = re.search(r"(\w+)/include/sio/", path)
    main_class = "".join(word.capitalize() for word in pathlib.Path(path).stem.split("_"))
    for left_out in (_STD, _DETAIL):
        text = left_out.sub(lambda match: "\n" * match[0].count("\n"), text)
    lines = text.removesuffix("\n").split("\n")
    return "\n".join(Filter(f"module_{module[1] if module else 'other'}", main_class).run(lines)) + "\n"


if __name__ == "__main__":
    sys.stdout.write(convert(sys.argv[1], pathlib.Path(sys.argv[1]).read_text()))
