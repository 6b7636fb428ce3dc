"""A register on its way in: received, read into staging rows, looked at, applied row by row, taken back."""
