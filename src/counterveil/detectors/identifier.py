"""Rare identifiers: names in code and tables, numbers of documents."""

from __future__ import annotations

import re
from typing import ClassVar

from counterveil.model.signal import DetectorInfo, EvidenceClass, Example, Family, Reads, Row, Thing
from counterveil.observe.patterns import matches

_MIN_CODE_CHARS = 10
_PATTERN = re.compile(
    r"(?<![\w./@#&?=-])(?:"
    r"([A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){2,7}|[A-Z]{2,}(?:_[A-Z0-9]{2,}){1,7}|[a-z]{2,}(?:_[a-z0-9]{2,}){1,7})"
    r"|([a-z]{2,}(?:[A-Z][a-z0-9]+){1,6})"
    r"|([A-Z]{2,6}-(?:[A-Z0-9]{1,6}-){0,3}\d{2,10}(?:/[A-Z0-9]{1,4})?)"
    r")(?![\w@])",
    re.ASCII,
)
# Identifiers of languages and libraries that turn up in anybody's code, and standards that look like document numbers.
_EVERYBODYS = frozenset(
    "addeventlistener getelementbyid queryselector innerhtml localstorage stringify parseint parsefloat tostring "
    "usestate useeffect usememo usecallback classname onclick onchange onsubmit preventdefault console_log backgroundcolor "
    "read_csv to_csv value_counts group_by order_by primary_key foreign_key auto_increment not_null created_at updated_at "
    "user_id order_id customer_id product_id first_name last_name file_name file_path train_test_split fit_transform "
    "random_state n_estimators max_depth learning_rate batch_size data_frame data_frames for_each string_builder "
    "system_out_println index_of array_list hash_map text_align font_size font_weight border_radius "
    "utf-16 utf-32 iso-8859 iso-8601 covid-19 sars-cov-2 sha-256 sha-512 md-5 aes-256 rfc-2606 mp-3 gpt-4 gpt-35".split()
)


def _identifier(match: re.Match[str]) -> str | None:
    value = match.group(0)
    if match.group(3) is None and len(value) < _MIN_CODE_CHARS:
        return None
    return None if value.lower() in _EVERYBODYS else value


class Identifier:
    """A function, table, setting or document number that two accounts' texts contain and hardly anyone else's."""

    info: ClassVar[DetectorInfo] = DetectorInfo(
        name="identifier",
        version=1,
        kind="identifier",
        family=Family.ARTEFACT,
        best_class=EvidenceClass.B,
        reads=Reads.TEXT,
        meaning="Both subjects' texts contain the same rare code identifier or document number.",
        source="references/casebook.md §5 'Artefact reuse', 'Code continuity across burners'; shapes and length chosen by us",
        params={"min_code_chars": _MIN_CODE_CHARS},
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            Row(1, "why does pull_by_kwset() write to t_acct_mark_v3, see order LH-0417/B"),
            ("pull_by_kwset", "t_acct_mark_v3", "LH-0417/B"),
        ),
        Example(Row(2, "df.read_csv then addEventListener, saved as UTF-16"), (), "what everybody's code contains"),
    )

    def find(self, row: Row) -> list[Thing]:
        """Identifiers as written: case is part of a name in code."""
        return matches(row, "identifier", _PATTERN, _identifier)
