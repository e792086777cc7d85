"""Text → segments with phonemes. `FrontEnd.prepare` is the way in."""
