"""The tree that the tidy test looks at, and how it reports."""

import pathlib
from dataclasses import dataclass, field

PRODUCT = ("runtime", "actors", "nodes")
CPP = (".cpp", ".hpp")


@dataclass
class report:
    """Collects what one check found."""

    name: str
    looked_at: int = 0
    violations: list = field(default_factory=list)

    def add(self, path, line, sentence):
        self.violations.append((str(path), line, sentence))


@dataclass
class tree:
    """Files by their path from the repository's root. A self-test fills
    `files` itself."""

    files: dict

    @classmethod
    def load(cls, root):
        root = pathlib.Path(root)
        files = {}
        for top in (*PRODUCT, "examples", "tests", "config", "docs", ".ci"):
            for path in (root / top).rglob("*"):
                name = path.relative_to(root).as_posix()
                if path.is_file() and "__pycache__" not in name:
                    files[name] = path.read_bytes().decode("utf-8", "replace")
        for path in root.iterdir():
            if path.is_file():
                files[path.name] = path.read_bytes().decode("utf-8", "replace")
        return cls(files)

    def under(self, tops, suffixes):
        """Pairs of path and text, sorted by path."""
        return [
            (path, text)
            for path, text in sorted(self.files.items())
            if path.split("/")[0] in tops and path.endswith(tuple(suffixes))
        ]
