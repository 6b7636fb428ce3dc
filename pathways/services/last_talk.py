"""The day of the last talk, as lists show it: the latest of a case's own record, and of those that are read with it.

A talk was logged as a contact, or was the chat; a chat that an employer hosted is the employer's talk.
A talk is written on its own record alone; the day is shown on the row of the case that goes on too, so that a list need not join.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Max, Value
from django.db.models.functions import Greatest

from outreach.choices import ContactOutcome
from outreach.models import Contact
from pathways.models import Interview, Pathway, StageChange
from pathways.workflow.interview import InterviewStage

#: Steps by which a chat becomes a talk, or is none any more.
OF_A_TALK = ("hold", "void")


def show_talk(*, case: Pathway, on: date) -> None:
    """Somebody was talked with on this day: it is shown, unless there was a later talk."""
    upwards = [each.pk for each in _upwards(case)]
    Pathway.objects.filter(pk__in=upwards).update(last_two_way_on=Greatest(F("last_two_way_on"), Value(on)))


def show_latest(*, case: Pathway) -> None:
    """What these cases show, in the one that goes on: two became one person."""
    days = [day for day in Pathway.objects.filter(pk__in=case.ids).values_list("last_two_way_on", flat=True) if day is not None]
    if days:
        Pathway.objects.filter(pk=case.pk).update(last_two_way_on=max(days))


def show_chat(*, chat: Interview) -> None:
    """One of us held the chat: that was a talk."""
    if chat.host_employer_id is None and chat.held_on is not None:
        show_talk(case=chat.pathway, on=chat.held_on)


def show_without(*, undone: Iterable[StageChange]) -> None:
    """Steps were taken back: where a chat was no longer held by them, or is again, the talks are asked anew."""
    rows = [each for each in undone if each.machine == Interview.machine and each.step in OF_A_TALK]
    show_what_is_left(cases=Pathway.objects.filter(changes__in=rows).distinct())


def show_what_is_left(*, cases: Iterable[Pathway]) -> None:
    """Asked of the talks themselves, where one was taken back or two are two people again."""
    every = {each.pk: each for case in cases for each in _upwards(case)}
    for case in every.values():
        parts = Pathway.objects.filter(pk__in=case.ids)
        days = [day for day in map(_last_talk, parts) if day is not None]
        Pathway.objects.filter(pk=case.pk).update(last_two_way_on=max(days, default=None))


def _upwards(case: Pathway) -> list[Pathway]:
    """A case, and those that it is read with by now."""
    found = [case]
    while (above := found[-1].merged_into_id) is not None:
        found.append(Pathway.objects.get(pk=above))
    return found


def _last_talk(case: Pathway) -> date | None:
    """The last talk on a case's own record, in its own time: what was said in an attempt before or after it is that one's."""
    talks = Contact.objects.filter(candidate=case.candidate_id, programme=case.programme_id)
    talks = talks.filter(outcome=ContactOutcome.SPOKE, voided_at__isnull=True)
    attempts = Pathway.objects.filter(candidate=case.candidate_id, programme=case.programme_id).order_by("pk")
    if attempts.filter(pk__lt=case.pk).exists():
        talks = talks.filter(day__gte=case.opened_on)
    after = attempts.filter(pk__gt=case.pk).values_list("opened_on", flat=True).first()
    if after is not None:
        talks = talks.filter(day__lt=after)
    chats = Interview.objects.filter(pathway=case, stage=InterviewStage.HELD, host_employer__isnull=True)
    days = (talks.aggregate(last=Max("day"))["last"], chats.aggregate(last=Max("held_on"))["last"])
    return max((day for day in days if day is not None), default=None)
