"""Doors: translate, one call, translate back."""
