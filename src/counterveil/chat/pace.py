"""Not more requests and tokens a minute than an endpoint takes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 60.0


class Pace:
    """A sliding window of a minute. A request larger than the whole limit goes when nothing else is in the window."""

    def __init__(
        self,
        requests: int,
        tokens: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._requests = requests
        self._tokens = tokens
        self._clock = clock
        self._sleep = sleep
        self._sent: deque[tuple[float, int]] = deque()

    def wait(self, tokens: int) -> float:
        """Wait until a request of this size may go, and count it; how many seconds that took."""
        waited = 0.0
        while (pause := self._pause(tokens)) > 0:
            self._sleep(pause)
            waited += pause
        self._sent.append((self._clock(), tokens))
        return waited

    def _pause(self, tokens: int) -> float:
        now = self._clock()
        while self._sent and now - self._sent[0][0] >= _WINDOW_S:
            self._sent.popleft()
        if not self._sent:
            return 0.0
        full = len(self._sent) >= self._requests or sum(n for _, n in self._sent) + tokens > self._tokens
        return max(_WINDOW_S - (now - self._sent[0][0]), 0.001) if full else 0.0
