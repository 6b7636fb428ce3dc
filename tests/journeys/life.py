"""One life told through pages: who presses what, on which day, and whether every place that tells of it agrees at the end."""

import re
from contextlib import suppress
from datetime import date
from io import StringIO
from typing import Any

from django.core.management import call_command
from playwright.sync_api import Browser

from accounts.delivery import read_letter
from accounts.models import Mail, Organisation, User
from accounts.services.programme import lay_out_standard_rows
from accounts.services.second_factor import digits_now, give_second_factor
from candidates.models import ContactRoute
from ground.clock import read_clock, today_london
from pathways.models import Introduction, Pathway, Placement, RetentionCheck, StageChange, Task
from pathways.queries.facts import facts_of
from pathways.workflow.follow import follow
from pathways.workflow.pathway import OPEN, Stage
from tests import factories
from tests.journeys.hand import DESKTOP, PHONE, Hand
from tests.pathways.walk import unlike_the_log

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
#: The phases of the funnel that the programme shows, in order, by a letter each.
PHASES = {
    "e": "Expression of interest",
    "c": "Interview",
    "t": "Training",
    "j": "Job offer",
    "w": "Retention",
    "s": "Sustained",
}


class Life:
    """A programme with two employers, a worker, a lead; and one person."""

    def __init__(self, browser: Browser, site: str, *, bare: bool) -> None:
        self.browser, self.site, self.bare = browser, site, bare
        self.open: list[Any] = []
        factories.rates()
        lay_out_standard_rows()
        self.world = factories.World()
        Organisation.objects.filter(pk=self.world.delivery.pk).update(name="Northgate", contact_phone="+441214960123")
        self.second = factories.partner(self.world.programme, factories.organisation("employer", name="Eastside Hospital"))
        self.desk = factories.user("employer", self.second, self.world.programme)
        for who in (self.world.worker, self.world.lead):
            give_second_factor(user=who, secret=SECRET)
        self.hands: dict[int, Hand] = {}
        self.home = ""
        self.worker = self.hand(self.world.worker)

    # -- who ---------------------------------------------------------------------------------------------------------------------

    def hand(self, who: User) -> Hand:
        """Somebody's browser, signed in: staff by password and app, an employer by the code in the mailbox."""
        if who.pk not in self.hands:
            size, scripts = (PHONE, False) if self.bare else (DESKTOP, True)
            context = self.browser.new_context(viewport=size, java_script_enabled=scripts)
            context.set_default_timeout(15_000)
            self.open.append(context)
            hand = self.hands[who.pk] = Hand(context.new_page(), self.site)
            hand.go("/sign-in/")
            hand.page.get_by_label("E-mail address").fill(who.email)
            self._by_mailbox(hand, who) if who in (self.desk, self.world.employer) else self._by_password(hand)
        return self.hands[who.pk]

    @property
    def lead(self) -> Hand:
        return self.hand(self.world.lead)

    @property
    def dawn(self) -> Hand:
        """Who answers for the first employer."""
        return self.hand(self.world.employer)

    def _by_password(self, hand: Hand) -> None:
        hand.page.get_by_label("Password").fill(factories.PASSWORD)
        hand.press("button", "Sign in")
        hand.page.get_by_label("Code").fill(digits_now(SECRET))
        hand.press("button", "Go on")

    def _by_mailbox(self, hand: Hand, who: User) -> None:
        hand.page.locator("button[name=way]").click()
        letter = read_letter(Mail.objects.filter(to=who.email, kind="accounts/sign_in_code").latest("pk"))
        found = re.search(r"\b\d{6}\b", letter.body)
        assert found
        hand.page.get_by_label("Code").fill(found[0])
        hand.press("button", "Go on")

    def close(self) -> None:
        for context in self.open:
            with suppress(Exception):  # a browser that has gone is closed already
                context.close()

    # -- when --------------------------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return today_london(read_clock())

    def later(self, days: int) -> None:
        """So many days go by, one press of the demo's clock; then the night's jobs and whoever delivers texts."""
        self.worker.go("/demo/day/")
        self.worker.fill("days", str(days))
        self.worker.press("button", "Move the day on")
        self.night()

    def until(self, day: date) -> None:
        self.later((day - self.today).days)

    def night(self) -> None:
        for job in ("retention_checks", "go_stale", "sweep", "tell_unsent"):
            call_command("job", job, verbosity=0, stdout=StringIO())

    # -- the person --------------------------------------------------------------------------------------------------------------

    def meet(self, first: str, last: str, *, phone: str = "07700 900123", through: str = "") -> None:
        """Somebody is added at a stall, by name and one way to reach them."""
        self.worker.go("/people/add/")
        self.worker.fill("first_name", first)
        self.worker.fill("last_name", last)
        if phone:
            self.worker.fill("phone", phone)
        if through:
            self.worker.fill("through", through)
        self.worker.press("button", "Save")
        self.found(Pathway.objects.latest("pk"))
        ContactRoute.objects.filter(candidate=self.case.candidate).update(may_mention=True)

    def found(self, case: Pathway) -> None:
        """This is whose life it is."""
        self.pk, self.home = case.pk, f"/people/{case.candidate.uuid}/"
        self.worker.go(self.home)

    @property
    def case(self) -> Pathway:
        return Pathway.objects.select_related("candidate").get(pk=self.pk)

    def step(self, link: str, *, button: str = "", by: Hand | None = None, days: dict[str, date] | None = None, **typed: str) -> None:
        """Take a step from the person's page: its link, what is typed or chosen, the days, its button."""
        hand = by or self.worker
        hand.go(self.home)
        hand.press("link", link)
        self.sign(hand, button or link, days=days, **typed)

    def sign(self, hand: Hand, button: str, *, days: dict[str, date] | None = None, **typed: str) -> None:
        """Fill an open form and press its button; a choice of one from several is made by the words it begins with."""
        for name, value in typed.items():
            if hand.page.locator(f"main [name={name}][type=radio]").count():
                hand.page.locator("main").get_by_label(re.compile(f"^{re.escape(value)}")).first.check()
            else:
                hand.fill(name, value)
        for legend, day in (days or {}).items():
            hand.type_day(legend, (day.day, day.month, day.year))
        hand.press("button", button)
        assert hand.page.locator("main .govuk-error-summary").count() == 0, hand.words

    def act(self, row: Any, step: str, button: str, *, by: Hand | None = None, days: dict[str, date] | None = None, **typed: str) -> None:
        """The same for one of several rows that offer the same step: the link is found by where it leads."""
        hand = by or self.worker
        hand.go(self.home)
        link = hand.page.locator(f"main a[href*='{row.uuid}/steps/{step}/']").first
        hand.unfold(link)
        link.click()
        self.sign(hand, button, days=days, **typed)

    def chat(self) -> None:
        self.step("Chat held", work_status="Not working")

    def ready(self) -> None:
        self.step("Mark ready for a job", reason="Has done this work before")

    def forward(self, title: str) -> None:
        """Put forward to an opening of the first employer, with the person's yes by phone."""
        self.step(
            "Put forward to an opening", button="Put forward now", heading=f"{title}, {self.world.trust.name}", consent_how="By phone"
        )

    def offered(self, title: str, *, hours: str = "37.5") -> Introduction:
        """Put forward, and the employer offers the job from its own page."""
        self.forward(title)
        row = Introduction.objects.get(heading__title=title, stage="sent")
        self.dawn.go(f"/introductions/{row.uuid}/")
        self.dawn.press("link", "Offer the job")
        self.sign(self.dawn, "Offer the job", offer_hours=hours, offer_pay="13.60")
        assert self.dawn.sound
        row.refresh_from_db()
        return row

    def start(self, row: Any, day: date) -> None:
        self.act(row, "start", "Started", days={"First day in work": day})

    def in_work(self, title: str = "Ward host") -> Placement:
        """From an opening to the first day, today."""
        row = self.offered(title)
        self.act(row, "accept", "Accept the offer")
        job = Placement.objects.get(introduction=row)
        self.act(job, "agree_start", "Agree the start", days={"First day": self.today})
        self.start(job, self.today)
        return Placement.objects.get(pk=job.pk)

    # -- whether all agree -------------------------------------------------------------------------------------------------------

    def stands(self, stage: str) -> None:
        """The case is there, and its page says so."""
        case = self.case
        assert case.stage == stage
        self.worker.go(self.home)
        assert self.worker.page.locator(".person__where .tag").inner_text() == str(Stage(stage).label)
        assert self.worker.sound

    def agrees(self, stage: str, *, reached: str, owed: set[str], told: list[str]) -> None:
        """The log, the stage, the facts, the timeline, the open tasks and the funnel say the same; nothing disagrees.

        `reached` are the phases by their letters, `owed` the kinds of open tasks, `told` what the timeline says, newest first.
        """
        self.night()
        self.stands(stage)
        case = self.case
        same = Pathway.objects.filter(person_key=case.person_key)
        assert unlike_the_log([each.pk for each in same]) == []
        assert case.stage not in OPEN or follow(facts_of(case)) == case.stage
        assert set(Task.objects.filter(pathway=case, state="open").values_list("kind", flat=True)) == owed
        assert (
            self.worker.page.locator("#next a[href*='/steps/snooze/']").count() == Task.objects.filter(pathway=case, state="open").count()
        )
        self._told(told)
        self._counted(reached)
        out = StringIO()
        call_command("check_integrity", stdout=out)
        assert out.getvalue().startswith("Nothing disagrees")

    def _told(self, told: list[str]) -> None:
        self.worker.go(f"{self.home}?all=1")
        words = self.worker.page.locator("#story").inner_text()
        place = 0
        for title in told:
            found = words.find(title, place)
            assert found >= 0, (title, words)
            place = found + len(title)

    def _counted(self, reached: str) -> None:
        self.lead.go("/board/funnel/")
        for letter, phase in PHASES.items():
            row = self.lead.page.locator("main tbody tr").filter(has=self.lead.page.get_by_role("rowheader", name=re.compile(f"^{phase}")))
            number = row.first.locator("td").first.inner_text().split()[0]
            assert number == ("1" if letter in reached else "0"), (phase, number)
        assert self.lead.sound

    def last(self, machine: str) -> StageChange:
        """What the log says last of a machine's rows in this case."""
        return StageChange.objects.filter(pathway=self.pk, machine=machine).latest("id")


def check_of(job: Placement, milestone: str) -> RetentionCheck:
    """The check of a job that stands at a milestone."""
    return RetentionCheck.objects.exclude(stage__in=["superseded", "void"]).get(placement=job, milestone=milestone)
