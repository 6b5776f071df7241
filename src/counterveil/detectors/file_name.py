"""Names of files."""

from __future__ import annotations

import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import matches

_SUFFIX = "py|ipynb|js|ts|java|cs|go|rs|sh|ps1|bat|sql|xlsx?|csv|docx?|pptx?|pdf|zip|rar|7z|json|ya?ml|txt|md|psd|mp4|apk|exe|dll"
_PATTERN = re.compile(rf"(?<![\w./\\-])([\w][\w .()-]{{0,60}}?[\w)-]\.(?:{_SUFFIX}))(?![\w.])", re.IGNORECASE)
_EVERYBODYS = re.compile(
    r"(?:main|index|app|test|utils?|setup|config|data|file|readme|script|style|package|requirements|example|output|input|report|resume|cv|"
    r"document|settings|server|client|models?|views?|train|docker-compose|untitled)\d*\.\w+",
    re.IGNORECASE,
)


def _name(match: re.Match[str]) -> str | None:
    # A phrase before the name ("please open my.xlsx") is not part of it.
    value = match.group(1).split(" ")[-1]
    return None if _EVERYBODYS.fullmatch(value) else value.lower()


class FileName:
    """A file that two accounts speak of: a script, a roster, a report."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="file_name",
        version=1,
        kind="file_name",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.B,
        reads=Reads.TEXT,
        meaning="Both subjects' texts name the same unusual file.",
        source="references/casebook.md §2.1 (one script name across 29 accounts); suffixes and stop list chosen by us",
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(Row(1, "run fake_grid_3.py on 远山周报0417.docx"), ("fake_grid_3.py", "远山周报0417.docx")),
        Example(Row(2, "put it in main.py and README.md"), (), "names that every project has"),
    )

    def find(self, row: Row) -> list[Thing]:
        """File names in lower case."""
        return matches(row, "file_name", _PATTERN, _name) if "." in row.text else []
