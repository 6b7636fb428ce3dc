"""Without signal: the script that keeps forms on the device, the blank forms it keeps for it, and the door by which they arrive later."""

import hashlib
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache

from accounts.middleware import desk_for, user_of
from accounts.models import User
from ground.clock import read_clock, today_london
from ground.door import Busy, Refused, open_to
from ground.once import InUse, answer_once_later, digest_of_fields, has_other_words
from ground.sealing import CannotOpen
from pathways.backends.envelope import Opened, label_of, open_envelope
from pathways.forms.kept import BlankNote, BlankRegister, EnvelopeForm
from pathways.models import DeviceKey, KeptForm
from pathways.models.kept import KeptKind, KeptState, Words
from pathways.queries.course import courses
from pathways.queries.kept import MOST_KEYS, own_forms, own_keys, to_correct
from pathways.rules import KEEPERS
from pathways.scope import CASE_ROLES
from pathways.services import kept as services
from pathways.views.kept_kinds import PATHS, Tried, Typed, attempt, fields_of
from pathways.views.people import notice_for, person_form, seats_to_add

ROLES = (*CASE_ROLES, "trainer")
#: What a blank page is drawn with, beside the page itself. All of it is the same for everybody.
FILES = ("built/pathways.css", "built/pathways.js", "built/no-signal.js", "icon.svg")
#: Named by another script, not by a page: it is asked for by this name.
UNHASHED = ("built/govuk-frontend.min.js",)
START = "start"
BLANKS = (START, *KeptKind.values)
OTHER_WORDS = "This was sent before with other words in it. Look at what stands there now, and save what holds."
HERE, KEY = "/api/waiting/", "/api/waiting/key/"


@cache
def _script() -> str:
    """The service worker as it was built, below the names of the files of this build: a new build is a new script."""
    built = Path(settings.BASE_DIR, "static", "built")
    files = [*map(static, FILES), *(f"{settings.STATIC_URL}{name}" for name in UNHASHED)]
    source = (built / "service-worker.js").read_text()
    content = [source.encode(), *((built.parent / name).read_bytes() for name in (*FILES, *UNHASHED))]
    version = hashlib.sha256(b"".join(content)).hexdigest()[:16]
    names = {"VERSION": version, "FILES": files, "BLANKS": {kind: f"/waiting/blank/{kind}/" for kind in BLANKS}}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in names.items()) + source


@open_to("public")
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that stands between the pages and the network. The same for everybody."""
    answer = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = "/"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@open_to(*ROLES, kinds=("own",), sample={"kind": "start"})
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    """A form with nobody in it, to lie on the device: shown where its page cannot be fetched."""
    desk, today = desk_for(request), today_london(read_clock())
    may_add, may_keep = desk.has(*CASE_ROLES), desk.has(*KEEPERS)
    context: dict[str, Any] = {"kind": kind, "may_add": may_add, "may_keep": may_keep}
    if kind == KeptKind.PERSON and may_add:
        form = person_form(request, None, seats_to_add(request), day=today)
        context |= {"form": form, "notice": notice_for(next(iter(form.programmes.values())), today)}
    elif kind == KeptKind.NOTE and may_add:
        context["form"] = BlankNote(employers=[])
    elif kind == KeptKind.REGISTER and may_keep:
        running = courses(request.user).filter(starts_on__lte=today, ends_on__gte=today).order_by("name", "id")
        context["form"] = BlankRegister(courses=list(running))
    elif kind != START:
        raise Http404
    return render(request, f"pathways/blank_{kind}.html", context)


@open_to(*ROLES, methods=("POST",), kinds=("own",))
def give_key(request: HttpRequest) -> JsonResponse:
    """This device may keep forms for this user: the half of a key that seals."""
    made = services.give_device_key(user=user_of(request), by=desk_for(request).actor(), at=read_clock())
    return JsonResponse({"key": str(made.uuid), "public": made.public})


@open_to(*ROLES, methods=("GET", "POST"), kinds=("own",))
@never_cache
def send(request: HttpRequest) -> HttpResponse:
    """Asked: whose envelopes may come, and how many forms came back. Posted: an envelope. The device is told nothing of what was in it."""
    user = user_of(request)
    if request.method != "POST":
        keys = [str(each) for each in own_keys(user).values_list("uuid", flat=True)[:MOST_KEYS]]
        return JsonResponse({"keys": keys, "csrf": get_token(request), "back": to_correct(user).count()})
    form = EnvelopeForm(request.POST)
    if not form.is_valid():
        return _said("unreadable", 422)
    given, at = form.cleaned_data, read_clock()
    key = own_keys(user).filter(uuid=given["key"]).first()
    if key is None:  # somebody else's, or nobody's: it is not opened, and stays where it is
        return _said("not_yours", 404)
    try:
        label = label_of(key=key.uuid, once=given["once"], kind=given["kind"])
        opened: Opened | None = open_envelope(given["sealed"], private=key.private, label=label)
    except CannotOpen:
        opened = None
    known = own_forms(user).filter(once=given["once"]).first()
    if opened is None or not PATHS[given["kind"]].fullmatch(opened.path):
        return _said(known.state) if known is not None else _said("unreadable", 422)
    return _take(request, user, key, given, opened, known, at=at)


def _take(
    request: HttpRequest, user: User, key: DeviceKey, given: dict[str, Any], opened: Opened, known: KeptForm | None, *, at: datetime
) -> HttpResponse:
    """Once, whatever was lost on the way: also where the page itself had taken it and its answer was lost."""
    fields = fields_of([*((name, value) for name, value in opened.fields if name != "once"), ("once", given["once"])])
    typed_at = services.typed_when(typed=opened.at, sent=given["now"], key=key, at=at)
    typed = Typed(given["kind"], opened.path, fields, typed_at, fields)
    by = desk_for(request).actor()
    common: dict[str, Any] = {"user": user, "once": given["once"], "kind": given["kind"], "typed_at": typed_at, "by": by, "at": at}

    pairs = [(name, value) for name, values in fields.lists() for value in values if name != "once"]

    def back(why: str, tried: Tried | None = None, **more: str) -> None:
        services.send_back(words=Words(opened.path, pairs, why), candidate=tried.candidate if tried else None, **common | more)

    if known is not None:
        if _says_the_same(request, known, opened.path, fields, pairs):
            return _said(known.state)
        name = digest_of_fields(opened.path, fields).hexdigest()  # its own is taken; the same words have the same again
        if not own_forms(user).filter(once=name).exists():
            back(OTHER_WORDS, once=name)
        return _said(KeptState.TO_CORRECT)

    def act() -> HttpResponse:
        known = own_forms(user).filter(once=given["once"]).first()  # asked again under the lock: two may have come at once
        if known is not None:
            return _said(known.state, 422)
        tried = attempt(request, typed, at=at)
        if tried.said:
            services.note_taken(**common)
            return _said(KeptState.TAKEN)
        back(tried.reason(), tried)
        return _said(KeptState.TO_CORRECT, 422)  # not an answer to be given again: the row that waits is

    try:
        answer = answer_once_later(request, token=given["once"], path=opened.path, fields=fields, act=act)
    except (InUse, Busy) as busy:
        answer = _said("busy", 503)
        answer.headers["Retry-After"] = str(busy.retry_after)
        return answer
    except Refused as refused:
        back(refused.sentence)
        return _said(KeptState.TO_CORRECT)
    if answer.status_code == 422:
        return _said(KeptState.TO_CORRECT)
    if not own_forms(user).filter(once=given["once"]).exists():  # its page had taken it, and the answer was lost
        services.note_taken(**common)
    return _said(KeptState.TAKEN)


def _says_the_same(request: HttpRequest, known: KeptForm, path: str, fields: QueryDict, pairs: list[tuple[str, str]]) -> bool:
    """Whether this is what came before under its name, as far as that is still known: what was settled by hand left no word."""
    if known.state == KeptState.TO_CORRECT:
        return (known.words.path, known.words.fields) == (path, pairs)
    return not has_other_words(request, token=known.once, path=path, fields=fields)


def _said(state: str, status: int = 200) -> JsonResponse:
    return JsonResponse({"state": str(state)}, status=status)
