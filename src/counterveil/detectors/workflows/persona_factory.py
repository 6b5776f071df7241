"""People by the dozen: names, faces, histories."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import OWN, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "PE-1"


class PersonaFactory(Workflow):
    """Invented identities are made in series, with attributes, handles and histories."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="persona_factory",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Invented identities are made in series, with attributes, handles and histories.",
        source="references/casebook.md §2.7 (attribute grids, output uniformity)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("batch", "write", "profile")
    tags: ClassVar[tuple[str, ...]] = ("persona", "conceal")
    pasted: ClassVar[tuple[int, ...]] = (OWN,)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_batch": 0.9, "tag_persona": 0.7}, pasted_by=OWN),
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_profile": 0.9}),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"PE-1": 0.02, "form_batch": 0.9, "tag_persona": 0.3})] * 6),
            at_most=0.35,
            why="characters for a game",
        ),
    )
