"""The project's pages: their sections, and the commands that stand in them to be typed."""

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property

from server import ROOT


@dataclass(frozen=True)
class Page:
    #: Where it lies, from the top of the repository.
    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text()

    def section(self, heading: str) -> str:
        return self.text.split(f"\n## {heading}\n")[1].split("\n## ")[0]

    def headings(self) -> list[str]:
        return re.findall(r"^## (.+)$", self.text, re.MULTILINE)

    def blocks(self, heading: str | None = None, language: str = "sh") -> list[str]:
        """The commands of one section, or of the whole page, in their order."""
        text = self.text if heading is None else self.section(heading)
        return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    def links(self) -> list[str]:
        """The files that it leads to, from the top of the repository; addresses and anchors left out."""
        folder = self.path.rpartition("/")[0]
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", self.text)
        return [posixpath.normpath(posixpath.join(folder, target)) for target in targets]

    def cells(self) -> list[list[str]]:
        """The rows of its tables, without their heads."""
        rows = [line for line in self.text.splitlines() if line.startswith("| ")]
        return [line[2:-2].split(" | ") for line in rows]


README = Page("README.md")
CONFIGURATION = Page("Sources/muniment/muniment.docc/Configuration.md")
OPERATIONS = Page("Sources/muniment/muniment.docc/Operations.md")
RUNBOOK = Page("Sources/muniment/muniment.docc/Runbook.md")
USING_THE_API = Page("Sources/AdminAPI/AdminAPI.docc/UsingTheAPI.md")
