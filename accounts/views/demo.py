"""What only a demo has: the mailbox that every e-mail arrives in, and a day that can be moved on."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts.forms.demo import DayForm
from accounts.queries import letter_on_its_way, letters
from ground.clock import move_on, read_clock
from ground.door import open_to
from ground.once import posted_once
from ground.tasks import nudge, run_every_job
from ground.templatetags.said import counted, weekday


@open_to("public")
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every e-mail that was sent, the latest first: sign-in codes are read here."""
    return render(request, "accounts/mailbox.html", {"letters": letters(), "on_its_way": letter_on_its_way(at=read_clock())})


@open_to("public", methods=("GET", "POST"))
@posted_once
@never_cache
def day(request: HttpRequest) -> HttpResponse:
    """Move the demo's day on; what has come due is done at once."""
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        move_on(days)
        messages.success(request, f"{counted(days, 'day')} on: it is {weekday(read_clock())}.")
        transaction.on_commit(lambda: nudge(run_every_job))
        return redirect("demo_day")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/demo_day.html", {"form": form, "today": read_clock()}, status=status)
