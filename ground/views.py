"""Pages that every floor needs: the answers that say no, and the health of the process."""

import hmac
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache

from ground import jobs, sealing
from ground.clock import read_clock, real_now
from ground.door import Conflict, open_to
from ground.once import new_once

if TYPE_CHECKING:
    from ground.forms import HouseForm

log = logging.getLogger("ground.views")

#: Posted fields that are never shown again or carried on.
NEVER_SHOWN = frozenset({"csrfmiddlewaretoken", "once", "version", "password", "password1", "password2", "code"})
BARE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pathways</title>'
    "<h1>Sorry, this does not work at the moment</h1><p>Nothing was changed. Please try again in a minute.</p>"
)


def plain_page(status: int, **context: Any) -> HttpResponse:
    """An answer drawn without the request: the same bytes for everybody, and no look at a database that may be away."""
    try:
        body: str = render_to_string(f"errors/{status}.html", {"status": status, **context})
    except Exception:
        log.exception("error page could not be drawn")
        body = BARE
    response = HttpResponse(body, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: not text, not a form, not a host of ours."""
    return plain_page(400)


def forbidden(request: HttpRequest, exception: Exception | None = None, sentence: str = "") -> HttpResponse:
    """403: your role may not do this."""
    return plain_page(403, sentence=sentence)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not yours; one body, byte for byte."""
    return plain_page(404)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: over the size cap."""
    return plain_page(413, megabytes=settings.UPLOAD_LIMIT // 1_048_576)


def unavailable(request: HttpRequest, *, sentence: str = "", reference: str = "", retry_after: int = 5) -> HttpResponse:
    """503: try again in a moment; what was typed goes along where it was posted."""
    typed = typed_values(request) if request.method == "POST" else []
    response = plain_page(503, sentence=sentence, reference=reference, typed=typed)
    response.headers["Retry-After"] = str(retry_after)
    return response


def fault(request: HttpRequest) -> HttpResponse:
    """What Django asks for in place of a 500: the last resort gives it a reference."""
    return unavailable(request)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's safety stamp is missing or old. What was typed is shown, to be copied."""
    return plain_page(
        403,
        sentence="This form was open too long, or came from another site. Open its page again and send it from there.",
        typed=typed_values(request),
    )


def refused(request: HttpRequest, sentence: str, status: int = 422) -> HttpResponse:
    """A no that reached the edge without a form to show it: the sentence, and all that was typed."""
    context = {"status": status, "sentence": sentence, "typed": typed_values(request), "back": request.path}
    return render(request, f"errors/{status}.html", context, status=status)


def too_many(request: HttpRequest, sentence: str, *, retry_after: int) -> HttpResponse:
    """429: too many; when to come back, and what was typed."""
    response = refused(request, sentence, status=429)
    response.headers["Retry-After"] = str(retry_after)
    return response


def typed_values(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, with the fields' names as words; nothing secret."""
    try:
        posted = request.POST
    except Exception:  # a body that could not be read has no fields to show
        return []
    rows = []
    for name in posted:
        if name not in NEVER_SHOWN:
            words = name.rpartition("-")[2].replace("_", " ").capitalize()
            rows += [(words, value[:10_000]) for value in posted.getlist(name) if value]
    return rows


def stale_page(
    request: HttpRequest,
    form: "HouseForm",
    *,
    current: Mapping[str, Any],
    version: int,
    changed_by: str = "",
    back: str = "",
) -> HttpResponse:
    """409 for an edit: field by field what you typed and what is there now, who changed it, and both ways on.

    `current` are the row's values by field name, `version` its version now. "Use mine" sends the same form again with that
    version; "use theirs" opens `back` (default: the page the form came from).
    """
    there = form.shown_values(current)
    rows = [
        {"label": label, "mine": mine, "theirs": there.get(name, ""), "differs": name in there and there[name] != mine}
        for name, label, mine in form.typed()
    ]
    again = [(name, value) for name in request.POST for value in request.POST.getlist(name) if name not in NEVER_SHOWN]
    context = {
        "status": 409,
        "sentence": f"{Conflict.sentence} Nothing of yours is lost.",
        "rows": rows,
        "changed_by": changed_by,
        "again": [*again, ("version", version), ("once", new_once())],
        "action": request.get_full_path(),
        "back": back or request.path,
    }
    return render(request, "errors/409.html", context, status=409)


@open_to("public")
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing is touched."""
    return JsonResponse({"status": "ok"})


@open_to("public")
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve: database, migrations, sealing key. 503 otherwise; the broker does not matter."""
    parts: dict[str, str] = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts["database"] = "ok"
        parts["migrations"] = "ok" if migrated() else "waiting"
        parts["sealing_key"] = "ok" if not sealing.wrong_keys() else "wrong"
    except DatabaseError:
        migrated.forget()
        parts = {"database": "away", **{name: "unknown" for name in ("migrations", "sealing_key") if name not in parts}}
    ready = set(parts.values()) == {"ok"}
    response = JsonResponse({"status": "ready" if ready else "not ready", "parts": parts}, status=200 if ready else 503)
    if not ready:
        response.headers["Retry-After"] = "5"
    return response


class _Migrated:
    """Asks the migrations until they are all there, then remembers: a process never sees them go away."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self) -> bool:
        if not self.seen:
            executor = MigrationExecutor(connection)
            self.seen = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self.seen

    def forget(self) -> None:
        self.seen = False


migrated = _Migrated()


@open_to("machine")
@never_cache
def jobs_health(request: HttpRequest) -> HttpResponse:
    """Each job's last start and last good end, and whether it is late (over two periods): 503 when one is. No names."""
    if not _token_holds(request):
        return JsonResponse({"status": "refused"}, status=403)
    at = read_clock()
    report = jobs.standing(at=at, now=real_now())
    late = [one["job"] for one in report if one["late"]]
    return JsonResponse({"status": "late" if late else "ok", "late": late, "jobs": report}, status=503 if late else 200)


def _token_holds(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    expected = settings.METRICS_TOKEN
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())
