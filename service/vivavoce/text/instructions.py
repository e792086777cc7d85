"""What the words of `instructions` come to: a table of what can honestly be followed, and nothing else.

OpenAI's clients send wishes in plain words, "Speak in a calm and positive tone". A model that was not trained
on such words can still be made faster or slower, higher or lower, livelier or flatter, louder or softer; what
a wish says beyond that (an accent, a character) is passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from vivavoce.core import Delivery

FASTEST, SLOWEST = 1.3, 0.75
HIGHEST_SEMITONES = 4.0
NARROWEST, WIDEST = 0.4, 1.6
LOUDEST_DB, SOFTEST_DB = 6.0, -10.0

CALM = Delivery(pace=0.93, pitch_semitones=-0.5, pitch_range=0.85, gain_db=-1.5)
CHEERFUL = Delivery(pace=1.04, pitch_semitones=1.0, pitch_range=1.25)
EXCITED = Delivery(pace=1.1, pitch_semitones=1.5, pitch_range=1.4, gain_db=1.5)
SAD = Delivery(pace=0.88, pitch_semitones=-1.0, pitch_range=0.7, gain_db=-2.0)
STERN = Delivery(pace=1.02, pitch_semitones=-0.5, pitch_range=1.15, gain_db=2.0)
SERIOUS = Delivery(pace=0.97, pitch_semitones=-0.5, pitch_range=0.9)
LIVELY = Delivery(pitch_range=1.3)

WISHES = MappingProxyType(
    {
        "calm|calming|relaxed|relaxing|soothing|peaceful|patient|reassuring|gentle|gently|tender": CALM,
        "cheerful|happy|happily|joyful|positive|upbeat|friendly|bright|playful|optimistic": CHEERFUL,
        "excited|enthusiastic|energetic|energised|energized|thrilled|ecstatic": EXCITED,
        "sad|sorrowful|melancholy|melancholic|mournful|gloomy|tired|sleepy|weary|bored": SAD,
        "angry|angrily|stern|strict|furious|forceful|commanding": STERN,
        "serious|formal|professional|solemn|sober|authoritative|sincere": SERIOUS,
        "expressive|dramatic|animated|lively|theatrical": LIVELY,
        "flat|monotone|monotonous|robotic|deadpan|emotionless": Delivery(pitch_range=0.4),
        "fast|faster|quick|rapid|brisk|hurried": Delivery(pace=1.18),
        "slow|slower|unhurried|leisurely|measured": Delivery(pace=0.84),
        "loud|louder|shout|shouting": Delivery(pitch_range=1.1, gain_db=4.0),
        "quiet|quieter|soft|softer|hushed": Delivery(pitch_range=0.9, gain_db=-4.0),
        "whisper|whispering|whispered": Delivery(pace=0.95, whispered=True),
        r"(?:high|higher)(?=[ -](?:pitch|pitched|voice|tone)\b)": Delivery(pitch_semitones=2.5),
        r"(?:low|lower|deep|deeper)(?=[ -](?:pitch|pitched|voice|tone)\b)": Delivery(pitch_semitones=-2.5),
    }
)
"""Words, as alternatives of a pattern → what they come to."""

PATTERN = re.compile(
    r"\b(?P<not>(?:not|never|no|without|don't|avoid)(?: be| being| sound| sounding| speak| talk)?"
    r"(?: too| very| so| overly)? )?"
    r"(?P<degree>(?:very|extremely|really|much|slightly|somewhat|fairly|a bit|(?:a )?little(?: bit)?) )?"
    rf"\b(?:{'|'.join(f'(?P<wish{number}>{words})' for number, words in enumerate(WISHES))})(?:ly)?\b",
    re.IGNORECASE | re.ASCII,
)
STRONGER, WEAKER = 1.5, 0.5
STRONG_WORDS = frozenset({"very", "extremely", "really", "much"})


@dataclass(frozen=True, slots=True)
class Wish:
    """A word of the instructions that can be followed."""

    word: str
    row: int
    """Of WISHES."""
    strength: float


def read(instructions: str, *, voice: bool) -> tuple[Delivery, tuple[str, ...]]:
    """How to deliver what is spoken under `instructions`, and the words of them that say so; `voice` says
    whether the model can shape pitch, and whisper, beside pace and loudness.

    Two words for the same thing count once; what is not wanted ("not too fast") counts for nothing, since
    nobody knows how much of the contrary is.
    """
    deliveries = [row if voice else Delivery(row.pace, gain_db=row.gain_db) for row in WISHES.values()]
    wishes = [wish for wish in _wishes(instructions) if deliveries[wish.row] != Delivery()]
    total = Delivery()
    for row, strength in {wish.row: wish.strength for wish in wishes}.items():
        total = _both(total, _scaled(deliveries[row], strength))
    return _within_reason(total), tuple(dict.fromkeys(wish.word for wish in wishes))


def _wishes(instructions: str) -> Iterator[Wish]:
    for found in PATTERN.finditer(instructions.replace("’", "'")):
        if found["not"]:
            continue
        row = next(row for row in range(len(WISHES)) if found[f"wish{row}"])
        degree = (found["degree"] or "").strip().lower()
        strength = 1.0 if not degree else STRONGER if degree in STRONG_WORDS else WEAKER
        yield Wish(found[0].lower(), row, strength)


def _scaled(delivery: Delivery, strength: float) -> Delivery:
    return Delivery(
        pace=delivery.pace**strength,
        pitch_semitones=delivery.pitch_semitones * strength,
        pitch_range=delivery.pitch_range**strength,
        whispered=delivery.whispered,
        gain_db=delivery.gain_db * strength,
    )


def _both(one: Delivery, other: Delivery) -> Delivery:
    return Delivery(
        pace=one.pace * other.pace,
        pitch_semitones=one.pitch_semitones + other.pitch_semitones,
        pitch_range=one.pitch_range * other.pitch_range,
        whispered=one.whispered or other.whispered,
        gain_db=one.gain_db + other.gain_db,
    )


def _within_reason(delivery: Delivery) -> Delivery:
    """Many wishes together stay within what still sounds like speech."""
    return Delivery(
        pace=min(max(delivery.pace, SLOWEST), FASTEST),
        pitch_semitones=min(max(delivery.pitch_semitones, -HIGHEST_SEMITONES), HIGHEST_SEMITONES),
        pitch_range=min(max(delivery.pitch_range, NARROWEST), WIDEST),
        whispered=delivery.whispered,
        gain_db=min(max(delivery.gain_db, SOFTEST_DB), LOUDEST_DB),
    )
