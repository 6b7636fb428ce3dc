"""What helps a person: a record of its own, sealed, each read written down, shared with the trainer or one employer only as they said."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from ground.door import Conflict, Refused
from ground.once import new_once
from pathways.models import Introduction, Pathway, Support, SupportShare
from pathways.services import introduction, training
from pathways.services.case import log_outreach, new_case, set_families
from pathways.services.contact import withdraw_consent
from pathways.services.door import Taken
from pathways.services.support import add_support, change_support, end_support
from tests.factories import actor, organisation, partner, programme, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
WORDS = "Written instructions, and a chair with arms"


class Helped(Scene):
    """Somebody put forward to the employer and seated on a course, with one thing agreed."""

    def __init__(self) -> None:
        super().__init__()
        self.row = self.sent()
        self.theirs = self.row.pathway
        self.person = self.theirs.candidate
        self.trainer = user("trainer", self.delivery, self.programme)
        self.place = training.book_seat(case=self.theirs, course=self.course(), by=self.by, at=self.now)

    def agree(self, **more: Any) -> Support:
        told = {"candidate": self.person, "helps": WORDS, "by": self.by, "at": self.now, **more}
        return add_support(**told)

    @property
    def home(self) -> str:
        return f"/people/{self.person.uuid}/support/"


def reads() -> int:
    return Audit.objects.filter(action="support.read").count()


def test_it_stands_on_a_page_of_its_own_and_each_time_somebody_opens_it_is_written_down() -> None:
    scene = Helped()
    scene.agree()
    browser = signed_in(scene.worker)
    assert WORDS not in browser.get(f"/people/{scene.person.uuid}/").content.decode()
    assert reads() == 0
    for _ in range(5):
        assert WORDS in browser.get(scene.home).content.decode()
    assert reads() == 5
    last = Audit.objects.filter(action="support.read").latest("id")
    assert (last.person, last.actor, last.rows, last.route) == (scene.person.uuid, scene.worker, 1, "support")


def test_the_persons_page_says_near_its_top_that_something_is_recorded_and_not_what() -> None:
    scene = Helped()
    browser, home = signed_in(scene.worker), f"/people/{scene.person.uuid}/"
    assert "What helps them: 1 recorded" not in browser.get(home).content.decode()
    row = scene.agree()
    page = browser.get(home).content.decode()
    assert page.index("What helps them: 1 recorded") < page.index('id="next"')
    assert (WORDS in page, reads()) == (False, 0)
    end_support(support=row, version=row.version, by=scene.by, at=scene.now)
    assert "What helps them: 1 recorded" not in browser.get(home).content.decode()


def test_it_is_added_changed_and_taken_out_and_what_it_said_before_is_kept_nowhere() -> None:
    scene = Helped()
    browser = signed_in(scene.worker)
    assert browser.post(f"{scene.home}add/", {"helps": " ", "once": new_once()}).status_code == 422
    assert browser.post(f"{scene.home}add/", {"helps": "Zebra words", "once": new_once()}).status_code == 302
    row = Support.objects.get()
    assert (row.helps, row.agreed_on, row.with_trainer) == ("Zebra words", scene.today, False)
    there = f"{scene.home}{row.uuid}/"
    assert "Zebra words" in browser.get(there).content.decode()
    assert reads() == 1
    told = {"helps": "Yak words", "with_trainer": "on", "version": row.version}
    assert browser.post(there, {**told, "once": new_once()}).status_code == 302
    late = browser.post(there, {**told, "helps": "Third words", "once": new_once()})
    assert late.status_code == 409
    assert "Third words" in late.content.decode()
    row.refresh_from_db()
    assert (row.helps, row.with_trainer, row.agreed_on) == ("Yak words", True, scene.today)
    assert holds_nowhere("Zebra words")
    assert holds_nowhere("Yak words")  # sealed where it stands
    before = reads()
    asked = browser.get(f"{there}end/").content.decode()
    assert ("Yak words" in asked, "This cannot be undone." in asked, "kept in the record" in asked) == (True, True, False)
    assert reads() == before + 1  # whoever is asked reads it once more
    assert browser.post(f"{there}end/", {"version": row.version, "once": new_once()}).status_code == 302
    row.refresh_from_db()
    assert (row.helps, row.ended_at is not None) == ("", True)
    assert "Yak words" not in browser.get(scene.home).content.decode()
    assert browser.get(there).status_code == 404


def holds_nowhere(words: str) -> bool:
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if not name.startswith("django_session")]
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{words}%"])
            if cursor.fetchone()[0]:
                return False
    return True


def test_the_trainer_reads_only_what_they_may_know_and_only_of_their_own_course() -> None:
    scene = Helped()
    scene.agree(helps="For the worker alone")
    trainer = signed_in(scene.trainer)
    path = f"/training-places/{scene.place.uuid}/support/"
    assert "What helps" not in trainer.get(f"/courses/{scene.place.course.uuid}/").content.decode()
    assert "Nothing is shared with you" in trainer.get(path).content.decode()
    scene.agree(with_trainer=True)
    words = trainer.get(path).content.decode()
    assert WORDS in words
    assert "For the worker alone" not in words
    assert path in trainer.get(f"/courses/{scene.place.course.uuid}/").content.decode()
    assert WORDS not in trainer.get(f"/courses/{scene.place.course.uuid}/").content.decode()
    assert Audit.objects.filter(action="support.read", actor=scene.trainer, person=scene.person.uuid).count() == 2
    other = user("trainer", partner(scene.programme, organisation("training")), scene.programme)
    assert signed_in(other).get(path).status_code == 404
    assert trainer.get(scene.home).status_code == 403
    assert signed_in(scene.worker).get(path).status_code == 403


def test_an_employer_reads_what_the_person_chose_to_share_with_it_for_this_job_and_nothing_after_they_take_it_back() -> None:
    scene = Helped()
    scene.agree(helps="For the worker alone")
    row = scene.agree(with_trainer=True)
    employer = signed_in(scene.employer)
    page, path = f"/introductions/{scene.row.uuid}/", f"/introductions/{scene.row.uuid}/support/"
    assert path not in employer.get(page).content.decode()
    assert "Nothing is shared" in employer.get(path).content.decode()
    with pytest.raises(Refused, match="how the person agreed"):
        share(scene, row, scene.row, how="")
    row = share(scene, row, scene.row)
    assert path in employer.get(page).content.decode()
    assert WORDS not in employer.get(page).content.decode()
    words = employer.get(path).content.decode()
    assert WORDS in words
    assert "For the worker alone" not in words
    assert Audit.objects.filter(action="support.read", actor=scene.employer, person=scene.person.uuid).count() == 2
    share(scene, row)
    assert WORDS not in employer.get(path).content.decode()
    assert SupportShare.objects.get().withdrawn_on == scene.today


def share(scene: Helped, row: Support, *wanted: Introduction, how: str = "phone") -> Support:
    told = {"helps": row.helps, "agreed_on": row.agreed_on, "with_trainer": row.with_trainer}
    chosen = list(Introduction.objects.select_related("pathway", "consent").filter(pk__in=[each.pk for each in wanted]))
    return change_support(support=row, version=row.version, **told, share_with=chosen, shared_how=how, by=scene.by, at=scene.now)


def test_a_share_ends_with_the_permission_and_is_no_other_employers() -> None:
    scene = Helped()
    row = share(scene, scene.agree(), scene.row)
    other_trust = partner(scene.programme, organisation("employer"))
    other = user("employer", other_trust, scene.programme)
    second = introduction.draft_introduction(
        case=scene.theirs, heading=scene.heading(organisation=other_trust, title="Porter"), by=scene.by, at=scene.now
    )
    introduction.send_introduction(introduction=second, consent_how="phone", by=scene.by, at=scene.now)
    assert WORDS not in signed_in(other).get(f"/introductions/{second.uuid}/support/").content.decode()
    assert signed_in(other).get(f"/introductions/{scene.row.uuid}/support/").status_code == 404
    withdraw_consent(consent=Introduction.objects.get(pk=scene.row.pk).consent, by=scene.by, at=scene.now)
    assert signed_in(scene.employer).get(f"/introductions/{scene.row.uuid}/support/").status_code == 404
    with pytest.raises(Refused, match="not agreed to share"):
        share(scene, share(scene, row), scene.row)


def test_the_form_offers_only_employers_whom_the_person_agreed_to_be_put_forward_to() -> None:
    scene = Helped()
    browser = signed_in(scene.worker)
    words = browser.get(f"{scene.home}add/").content.decode()
    assert f"{scene.trust.name}: Ward host" in words
    data = {"helps": WORDS, "share_with": [str(scene.row.uuid)], "once": new_once()}
    assert browser.post(f"{scene.home}add/", data).status_code == 422
    assert browser.post(f"{scene.home}add/", {**data, "shared_how": "in_person", "once": new_once()}).status_code == 302
    assert f"Known to: Those who look after them, and {scene.trust.name}." in browser.get(scene.home).content.decode()
    without = scene.open(first="No", last="Job")
    assert "Which employers" not in browser.get(f"/people/{without.candidate.uuid}/support/add/").content.decode()


def test_nobody_else_may_and_lists_files_and_searches_say_nothing_of_it() -> None:
    scene = Helped()
    row = share(scene, scene.agree(with_trainer=True), scene.row)
    there = f"{scene.home}{row.uuid}/"
    for who in (scene.employer, scene.trainer, user("administrator", scene.delivery)):
        assert {signed_in(who).get(path).status_code for path in (scene.home, f"{scene.home}add/", there, f"{there}end/")} == {403}
    stranger = user("outreach_worker", partner(scene.programme, organisation("delivery")), scene.programme)
    for path in (scene.home, f"{scene.home}add/", there, f"{there}end/"):
        assert signed_in(stranger).get(path).status_code == 404
    worker = signed_in(scene.worker)
    for path in ("/caseload/", "/today/", "/today/digest/", f"/people/{scene.person.uuid}/", "/courses/"):
        assert WORDS not in worker.get(path).content.decode(), path
    assert WORDS not in b"".join(worker.get("/caseload.csv").streaming_content).decode()
    assert b"Nobody found" in worker.post("/people/find/", {"words": "Written instructions"}, follow=True).content


def test_who_does_not_see_where_it_is_shared_neither_reads_the_name_nor_takes_it_back() -> None:
    scene = Helped()
    elsewhere = organisation("delivery")
    other = programme(elsewhere)
    colleague = user("outreach_worker", elsewhere, other)
    share(scene, scene.agree(), scene.row)
    second = new_case(candidate=scene.person, programme=other, organisation=elsewhere, owner=colleague, opened_on=scene.today)
    log_outreach(case=second, by=actor(colleague), at=scene.now)
    browser = signed_in(colleague)
    words = browser.get(scene.home).content.decode()
    assert scene.trust.name not in words
    assert "Known to: Those who look after them, and one employer out of your sight." in words
    row = Support.objects.get()
    told = {"helps": "Other words", "version": row.version, "once": new_once()}
    assert browser.post(f"{scene.home}{row.uuid}/", told).status_code == 302
    assert SupportShare.objects.get().withdrawn_on is None
    row.refresh_from_db()
    assert row.helps == "Other words"
    introduction.move_introduction(
        introduction=scene.row, step="decline_by_employer", by=actor(scene.employer), at=scene.now, taken=Taken(reason="hours")
    )
    assert f"{scene.trust.name}: " in signed_in(scene.worker).get(f"{scene.home}{row.uuid}/").content.decode(), (
        "shared, so it can be taken back"
    )
    mine = {"helps": "x", "version": row.version, "once": new_once()}
    assert signed_in(scene.worker).post(f"{scene.home}{row.uuid}/", mine).status_code == 302
    assert SupportShare.objects.get().withdrawn_on == scene.today, "who sees the tick takes it away"


def test_two_at_once_never_both_win_and_what_is_taken_out_is_not_changed() -> None:
    scene = Helped()
    row = scene.agree()
    told = {"helps": "x", "agreed_on": scene.today, "by": scene.by, "at": scene.now}
    change_support(support=row, version=1, **told)
    with pytest.raises(Conflict):
        change_support(support=row, version=1, **told)
    end_support(support=row, version=2, by=scene.by, at=scene.now)
    with pytest.raises(Conflict):
        change_support(support=row, version=3, **told)
    for day in ({"agreed_on": scene.today + timedelta(days=1)}, {"review_on": scene.today - timedelta(days=1)}):
        with pytest.raises(Refused):
            scene.agree(**day)


def test_the_page_asks_as_few_queries_for_many_as_for_one() -> None:
    scene = Helped()
    browser = signed_in(scene.worker)
    asked = []
    for number in (1, 3, 20):
        while Support.objects.count() < number:
            share(scene, scene.agree(), scene.row)
        browser.get(scene.home)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(scene.home).content.decode().count(WORDS) == number
        asked.append(len(queries))
    assert asked[0] == asked[1] == asked[2] <= 21


def test_what_they_want_and_what_gets_in_the_way_stand_on_the_page_and_are_put_right_there() -> None:
    scene = Helped()
    browser = signed_in(scene.worker)
    home = f"/people/{scene.person.uuid}/"
    assert "Not asked yet, or nothing" in browser.get(home).content.decode()
    case = Pathway.objects.get(pk=scene.theirs.pk)
    data = {"families": [scene.family.code], "barriers": ["transport", "health"], "version": case.version, "once": new_once()}
    assert browser.post(f"/pathways/{case.uuid}/wants/", data).status_code == 302
    words = browser.get(home).content.decode()
    assert "Getting there, Health" in words
    assert "Facilities" in words
    assert browser.post(f"/pathways/{case.uuid}/wants/", {**data, "barriers": ["flu"], "once": new_once()}).status_code == 422
    case.refresh_from_db()
    set_families(case=case, version=case.version, families=[], by=scene.by, at=scene.now)
    case.refresh_from_db()
    assert (case.families, case.barriers) == ([], ["transport", "health"])
