"""E-mails that a step brings: an employer hears that somebody was put forward, or that it hosts a chat, and nothing of whom."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from django.db.models import Q

from accounts.choices import Role
from accounts.models import Mail, Membership
from accounts.services.mail import cancel_mail, queue_mail
from ground.clock import today_london
from pathways.models import Interview, Introduction, StageChange

#: At most so many people of one employer are told of one step.
MOST = 30
#: The way in that asks for a code and no password, and on to what the e-mail is about.
BY_CODE = "/sign-in/?way=mailbox&next="
#: What is learned of long afterwards tells nobody.
FRESH = timedelta(days=7)
#: Steps that bring e-mails, and what their ids are drawn from: a chat may tell its new host and the one before it.
BRINGS = {
    ("introduction", "send"): ("mail",),
    ("introduction", "revive"): ("mail",),
    **{("interview", step): ("mail", "off") for step in ("book", "move", "cancel", "void")},
}


def tell_employer(*, change: StageChange, introduction: Introduction) -> None:
    """Write an e-mail to each of the employer's people, in the transaction of the step.

    It names nobody; its link asks for a code and leads to the row.
    """
    _tell(
        "pathways/put_forward",
        change=change,
        employer_id=introduction.employer_id,
        programme_id=introduction.heading.programme_id,
        path=f"/introductions/{introduction.uuid}/",
        context={"title": introduction.heading.title, "organisation": introduction.pathway.organisation.name},
    )


def tell_hosts(*, change: StageChange, subject: Any) -> None:
    """Tell an employer that a chat is its to host, that it has moved, or that it is not its to host any more."""
    if not isinstance(subject, Interview) or (change.machine, change.step) not in BRINGS:
        return
    wrote, hosts = change.before, subject.host_employer_id
    was = wrote.get("host_employer_id", hosts)
    if was is None and hosts is None:
        return
    ends = change.step in {"cancel", "void"}
    to: dict[str, Any] = {"programme_id": subject.pathway.programme_id, "context": {"organisation": subject.pathway.organisation.name}}
    if hosts is not None and not ends:
        kind = "pathways/chat_moved" if was == hosts else "pathways/chat_to_host"
        _tell(kind, change=change, employer_id=hosts, path=f"/interviews/{subject.uuid}/", **to)
    if was is not None and (was != hosts or (ends and change.from_stage == "booked")):
        _tell("pathways/chat_off", change=change, employer_id=was, path="/chats/", what="off", **to)


def _tell(
    kind: str, *, change: StageChange, employer_id: int, programme_id: int, path: str, context: dict[str, Any], what: str = "mail"
) -> None:
    today = today_london(change.recorded_at)
    if change.actor_kind == "import" or change.import_run_id is not None or today - change.happened_on > FRESH:
        return
    seats = Membership.objects.unscoped("an employer's people, to be told of an introduction").current(today)
    programme = Q(programme__isnull=True) | Q(programme=programme_id)
    found = seats.filter(programme, organisation=employer_id, role=Role.EMPLOYER, user__is_active=True)
    people = {seat.user_id: seat.user for seat in found.select_related("user").order_by("id")}
    for number, user in enumerate(list(people.values())[:MOST]):
        queue_mail(
            to=user.email,
            user=user,
            kind=kind,
            context={**context, "path": f"{BY_CODE}{quote(path)}"},
            at=change.recorded_at,
            lives=timedelta(days=5),
            uuid=_mail_of(change, number, what),
        )


def withdraw_mail(changes: Iterable[StageChange], *, at: datetime) -> int:
    """The steps were taken back: stop their e-mails that have not left; how many."""
    told = [(each, what) for each in changes for what in BRINGS.get((each.machine, each.step), ())]
    ids = [_mail_of(each, number, what) for each, what in told for number in range(MOST)]
    return sum(cancel_mail(mail=mail, at=at) for mail in Mail.objects.filter(uuid__in=ids)) if ids else 0


def _mail_of(change: StageChange, number: int, what: str) -> UUID:
    """The id of one e-mail that this change brought."""
    return uuid5(change.uuid, f"{what} {number}")
