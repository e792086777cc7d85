"""Dots that end no sentence: after an abbreviation, after the number of a date, after an initial."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from vivavoce.text.normalize.rule import listed

_WRITTEN = {
    "ca": "sr sra dr dra pàg núm etc",
    "cs": "dr ing mgr tzv např č str tj atd",
    "da": "dr hr fr nr=nummer bl.a f.eks=for_eksempel osv=og_så_videre ca=cirka kl",
    "de": """dr=Doktor prof=Professor hr=Herr fr=Frau st=Sankt nr=Nummer str=Straße bzw=beziehungsweise
        z.b=zum_Beispiel d.h=das_heißt u.a=unter_anderem ca=circa abs=Absatz usw=und_so_weiter evtl=eventuell
        ggf=gegebenenfalls bd=Band vgl=vergleiche""",
    "es": "sr sra srta dr dra D=don dña ud uds pág=página págs=páginas núm art=artículo av avda prof cap vol",
    "fi": "prof tri esim ym mm",
    "fr": """M=monsieur MM=messieurs dr=docteur pr=professeur st=saint ste=sainte art=article av=avenue p=page
        vol=volume chap=chapitre env=environ etc=etcétéra""",
    "hu": "dr prof pl kb stb",
    "it": "sig=signor sigg=signori dott=dottor dr=dottor prof avv=avvocato ing pag=pagina art=articolo ecc",
    "nb": "dr hr fr nr=nummer bl.a f.eks=for_eksempel osv=og_så_videre ca=cirka kl",
    "nl": "dhr=de_heer mevr=mevrouw mw=mevrouw dr prof drs ir ing bijv o.a nr=nummer blz ca=circa enz",
    "pl": "dr prof inż np tzn tzw ul al św nr str godz itd itp r",
    "pt": "sr sra dr dra prof pág=página núm art=artigo av vol cap ex etc",
    "ro": "dr prof dl dna str nr ex etc",
    "ru": "г=год гг=годы ул=улица им=имени т.е=то_есть т.д т.п др пр см=смотри стр руб проф акад напр",
    "sv": "dr prof nr=nummer bl.a t.ex=till_exempel osv=och_så_vidare ca=cirka kl",
    "tr": "dr prof doç av no bkz örn vb",
    "uk": "р=рік вул=вулиця ім=імені проф акад див=дивись стор грн напр",
}


def _abbreviations(written: str) -> Mapping[str, str]:
    entries = (entry.partition("=") for entry in written.split())
    return MappingProxyType({word: said.replace("_", " ") for word, _, said in entries})


ABBREVIATIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {language: _abbreviations(written) for language, written in _WRITTEN.items()}
)
"""By the language: an abbreviation without the last dot → what is said, "" if espeak-ng knows it or it is
spelt. One with a capital here always has it: `5 m.` is no monsieur."""
CLOSING = listed("atd ecc enz etc itd itp kl osv r stb usw vb г гг грн др пр р руб стр т.д т.п")
"""Those that a sentence may well end with."""

ORDINAL_LANGUAGES = listed("bs cs da de et fi hr hu is lb lt lv nb no pl sk sl sr tr")
"""Those in which a dot makes a number an ordinal: `3. Oktober`."""
_ORDINAL = re.compile(r"\d{1,4}\Z")
_DATED = re.compile(r"\b(?:der|die|das|dem|den|des|am|vom|zum|zur|im|bis|ab|seit)\s+\Z", re.IGNORECASE)
"""German, where the noun that follows has a capital, as the first word of a sentence does."""
_NEAR = 12
_PAIR = re.compile(r"\b(\w)\.\s(\w)(?=\.)")


def ends_nothing(text: str, start: int, end: int, language: str) -> bool:
    """Whether the dot at `end`, after the word text[start:end], is no full stop. `language` is the first part
    of its code."""
    following = text[end + 1 : end + 3].lstrip()[:1]
    if not following.isalnum():
        return False
    word = "".join(text[start:end].split())
    if _said(word, language) is not None:
        return word.lower() not in CLOSING or following.islower()
    return (len(word) == 1 and word.isupper()) or is_ordinal(text, start, end, language)


def expansion(word: str, language: str) -> str:
    """What is said for an abbreviation, without its last dot; the word itself if that is not known."""
    return _said("".join(word.split()), language) or word


def _said(word: str, language: str) -> str | None:
    known = ABBREVIATIONS.get(language, {})
    return known.get(word, known.get(word.lower()))


def pair_end(text: str, start: int, language: str) -> int:
    """Where an abbreviation of two letters with a space ends, as in `z. B.`, without its last dot, if it
    begins at `start`; else `start`."""
    found = _PAIR.match(text, start)
    return found.end() if found and _said(f"{found[1]}.{found[2]}", language) is not None else start


def is_ordinal(text: str, start: int, end: int, language: str) -> bool:
    """Whether text[start:end] and the dot after it are an ordinal number."""
    if language not in ORDINAL_LANGUAGES or not _ORDINAL.match(text[start:end]):
        return False
    following = text[end + 1 : end + 3].lstrip()[:1]
    dated = language == "de" and _DATED.search(text, max(0, start - _NEAR), start) is not None
    return text[end : end + 1] == "." and following.isalpha() and (following.islower() or dated)
