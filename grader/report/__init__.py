"""Renderers: a Report in, a string out, one file per format."""
