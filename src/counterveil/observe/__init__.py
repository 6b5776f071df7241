"""From text to observations: canonical text, language, behaviour scores, and the runner of text detectors."""
