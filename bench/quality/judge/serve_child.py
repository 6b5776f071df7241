"""Serves one GGUF file with xllamacpp on 127.0.0.1 until it is ended; prints the address. Run by an interpreter that has it."""

from __future__ import annotations

import sys
import threading

import xllamacpp

if __name__ == "__main__":
    path, context, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = context
    params.n_parallel = 1
    params.port = 0
    # Spin-waits cost more than they bring on cores that others use too: one thread unless they are known idle.
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    threading.Event().wait()
