"""Training of the embedded voice: recordings in, three graphs and config.json out.

`prepare` measures the recordings, `align` tells which frames belong to which symbol, `train_*` make the three
networks (`prosody`, `acoustic`, `decoder`), and `export` joins them into the three graphs that
`vivavoce.models.viva` runs. `python -m training.voice` is the way in.
"""
