"""Makes tone/: a model of the embedded voice's family that hums instead of speaking, in a few kilobytes.

Its graphs have the true signature and are unforgiving. Every phoneme has a pitch and a length of its own;
every frame depends on those to both sides as far as the context reaches, every sample on the frames as far as
the margin reaches, and on the frame's number; frames that lie behind a row's end in a batch are garbage. So a
wrong window, offset, mask or voice is heard.
The symbol ∞ makes the encoder count for hours: a run that must be stopped.

    python tests/data/make_tone.py
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, parser

PHONEMES = ' .,!?;:—…"()“”AIOWYiuæɑɔəɛɜɪʊʌᵊᵻbdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθTʔˈˌ∞'
SYMBOLS = ["<pad>", "<sil>", *PHONEMES]
HOP, MARGIN, CONTEXT = 48, 3, 5
HERE = Path(__file__).parent / "tone"

ENCODER = f"""
<ir_version: 8, opset_import: ["": 17]>
encoder (int64[batch, symbols] ids, int64[batch] lengths, float[batch] speed, int64[batch] voice,
         float[batch, symbols] pitch, float[batch] pitch_range, float[batch] tract,
         float[batch, symbols, 2] noise)
    => (float[batch, symbols, 1] states, float[batch, symbols, 1] prosody, int64[batch, symbols] durations,
        int64[batch] grain)
<int64 zero = {{0}}, int64 one = {{1}},
 int64[1] first = {{0}}, int64[1] second = {{1}}, int64[1] last = {{-1}},
 int64 endless = {{{SYMBOLS.index("∞")}}}, int64 hours = {{1000000000}}, bool true = {{1}},
 float nothing = {{0.0}}, float unit = {{1.0}}, float third = {{0.3}}, float little = {{0.1}},
 float hundred = {{100.0}}>
{{
    is_endless = Equal(ids, endless)
    endless_count = Cast<to = 7>(is_endless)
    endless_total = ReduceSum<keepdims = 0>(endless_count)
    trips = Mul(endless_total, hours)
    counted = Loop<body = count (int64 trip, bool more, float so_far) => (bool again, float next) {{
        again = Identity(more)
        next = Add(so_far, unit)
    }}>(trips, true, nothing)
    counted_off = Min(counted, nothing)

    ids_shape = Shape(ids)
    symbol_count = Gather(ids_shape, one)
    place = Range(zero, symbol_count, one)
    lengths_column = Unsqueeze(lengths, second)
    is_symbol = Less(place, lengths_column)
    symbol_mask = Cast<to = 1>(is_symbol)
    own = Gather(symbol_frames, ids)
    own_masked = Mul(own, symbol_mask)
    own_free = Add(own_masked, counted_off)
    speed_column = Unsqueeze(speed, second)
    spoken = Div(own_free, speed_column)
    symbol_axis = Constant<value_int = 1>()
    spoken_until = CumSum(spoken, symbol_axis)
    rounded = Round(spoken_until)
    ends = Cast<to = 7>(rounded)
    all_but_last = Slice(ends, first, last, second)
    some_end = Slice(ends, first, second, second)
    nought = Mul(some_end, zero)
    begins = Concat<axis = 1>(nought, all_but_last)
    durations = Sub(ends, begins)

    own_pitch = Gather(symbol_pitch, ids)
    voice_number = Cast<to = 1>(voice)
    voice_pitch = Mul(voice_number, third)
    voice_column = Unsqueeze(voice_pitch, second)
    luck = ReduceMean<keepdims = 0, axes = [2]>(noise)
    little_luck = Mul(luck, little)
    lucky = Add(own_pitch, little_luck)
    hum = Add(lucky, voice_column)
    states = Unsqueeze(hum, last)
    prosody = Unsqueeze(pitch, last)
    first_luck = Slice(luck, first, second, second)
    loud_luck = Mul(first_luck, hundred)
    some_grain = Cast<to = 7>(loud_luck)
    grain = Squeeze(some_grain, second)
}}
"""

PAINTER = f"""
<ir_version: 8, opset_import: ["": 17]>
painter (float[batch, symbols, 1] states, float[batch, symbols, 1] prosody, int64[batch, symbols] durations,
         int64[batch] grain, float[batch] pitch_range, float[batch] tract, int64 most_frames)
    => (float[batch, frames, 2] frames)
<int64 zero = {{0}}, int64 one = {{1}}, int64[1] second = {{1}}, int64[1] last = {{-1}},
 int64[1] end = {{9223372036854775807}}, int64 margin = {{{MARGIN}}}, int64 before = {{-{MARGIN}}},
 float nothing = {{0.0}}, float unit = {{1.0}}, float garbage = {{7.0}}, float prime = {{97.0}},
 float thousandth = {{0.001}}>
{{
    symbol_axis = Constant<value_int = 1>()
    ends = CumSum(durations, symbol_axis)
    row_end = Slice(ends, last, end, second)
    durations_shape = Shape(durations)
    symbol_count = Gather(durations_shape, one)
    longest = ReduceMax<keepdims = 0>(ends)
    all_frames = Add(longest, margin)
    stop = Min(all_frames, most_frames)
    time = Range(before, stop, one)
    time_column = Unsqueeze(time, last)
    ends_row = Unsqueeze(ends, second)
    is_past = GreaterOrEqual(time_column, ends_row)
    past = Cast<to = 7>(is_past)
    passed = ReduceSum<keepdims = 0>(past, last)
    last_symbol = Sub(symbol_count, one)
    token = Min(passed, last_symbol)
    hums = Squeeze(states, last)
    offsets = Squeeze(prosody, last)
    own_hum = GatherElements<axis = 1>(hums, token)
    range_column = Unsqueeze(pitch_range, second)
    ranged = Mul(own_hum, range_column)
    offset = GatherElements<axis = 1>(offsets, token)
    moved = Add(ranged, offset)
    formant = Sub(tract, unit)
    formant_column = Unsqueeze(formant, second)
    shaped = Add(moved, formant_column)
    grain_number = Cast<to = 1>(grain)
    little_grain = Mul(grain_number, thousandth)
    grain_column = Unsqueeze(little_grain, second)
    sung = Add(shaped, grain_column)
    has_begun = GreaterOrEqual(time, zero)
    is_before_end = Less(time, row_end)
    is_spoken = And(has_begun, is_before_end)
    spoken_alone = Where(is_spoken, sung, nothing)
    spoken_deep = Unsqueeze(spoken_alone, second)
    around_deep = Conv<pads = [{CONTEXT}, {CONTEXT}]>(spoken_deep, around)
    blurred = Squeeze(around_deep, second)
    margin_end = Add(row_end, margin)
    is_behind = GreaterOrEqual(time, margin_end)
    quiet_or_garbage = Where(is_behind, garbage, nothing)
    value = Where(is_spoken, blurred, quiet_or_garbage)
    time_number = Cast<to = 1>(time)
    turn = Mod<fmod = 1>(time_number, prime)
    number = Div(turn, prime)
    number_rows = Mul(value, nothing)
    number_all = Add(number_rows, number)
    value_deep = Unsqueeze(value, last)
    number_deep = Unsqueeze(number_all, last)
    frames = Concat<axis = 2>(value_deep, number_deep)
}}
"""

DECODER = """
<ir_version: 8, opset_import: ["": 17]>
decoder (float[batch, frames, 2] frames) => (float[batch, samples] audio)
<float half = {0.5}, int64[2] flat = {0, -1}>
{
    across = Transpose<perm = [0, 2, 1]>(frames)
    heard = Conv(across, kernel)
    wave = Sin(heard)
    loud = Mul(wave, half)
    in_time = Transpose<perm = [0, 2, 1]>(loud)
    audio = Reshape(in_time, flat)
}
"""


def main() -> None:
    """Writes the four files."""
    number = np.arange(len(SYMBOLS))
    length = np.where(np.isin(SYMBOLS, ["<pad>", "ˈ", "ˌ"]), 0, 8 + number % 7 * 4)
    kernel = np.sin(np.arange(HOP * 2 * (2 * MARGIN + 1))).reshape(HOP, 2, -1)
    HERE.mkdir(exist_ok=True)
    write("encoder", ENCODER, symbol_frames=length, symbol_pitch=0.2 + number % 11 / 11)
    around = np.zeros(2 * CONTEXT + 1)
    around[[0, CONTEXT, -1]] = 0.2, 0.7, 0.1
    write("painter", PAINTER, around=around[None, None])
    write("decoder", DECODER, kernel=kernel)
    config = {
        "id": "tone",
        "license": "Apache-2.0",
        "owned_by": "vivavoce",
        "created": "2026-11-23",
        "sample_rate_hertz": 24000,
        "hop_samples": HOP,
        "context_frames": CONTEXT,
        "margin_frames": MARGIN,
        "noise_size": 2,
        "voicing_channel": 0,
        "max_phonemes": 200,
        "speed_range": [0.5, 2.0],
        "window_frames": [20, 40, 80],
        "voices": [
            {"id": "low", "name": "Low", "languages": ["en-US"]},
            {"id": "high", "name": "High", "languages": ["en-US", "en-GB"], "speaker": 1},
        ],
        "symbols": SYMBOLS,
        "aliases": {"ɐ": "ə", "?": ".", "“": "", "”": ""},
    }
    (HERE / "config.json").write_text(json.dumps(config, ensure_ascii=False) + "\n", encoding="utf-8")


def write(name: str, text: str, **weights: np.ndarray) -> None:
    model = parser.parse_model(text)
    for key, value in weights.items():
        floats = value.astype(np.float32)
        model.graph.initializer.append(helper.make_tensor(key, TensorProto.FLOAT, floats.shape, floats))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, HERE / f"{name}.onnx")


if __name__ == "__main__":
    main()
