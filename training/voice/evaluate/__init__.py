"""Measures how good an embedded voice is, beside the recordings that it learnt from: see README.md."""
