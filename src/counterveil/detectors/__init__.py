"""Every detector that ships. Adding one: a file here, a line in ``BUILTIN``, a table in ``policy/evidence.toml``."""

from __future__ import annotations

from counterveil.detectors.client_ip import ClientIp
from counterveil.detectors.device import Device
from counterveil.detectors.domain import Domain
from counterveil.detectors.email import Email
from counterveil.detectors.file_name import FileName
from counterveil.detectors.handle import Handle
from counterveil.detectors.identifier import Identifier
from counterveil.detectors.ip_in_text import IpInText
from counterveil.detectors.name import Name
from counterveil.detectors.passage import Passage
from counterveil.detectors.payment import Payment
from counterveil.detectors.phone import Phone
from counterveil.detectors.signup_burst import SignupBurst
from counterveil.detectors.signup_email import SignupEmail
from counterveil.detectors.signup_ip import SignupIp
from counterveil.detectors.signup_phone import SignupPhone
from counterveil.detectors.wallet import Wallet
from counterveil.model.signal import Detector

BUILTIN: tuple[Detector, ...] = (
    Domain(),
    Email(),
    Phone(),
    Handle(),
    Wallet(),
    IpInText(),
    Identifier(),
    FileName(),
    Name(),
    Passage(),
    Device(),
    Payment(),
    ClientIp(),
    SignupIp(),
    SignupEmail(),
    SignupPhone(),
    SignupBurst(),
)

__all__ = ["BUILTIN"]
