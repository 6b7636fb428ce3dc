"""By what one person is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from candidates.choices import RouteKind
from candidates.likeness.names import TITLES, fold


@dataclass(frozen=True, slots=True)
class Known:
    """By what one person is known, of all their records: folded names, days of birth as far as they are known, ways to reach them."""

    names: tuple[tuple[str, str], ...] = ()
    born: tuple[str, ...] = ()
    phones: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()

    def __or__(self, other: "Known") -> "Known":
        """The same person by another of their records."""
        return Known(
            names=tuple(dict.fromkeys((*self.names, *other.names))),
            born=tuple(dict.fromkeys((*self.born, *other.born))),
            phones=self.phones | other.phones,
            shared=self.shared | other.shared,
            emails=self.emails | other.emails,
            postcodes=self.postcodes | other.postcodes,
            lines=self.lines | other.lines,
        )


def known_as(*, first: str, last: str, called: str = "", born: str = "", reach: Iterable[tuple[str, str]] = (), **more: str) -> Known:
    """What is known of one record: `reach` are kinds and values; more may hold a postcode and the lines of an address."""
    words = fold(first).split()
    untitled = words[1:] if words and words[0] in TITLES else words
    names = [(" ".join(untitled), fold(last))]
    if called and fold(called) != names[0][0]:
        names.append((fold(called), fold(last)))
    reach = list(reach)
    return Known(
        names=tuple(name for name in names if any(name)),
        born=(born,) if born else (),
        phones=frozenset(value for kind, value in reach if kind in {RouteKind.MOBILE, RouteKind.LANDLINE}),
        emails=frozenset(value.casefold() for kind, value in reach if kind == RouteKind.EMAIL),
        postcodes=frozenset([more["postcode"]] if more.get("postcode") else []),
        lines=frozenset([fold(more["lines"])] if more.get("lines") else []),
    )
