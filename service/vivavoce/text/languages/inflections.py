"""The endings -s, -ed and -ing: the phonemes of a stem come in, those of the inflected word go out.

The sound of an ending follows from the last sound of its stem (Quirk et al., A Comprehensive Grammar of the
English Language, 3.5 and 5.80).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vivavoce.text.languages.stress import VOWELS

SIBILANTS = frozenset("szʃʒʧʤ")
VOICELESS = frozenset("ptkfθ")
_FLAPPING = frozenset("AIOWYiuæɑəɛɪɹʊʌ")
"""Sounds between which and a weak vowel an American t is tapped: `waiting` has a T."""


@dataclass(frozen=True, slots=True)
class Accent:
    """What differs between the Englishes."""

    code: str
    dictionary: str
    """Prefix of the dictionary's files."""
    weak_vowel: str
    """The vowel of -es and -ed."""
    taps: bool
    """Whether t between vowels is tapped, written T."""
    rhotic: bool
    """Whether r is heard at the end of a syllable."""


CONTRACTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"'ll": ("l", "ᵊl"), "'ve": ("v", "əv"), "'re": ("əɹ", "əɹ"), "'d": ("d", "əd"), "n't": ("nt", "ᵊnt")}
)
"""Their sounds after a vowel and after a consonant."""

US = Accent("en-us", "us", "ᵻ", taps=True, rhotic=True)
GB = Accent("en-gb", "gb", "ɪ", taps=False, rhotic=False)


def with_s(stem: str, accent: Accent) -> str:
    """`kˈæt` → `kˈæts`, `bˈɔs` → `bˈɔsᵻz`, `dˈɔɡ` → `dˈɔɡz`."""
    if stem[-1] in SIBILANTS:
        return f"{stem}{accent.weak_vowel}z"
    return f"{stem}s" if stem[-1] in VOICELESS else f"{stem}z"


def with_ed(stem: str, accent: Accent) -> str:
    """`wˈɔk` → `wˈɔkt`, `wˈAt` → `wˈATᵻd`, `plˈA` → `plˈAd`."""
    if stem[-1] in "td":
        return f"{_tapped(stem, accent)}{accent.weak_vowel}d"
    return f"{stem}t" if stem[-1] in VOICELESS | SIBILANTS - frozenset("zʒʤ") else f"{stem}d"


def with_ing(stem: str, accent: Accent, spelling: str) -> str:
    """`wˈAt` → `wˈATɪŋ`; a silent r of the spelling is heard again: British `stˈɑː` → `stˈɑːɹɪŋ`."""
    linking = "ɹ" if not accent.rhotic and stem[-1] in "əː" and spelling.rstrip("e").endswith("r") else ""
    return f"{_tapped(stem, accent)}{linking}ɪŋ"


def contracted(stem: str, ending: str, accent: Accent) -> str:
    """With 'll, 've, 're, 'd or n't: `ʃˈɑɹən` → `ʃˈɑɹənd`, `wˌʌt` → `wˌʌTᵊl`."""
    after_vowel, after_consonant = CONTRACTIONS[ending]
    if ending == "'d":
        return stem + (after_consonant if stem[-1] in "td" else after_vowel)
    vowel = stem[-1] in VOWELS or stem[-1] == "ː"
    sound = after_vowel if vowel else after_consonant
    return (stem if vowel else _tapped(stem, accent)) + (sound if accent.rhotic else sound.removesuffix("ɹ"))


def _tapped(stem: str, accent: Accent) -> str:
    taps = accent.taps and stem.endswith("t") and stem[-2:-1] in _FLAPPING
    return f"{stem[:-1]}T" if taps else stem
