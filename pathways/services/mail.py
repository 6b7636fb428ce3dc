"""E-mails that a step brings: an employer hears that somebody was put forward, and nothing of whom."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid5

from django.db.models import Q

from accounts.choices import Role
from accounts.models import Mail, Membership
from accounts.services.mail import cancel_mail, queue_mail
from ground.clock import today_london
from pathways.models import Introduction, StageChange

#: At most so many people of one employer are told of one introduction.
MOST = 30
#: The way in that asks for a code and no password, and on to what the e-mail is about.
BY_CODE = "/sign-in/?way=mailbox&next="
#: What is learned of long afterwards tells nobody.
FRESH = timedelta(days=7)


def tell_employer(*, change: StageChange, introduction: Introduction) -> None:
    """Write an e-mail to each of the employer's people, in the transaction of the step.

    It names nobody; its link asks for a code and leads to the row.
    """
    today = today_london(change.recorded_at)
    if change.actor_kind == "import" or change.import_run_id is not None or today - change.happened_on > FRESH:
        return
    seats = Membership.objects.unscoped("an employer's people, to be told of an introduction").current(today)
    programme = Q(programme__isnull=True) | Q(programme=introduction.heading.programme_id)
    found = seats.filter(programme, organisation=introduction.employer_id, role=Role.EMPLOYER, user__is_active=True)
    sender, path = introduction.pathway.organisation.name, f"{BY_CODE}{quote(f'/introductions/{introduction.uuid}/')}"
    people = {seat.user_id: seat.user for seat in found.select_related("user").order_by("id")}
    for number, user in enumerate(list(people.values())[:MOST]):
        queue_mail(
            to=user.email,
            user=user,
            kind="pathways/put_forward",
            context={"title": introduction.heading.title, "organisation": sender, "path": path},
            at=change.recorded_at,
            lives=timedelta(days=5),
            uuid=_mail_of(change, number),
        )


def withdraw_mail(changes: Iterable[StageChange], *, at: datetime) -> int:
    """The steps were taken back: stop their e-mails that have not left; how many."""
    sent = [each for each in changes if each.machine == "introduction" and each.step in {"send", "revive"}]
    ids = [_mail_of(each, number) for each in sent for number in range(MOST)]
    return sum(cancel_mail(mail=mail, at=at) for mail in Mail.objects.filter(uuid__in=ids)) if ids else 0


def _mail_of(change: StageChange, number: int) -> UUID:
    """The id of one e-mail that this change brought."""
    return uuid5(change.uuid, f"mail {number}")
