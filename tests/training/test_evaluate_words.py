"""Word errors, their intervals, and how tables are written."""

import numpy as np
import pytest

from training.voice.evaluate import recogniser
from training.voice.evaluate.tables import Interval, Spread, Table, mean_interval, ratio_interval, spread
from training.voice.evaluate.utterances import HERE, recorded, sentences


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("the cat sat", "the cat sat", 0),
        ("the cat sat", "the hat sat", 1),
        ("the cat sat", "the sat", 1),
        ("the cat sat", "the cat has sat", 1),
        ("the cat sat", "", 3),
        ("", "noise", 1),
        ("a b c d", "b c d a", 2),
    ],
)
def test_errors_are_the_fewest_changes(said, heard, errors):
    assert recogniser.errors(said.split(), heard.split()) == errors


def test_words_of_reference_and_transcript_are_alike():
    assert recogniser.words("Doctor A’s twenty-one, B.C.") == recogniser.words("dr. a's twenty one b.c.")


def test_stammering_is_what_was_not_said_twice():
    said, heard = (
        recogniser.words(text) for text in ("No, no, it is the end.", "no no it is is the the end")
    )
    assert recogniser.repeated(said, heard) == ["is", "the"]
    assert recogniser.repeated(said, said) == []


def test_bootstrap_of_a_rate_is_centred_and_narrows_with_more_sentences():
    rng = np.random.default_rng(1)
    few, many = (ratio_interval(rng.binomial(10, 0.2, size), np.full(size, 10)) for size in (30, 3000))
    for interval in (few, many):
        assert interval.low < interval.value < interval.high
        assert interval.value == pytest.approx(0.2, abs=0.05)
    assert (many.high - many.low) < (few.high - few.low) / 5


def test_bootstrap_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    drawn = [mean_interval(list(rng.normal(3, 1, 40)), seed) for seed in range(100)]
    assert 85 <= sum(one is not None and one.low < 3 < one.high for one in drawn) <= 100


def test_no_spread_of_sentences_gives_no_interval():
    assert ratio_interval([1, 2, 3], [10, 20, 30]) == Interval(*[pytest.approx(0.1)] * 3)


def test_what_is_not_known_is_left_out_of_means():
    assert spread([1.0, float("nan"), 3.0]) == Spread(2.0, 1.0)
    assert spread([float("nan")]) is None
    assert mean_interval([]) is None


def test_table_as_markdown_and_as_numbers():
    table = Table("Title", "Note.", ("a", "b"), (("row", (Interval(1.25, 1, 2), None)),), digits=1)
    assert table.markdown().splitlines() == [
        "## Title",
        "Note.",
        "",
        "|  | a | b |",
        "|---|---|---|",
        "| row | 1.2 [1.0, 2.0] | – |",
    ]
    assert table.numbers() == {"row": {"a": {"value": 1.25, "low": 1, "high": 2}, "b": None}}


def test_there_are_enough_sentences_of_every_style_and_each_only_once():
    listed = sentences(HERE / "sentences.txt")
    styles = {one.style for one in listed}
    assert len(listed) >= 200
    assert styles == {"statement", "question", "list", "number", "name", "dialogue", "technical"}
    assert all(sum(one.style == style for one in listed) >= 25 for style in styles)
    assert len({one.text for one in listed}) == len({one.id for one in listed}) == len(listed)


def test_other_takes_of_held_out_prompts_are_not_among_the_trained_ones(tmp_path):
    rows = ["set_a_1|One.|wˈʌn.", "set_a_2|One.|wˈʌn.", "set_b_1|Two.|tˈu.", "set_c_1|Three.|θɹˈi."]
    (tmp_path / "metadata.csv").write_text("\n".join([*rows, "set_c_2|Three.|θɹˈi."]), encoding="utf-8")
    (tmp_path / "heldout.json").write_text('["set_a_2", "set_b_1"]')
    found = recorded(tmp_path)
    assert [one.id for one in found.held_out] == ["set_a_2", "set_b_1"]
    assert found.take_ids == {"set_a_2": "set_a_1"}
    assert [one.id for one in found.trained] == ["set_c_1"]
