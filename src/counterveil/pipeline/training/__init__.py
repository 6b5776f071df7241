"""Training of everything that is learned: segmenter, first pass, behaviour heads, account score (``counterveil lab train``)."""
