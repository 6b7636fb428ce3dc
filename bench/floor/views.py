"""Bare pages: the same middleware, one plain query or three plain rows, one plain template."""

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from candidates.models import Candidate
from ground.door import open_to
from pathways.models import Pathway, StageChange

ROLES = ("programme_lead", "outreach_worker")


@open_to(*ROLES)
def bare_list(request: HttpRequest) -> HttpResponse:
    """25 rows by an index, without scope, filters, words or acts."""
    seat = request.user.desk.seats[0]
    rows = Pathway.objects.open().filter(programme__in=seat.programmes_of()).select_related("candidate").order_by("next_due_on", "id")[:25]
    return render(request, "floor/list.html", {"rows": rows})


@open_to(*ROLES)
def bare_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One case and its log, as they stand in the tables."""
    case = Pathway.objects.select_related("candidate").get(pk=pk)
    return render(request, "floor/detail.html", {"case": case, "log": StageChange.objects.filter(pathway=case).order_by("-id")[:60]})


ROW = (
    "INSERT INTO ground_oncetoken (holder, token, digest, status, location, created_at)"
    " VALUES ('floor', gen_random_uuid()::text, %s, 200, '', now())"
)


@csrf_exempt  # as the form that it stands beside
@open_to("public", methods=("POST",))
def bare_form(request: HttpRequest) -> HttpResponse:
    """Three rows in one transaction, and a word."""
    with transaction.atomic(), connection.cursor() as cursor:
        for _ in range(3):
            cursor.execute(ROW, [request.POST["name"][:64]])
    return HttpResponse("thanks")


@open_to(*ROLES, methods=("POST",))
def bare_search(request: HttpRequest) -> HttpResponse:
    """25 names by their trigrams, whoever may see them."""
    rows = Candidate.objects.filter(TrigramWordSimilar(F("folded_name"), request.POST["words"])).order_by("folded_name", "id")[:25]
    return render(request, "floor/people.html", {"rows": rows})
