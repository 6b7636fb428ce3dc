"""The door of a service: one transaction, one retry, and the four ways in which it may say no.

Also who may knock: each view declares it with `open_to`, and a view that declares nothing is opened to nobody.
"""

import functools
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

P = ParamSpec("P")
T = TypeVar("T")

#: serialization failure, deadlock, lock timeout: another transaction was in the way, the next try may pass.
IN_THE_WAY = frozenset({"40001", "40P01", "55P03"})


class No(Exception):
    """A foreseen no, with a sentence for the person at the screen."""

    sentence = "That cannot be done."

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class Conflict(No):
    """Changed meanwhile, or the step is not open from here: 409."""

    sentence = "This was changed while you had it open: by somebody else, or by you in another window."


class Refused(No):
    """What was handed in cannot be taken: 422, at the field when one is named."""

    def __init__(self, sentence: str = "", field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class NotYours(No):
    """Yours to see, not your verb: 403."""

    sentence = "Your role may not do this."


class Busy(No):
    """Database, lock or disk away for the moment: 503 with Retry-After."""

    sentence = "The service is busy. Nothing was changed: please try again in a moment."

    def __init__(self, sentence: str = "", retry_after: int = 5) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's five characters for a database error, or nothing."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def transact(service: Callable[P, T]) -> Callable[P, T]:
    """One transaction round a service; once more after a deadlock or lock timeout; then Busy.

    Inside another transaction it is a savepoint, and only the outermost tries again:
    a deadlock has undone more than the inner part knows of.
    """

    @functools.wraps(service)
    def once_more(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            with transaction.atomic():
                return service(*args, **kwargs)
        for tries_left in (1, 0):
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except OperationalError as error:
                if sqlstate(error) not in IN_THE_WAY:
                    raise
                if not tries_left:
                    raise Busy() from error
                time.sleep(0.05 + secrets.randbelow(100) / 1000)  # let the other one through, or both meet again
        raise Busy()  # pragma: no cover - the loop always answers

    return once_more


#: Words that open_to knows: the five roles, and those who have none.
ROLES = ("administrator", "programme_lead", "outreach_worker", "trainer", "employer")
WITHOUT_ROLE = ("public", "signed_in", "password_only", "candidate", "machine")


@dataclass(frozen=True)
class Declaration:
    """What a view says of itself: who could ever use it, by which methods, on which kinds of object."""

    roles: frozenset[str]
    methods: tuple[str, ...]
    kinds: tuple[str, ...]
    sample: dict[str, str]
    raw_body: bool


#: An id that is nobody's: the sample of an address that holds one.
NOBODY = "00000000-0000-4000-8000-000000000000"


def open_to(
    *roles: str,
    methods: Iterable[str] = ("GET",),
    kinds: Iterable[str] = (),
    sample: dict[str, str] | None = None,
    raw_body: bool = False,
    takes_files: bool = False,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Declare who could ever use a view; other methods are answered 405.

    Besides the roles: "public" (everybody), "signed_in" (any complete sign-in), "password_only" (second-factor pages),
    "candidate" (a person's own link), "machine" (a token or a signature). `kinds` are the kinds of object a role may
    name there ("own", "colleague", ...). `sample` gives arguments for `routes --json`. `raw_body` leaves the body to
    the view: signed webhooks. `takes_files`: a form with a file; everywhere else one is refused in words.
    """
    unknown = set(roles) - {*ROLES, *WITHOUT_ROLE}
    if unknown or not roles:
        raise ValueError(f"open_to names no known role: {sorted(unknown) or 'nobody'}")
    upper = tuple(dict.fromkeys(method.upper() for method in methods))
    allowed = (*upper, "HEAD") if "GET" in upper else upper

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def doorway(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return view(request, *args, **kwargs)

        doorway.open_to = frozenset(roles)  # type: ignore[attr-defined]  # read by declared()
        doorway.methods = upper  # type: ignore[attr-defined]
        doorway.kinds = tuple(kinds)  # type: ignore[attr-defined]
        doorway.sample = dict(sample or {})  # type: ignore[attr-defined]
        doorway.raw_body = raw_body  # type: ignore[attr-defined]
        doorway.takes_files = takes_files  # type: ignore[attr-defined]  # read by ground.middleware.Answers
        return doorway

    return declare


def declared(view: Any) -> Declaration | None:
    """What a view declared with open_to, or None: then it is opened to nobody."""
    roles = getattr(view, "open_to", None)
    if not isinstance(roles, frozenset):
        return None
    return Declaration(
        roles=roles,
        methods=tuple(getattr(view, "methods", ("GET",))),
        kinds=tuple(getattr(view, "kinds", ())),
        sample=dict(getattr(view, "sample", {})),
        raw_body=bool(getattr(view, "raw_body", False)),
    )
