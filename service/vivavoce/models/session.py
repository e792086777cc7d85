"""ONNX Runtime: devices, sessions, runs. Nothing else in the package imports onnxruntime.

In go a graph and the device that was asked for; out comes a session that is known to run there, or a
DeviceError that tells the operator what is wrong.
"""

import ctypes
import os
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vivavoce.models.base import Run, RunStopped

Tensor: TypeAlias = NDArray[Any]

PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "cpu": "CPUExecutionProvider",
        "cuda": "CUDAExecutionProvider",
        "tensorrt": "TensorrtExecutionProvider",
    }
)
TYPES: Mapping[str, "np.dtype[Any]"] = MappingProxyType(
    {
        "tensor(float16)": np.dtype(np.float16),
        "tensor(float)": np.dtype(np.float32),
        "tensor(double)": np.dtype(np.float64),
        "tensor(int32)": np.dtype(np.int32),
        "tensor(int64)": np.dtype(np.int64),
    }
)
"""The runtime's types of a graph's inputs, as far as a model of ours has them."""
MOST_THREADS = 4
"""Of one run, unless more are asked for: the small graphs of speech gain little from more."""
CUDA_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        # The default tries every algorithm for every new length of text, which takes half a second each time.
        "cudnn_conv_algo_search": "HEURISTIC",
        # The default doubles the arena whenever it is short of a byte, and never gives back.
        "arena_extend_strategy": "kSameAsRequested",
        # TF32 rounds to ten bits, so windows would no longer join to exactly the full decode.
        "use_tf32": "0",
    }
)


class DeviceError(RuntimeError):
    """The device that was asked for cannot be used; the message tells the operator what to do."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where a model runs."""

    kind: str
    """A key of PROVIDERS."""
    index: int = 0
    """Which of the graphics cards."""
    threads: int = 1
    """Of one run, on the CPU."""

    def __str__(self) -> str:
        return self.kind if self.kind == "cpu" else f"{self.kind}:{self.index}"


def choose_device(asked: str, *, threads: int = 0) -> Device:
    """The device for `auto`, `cpu`, `cuda[:n]` or `tensorrt[:n]`, with `threads` per run on the CPU (0: by
    the number of cores).

    `auto` is the first graphics card if there is one and the runtime has CUDA, else the CPU. Raises
    DeviceError if the runtime does not have what was asked for.
    """
    threads = threads or min(_cores(), MOST_THREADS)
    if asked == "auto":
        cuda = PROVIDERS["cuda"] in providers() and _cuda_devices() > 0
        return Device("cuda" if cuda else "cpu", threads=threads)
    kind, colon, index = asked.partition(":")
    if kind not in PROVIDERS or (colon and (kind == "cpu" or not index.isdecimal())):
        raise DeviceError(f"there is no device {asked!r}: use auto, cpu, cuda[:n] or tensorrt[:n]")
    device = Device(kind, int(index or 0), threads)
    if PROVIDERS[kind] not in providers():
        raise DeviceError(_not_used(device))
    return device


def providers() -> tuple[str, ...]:
    """The execution providers that the installed runtime was built with; not whether their devices exist."""
    return tuple(_runtime().get_available_providers())


def versions() -> dict[str, str]:
    """The installed packages of the runtime and their versions. Two of them are one too many: they
    overwrite each other's files."""
    found = {}
    for name in ("onnxruntime", "onnxruntime-gpu"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


class SessionRun:
    """One run of a session, for models.base.Run."""

    def __init__(self) -> None:
        self.options = _runtime().RunOptions()

    @property
    def stopped(self) -> bool:
        return bool(self.options.terminate)

    def stop(self) -> None:
        self.options.terminate = True


class Session:
    """A loaded graph on its device."""

    def __init__(self, inference: Any) -> None:  # noqa: ANN401 - it is not typed
        self._inference = inference
        self.inputs = {one.name: TYPES[one.type] for one in inference.get_inputs()}
        """Name → type."""
        self.outputs: tuple[str, ...] = tuple(one.name for one in inference.get_outputs())
        """In the order in which `run` gives them."""

    def run(self, inputs: Mapping[str, Tensor], run: Run) -> list[Tensor]:
        """The outputs, in the graph's order. Raises RunStopped if the run was stopped before it was done."""
        feed = dict(inputs)  # kept here: the arrays must outlive a run that is being stopped
        try:
            outputs: list[Tensor] = self._inference.run(None, feed, run.options)
        except Exception as failure:
            if run.stopped:
                raise RunStopped from failure
            raise
        return outputs


def open_session(graph: Path | bytes, device: Device) -> Session:
    """Loads `graph` on `device`. Raises DeviceError if the runtime would run it elsewhere: left alone, it
    falls back to the CPU without a word."""
    runtime = _runtime()
    if device.kind != "cpu":
        runtime.preload_dlls()  # CUDA and cuDNN from their own packages
    source = graph if isinstance(graph, bytes) else str(graph)
    try:
        with warnings.catch_warnings(action="ignore"):  # what it warns of is checked below
            inference = runtime.InferenceSession(
                source, _options(device), providers=_providers(device), enable_fallback=0
            )
    except (RuntimeError, ValueError) as failure:
        if device.kind == "cpu":
            raise
        raise DeviceError(f"{_not_used(device)} ({failure})") from failure
    if inference.get_providers()[0] != PROVIDERS[device.kind]:
        raise DeviceError(_not_used(device))
    return Session(inference)


def _runtime() -> Any:  # noqa: ANN401 - it is not typed
    """ONNX Runtime, loaded when it is first needed."""
    import onnxruntime

    return onnxruntime


def _options(device: Device) -> Any:  # noqa: ANN401 - it is not typed
    options = _runtime().SessionOptions()
    options.log_severity_level = 2  # warnings
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = device.threads if device.kind == "cpu" else 1
    # A memory plan is kept for every shape that was ever seen; lengths of text have no end.
    options.enable_mem_pattern = False
    # Spinning threads gain 2 to 6 % on an idle machine and cost a factor of two as soon as anything else
    # (the codec, the event loop, Envoy) wants a core.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _providers(device: Device) -> list[str | tuple[str, dict[str, str]]]:
    card = {"device_id": str(device.index)}
    cuda = (PROVIDERS["cuda"], {**CUDA_OPTIONS, **card})
    if device.kind == "tensorrt":
        return [(PROVIDERS["tensorrt"], card), cuda]
    return [cuda] if device.kind == "cuda" else [PROVIDERS["cpu"]]


def _not_used(device: Device) -> str:
    if PROVIDERS[device.kind] not in providers():
        return (
            f"{device} was asked for, and the installed ONNX Runtime does not have it: install vivavoce[gpu] "
            "in place of vivavoce[cpu], or use --device cpu"
        )
    return (
        f"{device} was asked for, and ONNX Runtime does not use it: check the driver with nvidia-smi and "
        "that the packages of CUDA and cuDNN are installed, or use --device cpu"
    )


def _cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _cuda_devices() -> int:
    """How many graphics cards the driver shows to this process; 0 without a driver."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    found = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if found else 0
