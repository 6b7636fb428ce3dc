"""Forms that came in and wait for somebody's look: who they may be, and what may be pressed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from candidates.choices import RouteKind
from candidates.likeness import Known, known_as
from candidates.models import ContactRoute
from employers.models import JobFamily
from ground.clock import today_london
from ground.languages import BY_CODE
from ground.phones import show_phone
from ground.templatetags.said import counted
from outreach.models import Event
from pathways.models import InterestPost, InterestState, Pathway
from pathways.models.interest import WAITING
from pathways.queries.due import Act, ListRow, stage_words
from pathways.queries.search import latest_cases, likest
from pathways.queries.unclaimed import count_words, nobodys_row
from pathways.scope import interests, led_programmes, people

#: What the page shows of them, as its address says it, and in words.
SHOWN: Mapping[str, tuple[str, str]] = {
    "known": (InterestState.REVIEW, "May be somebody we know"),
    "doubtful": (InterestState.HELD, "Not clear whose they are"),
    "left-out": (InterestState.LEFT_OUT, "Set aside"),
}
#: Of a form that waits for a worker who has nobody in sight with that number. Whether somebody else has is not theirs to learn:
#: one that may be known and one that a machine may have sent read alike.
ASK = "We cannot tell whose this is: ask your lead before you add them"
WHY = {
    "trap": "Filled in a field that people do not see.",
    "fast": "Sent within three seconds.",
    "old": "The page was over a day old.",
    "reused": "The same page was sent before with other words.",
    "same": "The same number or address was sent within the hour.",
    "many": "More than ten in a minute came from one place.",
}
MOST_OFFERED = 3
MOST_STALLS = 5


#: What somebody known has in common with a form that names no number or address of one person.
IN_COMMON: Mapping[str, str] = {
    RouteKind.LETTER: "same address for letters",
    RouteKind.THROUGH: "same place to ask for them",
}

#: Ways that are no number or address of one person: a house, a desk.
ASKED_FOR_AT = (RouteKind.LETTER, RouteKind.THROUGH)


@dataclass(frozen=True)
class MayBe:
    """Somebody in sight who may have sent a form: their case, and what they have in common with it today."""

    case: Pathway
    why: str


def forms_that_wait(user: object) -> QuerySet[InterestPost]:
    """Those in sight that somebody must look at."""
    return interests(user).filter(state__in=WAITING)


def waiting_forms(user: object) -> str:
    """How many wait, in words; nothing when none does."""
    number, words = count_words(forms_that_wait(user))
    return words if number else ""


def stalls(user: object, *, today: date) -> list[Event]:
    """Outings of the user's programmes whose codes are in use, the latest first."""
    return list(Event.objects.for_user(user).open_on(today).order_by("-day", "id")[:MOST_STALLS])


def sent_forms(user: object, *, show: str) -> QuerySet[InterestPost]:
    """Those of one kind, in sight. Which may be known is said to who leads the programme and to who sees the person; others find them
    among the doubtful, and the numbers of the two kinds tell nothing either.
    """
    rows, told = interests(user), led_programmes(user) | Q(candidate__in=people(user))
    found = {
        "known": rows.filter(told, state=InterestState.REVIEW),
        "doubtful": rows.filter(Q(state=InterestState.HELD) | (Q(state=InterestState.REVIEW) & ~told)),
    }
    return found.get(show, rows.filter(state=SHOWN[show][0])).select_related("candidate", "event")


def read_whole(user: object, posts: Sequence[InterestPost]) -> set[int]:
    """Of which of these the user is told why they wait: those of programmes that they lead."""
    led = InterestPost.objects.filter(led_programmes(user), pk__in=[post.pk for post in posts])
    return set(led.values_list("pk", flat=True))


def who_they_may_be(user: object, posts: Sequence[InterestPost]) -> dict[int, list[MayBe]]:
    """For each form the people in sight who may have sent it, and whoever it was taken for when it came: their latest case, and why."""
    alike = {pk: dict(found) for pk, found in likest(user, {post.pk: _told(post) for post in posts}).items()}
    by_way: dict[str, list[int]] = {}
    places = {post.reach for post in posts if post.way in ASKED_FOR_AT and post.reach}
    if places:
        held = ContactRoute.objects.current().filter(value__in=places).order_by("candidate")
        for candidate, value in held.values_list("candidate", "value"):
            by_way.setdefault(value, []).append(candidate)
    meant = {
        post.pk: list(dict.fromkeys([*([post.candidate_id] if post.candidate_id else []), *alike[post.pk], *by_way.get(post.reach, ())]))
        for post in posts
    }
    cases = latest_cases(user, {each for ids in meant.values() for each in ids})

    def why(post: InterestPost, each: int) -> str:
        like = alike[post.pk].get(each)
        in_the_way = IN_COMMON.get(post.way, "") if each in by_way.get(post.reach, ()) else ""
        return like.words if like is not None and like.agree else in_the_way

    return {
        post.pk: [MayBe(cases[each], why(post, each)) for each in meant[post.pk] if _fits(cases.get(each), post)][:MOST_OFFERED]
        for post in posts
    }


def _told(post: InterestPost) -> Known:
    """What a form says by which its sender may be known."""
    first, _, last = post.name.partition(" ")
    return known_as(first=first, last=last, reach=[(post.way, post.reach)] if post.reach else [], postcode=post.postcode)


def _fits(case: Pathway | None, post: InterestPost) -> bool:
    return case is not None and case.programme_id == post.programme_id


def family_names(posts: Sequence[InterestPost]) -> dict[str, str]:
    """The kinds of work that the forms name, in words. One query."""
    return dict(JobFamily.objects.filter(code__in={code for post in posts for code in post.families}).values_list("code", "name"))


def form_row(
    post: InterestPost, *, may_be: Sequence[MayBe], families: Mapping[str, str], whole: bool, today: date, back: str = ""
) -> ListRow:
    """Who wrote, how to reach them, what they wrote and where, and whose it may be. `back` is the list, at this row.

    Why it waits is said where that is told (`whole`) or the person is in sight.
    """
    days = (today - today_london(post.received_at)).days
    href = f"/unclaimed/forms/{post.uuid}/?{urlencode({'back': back})}"
    acts = [Act("Look at it again", href, name="answer", value="back", version=post.version)]
    if post.state in WAITING:
        acts = [
            *(
                Act(f"It is {each.case.candidate.name}", href, name="answer", value=str(each.case.candidate.uuid), version=post.version)
                for each in may_be
            ),
            Act("New person", href, name="answer", value="new", version=post.version),
            Act("Set aside", href, name="answer", value="out", version=post.version, kind="quiet"),
        ]
    return ListRow(
        key=key_of_form(post),
        name=post.name,
        href="",
        where=show_phone(post.reach) if post.reach.startswith("+") else post.reach,
        next=_may_be_words(post, may_be, whole=whole),
        note=" · ".join(words for words in (*_wrote(post, families), WHY.get(post.suspect, "") if whole or may_be else "") if words),
        waiting=counted(days, "day") if days > 0 else "",
        acts=acts,
    )


def key_of_form(post: InterestPost) -> str:
    """A form's row, as an address names it."""
    return f"f-{post.uuid}"


def _wrote(post: InterestPost, families: Mapping[str, str]) -> list[str]:
    """What they would like, in which language they wrote, and from where."""
    language = BY_CODE.get(post.language)
    return [
        ", ".join(families.get(code, code) for code in post.families),
        f"in {language.english if language is not None else post.language}",
        f"from {post.event.name}" if post.event is not None else "",
    ]


def _may_be_words(post: InterestPost, may_be: Sequence[MayBe], *, whole: bool) -> str:
    if may_be:
        return "May be " + "; ".join(_named(each) for each in may_be)
    if not whole:
        return ASK
    return "May be somebody who is out of your sight: find out before you add them" if post.candidate_id is not None else ""


def _named(each: MayBe) -> str:
    words = f"{isolated(each.case.candidate.name)}, {stage_words(each.case)}"
    return f"{words} ({each.why})" if each.why else words


def let_in_row(case: Pathway, *, me: Any, today: date, back: str) -> ListRow:
    """Who was just let in as a new person: taken with one press where they are nobody's."""
    row = nobodys_row(case, me=me, today=today, back=back)
    row.key = "acted"
    if case.owner is not None:
        row.acts = []
    whose = "nobody’s yet" if case.owner is None else f"with {case.owner.name}"
    row.done = f"{isolated(case.candidate.name)} is new, and {whose}."
    return row


def isolated(name: str) -> str:
    """A name within a sentence: marks that it holds turn nothing round beside it."""
    return f"\u2068{name}\u2069"
