"""Devices that are asked for are used, or refused with a reason; runs can be stopped."""

import json
from pathlib import Path
from threading import Timer

import numpy as np
import pytest

from vivavoce.models.base import RunStopped
from vivavoce.models.session import (
    Device,
    DeviceError,
    SessionRun,
    choose_device,
    open_session,
    providers,
    versions,
)

TONE = Path(__file__).parents[1] / "data" / "tone"
CPU = Device("cpu")
ENDLESS = json.loads((TONE / "config.json").read_text(encoding="utf-8"))["symbols"].index("∞")

without_cuda = pytest.mark.skipif("CUDAExecutionProvider" in providers(), reason="this runtime has CUDA")


def one_symbol(symbol_id: int) -> dict[str, np.ndarray]:
    return {
        "ids": np.array([[symbol_id]]),
        "lengths": np.array([1]),
        "speed": np.array([1], np.float32),
        "voice": np.array([0]),
        "pitch": np.zeros((1, 1), np.float32),
        "pitch_range": np.array([1], np.float32),
        "tract": np.array([1], np.float32),
        "noise": np.zeros((1, 1, 2), np.float32),
    }


def test_the_cpu_can_always_be_had() -> None:
    assert choose_device("cpu", threads=3) == Device("cpu", threads=3)


def test_threads_are_chosen_by_the_number_of_cores() -> None:
    assert 1 <= choose_device("cpu").threads <= 4


@without_cuda
def test_auto_is_the_cpu_where_the_runtime_has_no_cuda() -> None:
    assert choose_device("auto").kind == "cpu"


@pytest.mark.parametrize("asked", ["gpu", "cuda:", "cuda:first", "cuda:-1", "cpu:1", ""])
def test_a_device_that_does_not_exist_is_refused(asked: str) -> None:
    with pytest.raises(DeviceError, match="use auto, cpu, cuda"):
        choose_device(asked)


@without_cuda
@pytest.mark.parametrize("asked", ["cuda", "cuda:1", "tensorrt"])
def test_a_graphics_card_without_its_runtime_is_refused_with_the_remedy(asked: str) -> None:
    with pytest.raises(DeviceError, match=r"install vivavoce\[gpu\]"):
        choose_device(asked)


@without_cuda
@pytest.mark.parametrize("kind", ["cuda", "tensorrt"])
def test_a_silent_fall_back_to_the_cpu_is_detected(kind: str) -> None:
    with pytest.raises(DeviceError, match=f"{kind}:0 was asked for"):
        open_session(TONE / "decoder.onnx", Device(kind))


def test_a_graph_is_loaded_from_a_file_or_from_bytes() -> None:
    frames = {"frames": np.ones((1, 9, 2), np.float32)}
    (from_file,) = open_session(TONE / "decoder.onnx", CPU).run(frames, SessionRun())
    (from_bytes,) = open_session((TONE / "decoder.onnx").read_bytes(), CPU).run(frames, SessionRun())
    assert from_file.shape == (1, 3 * 48)
    np.testing.assert_array_equal(from_file, from_bytes)


def test_a_run_is_stopped_from_another_thread() -> None:
    run = SessionRun()
    Timer(0.02, run.stop).start()
    with pytest.raises(RunStopped):  # left alone, it would take hours
        open_session(TONE / "encoder.onnx", CPU).run(one_symbol(ENDLESS), run)


def test_a_run_that_was_stopped_before_it_began_does_not_begin() -> None:
    run = SessionRun()
    run.stop()
    with pytest.raises(RunStopped):
        open_session(TONE / "encoder.onnx", CPU).run(one_symbol(20), run)


def test_a_session_goes_on_after_a_stopped_run() -> None:
    session, run = open_session(TONE / "encoder.onnx", CPU), SessionRun()
    run.stop()
    with pytest.raises(RunStopped):
        session.run(one_symbol(20), run)
    assert len(session.run(one_symbol(20), SessionRun())) == 4


def test_a_failure_is_not_taken_for_a_stop() -> None:
    with pytest.raises(Exception, match="rank") as failure:
        open_session(TONE / "decoder.onnx", CPU).run({"frames": np.ones(3, np.float32)}, SessionRun())
    assert not isinstance(failure.value, RunStopped)


def test_exactly_one_runtime_is_installed() -> None:
    assert len(versions()) == 1
