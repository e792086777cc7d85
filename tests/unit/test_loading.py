"""Models on demand: loaded once for whoever wants them, beside what others hear; gone when nobody does."""

import asyncio
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import kokoro
import numpy as np
import pytest
from scheduling import cancelled, encode, item, running, speak, speak_directly, tone, until

from vivavoce.errors import Unavailable
from vivavoce.models import load, loading
from vivavoce.models.base import Facts, Model, is_loaded
from vivavoce.models.loading import Loadable
from vivavoce.models.session import Device
from vivavoce.telemetry import Telemetry


class Loads(list[str]):
    """Counts what became of each load."""

    def model_loaded(self, model: str, seconds: float) -> None:
        assert seconds > 0
        self.append(model)

    def model_failed(self, model: str) -> None:
        self.append(f"no {model}")


class Gate:
    """Loads a model when the test lets it."""

    def __init__(self, load_model: Callable[[], Model]) -> None:
        self._load_model = load_model
        self.asked, self.opened = Event(), Event()
        self.count = 0

    def __call__(self) -> Model:
        self.count += 1
        self.asked.set()
        assert self.opened.wait(20)
        return self._load_model()

    def open(self) -> "Gate":
        self.opened.set()
        return self


@pytest.fixture(scope="module")
def facts() -> Facts:
    return replace(tone().facts, id="later")


def later() -> Model:
    model = tone()
    model.facts = replace(model.facts, id="later")
    return model


async def until_true(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - a model tells nobody when it goes
            await asyncio.sleep(0.001)


async def gone(model: Loadable) -> None:
    await until_true(lambda: not model.is_loaded)


async def test_it_is_loaded_once_for_all_who_wait(facts):
    gate, loads = Gate(later), Loads()
    model = Loadable(facts, gate, observer=loads)
    assert not is_loaded(model)
    async with running() as engine:
        tasks = [asyncio.create_task(speak(engine, model, item())) for _ in range(3)]
        await asyncio.to_thread(gate.asked.wait)
        await asyncio.sleep(0)
        assert engine.stats().active_streams == 3
        gate.open()
        spoken = await asyncio.gather(*tasks)
    assert (gate.count, loads) == (1, ["later"])
    assert is_loaded(model)
    for samples in spoken:
        np.testing.assert_array_equal(samples, speak_directly(tone(), item()))


async def test_others_speak_while_it_is_loaded(facts):
    gate, other = Gate(later), tone()
    model = Loadable(facts, gate)
    async with running() as engine:
        waiting = asyncio.create_task(speak(engine, model, item()))
        await asyncio.to_thread(gate.asked.wait)
        assert len(await speak(engine, other, item()))
        assert not waiting.done()
        gate.open()
        assert len(await waiting)


async def test_one_who_leaves_takes_it_from_nobody(facts):
    gate = Gate(later)
    model = Loadable(facts, gate, unload_after_seconds=60)
    async with running() as engine:
        first, second = [asyncio.create_task(speak(engine, model, item())) for _ in range(2)]
        await asyncio.to_thread(gate.asked.wait)
        await cancelled(first)
        await until(engine, active_streams=1)
        gate.open()
        assert len(await second)
    assert gate.count == 1


async def test_when_all_leave_it_is_loaded_and_then_unloaded(facts):
    gate, loads = Gate(later), Loads()
    model = Loadable(facts, gate, unload_after_seconds=0.001, observer=loads)
    async with running() as engine:
        task = asyncio.create_task(speak(engine, model, item()))
        await asyncio.to_thread(gate.asked.wait)
        await cancelled(task)
        gate.open()
        await until_true(lambda: loads)
        await gone(model)


async def test_nobody_uses_it_and_it_is_gone_with_its_memory(facts):
    model = Loadable(facts, Gate(later).open(), unload_after_seconds=0.001)
    async with running() as engine:
        for _ in range(2):
            async with model.in_use():
                itself = weakref.ref(model._model)
                assert len(await speak(engine, model, item()))
            await gone(model)
            await until_true(lambda itself=itself: itself() is None)  # it is given back in a thread


async def test_it_stays_while_it_is_used_and_without_a_time(facts):
    model = Loadable(facts, Gate(later).open(), unload_after_seconds=0.001)
    forever = Loadable(facts, Gate(later).open())
    async with running() as engine:
        endless = asyncio.create_task(encode(engine, model, "∞"))
        await until(engine, running_rows=1)
        async with forever.in_use():
            pass
        await asyncio.sleep(0.05)
        assert model.is_loaded
        assert forever.is_loaded
        await cancelled(endless)
        await gone(model)


async def test_each_use_begins_its_time_anew(facts):
    model = Loadable(facts, Gate(later).open(), unload_after_seconds=0.02)
    async with model.in_use():
        async with model.in_use():
            pass
        await asyncio.sleep(0.05)
        assert model.is_loaded
    await gone(model)


async def test_a_run_that_was_left_ends_quietly_without_its_model(facts):
    model = Loadable(facts, Gate(later).open(), unload_after_seconds=0.001)
    async with running() as engine:
        for _ in range(5):
            task = asyncio.create_task(encode(engine, model, "∞"))
            await until(engine, running_rows=1)
            await cancelled(task)
            await gone(model)
        await until(engine, running_rows=0)
        assert engine.stats().failed_rows == 0
    run = tone().new_run()
    run.stop()
    with pytest.raises(loading.RunStopped):
        model.encode([item()], run)


async def test_without_being_in_use_it_is_a_bug_to_speak_with_it(facts):
    with pytest.raises(RuntimeError, match="later is not loaded"):
        Loadable(facts, later).new_run()


async def test_one_that_breaks_is_told_and_not_tried_again_at_once(facts, monkeypatch, caplog):
    def broken() -> Model:
        raise OSError("model.onnx: gone")

    gate, loads = Gate(broken).open(), Loads()
    model = Loadable(facts, gate, observer=loads)
    async with running() as engine:
        for _ in range(3):
            with pytest.raises(Unavailable, match="The model 'later' cannot be loaded") as refused:
                await speak(engine, model, item())
        assert 1 <= refused.value.retry_after_seconds <= loading.RETRY_SECONDS
        assert len(await speak(engine, tone(), item()))
        assert engine.stats().active_streams == 0
        assert (gate.count, loads) == (1, ["no later"])
        assert caplog.messages == ["the model later cannot be loaded: model.onnx: gone"]
        monkeypatch.setattr(loading, "RETRY_SECONDS", 0.0)
        model = Loadable(facts, gate, observer=loads)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await speak(engine, model, item())
        assert gate.count == 3


async def test_the_same_wait_fails_for_all(facts):
    gate = Gate(lambda: load("viva", Path("nowhere"), Device("cpu")))
    model = Loadable(facts, gate)
    async with running() as engine:
        tasks = [asyncio.create_task(speak(engine, model, item())) for _ in range(3)]
        await asyncio.to_thread(gate.asked.wait)
        gate.open()
        failures = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(failure) for failure in failures] == [Unavailable] * 3
    assert gate.count == 1


async def test_files_that_became_another_model_are_refused_and_further_voices_are_not(tmp_path: Path, caplog):
    folder = kokoro.install(tmp_path, voices=["af_alloy"])
    device = Device("cpu")
    known = load("kokoro", folder, device).facts
    (folder / "voices" / "af_heart.bin").write_bytes(kokoro.styles("af_heart").tobytes())
    kokoro.describe(folder)
    async with Loadable(known, lambda: load("kokoro", folder, device)).in_use():
        kokoro.describe(folder, license="CC-BY-4.0")
    with pytest.raises(Unavailable):
        async with Loadable(known, lambda: load("kokoro", folder, device)).in_use():
            pass
    assert "no longer those that the service found at start" in caplog.text


async def test_telemetry_counts_loads_and_sees_what_is_in_memory(facts):
    telemetry = Telemetry()
    model = Loadable(facts, Gate(later).open(), unload_after_seconds=0.001, observer=telemetry)
    telemetry.watch_models([tone(), model])
    assert [seen(telemetry, "loaded", name) for name in ("tone", "later")] == [1, 0]
    async with model.in_use():
        assert seen(telemetry, "loaded", "later") == 1
        assert seen(telemetry, "load_seconds_count", "later") == 1
    await gone(model)
    assert seen(telemetry, "loaded", "later") == 0
    telemetry.model_failed("later")
    assert seen(telemetry, "load_failures_total", "later") == 1


def seen(telemetry: Telemetry, name: str, model: str) -> float:
    return telemetry.registry.get_sample_value(f"vivavoce_model_{name}", {"model": model})
