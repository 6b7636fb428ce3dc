"""What a person sees and does on their own page once a code was given: the steps that charts open to a candidate, and a few requests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.models import CandidateLink, LinkPurpose
from ground.actor import Actor
from ground.door import Conflict, NotYours, Refused
from ground.languages import FIELD, language_now
from ground.once import answer_once
from pathways.forms import own as forms
from pathways.forms.stamp import new_stamp
from pathways.models import Interview, Introduction, Pathway
from pathways.models.task import TaskKind
from pathways.queries.chat_times import free_times, may_be_rung
from pathways.queries.own import OwnPage, Story, is_shared, own_page
from pathways.services import case as cases
from pathways.services import interview, introduction, own_acts, placement, retention
from pathways.services.door import Taken
from pathways.services.introduction import FULL_ENOUGH
from pathways.services.undo import undo_step
from pathways.templatetags.own import own_day
from pathways.workflow.pathway import IN_WORK, Stage


@dataclass(frozen=True)
class Doing:
    """A sound form on its way to a service."""

    form: Any
    story: Story
    row: Any
    page: OwnPage
    by: Actor
    at: datetime

    @property
    def who(self) -> dict[str, Any]:
        """Who, when, and as it stood when the page was drawn."""
        return {"by": self.by, "at": self.at, "taken": Taken(version=self.form.cleaned_data["seen"])}


@dataclass(frozen=True)
class Act:
    """One act: its form, its words, the service that takes it, and where others read along whether it may be taken there."""

    words: str | Promise
    take: Callable[[Doing], object]
    form: type[forms.OwnForm] = forms.Press
    #: What stands folded round the form; without it the button stands alone.
    fold: str | Promise = ""
    shared: bool = False
    kind: str = "secondary"


def _answer(in_post: bool) -> Callable[[Doing], object]:
    def take(d: Doing) -> object:
        last = None if in_post else d.form.day()
        known = {"known_on": max(d.row.due_on, d.form.today), "grade": "self", "last_day": last}
        return retention.answer_check(check=d.row, in_post=in_post, **known, **d.who)

    return take


ACTS: dict[str, Act] = {
    "chat.move": Act(
        _("Move the chat"),
        lambda d: own_acts.move_to_time(chat=d.row, when=d.form.time(), **d.who),
        forms.ChooseTime,
        fold=_("Choose another time"),
        shared=True,
    ),
    "chat.book": Act(
        _("Book the chat"),
        lambda d: own_acts.book_time(case=d.row, when=d.form.time(), by=d.by, at=d.at),
        forms.ChooseTime,
        fold=_("Choose a time: we ring you"),
        shared=True,
    ),
    "chat.ask": Act(
        _("Ask for it"),
        lambda d: own_acts.ask_for_time(case=d.story.case, wish=d.form.cleaned_data["wish"], moving=bool(d.story.chats), by=d.by, at=d.at),
        forms.AskTime,
        fold=_("Ask for another time, or for a chat"),
        shared=True,
    ),
    "chat.cancel": Act(_("Cancel the chat"), lambda d: interview.cancel_chat(chat=d.row, **d.who), shared=True),
    "offer.accept": Act(
        _("Yes, I take this job"),
        lambda d: introduction.accept_offer(introduction=d.row, close=_closing(d), **d.who),
        forms.AcceptOffer,
        kind="primary",
    ),
    "offer.decline": Act(
        _("No, thank you"), lambda d: introduction.move_introduction(introduction=d.row, step="decline_by_candidate", **d.who)
    ),
    "check.still": Act(_("Yes, I am still there"), _answer(True), shared=True, kind="primary"),
    "check.call": Act(_("Please call me"), lambda d: retention.ask_for_call(check=d.row, **d.who), shared=True),
    "check.left": Act(_("I have left"), _answer(False), forms.LastDay, fold=_("No, I have left"), shared=True),
    "job.left": Act(
        _("I have left"),
        lambda d: placement.leave_job(placement=d.row, last_day=d.form.day(), **d.who),
        forms.LastDay,
        fold=_("I have left this job"),
    ),
    "case.not_now": Act(
        _("Not now, please"), lambda d: cases.set_not_now(case=d.row, revisit_on=d.form.day(), **d.who), forms.NotNow, fold=_("Not now")
    ),
    "case.pause": Act(
        _("Take a break"), lambda d: cases.pause_case(case=d.row, review_on=d.form.day(), **d.who), forms.Break, fold=_("I need a break")
    ),
    "case.resume": Act(_("Go on now"), lambda d: cases.resume_case(case=d.row, **d.who)),
    "case.return": Act(_("Start again"), lambda d: cases.start_again(previous=d.row, owner=d.row.owner, by=d.by, at=d.at), kind="primary"),
    "case.stop": Act(
        _("Yes, stop contacting me"),
        lambda d: own_acts.stop_contact(person=d.page.person, cases=[each.case for each in d.page.stories], by=d.by, at=d.at),
        fold=_("Stop contacting me"),
        shared=True,
    ),
    "undo": Act(_("Take it back"), lambda d: undo_step(change=d.row, by=d.by, at=d.at)),
}
#: What is owed where somebody waits for a chat and none is booked.
ASKS_FOR_A_CHAT = frozenset({TaskKind.BOOK_CHAT, TaskKind.REBOOK_CHAT})
#: What a link that was sent for one thing opens besides.
OPENS: dict[str, tuple[str, ...]] = {
    LinkPurpose.CHAT: ("chat.",),
    LinkPurpose.OFFER: ("offer.",),
    LinkPurpose.CHECK: ("check.", "job.left"),
}
#: Machine and step -> the act by which it is taken here: only who may take it may take it back.
TAKEN_BY = {
    ("interview", "book"): "chat.book",
    ("interview", "move"): "chat.move",
    ("interview", "cancel"): "chat.cancel",
    ("introduction", "accept"): "offer.accept",
    ("introduction", "decline_by_candidate"): "offer.decline",
    ("retention_check", "confirm"): "check.still",
    ("retention_check", "deny"): "check.left",
    ("retention_check", "answer_again"): "check.still",
    ("retention_check", "ask_call"): "check.call",
    ("placement", "leave"): "job.left",
    ("pathway", "set_not_now"): "case.not_now",
    ("pathway", "pause"): "case.pause",
    ("pathway", "resume"): "case.resume",
    ("pathway", "return"): "case.return",
}


def may_do(act: str, *, purpose: str, shared: bool) -> bool:
    """Whether this link opens this act; where others read along only what says little."""
    if act not in ACTS or (shared and not ACTS[act].shared):
        return False
    return purpose == LinkPurpose.PAGE or act == "case.stop" or act.startswith(OPENS[purpose])


def _closing(d: Doing) -> list[int]:
    wanted = set(d.form.cleaned_data.get("close", []))
    return [row.pk for row in d.story.others(d.row) if str(row.uuid) in wanted]


# -- the page ----------------------------------------------------------------------------------------------------------------------


@dataclass
class Button:
    """One act on one row, as it is drawn."""

    name: str
    row: Any
    form: forms.OwnForm
    act: Act
    open: bool = False


@dataclass
class Drawn:
    """A story with the acts that stand in each place of it."""

    story: Story
    ring: str
    acts: dict[str, list[Button]] = field(default_factory=dict)

    def of(self, place: str) -> list[Button]:
        """The acts of one place."""
        return self.acts.get(place, [])


class Times:
    """Times on offer of each host, looked up once a page."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.known: dict[int | None, list[datetime]] = {}

    def of(self, row: Interview | Pathway) -> list[datetime]:
        """Those of whoever holds the chat, or would."""
        host = row.host if isinstance(row, Interview) else row.owner
        key = host.pk if host is not None else None
        if key not in self.known:
            self.known[key] = free_times(host, at=self.at)
        return self.known[key]


def _offered(story: Story, *, times: Times) -> Iterator[tuple[str, Any]]:
    """Each act that the story's rows leave open, on its row."""
    case = story.case
    for told in story.checks:
        yield from ((name, told.row) for name in ("check.still", "check.call", "check.left"))
    for told in story.offers:
        yield from ((name, told.row) for name in ("offer.accept", "offer.decline"))
    for told in story.chats:
        if times.of(told.row):
            yield "chat.move", told.row
        yield "chat.cancel", told.row
    if case.next_kind in ASKS_FOR_A_CHAT and not story.chats and times.of(case) and may_be_rung(case.candidate):
        yield "chat.book", case
    if case.is_open and case.stage not in IN_WORK:
        yield "chat.ask", case
    if not story.checks:
        yield from (("job.left", told.row) for told in story.jobs if getattr(told.row, "stage", "") == "in_post")
    if case.is_open and case.stage != Stage.IN_WORK:
        yield "case.not_now", case
    if case.is_open:
        yield ("case.resume" if case.paused_on is not None else "case.pause"), case
        yield "case.stop", case
    elif case.stage != Stage.SUSTAINED:
        yield "case.return", case
    else:
        yield "case.stop", case


def _form(
    name: str, row: Any, story: Story, *, bound: str, at: datetime, today: date, data: Any = None, times: Times | None = None
) -> forms.OwnForm:
    others: list[tuple[str, str]] = []
    full = False
    if isinstance(row, Introduction):
        others = [(str(each.uuid), f"{each.heading.title}, {each.employer.name}") for each in story.others(row)]
        full = row.offer_hours is not None and row.offer_hours >= FULL_ENOUGH
    elif name in {"chat.move", "chat.book"}:
        others = [(each.isoformat(), f"{own_day(each)}, {each:%H:%M}") for each in (times or Times(at)).of(row)]
    initial = {
        "act": name,
        "row": row.uuid,
        "case": story.case.uuid,
        "seen": getattr(row, "version", None),
        "stamp": new_stamp(at=at, bound_to=bound),
    }
    return ACTS[name].form(
        data, today=today, others=others, full=full, initial=initial, auto_id=f"{name.replace('.', '-')}-{str(row.uuid)[:8]}-%s"
    )


def own_answer(
    request: HttpRequest,
    link: CandidateLink,
    *,
    bound: str,
    at: datetime,
    today: date,
    status: int = 200,
    failed: forms.OwnForm | None = None,
    **more: object,
) -> HttpResponse:
    """The page as things stand now; `failed` is the form that could not be taken, drawn with what was typed in its place."""
    page, shared = own_page(link.candidate, today=today), is_shared(link)
    wrong = (failed["act"].value(), str(failed["row"].value())) if failed is not None else None
    drawn, times = [], Times(at)
    for story in page.stories:
        one = Drawn(story, story.case.organisation.contact_phone)
        for name, row in _offered(story, times=times):
            if may_do(name, purpose=link.purpose, shared=shared):
                here = wrong == (name, str(row.uuid))
                form = failed if here and failed is not None else _form(name, row, story, bound=bound, at=at, today=today, times=times)
                one.acts.setdefault(f"{name.partition('.')[0]}-{row.pk}", []).append(Button(name, row, form, ACTS[name], open=here))
        drawn.append(one)
    deeds = []
    for deed in page.deeds:
        story = next((each for each in page.stories if deed.change.pathway_id in each.case.ids), None)
        if story is not None and may_do(TAKEN_BY.get((deed.change.machine, deed.change.step), ""), purpose=link.purpose, shared=shared):
            deeds.append(
                (deed, Button("undo", deed.change, _form("undo", deed.change, story, bound=bound, at=at, today=today), ACTS["undo"]))
            )
    context = {
        "page": page,
        "public_name": link.candidate.organisation.name,
        "drawn": drawn,
        "deeds": deeds,
        "shared": shared,
        "form": failed,
        "done": request.GET.get("done", ""),
        "stamp": new_stamp(at=at, bound_to=bound),
        **more,
    }
    return render(request, "pathways/own_page.html", context, status=status)


def act_on(request: HttpRequest, link: CandidateLink, *, bound: str, at: datetime, today: date) -> HttpResponse:
    """Take one act of theirs, on a row that their page shows. Everything else is answered as a page that has changed meanwhile."""

    def again(status: int, **more: Any) -> HttpResponse:
        return own_answer(request, link, bound=bound, at=at, today=today, status=status, **more)

    def act() -> HttpResponse:
        page, shared = own_page(link.candidate, today=today), is_shared(link)
        name = request.POST.get("act", "")
        found = _row_of(page, name, request.POST.get("row", ""), purpose=link.purpose, shared=shared, at=at)
        if found is None:
            return again(409, changed=True)
        story, row = found
        form = _form(name, row, story, bound=bound, at=at, today=today, data=request.POST)
        if not form.is_valid():
            return again(422, failed=form)
        by = Actor(kind="candidate", organisation_id=story.case.organisation_id, person_key=story.case.person_key)
        try:
            ACTS[name].take(Doing(form, story, row, page, by, at))
        except Refused:
            form.add_error(None, gettext("This cannot be done here. Please ring us."))
            return again(422, failed=form)
        except (Conflict, NotYours):
            return again(409, changed=True)
        said = "asked" if name == "chat.ask" else "stopped" if name == "case.stop" else "1"
        return HttpResponseRedirect(f"?done={said}&{FIELD}={language_now().code}")

    try:
        return answer_once(request, act, holder=bound)
    except Refused:  # sent before with other words, or without its token
        return again(422, page_too_old=True)


def _row_of(page: OwnPage, name: str, row: str, *, purpose: str, shared: bool, at: datetime) -> tuple[Story, Any] | None:
    """The row that an act names, where the page offers that act on it."""
    if name == "undo":
        for deed in page.deeds:
            way = TAKEN_BY.get((deed.change.machine, deed.change.step), "")
            if str(deed.change.uuid) == row and may_do(way, purpose=purpose, shared=shared):
                return next(each for each in page.stories if deed.change.pathway_id in each.case.ids), deed.change
        return None
    if not may_do(name, purpose=purpose, shared=shared):
        return None
    times = Times(at)
    for story in page.stories:
        for offered, each in _offered(story, times=times):
            if offered == name and str(each.uuid) == row:
                return story, each
    return None
