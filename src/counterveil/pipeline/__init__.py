"""The only composer of stages: what reads, computes and writes, in which order, and how it survives a kill."""
