"""Forms: clean input, write nothing."""
