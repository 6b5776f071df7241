"""One account as the generator moves it: what it is in truth, and what its requests are sent from."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from counterveil.lab.schedule import Clock

_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0",
)
_CLIENTS = ("python-requests/2.32.5", "python-httpx/0.28.1", "node-fetch/3.3.2", "curl/8.17.0")


class Choice:
    """A weighted choice that is cheap to repeat."""

    def __init__(self, options: Sequence[tuple[str, ...]], weights: Sequence[float]) -> None:
        self._options = options
        self._bounds = list(accumulate(weights))

    def pick(self, rng: Random) -> str:
        """One thing: first the kind by weight, then any of that kind."""
        at = bisect(self._bounds, rng.random() * self._bounds[-1])
        kind = self._options[min(at, len(self._options) - 1)]
        return kind[int(rng.random() * len(kind))]


@dataclass(slots=True)
class Truth:
    """What only the answer key says about an account."""

    label: str
    kind: str
    group: str | None = None
    operation: str | None = None
    languages: Counter[str] = field(default_factory=Counter)
    behaviours: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Actor:
    """An account with its habits; ``registration`` is what the service knows from sign-up."""

    account_id: str
    truth: Truth
    devices: Choice
    addresses: Choice
    clock: Clock
    locale: str
    api: float
    registration: dict[str, object]
    end_users: tuple[str, ...] = ()
    created: int = 0


def browser(device: str) -> str:
    """The browser on a device: the same device always shows the same one."""
    return _BROWSERS[int(device[-4:], 16) % len(_BROWSERS)]


def client(account_id: str) -> str:
    """The program with which an account calls the interface."""
    return _CLIENTS[int(account_id[-2:], 16) % len(_CLIENTS)]
