"""The quality report from a workspace: what ``counterveil.quality`` is given from the lake, and what is stored of it."""
