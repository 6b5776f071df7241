"""Use from where it is not offered, and how not to be noticed."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "AC-4"


class RegionEvasion(Workflow):
    """Ways round the service's regions are looked for and kept up."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="region_evasion",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Ways round the service's regions are looked for and kept up.",
        source="references/casebook.md §2.10 (unsupported countries); weak alone, and never from addresses or languages",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("ask", "plan", "code")
    tags: ClassVar[tuple[str, ...]] = ("conceal",)
    slots: ClassVar[tuple[str, ...]] = ("tool",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_ask": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_code": 0.9}, claims=[("tool", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"AC-4": 0.02, "form_ask": 0.9})] * 6),
            at_most=0.35,
            why="a traveller with a VPN asks about trains",
        ),
    )
