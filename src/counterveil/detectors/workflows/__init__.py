"""Every workflow detector that ships: one a behaviour of the taxonomy, with the steps in which its work is done."""

from __future__ import annotations

from counterveil.detectors.workflows.account_farming import AccountFarming
from counterveil.detectors.workflows.comment_batches import CommentBatches
from counterveil.detectors.workflows.covert_articles import CovertArticles
from counterveil.detectors.workflows.dossiers import Dossiers
from counterveil.detectors.workflows.election_messages import ElectionMessages
from counterveil.detectors.workflows.false_authority import FalseAuthority
from counterveil.detectors.workflows.false_consultancy import FalseConsultancy
from counterveil.detectors.workflows.fraud_back_office import FraudBackOffice
from counterveil.detectors.workflows.harvested_outputs import HarvestedOutputs
from counterveil.detectors.workflows.intrusion_steps import IntrusionSteps
from counterveil.detectors.workflows.job_identity import JobIdentity
from counterveil.detectors.workflows.lures import Lures
from counterveil.detectors.workflows.malicious_code import MaliciousCode
from counterveil.detectors.workflows.media_placement import MediaPlacement
from counterveil.detectors.workflows.monitoring_tool import MonitoringTool
from counterveil.detectors.workflows.operation_management import OperationManagement
from counterveil.detectors.workflows.persona_factory import PersonaFactory
from counterveil.detectors.workflows.region_evasion import RegionEvasion
from counterveil.detectors.workflows.resold_access import ResoldAccess
from counterveil.detectors.workflows.romance_investment import RomanceInvestment
from counterveil.detectors.workflows.stolen_access import StolenAccess
from counterveil.detectors.workflows.task_recruiting import TaskRecruiting
from counterveil.model.signal import BehaviourDetector

WORKFLOWS: tuple[BehaviourDetector, ...] = (
    CovertArticles(),
    CommentBatches(),
    MediaPlacement(),
    OperationManagement(),
    ElectionMessages(),
    MonitoringTool(),
    Dossiers(),
    JobIdentity(),
    RomanceInvestment(),
    TaskRecruiting(),
    FalseAuthority(),
    FraudBackOffice(),
    PersonaFactory(),
    Lures(),
    MaliciousCode(),
    IntrusionSteps(),
    FalseConsultancy(),
    AccountFarming(),
    ResoldAccess(),
    HarvestedOutputs(),
    RegionEvasion(),
    StolenAccess(),
)

__all__ = ["WORKFLOWS"]
