"""Programmes that never were: life stories drawn with known true rates, and two ways of loading them.

Chance lives here and nowhere else. `simulate` tells the stories and knows no database; `load_through_the_door` takes each deed
by the service that a page would call; `load_in_bulk` writes the same tables by COPY. Figures are held against the rates that
the stories were drawn with, so analytics never imports this package.
"""
