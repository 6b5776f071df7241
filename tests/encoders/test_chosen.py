"""Which encoders a run has, and which of them reads a language."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterveil.encoders.base import EncoderChoice
from counterveil.encoders.chosen import encoders, reader_of
from counterveil.encoders.e5 import E5Encoder
from counterveil.encoders.endpoint import EndpointEncoder
from counterveil.encoders.onnx import OnnxEncoder
from counterveil.encoders.use import COVERED, UseEncoder
from counterveil.errors import UsageError
from counterveil.observe.language import language
from tests.encoders.make import onnx_folder

BOTH = EncoderChoice()


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [
        ("use", "e5", [UseEncoder, E5Encoder]),
        ("none", "e5", [E5Encoder]),
        ("use", "none", [UseEncoder]),
        ("none", "none", []),
        ("use", "endpoint", [UseEncoder, EndpointEncoder]),
        ("use", "onnx", [UseEncoder, OnnxEncoder]),
    ],
)
def test_first_then_second(first: str, second: str, kinds: list[type], tmp_path: Path) -> None:
    model = str(onnx_folder(tmp_path / "m")) if second == "onnx" else "m"
    choice = EncoderChoice(first, second, model=model, url="http://127.0.0.1:1/v1")
    assert [type(e) for e in encoders(choice)] == kinds
    assert encoders(choice) is encoders(choice)


def test_the_default_is_the_two_in_the_package() -> None:
    assert [e.space for e in encoders(BOTH)] == ["use-multilingual-v3/0.2.1", "multilingual-e5-small-q4/0.3.0"]


@pytest.mark.parametrize("second", ["endpoint", "onnx"])
def test_what_is_not_configured_is_said(second: str) -> None:
    with pytest.raises(UsageError):
        encoders(EncoderChoice(second=second))


@pytest.mark.parametrize(
    ("languages", "place"),
    [
        (("en",), 0),
        (("zh", "en"), 0),
        (("en", ""), 0),
        (("",), 0),
        ((), 0),
        (("km",), 1),
        (("en", "km"), 1),
        (("uk", ""), 1),
        (("und",), None),
        (("en", "und"), None),
    ],
)
def test_who_reads_first(languages: tuple[str, ...], place: int | None) -> None:
    assert reader_of(BOTH, *languages) == place


def test_one_encoder_alone() -> None:
    only_first, only_second = EncoderChoice(second="none"), EncoderChoice(first="none")
    assert [reader_of(only_first, lang) for lang in ("en", "km", "und")] == [0, None, None]
    assert [reader_of(only_second, lang) for lang in ("en", "km", "und")] == [0, 0, None]


def test_nobody_reads_without_an_encoder() -> None:
    nobody = EncoderChoice("none", "none")
    assert [reader_of(nobody, *languages) for languages in (["en"], ["und"], [])] == [None, None, None]


def test_covered_languages_are_called_as_the_classifier_calls_them() -> None:
    samples = {
        "ar": "هل يمكنك مراجعة هذه الرسالة من فضلك؟",
        "zh": "请帮我检查这段话",
        "nl": "Kun je deze brief alsjeblieft voor mij nakijken?",
        "en": "Could you check this letter for me, please?",
        "fr": "Pouvez-vous relire cette lettre pour moi, s'il vous plaît ?",
        "de": "Könntest du bitte diesen Brief für mich durchsehen?",
        "it": "Potresti controllare questa lettera per me, per favore?",
        "ja": "この手紙を確認していただけますか",
        "ko": "이 편지를 확인해 주시겠어요",
        "pl": "Czy możesz sprawdzić dla mnie ten list, proszę?",
        "pt": "Você poderia revisar esta carta para mim, por favor?",
        "ru": "Проверьте, пожалуйста, это письмо",
        "es": "¿Podrías revisar esta carta, por favor?",
        "th": "ช่วยตรวจจดหมายฉบับนี้ให้หน่อย",
        "tr": "Bu mektubu benim için kontrol eder misin lütfen?",
    }
    assert samples.keys() == COVERED
    assert {code: language(text) for code, text in samples.items()} == {code: code for code in samples}
