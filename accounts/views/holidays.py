"""Bank holidays: the list, one more, and one that is taken off again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.choices import Role
from accounts.forms.programmes import HolidayForm, TakeOffForm
from accounts.middleware import desk_for
from accounts.models import BankHoliday
from accounts.queries import holidays
from accounts.services import holiday as services
from ground.clock import read_clock, today_london
from ground.door import NOBODY, Refused, open_to
from ground.once import answer_once
from ground.paging import keyset
from ground.templatetags.said import weekday

HERE = "/settings/bank-holidays/"
#: With less ahead than this somebody is asked to add the next year.
ENOUGH = timedelta(days=200)


@open_to(Role.ADMINISTRATOR)
def bank_holidays(request: HttpRequest) -> HttpResponse:
    """Days on which no working day is counted and no text goes out, from today on."""
    today = today_london(read_clock())
    page = keyset(holidays(since=today), order=("day", "id"), after=request.GET.get("after"), size=25)
    last = BankHoliday.objects.order_by("-day").values_list("day", flat=True).first()
    context = {"page": page, "last": last, "running_out": last is None or last - today < ENOUGH}
    return render(request, "accounts/bank_holidays.html", context)


@open_to(Role.ADMINISTRATOR, methods=("GET", "POST"))
def add_bank_holiday(request: HttpRequest) -> HttpResponse:
    """One that has been proclaimed."""
    form = HolidayForm(request.POST if request.method == "POST" else None)

    def page() -> HttpResponse:
        return render(request, "accounts/add_bank_holiday.html", {"form": form}, status=422 if form.errors else 200)

    if request.method != "POST":
        return page()

    def act() -> HttpResponse:
        if not form.is_valid():
            return page()
        day, name = form.cleaned_data["day"], form.cleaned_data["name"]
        try:
            services.add_holiday(day=day, name=name, by=desk_for(request).actor(Role.ADMINISTRATOR), at=read_clock())
        except Refused as refused:
            form.refuse(refused)
            return page()
        messages.success(request, f"On the list: {weekday(day)}.")
        return HttpResponseRedirect(HERE)

    return answer_once(request, act)


@open_to(Role.ADMINISTRATOR, methods=("GET", "POST"), sample={"uuid": NOBODY})
def take_off_bank_holiday(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Added in error, or moved: it counts no more."""
    holiday = BankHoliday.objects.filter(uuid=uuid).first()
    if holiday is None:
        raise Http404
    form = TakeOffForm(request.POST if request.method == "POST" else None, version=holiday.version)

    def page() -> HttpResponse:
        return render(
            request, "accounts/take_off_bank_holiday.html", {"form": form, "holiday": holiday}, status=422 if form.errors else 200
        )

    if request.method != "POST":
        return page()

    def act() -> HttpResponse:
        if not form.is_valid():
            return page()
        try:
            services.take_off_holiday(
                holiday=holiday, version=form.cleaned_data["version"], by=desk_for(request).actor(Role.ADMINISTRATOR), at=read_clock()
            )
        except Refused as refused:
            form.refuse(refused)
            return page()
        messages.success(request, f"Taken off the list: {weekday(holiday.day)}.")
        return HttpResponseRedirect(HERE)

    return answer_once(request, act)
