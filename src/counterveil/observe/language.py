"""Which language a text is in: context only, never evidence (DESIGN.md §3.2)."""

from __future__ import annotations

import re
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNKNOWN = "und"
_SAMPLE_CHARS = 160
# Below this the classifier guesses (references/models.md §3: three words 0.87, full sentences 0.99).
_MIN_LETTERS = 6
_LANGUAGES = (
    "ar az be bg bn ca cs da de el en eo es et eu fa fi fr gl gu he hi hr hu hy id is it ja ka kk km kn ko ku ky lo lt lv "
    "mk ml mn mr ms mt my ne nl no pa pl ps pt ro ru rw si sk sl sq sr sv sw ta te tg th tl tr ug uk ur uz vi xh zh zu"
).split()
# Scripts that one language of ours uses: certain, and much cheaper than the classifier.
_BY_SCRIPT = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
)
_HAN = re.compile("[\u4e00-\u9fff]")
# Function words of English that no other Latin-script language of ours has; two of them settle it for plain ASCII.
_ENGLISH = re.compile(r"\b(?:the|with|this|that|what|you|your|please|how|and|from|would|should|does)\b", re.IGNORECASE)
_NOISE = re.compile(r"https?://\S+|\S+@\S+|```.*?```|[\d_<>{}()\[\]/\\|=+*#$%&;:~`^-]+", re.DOTALL)


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in _LANGUAGES if code in identifier.labels])
    return identifier


def language(text: str) -> str:
    """BCP-47 primary language of a text, ``und`` when there is too little to tell.

    >>> language("请把下面这段话翻译成西班牙语"), language("Could you check this paragraph for me?"), language("12 + 7")
    ('zh', 'en', 'und')
    """
    sample = _NOISE.sub(" ", text[: 4 * _SAMPLE_CHARS])[:_SAMPLE_CHARS].strip()
    letters = sum(char.isalpha() for char in sample)
    if not sample.isascii():
        for code, pattern in _BY_SCRIPT:
            # Kana marks Japanese even where Han characters prevail; other scripts must make up a third.
            n_script = len(pattern.findall(sample))
            if n_script * (10 if code == "ja" else 3) >= max(letters, 1):
                return code
        if len(_HAN.findall(sample)) * 3 >= max(letters, 1):
            return "zh"
    if letters < _MIN_LETTERS:
        return UNKNOWN
    if sample.isascii() and len({word.lower() for word in _ENGLISH.findall(sample)}) > 1:
        return "en"
    return str(_identifier().classify(sample)[0])
