"""The family of the embedded voice: exact windows, rows that do not see each other, true lengths.

Everything is tried with the voice itself and with a model of a few kilobytes that makes mistakes loud.
"""

from pathlib import Path

import numpy as np
import pytest

import vivavoce
from vivavoce.core import Delivery, Samples
from vivavoce.models import directly, load
from vivavoce.models.base import DecodeItem, Encoded, EncodeItem
from vivavoce.models.session import Device
from vivavoce.models.viva import Viva
from vivavoce.models.viva_layout import window_lengths

DIRECTORIES = {
    "viva": Path(vivavoce.__file__).parent / "voices" / "viva",
    "tone": Path(__file__).parents[1] / "data" / "tone",
}
SENTENCE = "ɐ kwˈɪk “bɹˈWn” dˈɔɡ."
QUESTION = "hˌW ɑɹ ju?"
LOG_F0, VOICING = 80, 81  # channels of the frames
STATEMENT = "ɪt ɪz ɹˈAnɪŋ."


@pytest.fixture(scope="module", params=DIRECTORIES)
def model(request: pytest.FixtureRequest) -> Viva:
    return load("viva", DIRECTORIES[request.param], Device("cpu"))


def item(model: Viva, phonemes: str = SENTENCE, *, speed: float = 1.0, first: bool = True) -> EncodeItem:
    return EncodeItem(phonemes, model.facts.voices[-1].id, speed, seed=0, first=first)


def encode(model: Viva, *items: EncodeItem) -> list[Encoded]:
    return model.encode(items, model.new_run())


def decode(model: Viva, *items: DecodeItem) -> list[Samples]:
    return [row.samples for row in model.decode(items, model.new_run())]


def windows_of(encoded: Encoded) -> list[DecodeItem]:
    return [DecodeItem(encoded, window) for window in encoded.windows]


def speak(model: Viva, spoken: EncodeItem) -> Samples:
    return np.concatenate([decoded.samples for decoded, _ in directly.windows(model, spoken)])


def test_windows_join_to_exactly_the_full_decode(model: Viva) -> None:
    (encoded,) = encode(model, item(model, first=False))
    whole = model._decoder.run({"frames": encoded.values[None]}, model.new_run())[0][0]
    assert len(list(directly.windows(model, item(model)))) > 2
    np.testing.assert_allclose(speak(model, item(model)), whole * encoded.gain, rtol=0, atol=1e-5)


def test_an_utterance_begins_with_a_small_window_and_its_later_segments_do_not(model: Viva) -> None:
    small, large = (
        [len(decoded.samples) for decoded, _ in directly.windows(model, item(model, first=first))]
        for first in (True, False)
    )
    assert small[0] < large[0]
    assert len(small) > len(large)
    np.testing.assert_allclose(
        speak(model, item(model)), speak(model, item(model, first=False)), rtol=0, atol=1e-5
    )


LONG = "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ, ænd ɹˈʌnz. "


def test_who_waits_for_a_long_text_hears_its_beginning_while_the_rest_is_painted(model: Viva) -> None:
    (whole,) = encode(model, item(model, LONG, first=False))
    (begun,) = encode(model, item(model, LONG))
    (rest,) = encode(model, begun.rest)
    margins = begun.windows[0].cost - model._layout.window_frames[0]
    assert (len(begun.windows), rest.rest, whole.rest) == (1, None, None)
    np.testing.assert_allclose(begun.values, whole.values[: len(begun.values)], rtol=0, atol=1e-4)
    np.testing.assert_allclose(rest.values, whole.values[len(begun.values) - margins :], rtol=0, atol=1e-4)
    assert rest.phoneme_seconds == begun.phoneme_seconds == whole.phoneme_seconds


def test_the_rest_of_a_text_goes_with_the_beginnings_of_others(model: Viva) -> None:
    (begun,) = encode(model, item(model, LONG))
    items = [item(model, QUESTION), begun.rest, item(model, LONG)]
    for row, one in zip(encode(model, *items), items, strict=True):
        (alone,) = encode(model, one)
        assert row.windows == alone.windows
        np.testing.assert_allclose(row.values, alone.values, rtol=0, atol=1e-4)


def test_rows_of_a_batch_do_not_see_each_other(model: Viva) -> None:
    items = [item(model), item(model, QUESTION, speed=1.4), item(model, "ˈA.", speed=0.7)]
    together = encode(model, *items)
    alone = [encode(model, each)[0] for each in items]
    assert [row.phoneme_seconds for row in together] == [row.phoneme_seconds for row in alone]
    assert [row.windows for row in together] == [row.windows for row in alone]
    for row, own in zip(together, alone, strict=True):
        np.testing.assert_allclose(row.values, own.values, rtol=0, atol=1e-5)
    windows = [window for row in together for window in windows_of(row)]
    for samples, window in zip(decode(model, *windows), windows, strict=True):
        np.testing.assert_allclose(samples, decode(model, window)[0], rtol=0, atol=1e-5)


def test_lengths_of_the_phonemes_sum_to_the_length_of_the_audio(model: Viva) -> None:
    windows = [decoded for decoded, _ in directly.windows(model, item(model))]
    (lengths,) = {row.phoneme_seconds for row in windows}
    assert len(lengths) == len(SENTENCE)
    seconds = sum(len(row.samples) for row in windows) / model.facts.sample_rate_hertz
    assert sum(lengths) == pytest.approx(seconds, abs=1e-9)


def test_stress_and_quotation_marks_take_no_time(model: Viva) -> None:
    (encoded,) = encode(model, item(model))
    seconds = dict(zip(SENTENCE, encoded.phoneme_seconds, strict=True))
    assert [seconds[mark] for mark in "ˈ“”"] == [0.0, 0.0, 0.0]
    assert all(seconds[sound] > 0 for sound in "ɐkwɪbɹWndɔɡ")


def test_an_alias_sounds_like_what_it_stands_for(model: Viva) -> None:
    np.testing.assert_array_equal(speak(model, item(model, "ɐ“.")), speak(model, item(model, "ə.")))


def test_faster_is_shorter(model: Viva) -> None:
    slowest, fastest = model.facts.speed_range
    lengths = [len(speak(model, item(model, speed=speed))) for speed in (slowest, 1.0, 1.3, fastest)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] / lengths[-1] == pytest.approx(fastest / slowest, rel=0.1)


def test_the_same_text_and_seed_give_the_same_samples_and_another_seed_others(model: Viva) -> None:
    np.testing.assert_array_equal(speak(model, item(model)), speak(model, item(model)))
    seeded = [encode(model, EncodeItem(SENTENCE, model.facts.voices[-1].id, 1.0, seed))[0] for seed in (0, 7)]
    frames = min(len(row.values) for row in seeded)
    assert np.abs(seeded[0].values[:frames] - seeded[1].values[:frames]).max() > 0.01


def test_pitch_is_shaped_by_the_delivery_and_by_the_sentence(model: Viva) -> None:
    def heard(phonemes: str, delivery: Delivery) -> np.ndarray:
        voice = model.facts.voices[0].id
        return encode(model, EncodeItem(phonemes, voice, 1.0, 0, delivery=delivery))[0].values

    plain = heard(STATEMENT, Delivery())
    for delivery in (Delivery(pitch_semitones=2.0), Delivery(pitch_range=1.4)):
        assert heard(STATEMENT, delivery).shape == plain.shape
        assert np.abs(heard(STATEMENT, delivery) - plain).max() > 0.05


def test_samples_are_speech_sized(model: Viva) -> None:
    samples = speak(model, item(model))
    assert samples.dtype == np.float32
    assert 0.05 < np.abs(samples).max() < 1.0


def test_a_phoneme_that_the_voice_does_not_know_is_reported(model: Viva) -> None:
    with pytest.raises(ValueError, match="does not know: ☃ ✈"):
        encode(model, item(model), item(model, "ˈA ✈☃."))


@pytest.mark.parametrize("count", [0, 401])
def test_too_few_and_too_many_phonemes_are_reported(model: Viva, count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} phonemes: the voice takes 1 to"):
        encode(model, item(model, "ə" * count))


def test_a_voice_that_is_not_there_is_reported(model: Viva) -> None:
    with pytest.raises(KeyError, match="nobody"):
        encode(model, EncodeItem("ˈA.", "nobody", 1.0, seed=0))


def test_each_voice_sounds_its_own_way() -> None:
    tone = load("viva", DIRECTORIES["tone"], Device("cpu"))
    low, high = (speak(tone, EncodeItem("ˈA.", voice.id, 1.0, seed=0)) for voice in tone.facts.voices)
    assert np.abs(low - high).max() > 0.1


def test_the_voices_of_the_one_speaker_differ_as_their_names_say() -> None:
    viva = load("viva", DIRECTORIES["viva"], Device("cpu"))
    hertz, seconds = {}, {}
    for voice in viva.facts.voices:
        (row,) = encode(viva, EncodeItem(STATEMENT, voice.id, 1.0, seed=0))
        voiced = row.values[:, VOICING] > 0
        hertz[voice.id] = np.exp(row.values[voiced, LOG_F0].mean())
        seconds[voice.id] = sum(row.phoneme_seconds)
    assert hertz["rowan"] < 0.85 * hertz["kathleen"] < hertz["kathleen"] < 0.95 * hertz["wren"]
    assert seconds["hazel"] > 1.08 * seconds["kathleen"]


def test_a_whisper_has_no_pitch_and_is_softer() -> None:
    viva = load("viva", DIRECTORIES["viva"], Device("cpu"))
    aloud, whispered = (
        EncodeItem(STATEMENT, "kathleen", 1.0, 0, delivery=Delivery(whispered=one)) for one in (False, True)
    )
    (row,) = encode(viva, whispered)
    assert not row.values[:, VOICING].any()
    assert 0.008 < np.abs(speak(viva, whispered)).mean() < 0.7 * np.abs(speak(viva, aloud)).mean()


def test_a_question_ends_higher_than_it_goes_on_and_a_statement_lower() -> None:
    viva = load("viva", DIRECTORIES["viva"], Device("cpu"))

    def rise(phonemes: str) -> float:
        (row,) = encode(viva, EncodeItem(phonemes, "kathleen", 1.0, seed=0))
        melody = row.values[row.values[:, VOICING] > 0, LOG_F0]
        return melody[-5:].mean() - melody.mean()

    assert rise("ˌɪz ɪt ɹˈAnɪŋ?") > 0.1 > 0 > rise(STATEMENT)


def test_the_embedded_voice_is_what_it_says() -> None:
    facts = load("viva", DIRECTORIES["viva"], Device("cpu")).facts
    assert (facts.id, facts.license, facts.sample_rate_hertz) == ("viva", "Apache-2.0", 24000)
    assert [voice.id for voice in facts.voices] == ["kathleen", "rowan", "wren", "hazel"]
    assert facts.symbols >= set(SENTENCE + QUESTION + "!;:—…()ɾʔ")
    assert "<sil>" not in facts.symbols


@pytest.mark.parametrize(
    ("frames", "start", "lengths"),
    [
        (0, 0, []),
        (1, 0, [1]),
        (31, 0, [31]),  # a remainder of 15 is no window
        (32, 0, [16, 16]),
        (95, 0, [16, 79]),
        (100, 0, [16, 64, 20]),
        (600, 0, [16, 64, 256, 264]),
        (608, 0, [16, 64, 256, 256, 16]),
        (271, 2, [271]),
        (600, 2, [256, 256, 88]),
    ],
)
def test_windows_grow_and_leave_no_crumbs(frames: int, start: int, lengths: list[int]) -> None:
    assert window_lengths(frames, (16, 64, 256), start=start) == lengths
