"""Piper's voices: what the graph is fed, how our phonemes are written for it, what is refused."""

import json
from pathlib import Path

import kokoro
import numpy as np
import piper
import pytest

from vivavoce.models import espeak, load
from vivavoce.models.base import Decoded, DecodeItem, EncodeItem, Model
from vivavoce.models.manifest import ModelError
from vivavoce.models.session import Device
from vivavoce.text import FrontEnd

CPU = Device("cpu")
MAP = piper.config("single")["phoneme_id_map"]
AMERICAN, BRITISH = (espeak.Spelling(rules, MAP) for rules in (espeak.AMERICAN, espeak.BRITISH))
OTHER = espeak.Spelling(espeak.OTHER, {*MAP, "\u0327", "ʦ"})
KOKORO = frozenset(json.loads((kokoro.DATA / "config.json").read_text(encoding="utf-8"))["vocab"])
SENTENCE = (
    "Hello world, the battery hurried around: near cats caught law easy coffee. You boat! Choice little "
    "water churches judge roses beer, bear; tour bath lot singing happy thought goose?"
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    return {
        variant: load("piper", piper.install(tmp_path_factory.mktemp(variant), variant), CPU)
        for variant in piper.VARIANTS
    }


def feeds(model: Model, phonemes: str, *, voice: str = "", speed: float = 1.0) -> dict[str, np.ndarray]:
    item = EncodeItem(phonemes, voice or model.facts.voices[0].id, speed, seed=0)
    (encoded,) = model.encode([item], model.new_run())
    return encoded.feeds


def speak(model: Model, *items: EncodeItem) -> list[Decoded]:
    rows = model.encode(items, model.new_run())
    return model.decode([DecodeItem(row, row.windows[0]) for row in rows], model.new_run())


# How it is written


@pytest.mark.parametrize(
    ("spelling", "ours", "ipa"),
    [
        (AMERICAN, "həlˈO wˈɜɹld!", "həlˈoʊ wˈɜːld!"),
        (AMERICAN, "ʤˈʌʤ ʧˈYs, kˈIt kˈWʧ ˈA", "dʒˈʌdʒ tʃˈɔɪs, kˈaɪt kˈaʊtʃ ˈeɪ"),
        (AMERICAN, "bˈæTəɹi əɹˈWnd wˈɔTəɹ hˈɜɹi", "bˈæɾɚɹi əɹˈaʊnd wˈɔːɾɚ hˈɜːɹi"),
        (AMERICAN, "ˈizi jˌuɹəpˈiən ju", "ˈiːzi jˌuːɹəpˈiːən juː"),
        (AMERICAN, "lˈɪTᵊl ɹˈOzᵻz bˈɑɹ", "lˈɪɾəl ɹˈoʊzᵻz bˈɑːɹ"),
        (BRITISH, "həlˈQ wˈɜːld", "həlˈəʊ wˈɜːld"),
        (
            OTHER,
            "ʦˈIt ʧˈiko ʤˈAː ʣˈO bˈW Qr hˈYS ɜɹ əɹ i ɑ",
            "tsˈaɪt tʃˈiko dʒˈeɪː dzˈoʊ bˈaʊ əʊr hˈɔɪss ɜɹ əɹ i ɑ",
        ),
        (OTHER, "ɪç ʃˈøːn ẽ", "ɪc\u0327 ʃˈøːn ẽ"),
        (BRITISH, "nˈɪə bˈɛː tˈʊə kˈat lˈɒt ˈiːzi", "nˈiə bˈeə tˈʊə kˈat lˈɒt ˈiːzi"),
    ],
)
def test_our_phonemes_as_espeak_writes_them(spelling: espeak.Spelling, ours: str, ipa: str) -> None:
    assert spelling.ipa(ours) == ipa


@pytest.mark.parametrize(
    ("spelling", "language"), [(AMERICAN, "en-us"), (BRITISH, "en-gb")], ids=["american", "british"]
)
def test_all_that_the_text_part_says_is_in_the_map_of_a_voice(spelling, language: str) -> None:
    symbols = spelling.symbols
    segments = list(FrontEnd().prepare(SENTENCE, language=language, symbols=symbols, max_phonemes=400))
    said = "".join(segment.phonemes for segment in segments)
    assert set(said) <= symbols
    assert set(spelling.ipa(said)) <= MAP.keys()
    # The same as for a model that knows every symbol of ours: nothing had to be replaced.
    freely = FrontEnd().prepare(SENTENCE, language=language, symbols=KOKORO, max_phonemes=400)
    assert said == "".join(segment.phonemes for segment in freely)


def test_what_a_voice_cannot_write_is_written_more_plainly_or_not_offered() -> None:
    plain = espeak.Spelling(espeak.AMERICAN, MAP.keys() - {"ː", "ɚ", "ʒ"})
    assert plain.ipa("bˈæTəɹ ˈizi wˈɜɹld") == "bˈæɾəɹ ˈizi wˈɜɹld"
    assert AMERICAN.symbols - plain.symbols == set("ːɚʒʤ")


def test_a_letter_is_written_apart_from_its_accent_where_both_are_known() -> None:
    assert "ç" in OTHER.symbols
    assert espeak.Spelling(espeak.OTHER, MAP).ipa("ɪç") == "ɪç"
    assert "ç" not in espeak.Spelling(espeak.OTHER, MAP.keys() - {"ç"}).symbols


# What the graph is fed


def test_phonemes_are_fed_by_number_with_pads_between(models) -> None:
    fed = feeds(models["single"], "ˈO.")
    assert fed.keys() == {"input", "input_lengths", "scales"}
    # ^ _ ˈ _ o _ ʊ _ . _ $
    assert fed["input"].tolist() == [[1, 0, 120, 0, 27, 0, 100, 0, 10, 0, 2]]
    assert fed["input_lengths"].tolist() == [11]
    assert {name: fed[name].dtype for name in fed} == {
        "input": np.int64,
        "input_lengths": np.int64,
        "scales": np.float32,
    }


def test_several_numbers_for_a_phoneme_are_all_fed(tmp_path: Path) -> None:
    folder = piper.install(tmp_path, "single", changed={"phoneme_id_map": {**MAP, "o": [27, 28]}})
    assert feeds(load("piper", folder, CPU), "O")["input"].tolist() == [[1, 0, 27, 28, 0, 100, 0, 2]]


def test_the_scales_are_those_of_the_voice_and_the_length_is_by_speed(tmp_path: Path) -> None:
    own = {"noise_scale": 0.333, "length_scale": 1.2, "noise_w": 0.5}
    model = load("piper", piper.install(tmp_path, "single", changed={"inference": own}), CPU)
    np.testing.assert_allclose(feeds(model, "A")["scales"], [0.333, 1.2, 0.5], rtol=1e-6)
    np.testing.assert_allclose(feeds(model, "A", speed=1.5)["scales"], [0.333, 0.8, 0.5], rtol=1e-6)


def test_a_speaker_is_fed_by_number(models) -> None:
    voices = models["multi"].facts.voices
    assert [voice.id for voice in voices] == ["p239", "p236", "p264"]
    for number, voice in enumerate(voices):
        assert feeds(models["multi"], "A", voice=voice.id)["sid"].tolist() == [number]


# Voices


def test_a_single_speaker_has_the_name_of_its_recordings(models, tmp_path: Path) -> None:
    (voice,) = models["single"].facts.voices
    assert (voice.id, voice.name, voice.languages) == ("hum", "Hum", ("en-US",))
    nameless = load("piper", piper.install(tmp_path, "single", changed={"dataset": None}), CPU)
    assert [voice.id for voice in nameless.facts.voices] == ["piper"]


def test_speakers_without_names_are_numbered(tmp_path: Path) -> None:
    model = load("piper", piper.install(tmp_path, changed={"speaker_id_map": {}}), CPU)
    assert [voice.id for voice in model.facts.voices] == ["0", "1", "2"]


def test_model_toml_chooses_and_names_the_speakers(tmp_path: Path) -> None:
    folder = piper.install(tmp_path, voices=[{"id": "p264", "name": "Pat"}])
    (voice,) = load("piper", folder, CPU).facts.voices
    assert (voice.id, voice.name, voice.languages) == ("p264", "Pat", ("en-GB",))


@pytest.mark.parametrize(
    ("espeak_voice", "language"),
    [
        ("en-us", "en-US"),
        ("en-gb-x-rp", "en-GB"),
        ("en-gb-scotland", "en-GB"),
        ("en", "en-GB"),
        ("de", "de"),
        ("pt-br", "pt-BR"),
        ("es-419", "es-419"),
    ],
)
def test_the_language_is_that_of_espeak(tmp_path: Path, espeak_voice: str, language: str) -> None:
    folder = piper.install(tmp_path, "single", changed={"espeak": {"voice": espeak_voice}})
    assert load("piper", folder, CPU).facts.voices[0].languages == (language,)


# What comes out


def test_samples_are_as_many_as_the_lengths_say(models) -> None:
    (spoken,) = speak(models["single"], EncodeItem("ˈA", "hum", 1.0, 0))
    hops = [3 + number % 5 * 2 for number in (1, 0, 120, 0, MAP["e"][0], 0, MAP["ɪ"][0], 0, 2)]
    assert len(spoken.samples) == 256 * sum(hops)
    assert spoken.phoneme_seconds is None
    assert models["single"].facts.sample_rate_hertz == 22050


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"phoneme_type": "text"}, "only voices of espeak's can be used"),
        ({"phoneme_id_map": None}, "voice.onnx.json: phoneme_id_map: Field required"),
        ({"phoneme_id_map": {"_": [0], "a": [1]}}, r"phoneme_id_map has no \^ and no \$"),
        ({"audio": {"sample_rate": 16000}}, "22050 samples a second, and the .json 16000"),
        ({"audio": {}}, "audio: sample_rate: Field required"),
    ],
)
def test_a_json_that_cannot_be_right_is_told(tmp_path: Path, changed: dict, says: str) -> None:
    folder = piper.install(tmp_path, changed=changed)
    with pytest.raises(ModelError, match=says):
        load("piper", folder, CPU)


def test_a_graph_of_another_kind_is_refused(tmp_path: Path) -> None:
    folder = piper.install(tmp_path, "single", changed={"num_speakers": 2})
    with pytest.raises(ModelError, match="the graph takes none, `sid`"):
        load("piper", folder, CPU)
    (folder / "voice.onnx").write_bytes((kokoro.DATA / "tokens.onnx").read_bytes())
    with pytest.raises(ModelError, match="no voice of Piper: it takes tokens, style, speed"):
        load("piper", folder, CPU)
    kokoro.describe(folder, family="piper", voices=[{"id": "p1"}], sample_rate_hertz=22050)
    (folder / "voice.onnx").write_bytes((piper.DATA / "multi.onnx").read_bytes())
    with pytest.raises(ModelError, match="there is no speaker p1; there is: 0, 1"):
        load("piper", folder, CPU)
