"""Checks that errors, options and commands are documented, all of them."""

import re

import cpp_source

ERROR_HEADER = "runtime/base/error.hpp"
ERROR_DOCS = "docs/errors.md"
OPTION_DOCS = "docs/configuration.md"
COMMAND_DOCS = "docs/shell.md"


def _text(files, path, report):
    """A file's text; a missing file is a violation."""
    text = files.files.get(path)
    if text is None:
        report.add(path, 1, "the file is missing.")
    return text


def error_codes(text):
    """Pairs of name and line of the enumerators of errc, without `ok`."""
    code = cpp_source.code_of(text)
    body = re.search(r"enum class errc[^{]*\{([^}]*)\}", code)
    if not body:
        return []
    return [
        (m.group(1), cpp_source.line_of(text, body.start(1) + m.start()))
        for m in re.finditer(r"\b([a-z]\w*)\s*=\s*\d+", body.group(1))
    ]


def errors_documented(files, report):
    """docs/errors.md has a section `## code` for each errc, and no other."""
    header = _text(files, ERROR_HEADER, report)
    docs = _text(files, ERROR_DOCS, report)
    if header is None or docs is None:
        return
    codes = error_codes(header)
    report.looked_at = len(codes)
    headings = re.findall(r"^## (\w+)$", docs, re.M)
    for name, line in codes:
        if name != "ok" and headings.count(name) != 1:
            report.add(
                ERROR_HEADER,
                line,
                f"{ERROR_DOCS} needs one section `## {name}`, it has "
                f"{headings.count(name)}.",
            )
    for heading in headings:
        if heading not in [name for name, _ in codes]:
            report.add(
                ERROR_DOCS,
                _heading_line(docs, heading),
                f"there is no error code {heading}.",
            )
    count = re.search(r"errc_count = (\d+)", header)
    if not count or int(count.group(1)) != len(codes):
        report.add(ERROR_HEADER, 1, f"errc_count is not {len(codes)}.")


def _heading_line(docs, heading):
    return cpp_source.line_of(docs, docs.index(f"\n## {heading}\n") + 1)


def option_keys(files):
    """(key, path, line) of each row `{"section.name", ...` in the daemon's
    option table."""
    found = []
    row = re.compile(r'\{\s*"([a-z]+\.[a-z][a-z0-9_]*)"\s*,')
    for path, text in files.under(("nodes",), [".cpp"]):
        if re.match(r"nodes/daemon/option\w*\.cpp$", path):
            for m in row.finditer(text):
                line = cpp_source.line_of(text, m.start(1))
                found.append((m.group(1), path, line))
    return found


def config_keys(text):
    """(key, line, is commented) of each `name = value` in a config file; a row
    that is switched off with a leading # counts as well."""
    section = ""
    comment = False
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        head = re.match(r"\[(\w+)\]$", line)
        row = re.match(r"#?([a-z][a-z0-9_]*)\s*=", line)
        if head:
            section = head.group(1)
        elif row:
            has_comment = comment or "#" in line[1:]
            yield f"{section}.{row.group(1)}", number, has_comment
        comment = line.startswith("#") and not row


def options_documented(files, report):
    """Each option of the table stands in some config/*.conf with a comment,
    and in docs/configuration.md; a config file has no other options."""
    options = option_keys(files)
    report.looked_at = len(options)
    if not options:
        report.add("nodes/daemon", 1, "no option table was found.")
    docs = _text(files, OPTION_DOCS, report) or ""
    configs = files.under(("config",), [".conf"])
    if not configs:
        report.add("config", 1, "there is no config/*.conf.")
    known = {key for key, _, _ in options}
    commented = set()
    for path, text in configs:
        for key, line, has_comment in config_keys(text):
            if has_comment:
                commented.add(key)
            if key not in known:
                report.add(path, line, f"there is no option {key}.")
    for key, path, line in options:
        if key not in commented:
            report.add(
                path, line, f"{key} is in no config/*.conf with a comment."
            )
        if not re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", docs):
            report.add(path, line, f"{key} is not in {OPTION_DOCS}.")


def _rows(path, text, begin, end, row):
    return [
        (m.group(1), path, cpp_source.line_of(text, m.start(1)))
        for m in row.finditer(text, begin, end)
    ]


def command_names(files):
    """(name, path, line) of each command and of each option of the shell: rows
    `{"name", ...` of the arrays `commands[]`, and rows `{"name", kind::...`."""
    commands = []
    options = []
    for path, text in files.under(
        ("nodes",), ["_commands.cpp", "/command_table.cpp"]
    ):
        table = re.search(
            r"\bcommands\[\]\s*=\s*\{(.*?)\n\};", text, re.DOTALL
        )
        if table:
            row = re.compile(r'\{\s*"([a-z][a-z-]*)"\s*,')
            commands += _rows(path, text, *table.span(1), row)
        row = re.compile(r'\{\s*"([a-z][a-z-]*)"\s*,\s*kind::')
        options += _rows(path, text, 0, len(text), row)
    return commands, options


def commands_documented(files, report):
    """docs/shell.md has a heading with the command's name (`### run`) for each
    command, and names each option (`--json`): `./dev reference` writes them.
    A unit test compares the texts."""
    commands, options = command_names(files)
    report.looked_at = len(commands) + len(options)
    if not commands:
        report.add("nodes/shell", 1, "no table commands[] was found.")
    docs = _text(files, COMMAND_DOCS, report) or ""
    headings = set(re.findall(r"^##+ `?(?:troupe )?([a-z-]+)\b", docs, re.M))
    for name, path, line in commands:
        if name not in headings:
            report.add(
                path,
                line,
                f"{COMMAND_DOCS} needs a section `### {name}`: run "
                "./dev reference.",
            )
    for name, path, line in options:
        if not re.search(rf"(?<![\w-])--{name}(?![\w-])", docs):
            report.add(path, line, f"--{name} is not in {COMMAND_DOCS}.")


def links(files, report):
    """Links in README.md and docs/ lead to files that exist."""
    pages = [
        (path, text)
        for path, text in sorted(files.files.items())
        if path.endswith(".md")
        and (path.startswith("docs/") or "/" not in path)
    ]
    if "README.md" not in files.files:
        report.add("README.md", 1, "the file is missing.")
    for path, text in pages:
        for m in re.finditer(r"\]\(([^)#\s]+)(#[^)]*)?\)", text):
            report.looked_at += 1
            target = m.group(1)
            if re.match(r"[a-z]+:", target):
                continue
            if not _exists(files, path, target):
                line = cpp_source.line_of(text, m.start())
                report.add(path, line, f"the link {target} leads nowhere.")


def _exists(files, page, target):
    parts = page.split("/")[:-1]
    for part in target.rstrip("/").split("/"):
        if part == "..":
            if not parts:
                return False
            parts.pop()
        elif part != ".":
            parts.append(part)
    path = "/".join(parts)
    return path in files.files or any(
        name.startswith(path + "/") for name in files.files
    )


ALL = [errors_documented, options_documented, commands_documented, links]
