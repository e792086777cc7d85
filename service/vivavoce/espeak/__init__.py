"""espeak-ng, which knows how other languages than English sound: text goes in, IPA comes out.

The library is GPL, global to its process and not safe for threads, so it is an optional extra that only a
worker loads, a process of its own (`__main__`). Here is its other end.
"""

from vivavoce.espeak.library import Library, find
from vivavoce.espeak.process import Clause, Espeak, EspeakError

__all__ = ["Clause", "Espeak", "EspeakError", "Library", "find"]
