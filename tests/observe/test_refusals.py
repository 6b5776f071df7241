"""Whether an answer declines, in the languages that models answer in."""

from __future__ import annotations

import json
import time
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.lab import corpus
from counterveil.observe.refusals import is_refusal

REFUSALS = {
    "en": "I'm sorry, but I can't help with that.",
    "en typographic": "I can’t write messages that pretend to be someone’s bank.",
    "en unable": "I'm unable to assist with this request.",
    "en won't": "I won't create this account list.",
    "en later": "Thanks for asking. I'm not able to help with evading a ban.",
    "zh": "抱歉，我无法协助完成这个请求。",
    "zh short": "我不能帮助你做这件事。",
    "zh trad": "抱歉，我無法協助這件事。",
    "es": "Lo siento, pero no puedo ayudarte con eso.",
    "pt": "Desculpe, mas não posso ajudar com isso.",
    "fr": "Je suis désolé, mais je ne peux pas vous aider.",
    "de": "Es tut mir leid, dabei kann ich Ihnen nicht helfen.",
    "ru": "Извините, я не могу помочь с этим.",
    "uk": "Вибачте, але я не можу з цим допомогти.",
    "ko": "죄송하지만 그 요청은 도와드릴 수 없습니다.",
    "ja": "申し訳ありませんが、そのご依頼にはお手伝いできません。",
    "id": "Maaf, saya tidak bisa membantu dengan permintaan itu.",
    "vi": "Xin lỗi, tôi không thể giúp việc này.",
    "ar": "عذرًا، لا أستطيع مساعدتك في هذا.",
    "fa": "متأسفم، نمی‌توانم در این مورد کمک کنم.",
    "ur": "معذرت، میں اس کام میں مدد نہیں کر سکتا۔",
    "hi": "क्षमा करें, मैं इसमें मदद नहीं कर सकता।",
    "km": "សូមទោស ខ្ញុំមិនអាចជួយរឿងនេះបានទេ។",
    "tr": "Üzgünüm, bu konuda yardımcı olamam, bunu yapamam.",
}
ANSWERS = {
    "apology": "Sorry for the delay! Here is the text you asked for.",
    "of another": "She said she can't come on Friday. Here is a shorter version.",
    "advice": "You can't deduct this from your taxes, but there are other ways.",
    "what others cannot": "Banks cannot help with a transfer that was already paid out.",
    "zh": "好的，下面是翻译：我们明天不能见面。",
    "zh apology": "抱歉让您久等了，这是您要的邮件。",
    "es": "Claro. Aquí tienes la carta: lo siento por el retraso.",
    "de": "Gern. Das Fenster kann man nicht von außen öffnen.",
    "fr": "Voici la traduction : il ne peut pas venir demain.",
    "ru": "Вот перевод: он не может приехать завтра.",
    "ja": "承知しました。以下は訳文です：明日は会えません。",
    "ko": "네, 번역은 다음과 같습니다: 내일은 만날 수 없어요.",
    "vi": "Đây là bản dịch: anh ấy không đến được.",
    "empty": "",
    "code": "```python\nraise ValueError('I cannot')\n```",
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS.keys())
def test_declines(answer: str) -> None:
    assert is_refusal(answer)
    assert is_refusal(f"  \n{answer} Instead, " + "here is something else. " * 50)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_answers(answer: str) -> None:
    assert not is_refusal(answer)


def test_only_the_opening_counts() -> None:
    assert not is_refusal("Here is the dialogue you wanted. " * 6 + REFUSALS["en"])


def test_ordinary_texts_decline_nothing() -> None:
    lines = (files("counterveil.lab") / "packs" / "bg_lines.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    assert [text for text in texts if is_refusal(text)] == []


def test_replies_of_the_training_accounts() -> None:
    """By its words alone: most refusals, of fifteen languages and more, and no other reply."""
    told = [("refused" in turn.tags, turn.reply) for a in corpus.load().accounts for turn in a.turns if turn.reply]
    assert [reply for refused, reply in told if not refused and is_refusal(reply)] == []
    declined = [is_refusal(reply) for refused, reply in told if refused]
    assert len(declined) > 100
    assert sum(declined) / len(declined) > 0.75


@given(st.text(st.characters(), max_size=400))
def test_hostile_text_never_raises(text: str) -> None:
    assert is_refusal(text) in (True, False)


@pytest.mark.parametrize("unit", ["I can ", "Я ", " ", "میں ", "ខ្ញុំ", "我", "Sorry ", "não ", "할 수 "])
def test_no_pattern_blows_up(unit: str) -> None:
    before = time.process_time()
    is_refusal(unit * (60_000 // len(unit)))
    assert time.process_time() - before < 1
