"""Getting in touch, notes and permissions: from a list in one tap, from the person's page in two."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.models import Organisation
from ground.clock import read_clock
from ground.door import Conflict, Refused, open_to
from ground.forms import HouseForm
from ground.once import answer_once
from ground.phones import show_phone
from ground.templatetags.said import time_of_day
from ground.views import stale_page
from pathways.forms.case import Wants
from pathways.forms.contact import TAPS, CloseForm, ContactForm, TapForm
from pathways.forms.note import NoteForm
from pathways.models import Consent, Pathway
from pathways.models.introduction import ConsentKind
from pathways.queries.acted import contact_words
from pathways.queries.company import records_of, with_key
from pathways.scope import CASE_ROLES, consents, contacts, interviews, pathways
from pathways.scope import messages as texts
from pathways.services import contact as talks
from pathways.services import own_text
from pathways.services.case import set_families
from pathways.services.reach import send_again
from pathways.views.finding import acting_for, acting_on, case_in_sight, form_page, lead_or_worker
from pathways.views.way_back import done_in_row, home_of, way_back

OWN = ("own", "colleague")


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def log_contact(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A contact or an attempt at it: one tap, or the whole form."""
    at = read_clock()
    case = case_in_sight(request, uuid, at=at)
    tapped = "tap" in request.POST
    data = request.POST if request.method == "POST" else None
    form: HouseForm = TapForm(data) if tapped else ContactForm(data)
    heading = "Log a contact"
    if data is None:
        return form_page(request, form, heading=heading, person=case.candidate)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, heading=heading, person=case.candidate)
        given = form.cleaned_data
        channel, outcome = TAPS[given["tap"]] if tapped else (given["channel"], given["outcome"])
        try:
            row = talks.log_contact(
                case=case,
                channel=channel,
                outcome=outcome,
                day=given.get("day"),
                minutes=given.get("minutes"),
                meaningful=given.get("meaningful", False),
                note=given.get("note", ""),
                by=acting_on(request, case),
                at=at,
            )
        except Refused as refused:
            form.refuse(refused)
            return form_page(request, form, heading=heading, person=case.candidate)
        return done_in_row(
            request, case, did=f"contact-{row.uuid}", said=f"{contact_words(row)}, {time_of_day(at)}.", undo=f"/contacts/{row.uuid}/undo/"
        )

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def undo_contact(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Logged by mistake."""
    row = contacts(request.user).filter(uuid=uuid).first()
    if row is None:
        raise Http404
    case = pathways(request.user).select_related("candidate", "programme").get(pk=row.case_id)

    def act() -> HttpResponse:
        talks.void_contact(contact=row, by=lead_or_worker(request, case), at=read_clock())
        messages.success(request, f"{case.candidate.name}: “{contact_words(row)}” taken back.")
        return HttpResponseRedirect(way_back(request, home_of(case)))

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def mark_meaningful(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The second tap: the talk moved something on."""
    row = contacts(request.user).filter(uuid=uuid).first()
    if row is None:
        raise Http404
    case = pathways(request.user).select_related("candidate", "programme").get(pk=row.case_id)

    def act() -> HttpResponse:
        talks.mark_meaningful(contact=row, by=lead_or_worker(request, case), at=read_clock())
        messages.success(request, "Counted: it moved something on.")
        return HttpResponseRedirect(way_back(request, home_of(case)))

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def text_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A text that went to a number which is not theirs, sent once more to the one that is."""
    row = texts(request.user).filter(uuid=uuid).select_related("line", "candidate").first()
    if row is None:
        raise Http404

    def act() -> HttpResponse:
        again = send_again(message=row, by=acting_for(request, row.candidate), at=read_clock())
        messages.success(request, f"A text goes to {show_phone(again.line.e164)}.")
        return HttpResponseRedirect(f"/people/{row.candidate.uuid}/")

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def text_own_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A link to the person's own page, by text."""
    case = case_in_sight(request, uuid, at=read_clock())

    def act() -> HttpResponse:
        message = own_text.text_own_page(case=case, by=acting_on(request, case), at=read_clock())
        said = f"A text with their own page goes to {own_text.sent_to(message)}."
        return done_in_row(request, case, did="", said=said, undo=f"/texts/{message.uuid}/undo/")

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def undo_text(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A text with somebody's own page, taken back while it waits."""
    row = texts(request.user).filter(uuid=uuid).select_related("template", "candidate").first()
    if row is None:
        raise Http404

    def act() -> HttpResponse:
        own_text.take_back_text(message=row, by=acting_for(request, row.candidate), at=read_clock())
        messages.success(request, "Taken back.")
        return HttpResponseRedirect(f"/people/{row.candidate.uuid}/")

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def wants(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The kinds of work a person wants and what gets in the way, said later or put right."""
    at = read_clock()
    case = case_in_sight(request, uuid, at=at)
    form = Wants(request.POST if request.method == "POST" else None, case=case, version=case.version)
    more = {"heading": "What they want, and what gets in the way", "person": case.candidate}
    if request.method != "POST":
        return form_page(request, form, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, **more)
        given = form.cleaned_data
        try:
            set_families(
                case=case,
                version=given["version"],
                families=given["families"],
                barriers=given["barriers"],
                by=acting_on(request, case),
                at=at,
            )
        except Conflict:
            there = pathways(request.user).get(pk=case.pk)
            return stale_page(
                request, form, current={"families": there.families, "barriers": there.barriers}, version=there.version, back=home_of(case)
            )
        messages.success(request, "Saved.")
        return HttpResponseRedirect(home_of(case))

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def add_note(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A note, and who may read it."""
    at = read_clock()
    case = case_in_sight(request, uuid, at=at)
    data = request.POST if request.method == "POST" else None
    form = NoteForm(data, employers=employers_agreed_to(request, case))
    if data is None:
        return form_page(request, form, heading="Write a note", person=case.candidate)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, heading="Write a note", person=case.candidate)
        given = form.cleaned_data
        try:
            talks.add_note(
                case=case,
                text=given["text"],
                visibility=given["visibility"],
                employer=form.chosen_employer(),
                by=acting_on(request, case),
                at=at,
            )
        except Refused as refused:
            form.refuse(refused)
            return form_page(request, form, heading="Write a note", person=case.candidate)
        messages.success(request, "Note saved.")
        return HttpResponseRedirect(home_of(case))

    return answer_once(request, act)


def employers_agreed_to(request: HttpRequest, case: Pathway) -> list[Organisation]:
    """Employers with whom the person agreed to share."""
    allowed = (
        consents(request.user)
        .filter(with_key(case.person_key), kind=ConsentKind.SHARE, withdrawn_on__isnull=True, voided_at__isnull=True)
        .values("employer")
    )
    return list(Organisation.objects.unscoped("employers that the person agreed to share with").filter(pk__in=allowed).order_by("name"))


def _shares_besides(request: HttpRequest, row: Consent) -> bool:
    """Whether the same employer may see the person by another permission as well: each job has one of its own."""
    standing = consents(request.user).filter(kind=ConsentKind.SHARE, withdrawn_on__isnull=True, voided_at__isnull=True)
    return standing.filter(candidate__in=records_of(row.candidate), employer=row.employer).exclude(pk=row.pk).exists()


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def withdraw_consent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The person takes a permission back: from today it allows nothing."""
    at = read_clock()
    row = consents(request.user).filter(uuid=uuid).select_related("candidate", "employer").first()
    if row is None:
        raise Http404
    form = CloseForm(request.POST if request.method == "POST" else None, version=row.version)
    name = row.employer.name if row.employer else ""
    sharing = row.kind == ConsentKind.SHARE and bool(name)
    called = row.candidate.called
    more = {
        "heading": f"Stop sharing with {name}" if sharing else f"Withdraw: {row.get_kind_display()}{f' ({name})' if name else ''}",
        "person": row.candidate,
        "button": f"Stop sharing with {name}" if sharing else "Withdraw the permission",
        "words": "From today this permission no longer counts.",
    }
    if sharing:
        more["words"] = f"From the next page they open, {name} no longer sees {called}."
        if _shares_besides(request, row):
            more["words"] = f"{name} no longer sees what was shared by this permission. Another one stands: they see {called} by that."
    hosting = interviews(request.user).filter(consent=row, stage="booked").exists()
    if hosting:
        more["words"] += " It was to host a chat: that chat then needs another host."
    if request.method != "POST":
        return form_page(request, form, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, **more)
        talks.withdraw_consent(consent=row, by=acting_for(request, row.candidate), at=at)
        words = " The chat needs another host: it is on the list of what is to do." if hosting else ""
        messages.success(request, f"The permission is withdrawn.{words}")
        return HttpResponseRedirect(f"/people/{row.candidate.uuid}/")

    return answer_once(request, act)
