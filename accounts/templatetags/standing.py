"""What stands in the header and the menu: for whom somebody works, and where their role may go."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy

from accounts.choices import Role
from accounts.desk import desk_of

#: Addresses of the menu, in order, with the roles that see them. Shared navigation may name pages of every floor.
MENU: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("/today/", "Today", frozenset({"outreach_worker", "programme_lead"})),
    ("/board/", "Board", frozenset({"programme_lead"})),
    ("/caseload/", "Caseload", frozenset({"outreach_worker", "programme_lead"})),
    ("/people/add/", "Add a person", frozenset({"outreach_worker"})),
    ("/people/", "Find a person", frozenset({"outreach_worker", "programme_lead"})),
    ("/events/", "Events", frozenset({"outreach_worker", "programme_lead"})),
    ("/courses/", "Courses", frozenset({"trainer", "programme_lead", "outreach_worker"})),
    ("/start/", "Start", frozenset({"employer"})),
    ("/put-forward/", "Put forward", frozenset({"employer"})),
    ("/checks/", "Checks and starts", frozenset({"employer"})),
    ("/still-here/", "Still here?", frozenset({"employer"})),
    ("/headings/", "Career headings", frozenset({"employer", "programme_lead", "outreach_worker", "trainer"})),
    ("/imports/", "Imported registers", frozenset({"programme_lead"})),
    ("/integrity/", "Integrity", frozenset({"programme_lead"})),
    ("/settings/users/", "Users", frozenset({"administrator", "programme_lead"})),
    ("/settings/users/", "Colleagues", frozenset({"employer"})),
    ("/settings/programmes/", "Programme rules", frozenset({"administrator", "programme_lead"})),
    ("/settings/bank-holidays/", "Bank holidays", frozenset({"administrator"})),
    ("/settings/languages/", "Languages", frozenset({"administrator"})),
    ("/settings/reference/", "Reference data", frozenset({"administrator"})),
)
#: What stands in the menu of a phone, so that the page itself begins above the fold. Read out, it is the whole name.
ON_A_PHONE = {
    "Add a person": "Add",
    "Find a person": "Find",
    "Career headings": "Headings",
    "Checks and starts": "Checks",
    "Imported registers": "Registers",
    "Programme rules": "Rules",
    "Bank holidays": "Holidays",
    "Reference data": "Data",
    "Candidate’s phone": "Phone",
    "Demo mailbox": "Mailbox",
    "Move the day on": "Day",
}
#: Letters of a menu that stand in one line of a phone; and of its beginning, beside "More", under which the rest is folded.
ONE_LINE, ONE_LINE_WITH_MORE = 34, 26
#: Pages under which a line of the menu is marked, where they are not all that lie under its address.
MARKED_WITHIN = {"/people/": "/people/find/"}
#: Roles that do something which can be done without signal.
KEEPERS = frozenset({"outreach_worker", "programme_lead", "trainer"})
DEMO_MENU = (
    ("/demo/", "The demo"),
    ("/demo/phone/", "Candidate’s phone"),
    ("/demo/mailbox/", "Demo mailbox"),
    ("/demo/day/", "Move the day on"),
)
FOOTER = (
    ("/privacy-notice/", gettext_lazy("Privacy")),
    ("/accessibility/", gettext_lazy("Accessibility")),
    ("/complain/", gettext_lazy("Complain")),
)


@lru_cache(maxsize=64)
def name_of(path: str) -> str:
    """The name of the route at this path; nothing while this installation has none there."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def standing(request: HttpRequest) -> dict[str, Any]:
    """The context of every page: organisation, menu, account and demo links."""
    user = getattr(request, "user", None)
    desk = desk_of(user)
    place = next((place for place in getattr(request, "places", []) if desk and place.seats == desk.seats), None)
    roles = desk.roles if desk else frozenset()
    first, more = _in_one_line(
        [
            {"url": name_of(path), "label": words, "short": ON_A_PHONE.get(words, ""), "within": MARKED_WITHIN.get(path, "")}
            for path, words, who in MENU
            if roles & who and name_of(path)
        ]
    )
    signed_in = bool(user is not None and user.is_authenticated)
    return {
        "standing": {
            "organisation": place.organisation_name if place else "",
            "demo": settings.DEMO,
            "demo_links": _links(DEMO_MENU) if settings.DEMO else [],
            "footer_links": _links(FOOTER),
            "navigation": first,
            "navigation_more": more,
            "name": user.get_short_name() if signed_in and user is not None else "",
            "role_words": ", ".join(str(Role(role).label).lower() for role in Role.values if role in roles),
            "account_href": "/account/" if signed_in and getattr(request, "sign_in", None) is not None else "",
            "sign_out_href": "/sign-out/" if signed_in else "",
            "roles": roles,
            # Whose forms are kept on the device without signal: an id that names nobody.
            "keeper": str(user.uuid) if roles & KEEPERS and user is not None else "",
        }
    }


def _in_one_line(menu: list[dict[str, str]]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What of a menu stands in the one line of a phone, and what is folded: pages begin at the same height for every role."""
    reached = list(accumulate(len(line["short"] or line["label"]) for line in menu))
    if not menu or reached[-1] <= ONE_LINE:
        return menu, []
    fit = sum(letters <= ONE_LINE_WITH_MORE for letters in reached)
    return menu[:fit], menu[fit:]


def _links(pairs: tuple[tuple[str, Any], ...]) -> list[dict[str, str]]:
    return [{"href": path, "label": words, "short": ON_A_PHONE.get(words, "")} for path, words in pairs if name_of(path)]
