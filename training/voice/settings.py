"""Everything that can be set. Sizes belong to a checkpoint; the rest may change when it is resumed."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a network learns."""

    share: float
    """Of the whole time budget."""
    steps: int
    """Of the network, from its first one on: it ends here even if there is time left."""
    batch: int
    learning_rate: float
    warm_up_steps: int = 200
    steady_share: float = 0.5
    """Of the time: how long the rate stays before it falls in a straight line to a twentieth."""
    report_steps: int = 100
    """The held-out utterances are measured, and a checkpoint written, so often."""
    average: float = 0.005
    """Weight of a step in the running average of the weights, which is what is exported."""


@dataclass(frozen=True, slots=True)
class ProsodySizes:
    width: int = 128
    dropout: float = 0.25
    encoder_blocks: int = 3
    flow_blocks: int = 4


@dataclass(frozen=True, slots=True)
class AcousticSizes:
    width: int = 192
    mel_width: int = 256
    voices: int = 8
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class MelFlowSizes:
    width: int = 128
    blocks: int = 8
    kernel: int = 7
    dropout: float = 0.0


@dataclass(frozen=True, slots=True)
class DecoderSizes:
    width: int = 256
    hidden: int = 640
    blocks: int = 5
    kernel: int = 3
    first_kernel: int = 5


@dataclass(frozen=True, slots=True)
class Export:
    """What is baked into the graph."""

    pitch_range: float = 1.1
    """Factor on the deviation of log F0 from the speaker's mean."""
    pace: float = 1.02
    """Factor on durations."""
    liveliness: tuple[float, float, float, float] = (0.55, 0.8, 0.8, 0.4)
    """Factors on the noise of duration, pitch at beginnings and in middles, loudness.

    With 0.7, 0.8, 0.8, 0.8 two readings differ as two takes of the speaker do; calmer ones are understood
    better.
    """
    pause_liveliness: float = 0.3
    """The first of them for pauses: rarer than sounds, they are learnt less well, and some come out long."""
    flow_steps: int = 2
    """Of prosody's flow, two looks each."""
    grain: float = 1.07
    """Factor on the mel flow's noise: what new sentences leave open is more than it learnt from."""
    grain_hertz: tuple[float, float] = (6500.0, 9200.0)
    """No grain of the mel spectrum below, all of it above: lower down, a recogniser understood less."""
    grain_times: tuple[float, ...] = (0.0, 0.5)
    """When the mel flow is looked at."""


@dataclass(frozen=True, slots=True)
class Settings:
    seed: int = 1
    held_out: int = 40
    """Prompts to draw where the recordings bring no list of their own."""
    language: str = "en-us"
    max_phonemes: int = 400
    prosody_sizes: ProsodySizes = field(default_factory=ProsodySizes)
    acoustic_sizes: AcousticSizes = field(default_factory=AcousticSizes)
    mel_flow_sizes: MelFlowSizes = field(default_factory=MelFlowSizes)
    decoder_sizes: DecoderSizes = field(default_factory=DecoderSizes)
    prosody: Schedule = Schedule(share=0.1, steps=3000, batch=48, learning_rate=2e-3, average=0.01)
    acoustic: Schedule = Schedule(share=0.25, steps=4000, batch=10, learning_rate=1.5e-3)
    acoustic_judged: Schedule = Schedule(share=0.2, steps=10_000, batch=6, learning_rate=4e-4)
    mel_flow: Schedule = Schedule(
        share=0.2, steps=30_000, batch=10, learning_rate=1.5e-3, report_steps=500, average=0.002
    )
    mel_flow_straight: Schedule = Schedule(
        share=0.1, steps=10_000, batch=10, learning_rate=8e-4, report_steps=500, average=0.004
    )
    decoder: Schedule = Schedule(share=0.1, steps=1200, batch=12, learning_rate=1e-3, average=0.01)
    decoder_judged: Schedule = Schedule(share=0.35, steps=30_000, batch=8, learning_rate=3e-4, average=0.01)
    export: Export = field(default_factory=Export)

    def limited(self, steps: int | None) -> "Settings":
        """With no more than `steps` of each network, as many with judges, all reported."""
        if steps is None:
            return self
        names = (
            "prosody",
            "acoustic",
            "acoustic_judged",
            "mel_flow",
            "mel_flow_straight",
            "decoder",
            "decoder_judged",
        )
        short = {
            name: replace(getattr(self, name), steps=steps * (2 if "judged" in name else 1), report_steps=1)
            for name in names
        }
        return replace(self, **short)
