"""A figure is a dated definition in code, a cohort, a denominator, and the rows behind it."""
