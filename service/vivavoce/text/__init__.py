"""Text → segments with phonemes. `FrontEnd.prepare` is the way in.

`markup` finds what the caller wrote for us, `normalize` turns text into words, `sentences` and `phrasing`
tell where to breathe, `languages` pronounces, and `segment` puts it all together.
"""

from vivavoce.text.frontend import FrontEnd

__all__ = ["FrontEnd"]
