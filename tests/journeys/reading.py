"""A page as its reader meets it: the words in sight, the headings, and where its links lead."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

#: What no user should read: an id, a date as computers write it, a word with an underscore, nothing said as a word.
UNSPOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]*|\b\d{4}-\d\d-\d\d\b|\b[a-z]+_[a-z_]+\b|\bNone\b|\bTrue\b|\bFalse\b")
UNSEEN = {"script", "style", "template", "noscript"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HEADING = re.compile(r"h[1-6]$")
#: An e-mail holds the address that it asks the reader to open, in full.
LETTER = "letter__words"


def unspoken(words: str, quoted: frozenset[str] = frozenset()) -> list[str]:
    """What no user should read in these words."""
    return [f"reads “{word}”" for word in dict.fromkeys(UNSPOKEN.findall(words)) if word not in quoted]


@dataclass
class Reading(HTMLParser):
    """Reads one page from its HTML."""

    at: str
    words: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    asks: bool = False
    _open: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and said.get("href"):
            self._link(said["href"])
        if HEADING.match(tag):
            self.headings.append("")
        self.asks |= tag == "form" and said.get("method", "").lower() == "post"
        self.words += [said[name] for name in ("title", "aria-label", "alt", "placeholder") if said.get(name)]
        if tag not in VOID:
            self._open.append((tag, said.get("class", "")))
        if " tag " in f" {said.get('class', '')} ":
            self.tags.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        within = [tag for tag, _ in self._open]
        if not data.strip() or UNSEEN & set(within):
            return
        if any(HEADING.match(tag) for tag in within):
            self.headings[-1] += data
        if any(" tag " in f" {kind} " for _, kind in self._open):
            self.tags[-1] += data
        if not any(LETTER in kind.split() for _, kind in self._open):
            self.words.append(data)

    def _link(self, href: str) -> None:
        whole = urlsplit(urljoin(self.at, href))
        if not whole.scheme and not whole.netloc and whole.path:
            self.links.append(whole._replace(fragment="").geturl())
        elif whole.hostname in {"127.0.0.1", "localhost", "testserver"}:
            self.links.append(whole._replace(scheme="", netloc="", fragment="").geturl())

    def faults(self, quoted: frozenset[str] = frozenset()) -> list[str]:
        """Words that only a computer says, but for those that the page quotes from a file; and headings without words."""
        return [*unspoken("\n".join(self.words), quoted), *("an empty heading" for words in self.headings if not words.strip())]


def read(html: str, *, at: str) -> Reading:
    """The page of an address."""
    reading = Reading(at)
    reading.feed(html)
    reading.close()
    return reading
