"""Every behaviour detector that ships: each measures one pattern in a subject's activity, towards abuse or against it."""

from __future__ import annotations

from counterveil.detectors.behaviour.analyst_stance import AnalystStance
from counterveil.detectors.behaviour.batches import Batches
from counterveil.detectors.behaviour.concealment import Concealment
from counterveil.detectors.behaviour.disguises import Disguises
from counterveil.detectors.behaviour.doing_share import DoingShare
from counterveil.detectors.behaviour.everyday_use import EverydayUse
from counterveil.detectors.behaviour.fiction_stance import FictionStance
from counterveil.detectors.behaviour.judge_steering import JudgeSteering
from counterveil.detectors.behaviour.one_behaviour import OneBehaviour
from counterveil.detectors.behaviour.persistence import Persistence
from counterveil.detectors.behaviour.personas import Personas
from counterveil.detectors.behaviour.refused_then_split import RefusedThenSplit
from counterveil.detectors.behaviour.relayed_chats import RelayedChats
from counterveil.detectors.behaviour.self_description import SelfDescription
from counterveil.detectors.behaviour.stage_progression import StageProgression
from counterveil.detectors.behaviour.teaching_stance import TeachingStance
from counterveil.detectors.behaviour.translation_both_ways import TranslationBothWays
from counterveil.detectors.behaviour.victim_stance import VictimStance
from counterveil.detectors.behaviour.whole_account import WholeAccount
from counterveil.model.signal import BehaviourDetector

BEHAVIOUR: tuple[BehaviourDetector, ...] = (
    WholeAccount(),
    DoingShare(),
    Persistence(),
    OneBehaviour(),
    Batches(),
    RelayedChats(),
    TranslationBothWays(),
    Personas(),
    Concealment(),
    SelfDescription(),
    RefusedThenSplit(),
    StageProgression(),
    Disguises(),
    JudgeSteering(),
    VictimStance(),
    AnalystStance(),
    FictionStance(),
    TeachingStance(),
    EverydayUse(),
)

__all__ = ["BEHAVIOUR"]
