"""What accounts does by the clock: send e-mails that wait, forget what no limit needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Mail, SignInCode
from accounts.services.limits import forget_old
from accounts.services.mail import sweep
from ground.clock import real_now
from ground.jobs import job


@job("sweep_mail", every=timedelta(seconds=30))
def sweep_mail(*, at: datetime, dry_run: bool) -> str:
    """Send e-mails that are due."""
    if dry_run:
        waiting = Mail.objects.filter(state="ready", not_before__lte=at, expires_at__gt=at).count()
        return f"{waiting} e-mails would be sent."
    ended = sweep(at=at, now=real_now())
    return ", ".join(f"{number} {state}" for state, number in sorted(ended.items())) or "nothing due"


@job("forget_attempts", every=timedelta(hours=1))
def forget_attempts(*, at: datetime, dry_run: bool) -> str:
    """Forget tries and codes older than a day."""
    old = SignInCode.objects.filter(expires_at__lt=at - timedelta(days=1))
    if dry_run:
        return f"{old.count()} codes would be forgotten."
    return f"{old.delete()[0]} codes and {forget_old(at=at)} tries forgotten"
