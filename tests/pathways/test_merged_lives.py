"""Two records with a life each: two jobs, two organisations, and what was typed without signal before they were made one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from analytics.figures.definition import Cut
from analytics.queries.funnel import journeys
from analytics.queries.retention import starts
from candidates.models import Candidate, Merge, SuggestedPair
from candidates.services.pairs import compare_again, compare_next
from ground.clock import today_london
from ground.once import new_once
from outreach.models import Contact
from pathways.models import Pathway, RetentionCheck, Task, TrainingPlace
from pathways.services import placement, retention
from pathways.services.attendance import mark_name
from pathways.services.merging import merge, unmerge
from tests.factories import organisation, partner, user
from tests.pathways.course_scene import CourseScene, marked, register_path
from tests.pathways.device import Device, came_back, person
from tests.pathways.digests import digests, pages
from tests.pathways.scenes import Scene
from tests.pathways.test_merging import Two
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


# -- both are in work --------------------------------------------------------------------------------------------------------------


class BothInWork(Two):
    """Each record has a job of its own, begun five weeks and four and a half weeks ago: both are asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = self.at_work(35, "A bakery", first="Basma", last="Khan", phone="+447700900124")
        self.behind = self.at_work(31, "A laundry", first="Basmah", last="Khann", phone="+447700900457")

    def at_work(self, days: int, employer: str, **more: Any) -> Pathway:
        at = self.now - timedelta(days=days)
        case, start = self.case(at=at, **more), today_london(at)
        placement.record_own_job(case=case, employer_words=employer, job={"title": "Helper"}, start_on=start, by=self.by, at=at)
        retention.move_with_the_clock(check=RetentionCheck.objects.get(milestone="four_weeks", pathway=case), at=self.now)
        return Pathway.objects.get(pk=case.pk)

    def people(self) -> list[Candidate]:
        return [self.ahead.candidate, self.behind.candidate]

    def cut(self) -> Cut:
        later = self.now + timedelta(days=2)
        return Cut(self.programme.pk, "Merged", None, self.today, self.today, later, later)

    def at_work_now(self) -> tuple[int, int, int]:
        """People of these two records, people among the jobs that began, and jobs."""
        keys = {each.person for each in journeys(cut=self.cut()) if each.person in self.keys()}
        jobs = [each for each in starts(cut=self.cut()) if each.person in self.keys()]
        return len(keys), len({each.person for each in jobs}), len(jobs)

    def keys(self) -> set[Any]:
        return set(Pathway.objects.filter(candidate__in=self.people()).values_list("person_key", flat=True))


def test_two_jobs_of_one_person_are_both_asked_about_and_counted_as_one_person() -> None:
    scene = BothInWork()
    assert (scene.ahead.stage, scene.behind.stage) == ("in_work", "in_work")
    assert scene.at_work_now() == (2, 2, 2)
    rows, read = digests(), pages(scene.lead, scene.people())
    asked = set(Task.objects.filter(state="open", kind="retention").values_list("pathway", flat=True))
    assert asked == {scene.ahead.pk, scene.behind.pk}
    row = scene.merge()
    assert (scene.ahead.stage, scene.behind.stage, scene.ahead.read_with) == ("in_work", "merged", [scene.behind.pk])
    assert scene.at_work_now() == (1, 1, 2)
    browser = signed_in(scene.worker)
    home = f"/people/{scene.ahead.candidate.uuid}/"
    page = browser.get(home).content.decode()
    assert "A bakery" in page
    assert "A laundry" in page
    assert set(Task.objects.filter(state="open", kind="retention").values_list("pathway", flat=True)) == asked
    owed = [each.words for each in browser.get(home).context["page"].owed]
    today = browser.get("/today/").content.decode()
    for employer in ("A bakery", "A laundry"):
        assert f"Ask: still in work at 4 weeks? {employer}" in owed
        assert f"Keep in touch: Helper, {employer}" in today
    assert "Basmah" not in today
    scene.sound()
    scene.apart(row)
    assert scene.at_work_now() == (2, 2, 2)
    assert digests() == rows
    assert pages(scene.lead, scene.people()) == read


def test_an_answer_about_either_job_stays_with_it_and_the_other_is_still_asked_about() -> None:
    scene = BothInWork()
    row = scene.merge()
    check = RetentionCheck.objects.get(milestone="four_weeks", pathway=scene.behind)
    retention.answer_check(check=check, in_post=True, known_on=scene.today, grade="self", by=scene.by, at=scene.now)
    stages = dict(RetentionCheck.objects.filter(milestone="four_weeks").values_list("pathway", "stage"))
    assert stages == {scene.ahead.pk: "chasing", scene.behind.pk: "confirmed"}
    assert list(Task.objects.filter(state="open", kind="retention").values_list("pathway", flat=True)) == [scene.ahead.pk]
    scene.sound()
    scene.apart(row)
    assert (scene.ahead.stage, scene.behind.stage) == ("in_work", "in_work")
    assert dict(RetentionCheck.objects.filter(milestone="four_weeks").values_list("pathway", "stage")) == stages
    scene.sound()


# -- two organisations -------------------------------------------------------------------------------------------------------------


def hrefs(who: Any, address: str) -> list[str]:
    return [row.href for row in signed_in(who).get(address).context["rows"]]


def test_two_records_of_two_organisations_are_a_leads_and_each_sees_what_they_saw() -> None:
    scene = Two()
    elsewhere = partner(scene.programme, organisation("delivery"))
    away = user("outreach_worker", elsewhere, scene.programme)
    Pathway.objects.filter(pk=scene.behind.pk).update(organisation=elsewhere, owner=away)
    scene.offered(scene.ahead)
    low, high = sorted((scene.ahead.candidate_id, scene.behind.candidate_id))
    pair = SuggestedPair.objects.create(one_id=low, other_id=high, points=99, agree=["name_alike"], found_at=scene.now)
    address = f"/duplicates/{pair.uuid}/"
    told = {"answer": "same", "kept": scene.ahead.candidate.uuid, "version": pair.version}
    for who in (scene.worker, away):
        assert hrefs(who, "/duplicates/") == []
        assert signed_in(who).get(address).status_code == 404
        assert signed_in(who).post(address, {**told, "once": new_once()}).status_code == 404
    assert not Merge.objects.exists()
    assert signed_in(scene.lead).post(address, {**told, "once": new_once()}).status_code == 302
    made = Merge.objects.get()
    merged = f"/duplicates/merges/{made.uuid}/"
    assert (made.kept_id, made.merged_by) == (scene.ahead.candidate_id, scene.lead)
    home, other = (f"/people/{case.candidate.uuid}/" for case in (scene.ahead, scene.behind))
    for who, seen in ((scene.worker, scene.ahead), (away, scene.behind), (scene.lead, None)):
        answer = signed_in(who).get(home, follow=True)
        assert answer.status_code == 200
        cases = [case.pk for case in answer.context["page"].cases]
        assert cases == [seen.pk] if seen is not None else set(cases) == {scene.ahead.pk, scene.behind.pk}
    assert hrefs(scene.worker, "/caseload/?whose=all") == [home]
    assert hrefs(away, "/caseload/?whose=all") == [], "only whoever holds the case that goes on has it on their list"
    stranger = user("outreach_worker", partner(scene.programme, organisation("delivery")), scene.programme)
    for path in (home, other, address, merged):
        assert signed_in(stranger).get(path, follow=True).status_code == 404, path
    for who, status in ((stranger, 404), (scene.worker, 403), (away, 403)):
        assert signed_in(who).post(merged, {"version": made.version, "once": new_once()}).status_code == status, who
    assert signed_in(scene.lead).post(merged, {"version": made.version, "once": new_once()}).status_code == 302
    assert [signed_in(who).get(path).status_code for who in (scene.worker, away) for path in (home, other)] == [200, 404, 404, 200]


# -- typed without signal, before they were made one -------------------------------------------------------------------------------


def one_person(scene: Scene, kept: Pathway, gone: Pathway) -> Merge:
    return merge(kept=kept.candidate, absorbed=gone.candidate, by=scene.lead_by, at=scene.now)


def cases_of(places: Sequence[TrainingPlace]) -> list[Pathway]:
    return [Pathway.objects.select_related("candidate").get(pk=place.pathway_id) for place in places]


def test_a_register_typed_before_a_seats_case_was_taken_in_is_saved_and_stays_with_the_seat() -> None:
    scene = CourseScene()
    place, other = scene.begun(first="Amina", last="Yusuf"), scene.begun(first="Zoe", last="Hart")
    device = Device(scene.trainer)
    fields = {mark_name(place.uuid): "present", mark_name(other.uuid): "absent", "version": "1"}
    kept = device.keep("register", register_path(scene.running, scene.today), fields)
    (seated,) = cases_of([place])
    ahead = scene.case(at=scene.past, first="Aminah", last="Yussuf")
    placement.record_own_job(case=ahead, employer_words="A bakery", job={"title": "Baker"}, start_on=scene.today, by=scene.by, at=scene.now)
    row = one_person(scene, ahead, seated)
    seated.refresh_from_db()
    assert seated.stage == "merged"
    assert device.send(kept) == (200, "taken")
    assert [marked(each) for each in (place, other)] == [{scene.today: True}, {scene.today: False}]
    unmerge(merge=row, by=scene.lead_by, at=scene.now + timedelta(minutes=1))
    seated.refresh_from_db()
    assert (seated.stage, marked(place)) == ("in_training", {scene.today: True})


def test_a_register_from_memory_finds_the_seat_of_a_case_that_was_taken_in_by_its_name() -> None:
    scene = CourseScene()
    place = scene.begun(first="Amina", last="Yusuf")
    device = Device(scene.trainer)
    fields = {"course": str(scene.running.uuid), "names": "Amina Yusuf", "blank": "1"}
    kept = device.keep("register", "/waiting/blank/register/", fields)
    (seated,) = cases_of([place])
    one_person(scene, scene.case(at=scene.past, first="Aminah", last="Yussuf"), seated)
    assert device.send(kept) == (200, "taken")
    assert marked(place) == {scene.today: True}


def test_a_person_typed_again_who_was_merged_meanwhile_is_asked_about_once_and_leads_to_who_goes_on() -> None:
    scene = Scene()
    goes_on, gone = (scene.open(first=first, last=last, phone=phone) for first, last, phone in (
        ("Amina", "Yusuf", "+447700900201"), ("Aminah", "Yussuf", "+447700900202"),
    ))  # fmt: skip
    device = Device(scene.worker)
    kept = device.keep("person", "/people/add/", person("Aminah", "Yussuf", "07700 900202"))
    one_person(scene, goes_on, gone)
    assert device.send(kept) == (200, "to_correct")
    assert "Somebody like this is here already" in came_back(scene.worker)
    assert Candidate.objects.count() == 2
    (waiting,) = signed_in(scene.worker).get("/waiting/").context["rows"]
    shown = device.browser.get(waiting.href).content.decode()
    assert f"/people/{goes_on.candidate.uuid}/" in shown
    assert f"/people/{gone.candidate.uuid}/" not in shown
    answer = device.browser.post(
        waiting.href, {**person("Aminah", "Yussuf", "07700 900202"), "anyway": "on", "next": "1", "once": new_once()}
    )
    assert answer.status_code == 302
    new = Candidate.objects.latest("pk")
    assert Candidate.objects.count() == 3
    assert Merge.objects.count() == 1, "said to be somebody else, they are: nothing is merged by itself"
    compare_again([new.pk])
    while compare_next(at=scene.now):
        pass
    assert SuggestedPair.objects.filter(one=goes_on.candidate, other=new).exists()
    assert not Contact.objects.filter(candidate=gone.candidate).exists()
