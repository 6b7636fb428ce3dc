"""The charts: what may happen to a person's case, declared once."""
