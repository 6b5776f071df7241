"""Files on persons, with what could be used against them."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import SOURCE, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "SU-2"


class Dossiers(Workflow):
    """Private persons are profiled with leverage, family or movements, again and again in one form."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="dossiers",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Private persons are profiled with leverage, family or movements, again and again in one form.",
        source="references/casebook.md §2.2 (named private targets, exploitability fields, recurring template)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("profile", "report", "write")
    tags: ClassVar[tuple[str, ...]] = ("selfdesc",)
    pasted: ClassVar[tuple[int, ...]] = (SOURCE,)
    slots: ClassVar[tuple[str, ...]] = ("targets", "client")
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_profile": 0.9, "tag_selfdesc": 0.7}, pasted_by=SOURCE),
                Sketch({_BEHAVIOUR: 0.5, "form_report": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9}, claims=[("targets", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"SU-2": 0.02, "form_profile": 0.9})] * 6),
            at_most=0.35,
            why="a biography of a minister from public sources",
        ),
    )
