"""Floors: the least that a signed-in page, a step or a file can cost."""
