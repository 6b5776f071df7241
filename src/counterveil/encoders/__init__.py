"""Sentence encoders behind one small interface: texts in, unit vectors of a named space out."""
