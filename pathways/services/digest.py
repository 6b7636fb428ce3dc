"""The morning's e-mail: how much is owed today, and where to read it. Numbers alone, for e-mail is not safe."""

from datetime import datetime, time, timedelta
from uuid import UUID, uuid5

from accounts.models import BankHoliday, Mail, User
from accounts.services.mail import queue_mail
from ground.clock import LONDON, add_working_days, today_london
from ground.door import transact
from pathways.queries.digest import day_of, in_numbers

PATH = "/today/digest/"


def is_working_day(*, at: datetime) -> bool:
    """Monday to Friday, no bank holiday, in London."""
    today = today_london(at)
    return add_working_days(today, 0, frozenset(BankHoliday.objects.values_list("day", flat=True))) == today


@transact
def send_digest(*, user: User, at: datetime) -> bool:
    """Write one worker's e-mail of this day, once, when anything is owed; whether it was written. It is of no use tomorrow."""
    number = _mail_of(user, at)
    if Mail.objects.filter(uuid=number).exists():
        return False
    numbers = in_numbers(day_of(user, at=at))
    if not numbers:
        return False
    midnight = datetime.combine(today_london(at) + timedelta(days=1), time.min, tzinfo=LONDON)
    context = {"numbers": numbers, "path": PATH}
    queue_mail(to=user.email, user=user, kind="pathways/digest", context=context, at=at, lives=midnight - at, uuid=number)
    return True


def _mail_of(user: User, at: datetime) -> UUID:
    """The id of the one e-mail of this day: a second run finds it."""
    return uuid5(user.uuid, f"digest {today_london(at).isoformat()}")
