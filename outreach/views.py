"""The candidate's phone: what it received, as its owner would read it. These addresses exist in a demo only."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from ground.door import NOBODY, open_to
from outreach import queries


@open_to("public")
@never_cache
def phones(request: HttpRequest) -> HttpResponse:
    """Everybody's phone that received something, the latest first."""
    return render(request, "outreach/phones.html", {"phones": queries.phones()})


@open_to("public", sample={"uuid": NOBODY})
@never_cache
def phone(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One person's phone."""
    held = queries.phone_of(uuid)
    if held is None:
        raise Http404
    return render(request, "outreach/phone.html", {"phone": held})
