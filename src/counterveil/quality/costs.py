"""What a missing field of the log costs in detection, and how to get it: the words of the data-health checks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """A field: whether a log without it is worth a warning, what it costs, what to do."""

    expected: bool
    cost: str
    remedy: str


NEEDS: dict[str, Need] = {
    "texts": Need(
        expected=True,
        cost="content and artefact evidence, behaviour and all leads by reading: only infrastructure, identity and timing are left",
        remedy="Log request bodies, or name their field with --map.",
    ),
    "outputs": Need(
        expected=True,
        cost="refusals, going on after one, and what a model gave out that another account then sent",
        remedy="Log responses beside requests.",
    ),
    "device_id": Need(
        expected=True,
        cost="infrastructure evidence by device: accounts run from one machine are not linked by it",
        remedy="Log a device or installation id, or name its field with --map device_id=PATH.",
    ),
    "client_ip": Need(
        expected=True,
        cost="infrastructure evidence by address, hand-over and turns taken on one address",
        remedy="Log the client's address, not the proxy's, or name its field with --map client_ip=PATH.",
    ),
    "conversation_id": Need(
        expected=True,
        cost="turns are told from re-sent history less well, and retries count as new requests",
        remedy="Log a conversation or session id, or name its field with --map conversation_id=PATH.",
    ),
    "end_user_id": Need(
        expected=False,
        cost="people behind an API customer are scored as one: no action can be aimed below the customer",
        remedy="Ask API customers to send an end-user id.",
    ),
    "model": Need(
        expected=False, cost="drift by model; no evidence", remedy="Log the model's name, or --map model=PATH."
    ),
    "tokens": Need(
        expected=False,
        cost="volume by tokens; no evidence",
        remedy="Log the usage of each response, or --map input_tokens=PATH.",
    ),
}
