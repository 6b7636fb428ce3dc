"""Two programmes with different rules side by side; and a rule changed today leaves what was opened under the old one alone."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.choices import RuleCode
from accounts.models import Milestone, ProgrammeRule, Reason
from accounts.services.rule import set_milestone, set_reason, set_rule
from accounts.standard import RULES
from employers.models import CareerHeading
from employers.tasks import stale_headings
from ground import jobs
from ground.actor import SYSTEM
from ground.clock import LONDON
from ground.door import Conflict
from pathways.models import ImportRun, Introduction, Pathway, PreEmploymentCheck, RetentionCheck, Task
from pathways.services import case as cases
from pathways.services import introduction
from pathways.services.door import Taken
from pathways.services.imports.asked_once import AskedOnce
from pathways.services.placement import checks_on, move_check, record_own_job
from pathways.workflow.owed import OWED
from tests.factories import World, actor, partner, programme, user
from tests.pathways.scenes import OFFER, Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Two(Scene):
    """A scene, and beside it a second programme of the same organisation, with the same worker."""

    def __init__(self) -> None:
        super().__init__()
        Reason.objects.filter(valid_from__gt=date(2001, 1, 1)).delete()  # each scene brings the same ones
        self.other = Scene()

    def rule(self, code: str, value: Any, *, since: date | None = None) -> ProgrammeRule:
        """Set in the first programme alone; since always unless told."""
        return ProgrammeRule.objects.create(programme=self.programme, code=code, value=value, valid_from=since or date(2001, 1, 1))


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


def job_begun(world: World, day: date) -> RetentionCheck:
    """The four-week check of a job that began that day."""
    case = world.case(day=day, at=at(day))
    record_own_job(case=case, employer_words="A bakery", job={"title": "Baker"}, start_on=day, by=world.by, at=at(day))
    return RetentionCheck.objects.get(pathway=case, milestone="four_weeks")


# -- still in work? ----------------------------------------------------------------------------------------------------------------


def test_a_check_opened_last_year_keeps_its_window_and_the_next_has_the_new_one() -> None:
    world = World()
    begun, today = date(2025, 10, 6), date(2026, 11, 23)
    old = job_begun(world, begun)
    jobs.run("retention_checks", at=at(old.due_on, 2))
    old.refresh_from_db()
    assert old.window_ends == old.due_on + timedelta(days=14)
    set_milestone(
        programme=world.programme, code="four_weeks", window_days=30, in_use=True, valid_from=today, version=2, by=SYSTEM, at=at(today)
    )
    old.refresh_from_db()
    assert (old.window_days, old.window_ends) == (14, old.due_on + timedelta(days=14))
    assert job_begun(world, today - timedelta(days=1)).window_days == 14
    assert job_begun(world, today).window_days == 30


def test_a_milestone_that_is_given_up_is_asked_of_jobs_that_began_before() -> None:
    world, today = World(), date(2026, 11, 23)
    old = job_begun(world, today - timedelta(days=7))
    set_milestone(
        programme=world.programme, code="four_weeks", window_days=14, in_use=False, valid_from=today, version=2, by=SYSTEM, at=at(today)
    )
    with pytest.raises(RetentionCheck.DoesNotExist):
        job_begun(world, today)
    jobs.run("retention_checks", at=at(old.due_on, 2))
    old.refresh_from_db()
    assert old.stage == "open"
    assert Milestone.objects.filter(programme=world.programme, code="four_weeks").count() == 2


def test_who_is_asked_again_when_is_the_rule_of_the_day_asked_about() -> None:
    one, other = World(), World()
    begun = date(2026, 1, 5)
    checks = [job_begun(world, begun) for world in (one, other)]
    due = checks[0].due_on
    ProgrammeRule.objects.create(programme=one.programme, code="chase_days", value=2, valid_from=date(2026, 1, 1))
    ProgrammeRule.objects.create(programme=one.programme, code="chase_days", value=20, valid_from=due + timedelta(days=1))
    stages = []
    for days in (0, 2, 5):
        jobs.run("retention_checks", at=at(due + timedelta(days=days), 2))
        stages.append([RetentionCheck.objects.get(pk=check.pk).stage for check in checks])
    assert stages == [["open", "open"], ["chasing", "open"], ["chasing", "chasing"]]


# -- side by side ------------------------------------------------------------------------------------------------------------------


def test_each_programme_has_its_own_check_list_and_earlier_jobs_keep_theirs() -> None:
    two = Two()
    early = two.job()
    two.rule("check_list", ["identity", "criminal_record"], since=two.today - timedelta(days=30))
    kinds = {
        name: list(PreEmploymentCheck.objects.filter(placement=job).order_by("id").values_list("kind", flat=True))
        for name, job in (("early", early), ("own", two.job()), ("other", two.other.job()))
    }
    assert (len(kinds["early"]), kinds["own"], kinds["other"]) == (6, ["identity", "criminal_record"], kinds["early"])


def test_an_employer_has_as_long_to_answer_as_the_programme_says() -> None:
    two = Two()
    sent = [two.sent()]
    two.rule("answer_days", 10, since=two.today)
    later = introduction.send_introduction(introduction=two.drafted(), consent_how="phone", by=two.by, at=two.now)
    elsewhere = introduction.send_introduction(introduction=two.other.drafted(), consent_how="phone", by=two.other.by, at=two.now)
    due = [Task.objects.get(kind="answer", subject=f"introduction:{row.pk}").due_on for row in (sent[0], later, elsewhere)]
    assert due[2] < due[1]
    assert due[0] < due[2]
    assert (due[1] - two.today).days >= 14
    assert (due[2] - two.today).days == 7


def test_gone_quiet_and_stuck_are_as_each_programme_says() -> None:
    two = Two()
    cases_of = {}
    for name, scene in (("own", two), ("other", two.other)):
        stuck, silent = scene.job(), scene.case(at=scene.now - timedelta(days=20), interested=False)
        check = PreEmploymentCheck.objects.filter(placement=stuck).first()
        move_check(check=check, step="ask", values={"asked_on": scene.today - timedelta(days=8)}, by=scene.by, at=scene.past)
        cases_of[name] = (stuck.pathway.candidate.name, silent.candidate.name)
    Task.objects.all().delete()

    def groups(scene: Scene) -> dict[str, set[str]]:
        page = signed_in(scene.worker).get("/today/").context["page"]
        return {heading: {row.name for row in rows} for heading, rows in page.groups}

    assert (groups(two), groups(two.other)) == ({}, {})
    two.rule("quiet_days", 14)
    two.rule("stuck_days", 7)
    stuck, silent = cases_of["own"]
    assert groups(two) == {"Checks that are stuck": {stuck}, "Gone quiet": {silent}}
    assert groups(two.other) == {}
    listed = signed_in(two.worker).get("/caseload/?heard=quiet").context["rows"]
    assert silent in {row.name for row in listed}
    assert signed_in(two.other.worker).get("/caseload/?heard=quiet").context["rows"] == []


def test_one_desk_over_two_programmes_keeps_each_ones_rule() -> None:
    scene = Scene()
    second = programme(scene.delivery)
    lead = user("programme_lead", scene.delivery)
    ProgrammeRule.objects.create(programme=second, code="quiet_days", value=7, valid_from=date(2001, 1, 1))
    scene.by, names = actor(lead), []
    for made in (scene.programme, second):
        scene.programme = made
        case = scene.case(at=scene.now - timedelta(days=10), interested=False)
        names.append(case.candidate.name)
    Task.objects.all().delete()
    page = signed_in(lead).get("/today/?whose=team").context["page"]
    assert {heading: [row.name for row in rows] for heading, rows in page.groups} == {"Gone quiet": [names[1]]}


def test_an_opening_goes_stale_by_the_rule_of_the_day_it_was_confirmed() -> None:
    world, day = World(), date(2026, 11, 23)
    two = [world.heading(confirmed_on=day, title=title) for title in ("Early", "Late")]
    CareerHeading.objects.filter(pk=two[1].pk).update(confirmed_on=day + timedelta(days=10))
    set_rule(programme=world.programme, code="stale_days", value=10, valid_from=day + timedelta(days=5), version=1, by=SYSTEM, at=at(day))

    def stages(days: int) -> list[str]:
        stale_headings(at=at(day + timedelta(days=days)), dry_run=False)
        return [CareerHeading.objects.get(pk=each.pk).stage for each in two]

    assert [stages(days) for days in (19, 20, 44, 45)] == [["open", "open"], ["open", "stale"], ["open", "stale"], ["stale", "stale"]]


def test_a_case_may_be_opened_again_by_the_rule_of_the_day_it_ended() -> None:
    two = Two()
    closed = two.withdrawn(days_ago=20)
    elsewhere = two.other.withdrawn(days_ago=20)
    two.rule("reopen_days", 10)
    with pytest.raises(Conflict, match="more than 10 days ago"):
        cases.reopen(case=closed, by=two.by, at=two.now)
    page = signed_in(two.worker).get(f"/people/{closed.candidate.uuid}/").content.decode()
    assert f"/pathways/{closed.uuid}/steps/reopen/" not in page
    assert cases.reopen(case=elsewhere, by=two.other.by, at=two.now).stage == "interested"
    two.rule("reopen_days", 60, since=two.today - timedelta(days=30))
    two.rule("reopen_days", 1, since=two.today)
    page = signed_in(two.worker).get(f"/people/{closed.candidate.uuid}/").content.decode()
    assert f"/pathways/{closed.uuid}/steps/reopen/" in page
    assert cases.reopen(case=Pathway.objects.get(pk=closed.pk), by=two.by, at=two.now).is_open


def test_a_reason_is_told_in_the_words_of_its_day() -> None:
    scene = Scene()
    case = scene.withdrawn()
    Reason.objects.create(kind="withdrawn", code="changed_mind", label="Changed their mind", valid_from=date(2001, 1, 1), position=1)
    set_reason(
        programme=scene.programme,
        kind="withdrawn",
        code="changed_mind",
        label="Thought better of it",
        valid_from=scene.today,
        version=1,
        by=SYSTEM,
        at=scene.now,
    )
    browser = signed_in(scene.worker)
    again = scene.open()
    assert "Thought better of it" in browser.get(f"/pathways/{again.uuid}/steps/withdraw/").content.decode()
    cases.withdraw(case=again, by=scene.by, at=scene.now, taken=Taken(reason="changed_mind"))
    said = [browser.get(f"/people/{each.candidate.uuid}/").content.decode() for each in (case, again)]
    assert ["Thought better of it" in page for page in said] == [False, True]


# -- what leads see ----------------------------------------------------------------------------------------------------------------


def test_the_board_of_an_earlier_day_shows_the_phases_of_that_day() -> None:
    scene = Scene()
    scene.open()
    set_rule(
        programme=scene.programme,
        code="phases_shown",
        value=["interest", "offer", "sustained"],
        valid_from=scene.today,
        version=1,
        by=actor(scene.lead),
        at=scene.now,
    )
    browser = signed_in(scene.lead)
    before = (scene.today - timedelta(days=2)).isoformat()
    shown = {name: browser.get("/board/funnel/", asked).content.decode() for name, asked in (("now", {}), ("before", {"as_at": before}))}
    assert [">Interview<" in shown[name] for name in ("now", "before")] == [False, True]
    assert [">Job offer<" in shown[name] for name in ("now", "before")] == [True, True]


def test_the_board_says_who_holds_more_than_their_programme_allows() -> None:
    scene = Scene()
    for _ in range(2):
        scene.open()
    lead = signed_in(scene.lead)
    assert "Over the limit" not in lead.get("/board/").content.decode()
    ProgrammeRule.objects.create(programme=scene.programme, code="caseload_limit", value=1, valid_from=scene.today)
    assert "Over the limit" in lead.get("/board/").content.decode()
    elsewhere = programme(partner(scene.programme, scene.delivery))
    assert ProgrammeRule.objects.value("caseload_limit", programme=elsewhere.pk, day=scene.today) == 25


def test_the_offer_of_an_employer_is_untouched_by_rules_of_others() -> None:
    two = Two()
    two.rule("check_list", ["identity"])
    accepted = introduction.accept_offer(
        introduction=introduction.offer_job(introduction=two.other.sent(), offer=OFFER, by=two.other.by, at=two.now),
        by=two.other.by,
        at=two.now,
    )
    assert PreEmploymentCheck.objects.filter(placement__introduction=accepted).count() == 6


def test_an_employer_sees_for_as_long_as_the_rule_said_when_somebody_was_sent() -> None:
    two = Two()
    sent, elsewhere = two.sent(), two.other.sent()
    seen = [Introduction.objects.filter(pk=each.pk).update(sent_on=two.today - timedelta(days=60)) for each in (sent, elsewhere)]

    def statuses() -> list[int]:
        pairs = ((two.employer, sent), (two.other.employer, elsewhere))
        return [signed_in(who).get(f"/introductions/{row.uuid}/").status_code for who, row in pairs]

    assert (seen, statuses()) == ([1, 1], [200, 200])
    two.rule("employer_days", 30, since=two.today - timedelta(days=10))
    assert statuses() == [200, 200]
    two.rule("employer_days", 30, since=two.today - timedelta(days=61))
    assert statuses() == [404, 200]


def test_what_a_step_opens_ships_with_the_days_of_its_rule() -> None:
    ruled = [opens for owed in OWED.values() for opens in owed.opens if opens.rule]
    assert {opens.kind for opens in ruled} == {"answer"}
    assert all(opens.days == RULES[RuleCode(opens.rule)].value for opens in ruled)


def test_a_register_told_in_memory_keeps_the_programmes_rules_as_the_door_does() -> None:
    two = Two()
    two.rule("check_list", ["identity"])
    two.rule("chase_days", 9)
    two.rule("answer_days", 3)
    run = ImportRun(programme=two.programme)
    asked = AskedOnce(run, today=two.today)
    assert asked.checks(two.today) == checks_on(two.programme.pk, two.today) == ["identity"]
    assert [asked.rule(RuleCode(code), two.today) for code in ("chase_days", "answer_days")] == [9, 3]
    assert asked.rule(RuleCode.CHASE_DAYS, date(2000, 6, 1)) == 5
