"""What candidates read in other languages, and how much of it no speaker has read yet."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.backends.catalogues import Sentence, sentences
from accounts.forms.languages import SentencesFilter
from accounts.middleware import desk_for
from accounts.services.languages import record_export
from ground.clock import read_clock
from ground.door import open_to
from ground.languages import ENGLISH, LANGUAGES
from ground.tables import Column, csv_response

WHO = ("administrator", "programme_lead")
ON_A_PAGE = 25
COLUMNS = [
    Column("Language", lambda row: row.language.english),
    Column("English", lambda row: row.english),
    Column("Translation", lambda row: row.words),
    Column("Read by", lambda row: row.reviewed_by),
    Column("Read on", lambda row: row.reviewed_on),
]


@open_to(*WHO)
def languages(request: HttpRequest) -> HttpResponse:
    """Sentences that await a reader first; the counts of each language above them."""
    everything = sentences()
    filters, asked = _asked(request)
    found = chosen(everything, asked)
    number = _page_number(request, len(found))
    counts = []
    for language in LANGUAGES:
        of_it = [one for one in everything if one.language == language]
        if language != ENGLISH:
            counts.append({"language": language, "all": len(of_it), "unread": sum(1 for one in of_it if not one.reviewed)})
    context = {
        "filters": filters,
        "counts": counts,
        "rows": found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE],
        "found": len(found),
        "narrowed": bool(asked and everything),
        "query": urlencode(asked),
        "previous": f"?{urlencode({**asked, 'page': number - 1})}" if number > 1 else "",
        "next": f"?{urlencode({**asked, 'page': number + 1})}" if number * ON_A_PAGE < len(found) else "",
    }
    return render(request, "accounts/languages.html", context)


@open_to(*WHO)
def languages_file(request: HttpRequest) -> HttpResponseBase:
    """The same sentences as a file, for whoever reads them elsewhere."""
    _filters, asked = _asked(request)
    rows = chosen(sentences(), asked)
    record_export(filters=sorted(asked), rows=len(rows), by=desk_for(request).actor(*WHO), at=read_clock())
    return csv_response("sentences", COLUMNS, rows)


def _asked(request: HttpRequest) -> tuple[SentencesFilter, dict[str, str]]:
    filters = SentencesFilter(request.GET or None)
    cleaned = filters.cleaned_data if filters.is_bound and filters.is_valid() else {}
    return filters, {name: value for name, value in cleaned.items() if value}


def chosen(rows: list[Sentence], asked: dict[str, str]) -> list[Sentence]:
    """What the filters leave; what nobody has read stands first."""
    words = asked.get("words", "").casefold()
    found = [
        one
        for one in rows
        if asked.get("language", one.language.code) == one.language.code
        and asked.get("state", "yes" if one.reviewed else "no") == ("yes" if one.reviewed else "no")
        and (words in one.english.casefold() or words in one.words.casefold())
    ]
    return sorted(found, key=lambda one: one.reviewed)


def _page_number(request: HttpRequest, rows: int) -> int:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    return max(1, min(number, -(-rows // ON_A_PAGE)))
