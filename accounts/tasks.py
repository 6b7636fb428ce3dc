"""What accounts does by the clock: send e-mails that wait, forget what no limit needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import shared_task

from accounts.models import Mail, SignIn, SignInCode
from accounts.services.limits import forget_old
from accounts.services.mail import sweep
from ground.clock import read_clock, real_now
from ground.jobs import job


@job("sweep_mail", every=timedelta(seconds=30))
def sweep_mail(*, at: datetime, dry_run: bool) -> str:
    """Send e-mails that are due."""
    if dry_run:
        waiting = Mail.objects.filter(state="ready", not_before__lte=at, expires_at__gt=at).count()
        return f"{waiting} e-mails would be sent."
    ended = sweep(at=at, now=real_now())
    return ", ".join(f"{number} {state}" for state, number in sorted(ended.items())) or "nothing due"


@shared_task(name="accounts.send_mail")
def send_mail() -> None:
    """A nudge: an e-mail that somebody waits for was just written. It goes now, whenever the sweep went last."""
    sweep(at=read_clock(), now=real_now())


@job("forget_attempts", every=timedelta(hours=1))
def forget_attempts(*, at: datetime, dry_run: bool) -> str:
    """Forget tries and codes older than a day, and sign-ins older than the logs, which are kept 90 days."""
    codes = SignInCode.objects.filter(expires_at__lt=at - timedelta(days=1))
    sign_ins = SignIn.objects.filter(seen_at__lt=at - timedelta(days=90))
    if dry_run:
        return f"{codes.count()} codes and {sign_ins.count()} sign-ins would be forgotten."
    return f"{codes.delete()[0]} codes, {sign_ins.delete()[0]} sign-ins and {forget_old(at=at)} tries forgotten"
