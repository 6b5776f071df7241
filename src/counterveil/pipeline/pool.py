"""Work spread over processes, with results in the order of the work and a bounded amount in flight."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

from counterveil.errors import CounterveilError

Job = TypeVar("Job")
Result = TypeVar("Result")

# One thread per worker process: native libraries that spin up their own threads slow each other down
# (references/models.md, rule 1).
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_IO_THREADS")


def _start_worker() -> None:
    """Make a worker end when its parent dies: a killed run must not leave processes behind."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def ordered_map(
    work: Callable[[Job], Result], jobs: Iterable[Job], *, workers: int, inline: bool = False
) -> Iterator[tuple[Job, Result]]:
    """``(job, work(job))`` for each job, in order; at most two jobs a worker are held at a time.

    ``work`` must be importable (a module-level function). With one worker, or ``inline``, nothing is started.
    """
    if inline or workers == 1:
        for job in jobs:
            yield job, work(job)
        return
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    waiting: deque[tuple[Job, Future[Result]]] = deque()
    context = multiprocessing.get_context("spawn")
    broken: Exception | None = None
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker) as pool:
        source = iter(jobs)
        while True:
            try:
                job = next(source)
            except StopIteration:
                break
            except CounterveilError as error:
                # An input that cannot be read ends the jobs, not the work that was under way.
                broken = error
                break
            waiting.append((job, pool.submit(work, job)))
            if len(waiting) >= 2 * workers:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
    if broken is not None:
        raise broken
