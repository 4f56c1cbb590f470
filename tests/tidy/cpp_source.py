"""Just enough understanding of C++ text for the tidy test: what is code and
what is comment or literal, which files it includes, where functions begin and
end. It reads formatted code of this project, not any C++.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      //[^\n]*                                  # line comment
    | /\*.*?\*/                                 # block comment
    | R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"  # raw string
    | "(?:\\.|[^"\\\n])*"                       # string
    | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'       # character, no 1'000
    """,
    re.VERBOSE | re.DOTALL,
)


def _blank(text):
    """Replaces all but newlines by spaces: positions and lines stay."""
    return re.sub(r"[^\n]", " ", text)


def code_of(text):
    """The text with comments and the contents of literals blanked."""

    def replace(match):
        token = match.group()
        if token.startswith("/"):
            return _blank(token)
        # Quotes stay, so that a literal is still seen as an operand.
        return token[0] + _blank(token[1:-1]) + token[-1]

    return _TOKEN.sub(replace, text)


def comments_of(text):
    """The text with everything but comments blanked."""
    out = []
    last = 0
    for match in _TOKEN.finditer(text):
        out.append(_blank(text[last : match.start()]))
        token = match.group()
        out.append(token if token.startswith("/") else _blank(token))
        last = match.end()
    out.append(_blank(text[last:]))
    return "".join(out)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


@dataclass
class include:
    line: int
    path: str
    quoted: bool


def includes_of(text):
    """All #include directives, also those in inactive branches."""
    pattern = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
    return [
        include(line_of(text, m.start()), m.group(2), m.group(1) == '"')
        for m in pattern.finditer(text)
    ]


@dataclass
class function:
    name: str
    line: int  # Of the name.
    last_line: int  # Of the closing brace.
    is_behavior: bool

    @property
    def lines(self):
        return self.last_line - self.line + 1


# What makes a brace at namespace or class scope no function.
_NAMESPACE = re.compile(r"(^|\s)(namespace\b[^()]*|extern\s*\"\s*\")\s*$")
_CLASS = re.compile(
    r"(^|\s)(class|struct|union)\s+(alignas\s*\([^)]*\)\s*|\[\[.*?\]\]\s*)*"
    r"[\w:]+\s*(final\s*)?(:[^:(].*)?$",
    re.DOTALL,
)
_ENUM = re.compile(r"(^|\s)enum\b[^()]*$")
_CALL_LIKE = re.compile(
    r"([~\w:]*operator\s*(?:\(\s*\)|[^\s\w(]+)|[~\w:]+)\s*\("
)
_BEFORE_NAME = re.compile(
    r"\[\[.*?\]\]"
    r"|\b(requires|alignas|decltype)\s*\([^()]*(\([^()]*\)[^()]*)*\)",
    re.DOTALL,
)


def _without_angles(text):
    """Removes <...> groups, innermost first, and what looks like a function
    but only stands before its name."""
    text = _BEFORE_NAME.sub(lambda m: _blank(m.group()), text)
    before = None
    while before != text:
        before = text
        text = re.sub(r"<[^<>(){};=]*>", lambda m: _blank(m.group()), text)
    return text


def _classify(header):
    """Says what a brace after `header` opens: scope, function or other."""
    flat = _without_angles(header)
    if _NAMESPACE.search(header):
        return "scope"
    if _ENUM.search(flat):
        return "other"
    if _CLASS.search(flat) and not flat.rstrip().endswith(")"):
        return "scope"
    call = _CALL_LIKE.search(flat)
    if not call:
        return "other"
    before = flat[: call.start()]
    if re.search(r"(?<![=!<>])=(?!=)", before):
        return "other"  # The initializer of a variable.
    tail = flat[call.end() :].rstrip()
    # A name before the brace: a member's initializer (`: a_{`) or a braced
    # argument, unless it is a specifier or a trailing return type.
    if re.search(r"[\w>]$", tail) and not re.search(
        r"(\b(const|noexcept|override|final|mutable|try|volatile)|->[^,;{]*)$",
        tail,
    ):
        return "other"
    if re.search(r"[=,(:]$", tail):
        return "other"
    return "function"


def _matching_brace(code, opening):
    """The position of the brace that closes the one at `opening`."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, opening):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(code) - 1


def functions_of(text):
    """All functions with a body at namespace or class scope. A lambda counts
    as a part of the function around it."""
    code = code_of(text)
    # Preprocessor lines, with their continuations, are no part of a header.
    code = re.sub(
        r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
        lambda m: _blank(m.group()),
        code,
        flags=re.M,
    )
    found = []
    start = 0  # Where the current declaration begins.
    position = 0
    mark = re.compile(r"[{};]")
    while True:
        match = mark.search(code, position)
        if not match:
            return found
        position = match.end()
        if match.group() != "{":
            start = position
            continue
        header = code[start : match.start()]
        kind = _classify(header)
        if kind == "scope":
            start = position
            continue
        closing = _matching_brace(code, match.start())
        position = closing + 1
        if kind == "function":
            found.append(_function(text, header, start, closing))
            start = position
        # After an initializer the declaration goes on: its braces are part
        # of the header of what follows, `: a_{1}, b_{2} {`.


def _function(text, header, start, closing):
    flat = _without_angles(header)
    call = _CALL_LIKE.search(flat)
    name = re.sub(r"\s+", "", call.group(1))
    result = header[: call.start()]
    trailing = header.rpartition("->")[2] if "->" in header else ""
    return function(
        name,
        line_of(text, start + call.start()),
        line_of(text, closing),
        bool(re.search(r"behavior(_type)?\b", result + " " + trailing)),
    )
