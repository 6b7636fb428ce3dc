"""Forms that came in and wait for somebody's look: who they may be, and what may be pressed."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from candidates.models import ContactRoute
from ground.clock import today_london
from ground.phones import show_phone
from ground.templatetags.said import counted
from outreach.models import Event
from pathways.models import InterestPost, InterestState, Pathway
from pathways.models.interest import WAITING
from pathways.queries.due import Act, ListRow, stage_words
from pathways.queries.search import latest_cases
from pathways.queries.unclaimed import count_words
from pathways.scope import interests, led_programmes, people

#: What the page shows of them, as its address says it, and in words.
SHOWN: Mapping[str, tuple[str, str]] = {
    "known": (InterestState.REVIEW, "May be somebody we know"),
    "doubtful": (InterestState.HELD, "Not clear whose they are"),
    "left-out": (InterestState.LEFT_OUT, "Left out"),
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


def waiting_forms(user: object) -> str:
    """How many wait, in words; nothing when none does."""
    number, words = count_words(interests(user).filter(state__in=WAITING))
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
    return found.get(show, rows.filter(state=SHOWN[show][0])).select_related("candidate")


def read_whole(user: object, posts: Sequence[InterestPost]) -> set[int]:
    """Of which of these the user is told why they wait: those of programmes that they lead."""
    led = InterestPost.objects.filter(led_programmes(user), pk__in=[post.pk for post in posts])
    return set(led.values_list("pk", flat=True))


def who_they_may_be(user: object, posts: Sequence[InterestPost]) -> dict[int, list[Pathway]]:
    """For each form the people in sight with that number or address, or as found when it came: their latest case."""
    held = ContactRoute.objects.current().filter(value__in={post.reach for post in posts if post.reach})
    by_way: dict[str, list[int]] = {}
    for candidate, value in held.values_list("candidate", "value"):
        by_way.setdefault(value, []).append(candidate)
    meant = {
        post.pk: list(dict.fromkeys([*([post.candidate_id] if post.candidate_id else []), *by_way.get(post.reach, ())]))[:MOST_OFFERED]
        for post in posts
    }
    cases = latest_cases(user, {each for ids in meant.values() for each in ids})
    programmes = {post.pk: post.programme_id for post in posts}
    return {
        key: [cases[each] for each in ids if each in cases and cases[each].programme_id == programmes[key]] for key, ids in meant.items()
    }


def form_row(post: InterestPost, *, may_be: Sequence[Pathway], whole: bool, today: date) -> ListRow:
    """Who wrote, how to reach them, and whose it may be; why it waits, where that is told (`whole`) or the person is in sight."""
    days = (today - today_london(post.received_at)).days
    acts = [Act("Look at it again", _href(post), name="answer", value="back", version=post.version)]
    if post.state in WAITING:
        acts = [
            *(
                Act(f"It is {case.candidate.name}", _href(post), name="answer", value=str(case.candidate.uuid), version=post.version)
                for case in may_be
            ),
            Act("New person", _href(post), name="answer", value="new", version=post.version),
            Act("Leave out", _href(post), name="answer", value="out", version=post.version, kind="quiet"),
        ]
    return ListRow(
        key=f"f-{post.uuid}",
        name=post.name,
        href="",
        where=show_phone(post.reach) if post.reach.startswith("+") else post.reach,
        next=_may_be_words(post, may_be, whole=whole),
        note=WHY.get(post.suspect, "") if whole or may_be else "",
        waiting=counted(days, "day") if days > 0 else "",
        acts=acts,
    )


def _may_be_words(post: InterestPost, may_be: Sequence[Pathway], *, whole: bool) -> str:
    if may_be:
        return "May be " + "; ".join(f"{isolated(case.candidate.name)}, {stage_words(case)}" for case in may_be)
    if not whole:
        return ASK
    return "May be somebody who is out of your sight: find out before you add them" if post.candidate_id is not None else ""


def isolated(name: str) -> str:
    """A name within a sentence: marks that it holds turn nothing round beside it."""
    return f"\u2068{name}\u2069"


def _href(post: InterestPost) -> str:
    return f"/unclaimed/forms/{post.uuid}/"
