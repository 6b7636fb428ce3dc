"""Figures write nothing about people: they only record what left the house."""
