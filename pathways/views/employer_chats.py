"""Chats that an employer hosts: the list, one of them with what the person agreed to share, and any chat as a calendar's file."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.choices import Role
from accounts.middleware import desk_for
from accounts.services.audit import record_opening
from ground.clock import read_clock
from ground.door import open_to
from ground.paging import keyset
from pathways.queries import employer_chats as asks
from pathways.queries.calendar import chat_file
from pathways.queries.employer_log import history, just_done
from pathways.scope import CASE_ROLES, interviews
from pathways.views.employer import NOBODY, acting_here, this_list
from pathways.views.person import of_row

EMPLOYER = Role.EMPLOYER


@open_to(EMPLOYER)
def chats(request: HttpRequest) -> HttpResponse:
    """Chats to come, the soonest first, those that nobody has told of before them; or those that were held."""
    at, by, back = read_clock(), acting_here(request), this_list(request)
    held = request.GET.get("show") == "held"
    order = ("-held_on", "-id") if held else ("at", "id")
    page = keyset(asks.hosted(request.user, held=held), order=order, after=request.GET.get("after"), size=25)
    context = {
        "page": page,
        "held": held,
        "chats": asks.chats(page.rows, by=by, at=at, back=back),
        "done": just_done(request.user, by=by, at=at, back=back, of=("interview",)),
    }
    return render(request, "pathways/employer_chats.html", context)


@open_to(EMPLOYER, *CASE_ROLES, kinds=("own", "introduced", "other_org"), sample={"uuid": NOBODY})
def chat_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One chat, and how it went. Staff are led to the person's page."""
    at = read_clock()
    rows = interviews(request.user).filter(uuid=uuid)
    row = rows.select_related("consent", "pathway__candidate", "pathway__owner", "pathway__organisation").first()
    if row is None:
        raise Http404
    if desk_for(request).has(*CASE_ROLES):
        return of_row(request, folder="interviews", uuid=uuid)
    by, back = acting_here(request), this_list(request)
    record_opening(user=request.user, person_uuid=row.pathway.candidate.uuid, route="chat_page", at=at)
    shown = asks.chat(row, by=by, at=at, back=back)
    context = {
        "row": row,
        "chat": shown,
        "talked_about": asks.talked_about(row),
        "notes": asks.noted(request.user, row),
        "buttons": shown.buttons,
        "history": history(row, request.user, by=by, at=at, back=back),
        "done": just_done(request.user, by=by, at=at, back=back, about=[row]),
    }
    return render(request, "pathways/employer_chat.html", context)


@open_to(EMPLOYER, *CASE_ROLES, kinds=("own", "introduced", "other_org"), sample={"uuid": NOBODY})
def chat_calendar(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A chat for the calendar of whoever holds it. The file names nobody."""
    at = read_clock()
    chat = interviews(request.user).filter(uuid=uuid, at__isnull=False).first()
    if chat is None:
        raise Http404
    file = HttpResponse(chat_file(chat, site=settings.PUBLIC_BASE_URL, at=at), content_type="text/calendar; charset=utf-8")
    file.headers["Content-Disposition"] = 'attachment; filename="chat.ics"'
    return file
