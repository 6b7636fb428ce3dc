"""Equality questions: put to a person after the page of thanks, one at a time; or keyed once from paper by a worker.

No address leads to somebody's questions. The page of thanks posts its token here, and each page carries it on in its form together with
what was said so far: nothing is read back from what is kept, so whoever sends a stranger's name and number learns nothing.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.backends.signing_in import client_address
from accounts.models import Programme
from accounts.services import limits
from candidates.choices import GROUP_OF, Question
from ground.clock import read_clock
from ground.door import NOBODY, open_to
from ground.forms import LONGEST_LINE
from ground.languages import in_their_language
from ground.once import answer_once
from pathways.forms.questions import CATEGORIES, DETAIL, FREE, GROUPS, PAGES, OwnAnswer, PaperForm, answers_of
from pathways.queries.company import of_person
from pathways.scope import pathways
from pathways.services import questions as services
from pathways.services.thanks import read_thanks_token
from pathways.views.finding import acting_for, person_in_sight
from pathways.views.interest import thanks_page

START, SUMMARY, OVER, NO_MORE, CLOSED = "start", "summary", "over", "no_more", "closed"
THANKS = "thanks"
#: Answers that are kept under one form's token, and from one place: each is written down for good.
ANSWERS_PER_FORM = limits.Limit("answers", 100, timedelta(hours=24))
ANSWERS_PER_ADDRESS = limits.Limit("answers_from", 1_500, timedelta(hours=1))
SAID, WORDS = "said-", "words-"


@dataclass
class Sitting:
    """One person in front of the questions: which are put, where they are, and what their page carries."""

    token: str
    programme: str
    asked: list[str]
    page: str = START
    one_only: bool = False
    said: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, posted: QueryDict, asked: list[str]) -> "Sitting":
        """From what a page carried; what it could not have carried is left out."""
        made = cls(posted.get("token", ""), posted.get("programme", ""), asked, one_only=posted.get("one_only") == "1")
        for question in asked:
            answer = posted.get(SAID + question, "")
            if answer in _known(question):
                made.said[question] = answer
            if question in FREE and made.said.get(question) != "prefer_not":
                made.words[question] = posted.get(WORDS + question, "")[:LONGEST_LINE]
        page = posted.get("page", START)
        made.page = page if page in {*made.way(), START, SUMMARY, OVER, NO_MORE} else START
        return made

    def way(self) -> list[str]:
        """The pages as they follow each other after what was said."""
        pages: list[str] = []
        for question in self.asked:
            if question != Question.REDUCES_ACTIVITY or self.said.get(Question.HEALTH_CONDITION) == "yes":
                pages.append(question)
            if question == Question.ETHNIC_GROUP and self.said.get(question) in {*dict(GROUPS), *CATEGORIES}:
                pages.append(DETAIL)
        return pages

    def after(self) -> str:
        """Where "Continue" leads."""
        way = self.way()
        place = way.index(self.page) + 1 if self.page in way else 0
        following = way[place] if place < len(way) else SUMMARY
        return following if not self.one_only or (self.page, following) in FOLLOWS_ON else SUMMARY

    def before(self) -> str:
        """Where "Back" leads."""
        way = self.way()
        if self.one_only:
            return SUMMARY
        place = way.index(self.page) if self.page in way else len(way)
        return way[place - 1] if place else START

    def carried(self) -> list[tuple[str, str]]:
        """Hidden fields of the page that is drawn."""
        rows = [("token", self.token), ("programme", self.programme), ("page", self.page), ("one_only", "1" if self.one_only else "")]
        rows += [(SAID + question, answer) for question, answer in self.said.items()]
        rows += [(WORDS + question, words) for question, words in self.words.items()]
        return [(name, value) for name, value in rows if value]

    def answer(self, said: str, words: str) -> dict[str, str]:
        """Take the answer of this page; the answers to be kept because of it."""
        question = PAGES[self.page].question
        self.words.pop(question, None)
        if PAGES[self.page].free and said != "prefer_not":
            self.words[question] = words
        if self.page == DETAIL and said not in CATEGORIES:
            said = GROUP_OF.get(self.said[question], self.said[question])  # what was said before, the group, stays
        self.said[question] = said
        kept = {question: said or "not_known"}
        if question == Question.HEALTH_CONDITION and said != "yes" and self.said.pop(Question.REDUCES_ACTIVITY, ""):
            kept[Question.REDUCES_ACTIVITY] = "not_asked"
        return kept


#: A second step that is put even when one answer alone is changed.
FOLLOWS_ON = {(Question.ETHNIC_GROUP, DETAIL), (Question.HEALTH_CONDITION, Question.REDUCES_ACTIVITY)}


def _known(question: str) -> set[str]:
    answers = {code for page, put in PAGES.items() if put.question == question for code, _words in put.answers}
    return {*answers, "prefer_not"}


@open_to("public", methods=("GET", "POST"))
@csrf_exempt  # the signed token stands in for it: these pages work without a cookie
@never_cache
@in_their_language
def equality_questions(request: HttpRequest) -> HttpResponse:
    """Put one question after the other, keep each answer as it is given, show them all, change one."""
    if request.method != "POST":
        return HttpResponseRedirect("/interest/")
    at = read_clock()
    case = read_thanks_token(request.POST.get("token", ""))
    if case is None:
        return _drawn(request, Sitting("", "", [], page=CLOSED), status=422)
    wanted = request.POST.get("programme", "")
    running = Programme.objects.unscoped("which questions a programme puts is for everybody").select_related("organisation")
    programme = running.filter(code=wanted).first()
    if request.POST.get("page") == THANKS:  # its words in another language
        return thanks_page(request, token=request.POST["token"], programme=programme)
    sitting = Sitting.read(request.POST, services.questions_of(programme, at=at))
    go = request.POST.get("go", "")
    if go in {"next", "object"}:
        try:
            limits.count(ANSWERS_PER_FORM, str(case), at=at)
            limits.count(ANSWERS_PER_ADDRESS, client_address(request), at=at)
        except limits.TooMany as full:
            response = _drawn(request, Sitting("", "", [], page=CLOSED), status=429)
            response.headers["Retry-After"] = str(full.retry_after)
            return response
    if go == "begin":
        sitting.page = sitting.after()
    elif go == "back":
        sitting.page = sitting.before()
    elif go == "leave":
        sitting.page = SUMMARY if sitting.said else OVER
    elif go == "done":
        sitting.page = OVER
    elif go == "object":
        services.object_to_questions(case=case, at=at)
        sitting.page, sitting.said, sitting.words = NO_MORE, {}, {}
    elif go.startswith("change-") and go.removeprefix("change-") in sitting.way():
        sitting.page, sitting.one_only = go.removeprefix("change-"), True
    elif go == "next" and sitting.page in PAGES:
        form = OwnAnswer(request.POST, page=sitting.page, said=sitting.said.get(Question.ETHNIC_GROUP, ""))
        if not form.is_valid():
            return _drawn(request, sitting, form=form, status=422)
        kept = sitting.answer(form.cleaned_data["answer"], form.cleaned_data.get("words", ""))
        services.keep_own_answers(case=case, answers=kept, own_words=sitting.words, at=at)
        sitting.page = sitting.after()
    if sitting.page == SUMMARY:
        sitting.one_only = False
    return _drawn(request, sitting, public_name=programme.organisation.name if programme is not None else "")


def _drawn(
    request: HttpRequest, sitting: Sitting, *, form: OwnAnswer | None = None, status: int = 200, public_name: str = ""
) -> HttpResponse:
    page = sitting.page
    if page in PAGES and form is None:
        question = PAGES[page].question
        start = {"answer": sitting.said.get(question, ""), "words": sitting.words.get(question, "")}
        if page == Question.ETHNIC_GROUP:
            start["answer"] = GROUP_OF.get(start["answer"], start["answer"])
        form = OwnAnswer(page=page, said=sitting.said.get(Question.ETHNIC_GROUP, ""), initial=start)
    rows = _rows(sitting) if page == SUMMARY else []
    context = {"sitting": sitting, "page": page, "form": form, "rows": rows, "public_name": public_name}
    return render(request, "pathways/questions.html", context, status=status)


def _rows(sitting: Sitting) -> list[dict[str, Any]]:
    """Each question with what was said to it, in words."""
    rows = []
    for page in sitting.way():
        put = PAGES[page]
        said = sitting.said.get(put.question, "")
        if page == Question.ETHNIC_GROUP and said in GROUP_OF:
            said = GROUP_OF[said]
        words = dict(answers_of(page, sitting.said.get(Question.ETHNIC_GROUP, ""))).get(said, "")
        rows.append({"page": page, "words": put.words, "said": words, "own": sitting.words.get(put.question, "") if put.free else ""})
    return rows


# -- from paper --------------------------------------------------------------------------------------------------------------------


@open_to("outreach_worker", methods=("GET", "POST"), kinds=("own", "colleague"), sample={"uuid": NOBODY})
def paper_questions(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A worker keys the form that somebody filled in on paper, once. No page shows it again, to anybody but the person."""
    at = read_clock()
    person = person_in_sight(request, uuid, at=at)
    case = pathways(request.user).filter(of_person(person)).select_related("programme").order_by("-id").first()
    asked = services.questions_of(case.programme if case is not None else None, at=at)
    form = PaperForm(request.POST if request.method == "POST" else None, asked=asked)
    context = {"person": person, "keyed_on": services.paper_keyed(person), "may_be_asked": services.may_be_asked(person)}

    def page() -> HttpResponse:
        return render(request, "pathways/paper_questions.html", {**context, "form": form}, status=422 if form.errors else 200)

    if request.method != "POST":
        return page()

    def act() -> HttpResponse:
        if not form.is_valid():
            return page()
        by = acting_for(request, person)
        services.key_paper_form(person=person, asked=asked, said=form.said(), own_words=form.own_words(), by=by, at=at)
        messages.success(request, "The paper form is recorded. Nobody but the person can open or change it now: destroy the paper.")
        return HttpResponseRedirect(f"/people/{person.uuid}/")

    return answer_once(request, act)
