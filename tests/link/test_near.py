"""Near-duplicates by words: what is found and what is not, at bounded cost, whatever the order."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.link.near import Meetings, Texts, Uses, meetings
from tests.link.likenesses import drawn, pairs, replaced, texts, told, uses

N_PAIRS = 40


def paraphrased(share: float) -> tuple[Texts, Uses]:
    """Forty texts of subjects 0–39, and as many by 100–139 that replace a share of the words, among a hundred strangers."""
    own = drawn(1, N_PAIRS)
    other = [replaced(1000 + i, words, share) for i, words in enumerate(own)]
    strange = drawn(2, 100)
    rows = [(i, i, 100 * i) for i in range(N_PAIRS)]
    rows += [(100 + i, N_PAIRS + i, 100 * i + 60) for i in range(N_PAIRS)]
    rows += [(1000 + i, 2 * N_PAIRS + i, 77 * i) for i in range(len(strange))]
    return texts([*own, *other, *strange]), uses(rows)


WANTED = {(i, 100 + i) for i in range(N_PAIRS)}


@pytest.mark.parametrize(("share", "least", "similar"), [(0.2, 1.0, (0.6, 0.95)), (0.45, 0.9, (0.3, 0.8))])
def test_rewritten_texts_are_found_and_unrelated_ones_are_not(
    share: float, least: float, similar: tuple[float, float]
) -> None:
    written, sent = paraphrased(share)
    met = meetings(written, sent)
    found = pairs(met, sent)
    assert found <= WANTED, "strangers must not meet"
    assert len(found) >= least * N_PAIRS
    assert similar[0] <= float(np.median(met.similarity)) <= similar[1]
    assert set(met.gap_s.tolist()) == {60}
    assert np.median(met.n_subjects) == 2


def test_copies_of_one_text_are_alike_all_over() -> None:
    """A text that two send, in words that others have too."""
    own = drawn(3, 60, vocabulary=400)
    sent = uses([(i, i, 10 * i) for i in range(60)] + [(100, 0, 5000)])
    met = meetings(texts(own), sent)
    found = {(a, b): (similarity, gap) for a, b, similarity, gap, *_ in told(met, sent)}
    assert found[(0, 0), (100, 0)] == (1.0, 5000)


def test_a_filled_in_template_meets_its_copies() -> None:
    """Thirty words that stay and five that change, from six subjects: every pair of them meets, once a pair of uses."""
    frame = drawn(4, 1, words=30)[0]
    forms = [[*frame, *range(9000 + 5 * i, 9005 + 5 * i)] for i in range(6)]
    sent = uses([(i, i, i) for i in range(6)])
    met = meetings(texts(forms), sent)
    assert pairs(met, sent) == {(a, b) for a in range(6) for b in range(a + 1, 6)}
    assert len(met.left) == 15
    assert set(met.n_subjects.tolist()) == {6}


def test_a_subject_never_meets_itself() -> None:
    """However often it sends the like: ten forms of one template each."""
    frame = drawn(5, 1, words=30)[0]
    forms = [[*frame, 9000 + i] for i in range(20)]
    alone = uses([(7, i, i) for i in range(20)])
    assert len(meetings(texts(forms), alone).left) == 0
    both = uses([(i % 2, i, i) for i in range(20)])
    met = meetings(texts(forms), both)
    assert pairs(met, both) == {(0, 1)}
    # In each bucket three of its uses at most stand for a subject; not more than all of them together.
    assert len(met.left) <= 100


def test_common_words_and_words_of_one_text_make_nobody_meet() -> None:
    """Twenty-one texts share all their words but one, which nobody else has."""
    frame = list(range(30))
    for n, n_pairs in ((20, 190), (21, 0)):
        sent = uses([(i, i, i) for i in range(n)])
        assert len(pairs(meetings(texts([[*frame, 9000 + i] for i in range(n)]), sent), sent)) == n_pairs


def test_nothing_to_compare() -> None:
    no = meetings(texts([]), uses([]))
    assert all(len(getattr(no, name)) == 0 for name in Meetings.__slots__)
    for written, sent in (
        ([[1, 2, 3]], [(0, 0, 0)]),
        ([[1, 2, 3]], [(0, 0, 0), (1, 0, 1)]),  # nobody can tell whether the words of one text are rare
        ([[], []], [(0, 0, 0), (1, 1, 1)]),
        ([[1, 2], [3, 4]], [(0, 0, 0), (1, 1, 1)]),
        ([[1, 2], [1, 2]], []),
        ([[], [1, 2], []], [(0, 0, 0), (1, 1, 1), (2, 2, 2)]),
    ):
        assert len(meetings(texts(written), uses(sent)).left) == 0


def test_texts_without_words_between_others_take_nothing_from_them() -> None:
    words = drawn(6, 1)[0]
    sent = uses([(0, 1, 0), (1, 3, 60), (2, 0, 0), (3, 2, 0), (4, 4, 0)])
    met = meetings(texts([[], words, [], words, []]), sent)
    assert told(met, sent) == {((0, 1), (1, 3), 1.0, 60, 2, int(met.bucket[0]), 1.0)}


def crowd(n: int, *, apart_s: int, n_texts: int = 1) -> Uses:
    """So many subjects who send each of the texts, one after the other."""
    return uses([(i, text, 10**6 * text + apart_s * i) for text in range(n_texts) for i in range(n)])


# Texts of two words each, every word in two of them: rare, and alike to nobody but their copies.
COPIED = texts([[1, 2], [3, 4], [1, 3], [2, 4]])


def test_large_buckets_are_cut_and_the_same_pairs_meet_in_all() -> None:
    """Of 600 that send one text 1,000 meet in about twenty others each, not in 599; and those meet over the next text, too."""
    n = 600
    sent = crowd(n, apart_s=30, n_texts=2)
    met = meetings(COPIED, sent)
    of_text = [{(a[0], b[0]) for a, b, *_ in told(met, sent) if a[1] == b[1] == text} for text in range(2)]
    assert of_text[0] == of_text[1]
    assert n <= len(of_text[0]) <= n * 2 * 20
    # Everybody meets some; together the pairs stand for about as many as there are.
    assert {s for pair in of_text[0] for s in pair} == set(range(n))
    stood_for = met.weight[sent.text[met.left] == 0].sum()
    assert 0.5 <= stood_for / (n * (n - 1) / 2) <= 2.0


def test_small_buckets_are_paired_whole() -> None:
    for n in (80, 81):
        sent = crowd(n, apart_s=10**5)
        met = meetings(COPIED, sent)
        assert (len(pairs(met, sent)) == n * (n - 1) / 2) is (n == 80)
        assert set(met.n_subjects.tolist()) == {n}


def test_of_what_everybody_sends_only_meetings_in_time_count() -> None:
    """2,100 subjects, two minutes apart: those within half an hour meet, all within a quarter."""
    n = 2100
    sent = crowd(n, apart_s=120)
    met = meetings(COPIED, sent)
    assert met.gap_s.max() < 1800
    soon = {(i, i + k) for k in range(1, 8) for i in range(n - k)}
    assert soon <= pairs(met, sent)
    assert len(met.left) <= n * 15
    # A burst of strangers within minutes is a trend.
    assert len(meetings(COPIED, crowd(n, apart_s=0)).left) == 0


def test_cost_of_a_crowd_grows_with_its_size() -> None:
    """Pairs a subject: no more at 1,600 than at 200, but for chance."""
    each = [len(meetings(COPIED, crowd(n, apart_s=1)).left) / n for n in (200, 400, 800, 1600)]
    assert max(each) <= 40
    assert each[-1] <= 2 * each[0]


@st.composite
def logs(draw: st.DrawFn, *, distinct: bool = False) -> tuple[list[list[int]], list[tuple[int, int, int]]]:
    """A few dozen texts over a small vocabulary, many of them near copies, and who sent them when."""
    frames = drawn(draw(st.integers(0, 99)), 4, words=12, vocabulary=60)
    written = [
        replaced(i, frames[draw(st.integers(0, 3))], draw(st.sampled_from([0.0, 0.1, 0.3, 1.0])), vocabulary=60)
        for i in range(draw(st.integers(1, 24)))
    ]
    sends = st.tuples(st.integers(0, 9), st.integers(0, len(written) - 1))
    times = st.sampled_from([0, 1, 600, 5000, 10**6])
    rows = draw(st.dictionaries(sends, times, max_size=60))
    return written, [(s, text, time + text * distinct) for (s, text), time in rows.items()]


@given(log=logs(), seed=st.integers(0, 999))
def test_order_of_uses_changes_nothing(log: tuple[list[list[int]], list[tuple[int, int, int]]], seed: int) -> None:
    """Up to the numbers of the uses, even where a subject sends much at one moment."""
    written, rows = log
    before, after = uses(rows), uses(random.Random(seed).sample(rows, len(rows)))
    assert told(meetings(texts(written), after), after) == told(meetings(texts(written), before), before)


def test_of_much_at_one_moment_the_same_texts_stand_for_a_subject() -> None:
    """Five copies in one second, of which three count: not those that happened to be read first."""
    frame = drawn(12, 1, words=12)[0]
    written, rows = texts([frame] * 5), [*((0, text, 0) for text in range(5)), (1, 0, 0)]
    before, after = uses(rows), uses(rows[::-1])
    found = told(meetings(written, before), before)
    assert len(found) == 3
    assert told(meetings(written, after), after) == found


@given(log=logs(distinct=True))
def test_order_of_texts_changes_nothing(log: tuple[list[list[int]], list[tuple[int, int, int]]]) -> None:
    written, rows = log
    sent = uses(rows)
    turned = replace(sent, text=(len(written) - 1 - sent.text).astype(np.int32))
    assert told(meetings(texts(written[::-1]), turned), sent) == told(meetings(texts(written), sent), sent)


@given(log=logs())
def test_what_every_meeting_says_is_so(log: tuple[list[list[int]], list[tuple[int, int, int]]]) -> None:
    written, rows = log
    sent = uses(rows)
    met = meetings(texts(written), sent)
    assert np.all(met.left < met.right)
    assert len({*zip(met.left.tolist(), met.right.tolist(), strict=True)}) == len(met.left)
    assert np.all(sent.subject[met.left] != sent.subject[met.right])
    assert np.array_equal(met.gap_s, np.abs(sent.time_s[met.left] - sent.time_s[met.right]))
    assert np.all((met.similarity >= 0.15) & (met.similarity <= 1.0))
    assert np.all((met.n_subjects >= 2) & (met.n_subjects <= 10))
    for left, right, similarity in zip(met.left, met.right, met.similarity, strict=True):
        a, b = set(written[sent.text[left]]), set(written[sent.text[right]])
        assert a & b, "texts without a common word are not alike"
        assert similarity == 1.0 or a != b
