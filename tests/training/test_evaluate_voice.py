"""A voice of the family, spoken, cut into windows and counted: the small one that hums."""

from pathlib import Path

import numpy as np
import pytest

from training.voice.evaluate import characters, cost, joins
from training.voice.evaluate.copy_synthesis import CopySynthesis
from training.voice.evaluate.store import Store
from training.voice.evaluate.systems import Embedded, OtherTakes, Recordings
from training.voice.evaluate.utterances import Utterance, recorded

TONE = Path(__file__).parents[1] / "data" / "tone"
TEXTS = (Utterance("a", "Good morning. It is 7:30, and the train leaves soon!"), Utterance("b", "No."))


@pytest.fixture
def voice(tmp_path):
    return Embedded("tone", TONE, Store(tmp_path))


def test_it_is_spoken_as_the_service_does(voice):
    sound = voice.sound(TEXTS[0])
    assert sound.rate_hertz == voice.model.facts.sample_rate_hertz
    assert sum(sound.phoneme_seconds) == pytest.approx(len(sound.samples) / sound.rate_hertz, abs=0.01)
    assert len(sound.phoneme_seconds) == len(sound.phonemes)
    assert voice.script.words(TEXTS[0].text).split()[4:6] == ["seven", "thirty"]
    assert voice.script.sounds("No.") == 2
    assert voice.sound(TEXTS[0]).key == sound.key


def test_joins_of_its_windows_are_exact(voice):
    table = joins.table([voice], [TEXTS[0]] * 2)
    ((name, cells),) = table.rows
    assert name == "tone"
    assert int(cells[0]) > 0
    assert float(cells[1]) < 1e-5


def test_its_cost_is_counted(voice):
    table = cost.table([voice], TEXTS)
    numbers = table.numbers()["tone"]
    assert numbers["decoder, MB"] == (TONE / "decoder.onnx").stat().st_size / 1e6
    assert numbers["all"] > 0
    assert "Loop" in numbers["not counted"]
    assert np.isfinite(voice.sound(TEXTS[1]).samples).all()


def test_frames_of_another_kind_are_not_copied(voice, tmp_path):
    (tmp_path / "metadata.csv").write_text("p_1|No.|nˈO.\n", encoding="utf-8")
    (tmp_path / "heldout.json").write_text("[]")
    recordings = Recordings(recorded(tmp_path), {})
    assert not CopySynthesis(voice, recordings, Store(tmp_path)).is_possible()


def test_recordings_say_their_own_prompts_only_and_know_their_durations(tmp_path):
    import soundfile

    rows = ["p_1|No.|nˈO.", "p_2|No.|nˈO.", "q_1|Yes.|jˈɛs."]
    (tmp_path / "metadata.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "heldout.json").write_text('["p_1", "q_1"]')
    (tmp_path / "flac").mkdir()
    for id_, level in (("p_1", 0.1), ("p_2", 0.2), ("q_1", 0.3)):
        soundfile.write(tmp_path / "flac" / f"{id_}.flac", np.full(2560, level), 24000)
    found = recorded(tmp_path)
    recordings = Recordings(found, {"p_1": [1, 2, 0, 3, 1, 3], "q_1": [1, 2]})
    first, second = found.held_out
    assert recordings.sound(first).phoneme_seconds == pytest.approx([f * 256 / 24000 for f in (3, 0, 3, 4)])
    assert recordings.sound(second).phoneme_seconds == ()
    assert not recordings.says(TEXTS[0])
    takes = OtherTakes(found, recordings)
    assert [takes.says(one) for one in found.held_out] == [True, False]
    assert takes.sound(first).samples.mean() == pytest.approx(0.2, abs=1e-3)


def test_every_voice_of_a_model_has_its_row(voice, tmp_path):
    """They hum, so nobody understands them."""
    table = characters.table(voice, TEXTS, Store(tmp_path))
    assert [name for name, _ in table.rows] == [one.id for one in voice.model.facts.voices]
    for _, (errors, _, _, level, pace) in table.rows:
        assert errors.value > 50
        assert -60 < level.mean < 0
        assert pace.mean > 1
