"""Whose rows: every page, export and job about a person starts from one of these. No desk, no rows."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value

from accounts.choices import RuleCode
from accounts.desk import Desk, Seat, desk_of
from accounts.models import DaysBefore, rule_where
from candidates.models import Candidate, ContactRoute
from ground.clock import page_time, today_london
from outreach.choices import Purpose
from outreach.models import Contact, Message
from pathways.models import (
    Attendance,
    Consent,
    Finding,
    InterestPost,
    Interview,
    Introduction,
    Letter,
    Note,
    Pathway,
    Placement,
    PreEmploymentCheck,
    RetentionCheck,
    StageChange,
    Support,
    SupportShare,
    Task,
    TrainingPlace,
)
from pathways.models.note import Visibility
from pathways.workflow.introduction import IntroductionStage
from pathways.workflow.training_place import SEATED

#: To an employer these are one and the same: no longer available.
GONE = (IntroductionStage.WITHDRAWN, IntroductionStage.SUPERSEDED, IntroductionStage.HEADING_CLOSED)
CASE_ROLES = ("programme_lead", "outreach_worker")
#: How long after the end of a course its trainer still sees who sat there.
TRAINER_SEES = timedelta(days=30)


def pathways(user: object) -> QuerySet[Pathway]:
    """Cases that a worker or lead may see: a lead's programmes, a worker's organisation in them, and nobody's yet."""
    return Pathway.objects.filter(_cases(desk_of(user)))


def kept(user: object, path: str) -> Q:
    """All but the people whom this user must never see; `path` leads from a row to the person. Without a block it asks nothing.

    The one place where a conflict block is enforced: every question below ends in it, and a query that begins elsewhere must too.
    """
    desk = desk_of(user)
    return _kept(desk, path) if desk is not None else Q(pk__in=[])


def _kept(desk: Desk, path: str) -> Q:
    if not desk.blocks:
        return Q()
    own, same = _blocked(desk)
    return ~Q(**{f"{path}__in": own}) & ~Q(**{f"{path}__in": same})


def _blocked(desk: Desk) -> tuple[QuerySet, QuerySet]:
    """The records named in blocks, and every record of the same people: a block on one of them hides the whole person."""
    keys = Pathway.objects.filter(candidate__uuid__in=desk.blocks).values("person_key")
    return Candidate.objects.filter(uuid__in=desk.blocks).values("pk"), Pathway.objects.filter(person_key__in=keys).values("candidate")


def _cases(desk: Desk | None, prefix: str = "") -> Q:
    if desk is None:
        return Q(pk__in=[])
    seen = Q(pk__in=[])
    for seat in desk.seats_as(*CASE_ROLES):
        seen |= _seat(seat, desk, prefix)
    return seen & _kept(desk, f"{prefix}candidate")


def _seat(seat: Seat, desk: Desk, prefix: str) -> Q:
    mine = _programmes(seat, prefix)
    if seat.role == "programme_lead":
        return mine
    inside = Q(**{f"{prefix}organisation": seat.organisation_id})
    nobodys = Q(**{f"{prefix}owner__isnull": True})
    wide = ~Q(**{f"{prefix}programme__caseload_only": True})
    return mine & (nobodys | (inside & (wide | _on_desk(desk, prefix))))


def desks(user: object) -> tuple[int, ...]:
    """At whose desks somebody works: their own, and those that they cover today."""
    desk = desk_of(user)
    return (desk.user_id, *sorted(desk.covers)) if desk is not None else ()


def _on_desk(desk: Desk, prefix: str) -> Q:
    """On one of these desks; where it is one's own alone it is named outright, for the indexes that begin with it."""
    return Q(**{f"{prefix}owner__in": [desk.user_id, *desk.covers]}) if desk.covers else Q(**{f"{prefix}owner": desk.user_id})


def held(user: object) -> QuerySet[Pathway]:
    """Of the cases in sight, those on the user's own desk and on desks they cover, in words that are planned in no time."""
    return Pathway.objects.filter(_held(desk_of(user)))


def held_by_nobody(user: object) -> QuerySet[Pathway]:
    """Of the cases in sight, those that nobody holds: anybody in the programme may take them."""
    return Pathway.objects.filter(_of_programmes(desk_of(user), *CASE_ROLES), kept(user, "candidate"), owner__isnull=True)


def interests(user: object) -> QuerySet[InterestPost]:
    """Forms that came in for the programmes of somebody's seats: until they are on a page, they are anybody's there to look at."""
    desk = desk_of(user)
    return InterestPost.objects.filter(_of_programmes(desk, *CASE_ROLES), kept(user, "candidate"), _of_no_blocked(desk))


def led_programmes(user: object) -> Q:
    """Rows of the programmes that somebody leads, by the rows' own `programme`."""
    return _of_programmes(desk_of(user), "programme_lead")


def _of_programmes(desk: Desk | None, *roles: str, prefix: str = "") -> Q:
    """Rows of the programmes in which the desk has a seat of these roles."""
    seen = Q(pk__in=[])
    for seat in desk.seats_as(*roles) if desk is not None else ():
        seen |= _programmes(seat, prefix)
    return seen


def _of_no_blocked(desk: Desk | None) -> Q:
    """A form with a number or address of somebody whom the user must never see may be theirs, whoever else it was taken for."""
    if desk is None or not desk.blocks:
        return Q()
    own, same = _blocked(desk)
    return ~Q(reach__in=ContactRoute.objects.current().filter(Q(candidate__in=own) | Q(candidate__in=same)).values("value"))


def tasks_of_held(user: object) -> QuerySet[Task]:
    """What is owed on cases that the user holds or covers."""
    return Task.objects.filter(_held(desk_of(user), "pathway__"))


def _held(desk: Desk | None, prefix: str = "") -> Q:
    if desk is None:
        return Q(pk__in=[])
    seen = Q(pk__in=[])
    for seat in desk.seats_as(*CASE_ROLES):
        inside = {} if seat.role == "programme_lead" else {f"{prefix}organisation": seat.organisation_id}
        seen |= Q(_programmes(seat, prefix), **inside)
    return seen & _on_desk(desk, prefix) & _kept(desk, f"{prefix}candidate")


def _programmes(seat: Seat, prefix: str) -> Q:
    """One programme is named outright: the lists' indexes begin with it."""
    if seat.programme_id is not None:
        return Q(**{f"{prefix}programme": seat.programme_id})
    return Q(**{f"{prefix}programme__in": seat.programmes_of()})


def people(user: object) -> QuerySet[Candidate]:
    """People with at least one case in sight, by the records that those cases were opened on."""
    return Candidate.objects.filter(pk__in=pathways(user).values("candidate"))


def records(user: object) -> QuerySet[Candidate]:
    """Every record of people with at least one case in sight: whoever sees one case of somebody reads one person."""
    key = Pathway.objects.filter(candidate=OuterRef(OuterRef("pk"))).order_by("pk").values("person_key")[:1]
    return Candidate.objects.filter(Exists(pathways(user).filter(person_key=Subquery(key))))


def introductions(user: object) -> QuerySet[Introduction]:
    """Those of cases in sight; an employer's own, once sent, while consent stands, nothing before and nothing after the window."""
    desk = desk_of(user)
    if desk is None:
        return Introduction.objects.none()
    seen = Q(pk__in=[])
    if desk.has(*CASE_ROLES):
        seen |= Q(pathway__in=pathways(user))
    for seat in desk.seats_as("employer"):
        seen |= employer_sees(seat)
    return Introduction.objects.filter(seen, _kept(desk, "pathway__candidate"))


def employer_sees(seat: Seat, prefix: str = "") -> Q:
    """An employer's rows begin at an introduction that was sent; a withdrawn consent, the end of the window and what is gone end sight."""
    hidden = [IntroductionStage.DRAFT, IntroductionStage.VOID, *GONE]
    return _was_shown(seat, prefix) & ~Q(**{f"{prefix}stage__in": hidden})


def _was_shown(seat: Seat, prefix: str = "") -> Q:
    days = rule_where(RuleCode.EMPLOYER_DAYS, programme=f"{prefix}heading__programme", day=f"{prefix}sent_on")
    oldest = DaysBefore(Value(today_london(page_time()), output_field=DateField()), days)
    return Q(**{f"{prefix}employer": seat.organisation_id, f"{prefix}sent_on__gte": oldest}) & Q(
        **{f"{prefix}consent__withdrawn_on__isnull": True, f"{prefix}consent__voided_at__isnull": True}
    )


def no_longer_available(user: object) -> QuerySet[Introduction]:
    """An employer's own that are gone, whatever the cause: for a line that names nobody, never for a page of their own."""
    desk = desk_of(user)
    if desk is None:
        return Introduction.objects.none()
    seen = Q(pk__in=[])
    for seat in desk.seats_as("employer"):
        seen |= _was_shown(seat)
    return Introduction.objects.filter(seen, _kept(desk, "pathway__candidate"), stage__in=GONE)


def placements(user: object) -> QuerySet[Placement]:
    """Jobs of cases in sight; an employer's own, through the introduction that led to them."""
    desk = desk_of(user)
    if desk is None:
        return Placement.objects.none()
    seen = Q(pk__in=[])
    if desk.has(*CASE_ROLES):
        seen |= Q(pathway__in=pathways(user))
    for seat in desk.seats_as("employer"):
        seen |= Q(introduction__in=Introduction.objects.filter(employer_sees(seat))) & Q(employer=seat.organisation_id) & ~Q(stage="void")
    return Placement.objects.filter(seen, _kept(desk, "pathway__candidate"))


def checks(user: object) -> QuerySet[PreEmploymentCheck]:
    """The checks of jobs in sight."""
    return PreEmploymentCheck.objects.filter(placement__in=placements(user))


def retention_checks(user: object) -> QuerySet[RetentionCheck]:
    """The retention checks of jobs in sight."""
    return RetentionCheck.objects.filter(placement__in=placements(user))


def interviews(user: object) -> QuerySet[Interview]:
    """Chats of cases in sight; an employer's, those it hosts, while consent stands."""
    desk = desk_of(user)
    if desk is None:
        return Interview.objects.none()
    seen = Q(pk__in=[])
    if desk.has(*CASE_ROLES):
        seen |= Q(pathway__in=pathways(user))
    for seat in desk.seats_as("employer"):
        seen |= _hosts(seat)
    return Interview.objects.filter(seen, _kept(desk, "pathway__candidate"))


def _hosts(seat: Seat) -> Q:
    """Booked ones, and those held for as long as the programme lets an employer look back. Missed and called off, they are gone."""
    days = rule_where(RuleCode.EMPLOYER_DAYS, programme="pathway__programme", day="held_on")
    oldest = DaysBefore(Value(today_london(page_time()), output_field=DateField()), days)
    stands = Q(consent__isnull=False, consent__withdrawn_on__isnull=True, consent__voided_at__isnull=True)
    return Q(host_employer=seat.organisation_id) & stands & (Q(stage="booked") | Q(stage="held", held_on__gte=oldest))


def training_places(user: object) -> QuerySet[TrainingPlace]:
    """Seats of cases in sight; those of a trainer's own courses, while somebody sits there and until 30 days after the end."""
    desk = desk_of(user)
    if desk is None:
        return TrainingPlace.objects.none()
    seen = Q(pk__in=[])
    if desk.has(*CASE_ROLES):
        seen |= Q(pathway__in=pathways(user))
    for seat in desk.seats_as("trainer"):
        seen |= _sits_with(seat)
    return TrainingPlace.objects.filter(seen, _kept(desk, "pathway__candidate"))


def _sits_with(seat: Seat) -> Q:
    """Who has or had a seat on a course of the trainer's organisation; who only waits is not theirs yet, nor a course without an end."""
    oldest = today_london(page_time()) - TRAINER_SEES
    mine = Q(course__organisation=seat.organisation_id, course__programme__in=seat.programmes_of(), course__before_pathways=False)
    return mine & Q(course__ends_on__gte=oldest, stage__in=SEATED)


def attendance(user: object) -> QuerySet[Attendance]:
    """Marks in the registers of seats in sight."""
    return Attendance.objects.filter(place__in=training_places(user), voided_at__isnull=True)


def tasks(user: object) -> QuerySet[Task]:
    """What is owed on cases in sight."""
    return Task.objects.filter(_cases(desk_of(user), "pathway__"))


def letters(user: object) -> QuerySet[Letter]:
    """Letters on paper of cases in sight."""
    return Letter.objects.filter(_cases(desk_of(user), "pathway__"))


def messages(user: object) -> QuerySet[Message]:
    """Texts to people in sight; the codes of their own pages are nobody's to read."""
    return Message.objects.filter(candidate__in=records(user)).exclude(purpose=Purpose.SECURITY)


def contacts(user: object) -> QuerySet[Contact]:
    """Contacts and attempts in the programmes of cases in sight, each with `case_id`, the latest of those cases."""
    seen = pathways(user).filter(candidate=OuterRef("candidate"), programme=OuterRef("programme"))
    return Contact.objects.filter(Exists(seen)).annotate(case_id=Subquery(seen.order_by("-id").values("pk")[:1]))


def notes(user: object, *, of: Sequence[Pathway] | None = None) -> QuerySet[Note]:
    """Notes on people in sight: one's own and the team's on cases in sight; those meant for the programme wherever in it they were written.

    An employer reads what was shared with it of whom it sees, and what its own people noted of a chat in its sight.
    `of`: cases of one person that came from `pathways(user)` already, so that they need not be looked for once more.
    """
    desk = desk_of(user)
    if desk is None:
        return Note.objects.none()
    standing = Note.objects.filter(voided_at__isnull=True)
    if not desk.has(*CASE_ROLES):
        return standing.filter(_of_employers(desk, user))
    mine = Q(author=desk.user_id) | Q(visibility=Visibility.TEAM, organisation=desk.organisation_id)
    wide = Q(visibility__in=[Visibility.PROGRAMME, Visibility.EMPLOYER])
    if of is not None:
        wide &= Q(pathway__person_key__in={case.person_key for case in of}, pathway__programme__in={case.programme_id for case in of})
        return standing.filter((mine & Q(pathway__in=[case.pk for case in of])) | wide)
    seen = pathways(user)
    beside = seen.filter(person_key=OuterRef("pathway__person_key"), programme=OuterRef("pathway__programme"))
    return standing.filter((mine & Q(pathway__in=seen)) | (wide & Exists(beside)))


def _of_employers(desk: Desk, user: object) -> Q:
    seen = Q(pk__in=[])
    for seat in desk.seats_as("employer"):
        told = Q(employer=seat.organisation_id, visibility=Visibility.EMPLOYER)
        seen |= told & Q(pathway__in=introductions(user).filter(employer=seat.organisation_id).values("pathway"))
        own = Q(organisation=seat.organisation_id, opened_by__machine="interview")
        seen |= told & own & Q(opened_by__subject_id__in=interviews(user).values("pk"))
    return seen


def closed_notes(user: object) -> QuerySet[Note]:
    """Notes that their authors kept to themselves, on cases of a lead's programmes: read only for a reason that is written down."""
    desk = desk_of(user)
    seen = _of_programmes(desk, "programme_lead", prefix="pathway__")
    others = Note.objects.filter(seen, kept(user, "pathway__candidate"), visibility=Visibility.ME, voided_at__isnull=True)
    return others.exclude(author=desk.user_id) if desk is not None else Note.objects.none()


def supports(user: object) -> QuerySet[Support]:
    """What helps people in sight. A trainer: of who sits on their courses what the trainer may know; an employer: what was shared with it.

    Whoever reads one of these writes that down: `services.support.read_support`.
    """
    desk = desk_of(user)
    if desk is None:
        return Support.objects.none()
    seen = Q(pk__in=[])
    if desk.has(*CASE_ROLES):
        seen |= Q(candidate__in=records(user))
    if desk.has("trainer"):
        sitting = Pathway.objects.filter(person_key__in=training_places(user).values("pathway__person_key"))
        seen |= Q(with_trainer=True, candidate__in=sitting.values("candidate"))
    if desk.has("employer"):
        shares = SupportShare.objects.filter(withdrawn_on__isnull=True, introduction__in=introductions(user).values("pk"))
        seen |= Q(pk__in=shares.values("support"))
    return Support.objects.filter(seen, ended_at__isnull=True)


def consents(user: object) -> QuerySet[Consent]:
    """Permissions of people in sight."""
    return Consent.objects.filter(candidate__in=records(user))


def changes(user: object) -> QuerySet[StageChange]:
    """Log rows of cases in sight; an employer's, of their own introductions, jobs and chats; a trainer's, of seats on their courses."""
    desk = desk_of(user)
    if desk is None:
        return StageChange.objects.none()
    seen = Q(pk__in=[])
    if desk.has(*CASE_ROLES):
        seen |= Q(pathway__in=pathways(user))
    if desk.has("employer"):
        own = {"introduction": introductions(user), "placement": placements(user), "retention_check": retention_checks(user)}
        own |= {"pre_employment_check": checks(user), "interview": interviews(user)}
        for machine, rows in own.items():
            seen |= Q(machine=machine, subject_id__in=rows.values("pk"), organisation=desk.organisation_id)
    if desk.has("trainer"):
        seen |= Q(machine="training_place", subject_id__in=training_places(user).values("pk"), organisation=desk.organisation_id)
    return StageChange.objects.filter(seen)


def findings(user: object) -> QuerySet[Finding]:
    """What the nightly look found on cases that a lead may see, and what belongs to no case."""
    desk = desk_of(user)
    if desk is None or not desk.has("programme_lead"):
        return Finding.objects.none()
    return Finding.objects.filter(Q(pathway__isnull=True) | Q(pathway__in=pathways(user)))


#: machine -> whose rows, for the pages and the API that take steps.
SCOPES = {
    "pathway": pathways,
    "interview": interviews,
    "training_place": training_places,
    "introduction": introductions,
    "placement": placements,
    "pre_employment_check": checks,
    "retention_check": retention_checks,
}
