"""What everybody may read without an account: how their data are kept, and how far these pages are accessible."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.backends.catalogues import unread
from accounts.queries import programmes_with_notice, standing_notices
from ground.clock import read_clock, today_london
from ground.door import open_to
from ground.languages import in_their_language, language_now

#: When the statement on accessibility was last looked through, and how often it has been written anew.
STATEMENT = {"on": date(2026, 11, 26), "edition": 1}


@open_to("public")
@in_their_language
def privacy_notice(request: HttpRequest) -> HttpResponse:
    """What people are told about their data, as it stands today: of the programme that is asked for, or the only one."""
    today = today_london(read_clock())
    programmes = programmes_with_notice(day=today)
    wanted = request.GET.get("programme", "")
    chosen = next((one for one in programmes if one.code == wanted), programmes[0] if len(programmes) == 1 else None)
    notices = standing_notices(programme=chosen, language=language_now().code, day=today) if chosen is not None else []
    context = {
        "programmes": programmes,
        "chosen": chosen,
        "notices": notices,
        "other_language": any(notice.language != language_now().code for notice in notices),
    }
    return render(request, "accounts/privacy_notice.html", context)


@open_to("public")
@in_their_language
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was tested and how, what is known not to be right, and whom to tell."""
    context = {"statement": STATEMENT, "unread": unread(language_now().locale)}
    return render(request, "accounts/accessibility.html", context)
