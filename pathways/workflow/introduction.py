"""Putting a person forward to one employer's opening. Several may live at once; employers never learn of each other."""

from django.db import models
from django.utils.translation import gettext_noop as _
from django_fsm import FSMField, transition

from pathways.workflow.steps import CANDIDATE, EMPLOYER, LEAD, NEW, SYSTEM, WORKER, Flags, step


class IntroductionStage(models.TextChoices):
    """How far an introduction has got."""

    DRAFT = "draft", "Being prepared"
    SENT = "sent", "Put forward"
    CONSIDERING = "considering", "Being considered"
    STALE = "stale", "No answer yet"
    RESERVE = "reserve", "In reserve"
    INTERVIEW_SET = "interview_set", "Invited to meet"
    OFFERED = "offered", "Offer made"
    ACCEPTED = "accepted", "Offer accepted"
    DECLINED_BY_CANDIDATE = "declined_by_candidate", "Declined by the person"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DECLINED_BY_EMPLOYER = "declined_by_employer", "Not taken further"
    OFFER_WITHDRAWN = "offer_withdrawn", "Offer withdrawn"
    SUPERSEDED = "superseded", "Another job was taken"
    HEADING_CLOSED = "heading_closed", "Opening closed"
    VOID = "void", "Entered in error"


_S = IntroductionStage
LIVE: tuple[str, ...] = (_S.DRAFT, _S.SENT, _S.CONSIDERING, _S.STALE, _S.RESERVE, _S.INTERVIEW_SET, _S.OFFERED)

FLAGS: dict[str, Flags] = {
    _S.DRAFT: Flags(open=True, closes_on_accept=True, to_candidate=_("We are preparing to put you forward.")),
    _S.SENT: Flags(open=True, visible_to_employer=True, closes_on_accept=True, owes=EMPLOYER, to_candidate=_("We have put you forward.")),
    _S.CONSIDERING: Flags(
        open=True, visible_to_employer=True, closes_on_accept=True, owes=EMPLOYER, to_candidate=_("The employer is looking at it.")
    ),
    _S.STALE: Flags(
        open=True, visible_to_employer=True, closes_on_accept=True, owes=EMPLOYER, to_candidate=_("We are waiting to hear back.")
    ),
    _S.RESERVE: Flags(
        open=True, visible_to_employer=True, closes_on_accept=True, owes=EMPLOYER, to_candidate=_("You are on the reserve list.")
    ),
    _S.INTERVIEW_SET: Flags(
        open=True, visible_to_employer=True, closes_on_accept=True, owes=EMPLOYER, to_candidate=_("The employer would like to meet you.")
    ),
    _S.OFFERED: Flags(open=True, visible_to_employer=True, closes_on_accept=True, owes=CANDIDATE, to_candidate=_("You have a job offer.")),
    _S.ACCEPTED: Flags(open=False, visible_to_employer=True, owes=EMPLOYER, to_candidate=_("You have said yes to the job.")),
    _S.DECLINED_BY_CANDIDATE: Flags(open=False, visible_to_employer=True, to_candidate=_("You said no to this one.")),
    _S.WITHDRAWN: Flags(open=False, to_candidate=_("You are no longer put forward for this one.")),
    _S.DECLINED_BY_EMPLOYER: Flags(open=False, visible_to_employer=True, to_candidate=_("This one was not the right fit.")),
    _S.OFFER_WITHDRAWN: Flags(open=False, visible_to_employer=True, to_candidate=_("The employer has withdrawn the offer.")),
    _S.SUPERSEDED: Flags(open=False, to_candidate=_("You took another job.")),
    _S.HEADING_CLOSED: Flags(open=False, to_candidate=_("This opening has closed.")),
    _S.VOID: Flags(open=False, to_candidate=_("This was entered in error.")),
}

OFFER = ("offered_on", "offer_hours", "offer_pay", "offer_pay_unit", "offer_grade", "offer_site", "offer_start_by", "offer_kind")


class IntroductionChart(models.Model):
    """From a draft to an accepted offer, or to one of the ways it can end."""

    #: Written by steps, typed by people.
    typed: tuple[str, ...] = ("shared", "offer_site")
    stage = FSMField(default=NEW, choices=IntroductionStage.choices, editable=False)

    class Meta:
        abstract = True

    @transition(stage, source=NEW, target=_S.DRAFT, custom=step(who=(WORKER,), label="Put forward to an opening"))
    def draft(self) -> None:
        """Chosen with the person; nothing has been shared yet."""

    @transition(
        stage,
        source=_S.DRAFT,
        target=_S.SENT,
        custom=step(who=(WORKER,), writes=("sent_on", "shared", "consent_id"), label="Send to the employer"),
    )
    def send(self) -> None:
        """Sent with the person's yes: a consent that names the employer, and exactly what was shared."""

    @transition(
        stage, source=[_S.SENT, _S.STALE, _S.RESERVE], target=_S.CONSIDERING, custom=step(who=(EMPLOYER, WORKER), label="Considering")
    )
    def consider(self) -> None:
        """The employer is looking at it."""

    @transition(stage, source=[_S.SENT, _S.CONSIDERING], target=_S.STALE, custom=step(who=(SYSTEM,), label="No answer yet"))
    def go_stale(self) -> None:
        """The employer has said nothing for long; still to be answered, and nobody is closed by it."""

    @transition(
        stage,
        source=[_S.SENT, _S.CONSIDERING, _S.STALE, _S.RESERVE],
        target=_S.INTERVIEW_SET,
        custom=step(who=(EMPLOYER, WORKER), label="Invite to meet"),
    )
    def invite(self) -> None:
        """The employer wants to meet the person."""

    @transition(
        stage,
        source=[_S.SENT, _S.CONSIDERING, _S.STALE, _S.INTERVIEW_SET],
        target=_S.RESERVE,
        custom=step(who=(EMPLOYER, WORKER), label="Keep in reserve"),
    )
    def reserve(self) -> None:
        """Good, but not for the place that is free now."""

    @transition(
        stage,
        source=[_S.SENT, _S.CONSIDERING, _S.STALE, _S.RESERVE, _S.INTERVIEW_SET],
        target=_S.OFFERED,
        custom=step(who=(EMPLOYER, WORKER), writes=OFFER, label="Offer the job"),
    )
    def offer(self) -> None:
        """What is offered: the hours, the pay, where, and from when."""

    @transition(stage, source=_S.OFFERED, target=_S.ACCEPTED, custom=step(who=(CANDIDATE, WORKER), label="Accept the offer"))
    def accept(self) -> None:
        """The person says yes: the job and its checks are made, and they choose what else to close."""

    @transition(
        stage,
        source=list(LIVE),
        target=_S.DECLINED_BY_CANDIDATE,
        custom=step(who=(CANDIDATE, WORKER), label="The person says no", reason_kinds=("decline_offer",)),
    )
    def decline_by_candidate(self) -> None:
        """The person does not want this one."""

    @transition(stage, source=list(LIVE), target=_S.WITHDRAWN, custom=step(who=(CANDIDATE, WORKER), label="Withdraw the introduction"))
    def withdraw(self) -> None:
        """No longer put forward."""

    @transition(
        stage,
        source=[_S.SENT, _S.CONSIDERING, _S.STALE, _S.RESERVE, _S.INTERVIEW_SET],
        target=_S.DECLINED_BY_EMPLOYER,
        custom=step(who=(EMPLOYER, WORKER), label="Decline", reason_kinds=("decline",)),
    )
    def decline_by_employer(self) -> None:
        """The employer does not take it further. A worker tells the person."""

    @transition(
        stage,
        source=[_S.OFFERED, _S.ACCEPTED],
        target=_S.OFFER_WITHDRAWN,
        custom=step(who=(EMPLOYER, WORKER), label="Withdraw the offer", reason_kinds=("offer_withdrawn",)),
    )
    def withdraw_offer(self) -> None:
        """The employer takes the offer back before the start; its job falls through."""

    @transition(
        stage,
        source=list(LIVE),
        target=_S.SUPERSEDED,
        custom=step(child=True, writes=("superseded_by_id",), label="Another job was taken"),
    )
    def supersede(self) -> None:
        """Closed by accepting another; the employer sees "no longer available"."""

    @transition(
        stage,
        source=_S.SUPERSEDED,
        target=_S.CONSIDERING,
        custom=step(who=(WORKER,), writes=("consent_id", "superseded_by_id"), label="Put forward again"),
    )
    def revive(self) -> None:
        """The job that was taken instead fell through; with the person's yes the employer considers them again."""

    @transition(
        stage,
        source=[each for each in LIVE if each != _S.OFFERED],
        target=_S.HEADING_CLOSED,
        custom=step(child=True, label="Opening closed"),
    )
    def close_heading(self) -> None:
        """The opening was closed or filled."""

    @transition(stage, source=[each for each in _S if each != _S.VOID], target=_S.VOID, custom=step(who=(LEAD,), label="Entered in error"))
    def void(self) -> None:
        """Entered in error."""
