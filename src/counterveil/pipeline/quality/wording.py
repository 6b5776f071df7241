"""The words of clustered texts, with everything left out that masking would hide."""

from __future__ import annotations

from collections.abc import Iterator

from counterveil.engine.duck import Engine
from counterveil.observe.canonical import canonical
from counterveil.observe.mask import MASKED_KINDS, inert
from counterveil.observe.texts import clipped
from counterveil.observe.words import tokens
from counterveil.pipeline.workspace import Workspace
from counterveil.quality.terms import Said

# Words from the first part of a text describe it well enough; a fifth of the cost of all of it. Chosen by us.
_CHARS = 1500
_LONGEST = 24
_ROWS = """
with spans as (
  select content_key, list(start order by start, "end") as starts, list("end" order by start, "end") as ends
  from things where list_contains($kinds, kind) and start < $chars group by content_key
), senders as (select content_key, min(subject_id) as subject_id from asked group by content_key)
select p.topic, s.subject_id, o.lang, t.text, n.starts, n.ends
from placed p join texts t using (content_key) join observations o using (content_key) join senders s using (content_key)
left join spans n using (content_key) order by p.content_key
"""


def said(engine: Engine, workspace: Workspace) -> Iterator[Said]:
    """The distinct words of each placed text. Needs ``placed``, ``asked``, ``texts``, ``observations`` and ``things``.

    Artefacts and names are cut out by the spans that observing has stored; digits and addresses are no words.
    """
    for row in engine.rows(_ROWS, {"kinds": sorted(MASKED_KINDS), "chars": _CHARS}):
        plain = canonical(clipped(row["text"], workspace.settings.max_observed_chars)).text
        parts, at = [], 0
        for start, end in zip(row["starts"] or [], row["ends"] or [], strict=True):
            parts.append(plain[at : max(at, start)])
            at = max(at, end)
        parts.append(plain[at:])
        words = (word for part in parts for word in tokens(part[:_CHARS]))
        yield Said(row["subject_id"], row["topic"], row["lang"], frozenset(w for w in words if _shown(w)))


def _shown(word: str) -> bool:
    """Words of a usual length and nothing else; what would obey a terminal is none."""
    return 1 < len(word) <= _LONGEST and not any(c.isdigit() or c in "/@" for c in word) and inert(word) == word
