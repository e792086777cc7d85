"""Makes piper/: the signature of Piper's voices (VITS exports), in a few kilobytes that hum.

Each phoneme has a pitch and a length of its own, each speaker a shift; scales[1] makes all of it longer, in
whole hops of 256 samples. There is no noise, so that the same text sounds the same. The phonemes have the
numbers that they have in Piper's espeak voices.

    python tests/data/make_piper.py
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, parser

HOP, SPEAKERS, RATE_HERTZ = 256, 3, 22050
HERE = Path(__file__).parent / "piper"
MAP = (
    "_^$ !'(),-.:;?abcdefhijklmnopqrstuvwxyzæçðøħ"
    "ŋœǀǁǂǃɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶ"
    "ɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢʲˈˌːˑ˞βθχᵻⱱ"
)

GRAPH = """
<ir_version: 8, opset_import: ["": 17]>
piper (int64[batch, phonemes] input, int64[batch] input_lengths, float[3] scales{sid})
  => (float[batch, 1, time] output)
<int64 zero = {{0}}, int64 one = {{1}}, int64[1] all = {{-1}}, int64[1] last = {{-1}}, float least = {{1.0}},
 float half = {{0.5}}, int64[1] first = {{0}}, int64[1] second = {{1}}, int64[1] third = {{2}}>
{{
    no_batch = Reshape(input, all)
    spoken_ids = Slice(no_batch, first, input_lengths)
    length_scale = Slice(scales, second, third)
    own = Gather(hops, spoken_ids)
    scaled = Mul(own, length_scale)
    rounded = Round(scaled)
    whole = Max(rounded, least)
    counts = Cast<to = 7>(whole)
    ends = CumSum(counts, zero)
    total = ReduceMax<keepdims = 0>(ends)
    time_steps = Range(zero, total, one)
    time_column = Unsqueeze(time_steps, last)
    is_past = GreaterOrEqual(time_column, ends)
    past = Cast<to = 7>(is_past)
    place = ReduceSum<keepdims = 0>(past, last)
    spoken = Gather(spoken_ids, place)
    pitch = Gather(pitches, spoken)
    pitch_column = Unsqueeze(pitch, last)
    phase = Mul(pitch_column, ramp)
    {turn}
    wave = Sin(turned)
    loud = Mul(wave, half)
    output = Reshape(loud, row)
}}
"""
VARIANTS = {
    "single": {"sid": "", "turn": "turned = Identity(phase)"},
    "multi": {
        "sid": ", int64[batch] sid",
        "turn": "shift = Gather(shifts, sid)\n    turned = Add(phase, shift)",
    },
}


def main() -> None:
    """Writes a graph and its .onnx.json for each variant."""
    number = np.arange(len(MAP))
    values = {
        "hops": 3 + number % 5 * 2,
        "pitches": 1 + number % 11,
        "ramp": np.arange(HOP) * 2 * np.pi / HOP,
        "shifts": np.arange(SPEAKERS) * 2.0,
    }
    HERE.mkdir(exist_ok=True)
    for name, variant in VARIANTS.items():
        text = GRAPH.format(**variant)
        write(name, text, {key: value for key, value in values.items() if key in text})
        config = described(name)
        (HERE / f"{name}.onnx.json").write_text(json.dumps(config, ensure_ascii=False) + "\n", "utf-8")


def write(name: str, text: str, values: dict[str, np.ndarray]) -> None:
    model = parser.parse_model(text)
    row = helper.make_tensor("row", TensorProto.INT64, [3], [1, 1, -1])
    model.graph.initializer.append(row)
    for key, value in values.items():
        floats = value.astype(np.float32)
        model.graph.initializer.append(helper.make_tensor(key, TensorProto.FLOAT, floats.shape, floats))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, HERE / f"{name}.onnx")


def described(name: str) -> dict[str, object]:
    """An .onnx.json with the fields of the published ones."""
    speakers = {"p239": 0, "p236": 1, "p264": 2} if name == "multi" else {}
    return {
        "audio": {"sample_rate": RATE_HERTZ, "quality": "medium"},
        "espeak": {"voice": "en-gb-x-rp" if name == "multi" else "en-us"},
        "language": {"code": "en_GB" if name == "multi" else "en_US", "family": "en"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {phoneme: [number] for number, phoneme in enumerate(MAP)},
        "num_symbols": 256,
        "num_speakers": max(len(speakers), 1),
        "speaker_id_map": speakers,
        "piper_version": "1.0.0",
        **({} if name == "multi" else {"dataset": "hum"}),
    }


if __name__ == "__main__":
    main()
