"""The metrics. In come RequestRecords and the engine's BatchRecords, whose times travelled with the results;
nothing is measured here, so everything is counted in one place and once."""

from collections.abc import Callable, Iterable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from vivavoce import __version__
from vivavoce.core import RequestRecord
from vivavoce.engine import BatchRecord, Stats
from vivavoce.models.base import Model, is_loaded
from vivavoce.telemetry.logs import log_request

LATENCIES_SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STAGES_SECONDS = (0.0005, 0.001, 0.0025, *LATENCIES_SECONDS)
REAL_TIME_FACTORS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
LOADS_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0)
BATCH_ROWS = (1, 2, 4, 8, 16, 32, 64)
STAGES = ("text", "queue", "encode", "decode", "audio")
"""Fields of StageTimes, in the order in which a request meets them."""


class Telemetry:
    """Observes the calls (`core.Observer`), the batches (`engine.BatchObserver`) and the loads of models
    (`models.loading.LoadObserver`)."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        ProcessCollector(registry=registry)
        gauge("vivavoce_build_info", "What runs here.", ["version"]).labels(__version__).set(1)
        self._requests = counter(
            "vivavoce_requests", "Requests that are over, by outcome.", ["method", "status", "code"]
        )
        self._in_progress = gauge("vivavoce_requests_in_progress", "Requests under way.", ["method"])
        self._cancelled = counter(
            "vivavoce_cancelled", "Requests whose caller left before the end.", ["method"]
        )
        self._characters = counter("vivavoce_input_characters", "Characters that were asked for.", ["model"])
        self._audio = counter("vivavoce_audio_seconds", "Audio made, in its own seconds.", ["model"])
        self._first_audio = histogram(
            "vivavoce_time_to_first_audio_seconds",
            "From arrival to the first bytes of audio.",
            ["model"],
            buckets=LATENCIES_SECONDS,
        )
        self._real_time_factor = histogram(
            "vivavoce_real_time_factor",
            "Time of all stages of a request, over the length of its audio.",
            ["model"],
            buckets=REAL_TIME_FACTORS,
        )
        self._stages = histogram(
            "vivavoce_stage_seconds",
            "Time of a whole request in one stage.",
            ["model", "stage"],
            buckets=STAGES_SECONDS,
        )
        self._queue_wait = histogram(
            "vivavoce_queue_wait_seconds",
            "Wait of one row for the device.",
            ["model", "stage"],
            buckets=STAGES_SECONDS,
        )
        self._batch_rows = histogram(
            "vivavoce_batch_size", "Rows of a batch.", ["model", "stage"], buckets=BATCH_ROWS
        )
        self._batch_run = histogram(
            "vivavoce_batch_run_seconds",
            "Run of a batch on the device.",
            ["model", "stage"],
            buckets=STAGES_SECONDS,
        )
        self._loads = histogram(
            "vivavoce_model_load_seconds", "Load of a model on demand.", ["model"], buckets=LOADS_SECONDS
        )
        self._failed_loads = counter(
            "vivavoce_model_load_failures", "Loads on demand that came to nothing.", ["model"]
        )

    def request_started(self, method: str) -> None:
        self._in_progress.labels(method).inc()

    def request_finished(self, record: RequestRecord) -> None:
        """Counts the request, and writes its line of log."""
        self._in_progress.labels(record.method).dec()
        self._requests.labels(record.method, record.status, record.code).inc()
        if record.status == "CANCELLED":
            self._cancelled.labels(record.method).inc()
        if record.model:
            self._characters.labels(record.model).inc(record.input_characters)
        if record.times.first_audio:
            self._first_audio.labels(record.model).observe(record.times.first_audio)
        if record.audio_seconds:
            self._speech_finished(record)
        log_request(record)

    def batch_ran(self, record: BatchRecord) -> None:
        """Counts a batch of the engine."""
        labels = (record.model, record.stage.value)
        self._batch_rows.labels(*labels).observe(record.rows)
        self._batch_run.labels(*labels).observe(record.run_seconds)
        for seconds in record.wait_seconds:
            self._queue_wait.labels(*labels).observe(seconds)

    def model_loaded(self, model: str, seconds: float) -> None:
        """Counts a load on demand."""
        self._loads.labels(model).observe(seconds)

    def model_failed(self, model: str) -> None:
        """Counts a load that failed."""
        self._failed_loads.labels(model).inc()

    def watch_models(self, models: Iterable[Model]) -> None:
        """Shows which of `models` are in memory at the moment of each look."""
        gauge = Gauge("vivavoce_model_loaded", "Whether it is in memory.", ["model"], registry=self.registry)
        for model in models:
            gauge.labels(model.facts.id).set_function(partial(is_loaded, model))

    def watch_engine(self, stats: Callable[[], Stats]) -> None:
        """Shows what `stats` tells of the engine at the moment of each look."""
        gauge = partial(Gauge, registry=self.registry)
        gauge("vivavoce_active_streams", "Requests in synthesis.").set_function(
            lambda: stats().active_streams
        )
        gauge("vivavoce_queue_length", "Rows that wait for the device.").set_function(
            lambda: stats().waiting_jobs
        )

    def _speech_finished(self, record: RequestRecord) -> None:
        seconds = {stage: float(getattr(record.times, stage)) for stage in STAGES}
        self._audio.labels(record.model).inc(record.audio_seconds)
        self._real_time_factor.labels(record.model).observe(sum(seconds.values()) / record.audio_seconds)
        for stage, spent in seconds.items():
            self._stages.labels(record.model, stage).observe(spent)
