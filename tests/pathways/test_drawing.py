"""docs/workflow.md is what the charts say, and what the charts say is what was agreed: a table typed by hand."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import Programme
from ground.actor import Actor
from pathways.models import MACHINES, Course, Introduction, Pathway, TrainingPlace
from pathways.rules import may_take
from pathways.services.door import FLAGS, chart_steps
from pathways.workflow.drawing import CHARTS, FACTS, following, page, picture
from pathways.workflow.follow import CaseFacts, follow
from pathways.workflow.steps import NEW

PAGE = Path(__file__).resolve().parents[2] / "docs" / "workflow.md"

#: chart -> stage -> step:who from there. C candidate, W worker, E employer, T trainer, L lead, S the clock, - with another step.
#: Typed by hand from the rules of the workflow, never printed from the charts.
AGREED = {
    "pathway": """
        new             log_outreach:W express_interest:CW return:CW import_stage:-
        outreach        express_interest:CW unmark_ready:W set_not_now:CW withdraw:CW close_unreachable:W close_ineligible:W
                        end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        interested      express_interest:CW mark_ready:W unmark_ready:W set_not_now:CW withdraw:CW close_unreachable:W
                        close_ineligible:W end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        chat_booked     express_interest:CW mark_ready:W unmark_ready:W set_not_now:CW withdraw:CW close_unreachable:W
                        close_ineligible:W end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        chatted         express_interest:CW mark_ready:W unmark_ready:W set_not_now:CW withdraw:CW close_unreachable:W
                        close_ineligible:W end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        training_booked express_interest:CW mark_ready:W unmark_ready:W set_not_now:CW withdraw:CW close_unreachable:W
                        close_ineligible:W end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        in_training     express_interest:CW mark_ready:W unmark_ready:W set_not_now:CW withdraw:CW close_unreachable:W
                        close_ineligible:W end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        job_ready       express_interest:CW unmark_ready:W set_not_now:CW withdraw:CW close_unreachable:W close_ineligible:W
                        end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        offered         express_interest:CW unmark_ready:W set_not_now:CW withdraw:CW close_ineligible:W end_by_death:-
                        void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        pre_start       express_interest:CW unmark_ready:W set_not_now:CW withdraw:CW close_ineligible:W end_by_death:-
                        void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        in_work         express_interest:CW unmark_ready:W end_follow_up:W end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        left_work       express_interest:CW unmark_ready:W restart_search:W set_not_now:CW withdraw:CW close_unreachable:W
                        end_follow_up:W end_by_death:- void:L hand_over:LW
                        pause:CW resume:CW import_stage:- merge:-
        sustained       void:L
        not_now         reopen:W void:L
        withdrawn       reopen:W void:L
        unreachable     reopen:W void:L
        ineligible      reopen:W void:L
        ended           void:L
        merged          merge:- unmerge:-
        void
    """,
    "interview": """
        new             book:CW hold:WE
        booked          move:CW miss:W cancel:CW hold:WE void:L
        held            void:L
        missed          void:L
        cancelled       void:L
        void
    """,
    "training_place": """
        new             join_waiting:W book:W
        waiting         book:W cancel:CW void:L
        booked          start:WT cancel:CW void:L
        in_training     finish:TW leave:TW void:L
        finished        void:L
        left            void:L
        cancelled       void:L
        void
    """,
    "introduction": """
        new             draft:W
        draft           send:W decline_by_candidate:CW withdraw:CW supersede:- close_heading:- void:L
        sent            consider:EW invite:EW reserve:EW offer:EW decline_by_candidate:CW withdraw:CW decline_by_employer:EW go_stale:S
                        supersede:- close_heading:- void:L
        considering     invite:EW reserve:EW offer:EW decline_by_candidate:CW withdraw:CW decline_by_employer:EW supersede:- go_stale:S
                        close_heading:- void:L
        stale           consider:EW invite:EW reserve:EW offer:EW decline_by_candidate:CW withdraw:CW decline_by_employer:EW
                        supersede:- close_heading:- void:L
        reserve         consider:EW invite:EW offer:EW decline_by_candidate:CW withdraw:CW decline_by_employer:EW
                        supersede:- close_heading:- void:L
        interview_set   reserve:EW offer:EW decline_by_candidate:CW withdraw:CW decline_by_employer:EW supersede:-
                        close_heading:- void:L
        offered         accept:CW decline_by_candidate:CW withdraw:CW withdraw_offer:EW supersede:- void:L
        accepted        withdraw_offer:EW void:L
        declined_by_candidate void:L
        withdrawn       void:L
        declined_by_employer void:L
        offer_withdrawn void:L
        superseded      revive:W void:L
        heading_closed  void:L
        void
    """,
    "placement": """
        new             record:- record_own_job:W record_moved:-
        checks_in_progress agree_start:EW start:CEW fall_through:CEW void:L
        start_agreed    agree_start:EW start:CEW fall_through:CEW void:L
        in_post         leave:EWC complete:EW move_role:EW move_employer:W correct_start:W void:L
        left            tell_leaving:EWC stay_on:- correct_start:W void:L
        completed       correct_start:W void:L
        moved           correct_start:W void:L
        fell_through    void:L
        void
    """,
    "pre_employment_check": """
        new             plan:-
        not_started     ask:EW receive:EW clear:EW not_clear:EW not_require:EW void:-
        in_progress     ask:EW receive:EW clear:EW not_clear:EW not_require:EW void:-
        cleared         void:-
        not_cleared     void:-
        not_required    void:-
        void
    """,
    "retention_check": """
        new             plan:-
        scheduled       open_window:S settle_left:S settle_in_post:S supersede:- exempt:- void:L
        open            chase:S confirm:CEW deny:CEW ask_call:CW settle_left:S settle_in_post:S lapse:S supersede:- exempt:- void:L
        chasing         confirm:CEW deny:CEW ask_call:CW settle_left:S settle_in_post:S lapse:S supersede:- exempt:- void:L
        confirmed       answer_again:CEW dispute:- supersede:- exempt:- void:L
        not_in_post     answer_again:CEW dispute:- settle_in_post:S say_any_work:CW supersede:- exempt:- void:L
        unknown         confirm:CEW deny:CEW settle_left:S settle_in_post:S supersede:- exempt:- void:L
        disputed        answer_again:CEW settle_still:W settle_gone:W supersede:- exempt:- void:L
        exempt          void:L
        superseded      void:L
        void
    """,
}  # fmt: skip
PARTY = {"C": "candidate", "W": "worker", "E": "employer", "T": "trainer", "L": "lead", "S": "system"}
#: Whose steps each kind of actor may take: a worker on the word of C and E, a lead all but the clock's.
MAY = {
    "candidate": "C",
    "worker": "WCE",
    "lead": "LWCET",
    "employer": "E",
    "trainer": "T",
    "system": "S-",
}


def agreed(machine: str) -> dict[str, dict[str, str]]:
    """Stage -> step -> letters; a word without a colon begins a stage."""
    table: dict[str, dict[str, str]] = {}
    stage = ""
    for word in AGREED[machine].split():
        if ":" not in word:
            stage = word
            table[stage] = {}
        else:
            step, who = word.split(":")
            table[stage][step] = who
    return table


def declared(machine: str) -> dict[str, dict[str, str]]:
    """The same, as the chart says it."""
    table: dict[str, dict[str, str]] = {stage: {} for stage in (NEW, *FLAGS[machine])}
    letters = {party: letter for letter, party in PARTY.items()}
    for each in chart_steps(machine).values():
        for stage in each.sources:
            table[stage][each.name] = "-" if each.child else "".join(letters[party] for party in each.who)
    return table


def in_any_order(table: dict[str, dict[str, str]]) -> dict[str, dict[str, list[str]]]:
    return {stage: {step: sorted(who) for step, who in steps.items()} for stage, steps in table.items()}


@pytest.mark.parametrize("machine", MACHINES)
def test_every_chart_opens_at_every_stage_what_was_agreed_to_whom_it_was(machine: str) -> None:
    assert in_any_order(declared(machine)) == in_any_order(agreed(machine))


@pytest.mark.parametrize(("organisation", "theirs"), [(1, True), (2, False)])
def test_the_rule_lets_each_role_take_what_was_agreed_on_their_own_rows_alone(organisation: int, theirs: bool) -> None:
    """Every chart x stage x step x role, on a row of one's own side of the house and on one of another's."""
    programme = Programme(organisation_id=1)
    programme.taking_part = frozenset({1})  # nobody else: what the database would say of it
    case = Pathway(organisation_id=1, owner_id=7, programme=programme)
    rows = {"employer": Introduction(employer_id=1), "trainer": TrainingPlace(course=Course(organisation_id=1))}
    wrong, asked = [], 0
    for machine in MACHINES:
        for stage, steps in agreed(machine).items():
            for name, who in steps.items():
                for kind, letters in MAY.items():
                    asked += 1
                    by = Actor(kind=kind, user_id=3, organisation_id=organisation)
                    may = may_take(by, chart_steps(machine)[name], on=rows.get(kind, case), pathway=case)
                    agreed_to = bool(set(who) & set(letters)) and (theirs or kind == "system")
                    if may != agreed_to:
                        wrong.append((machine, stage, name, kind, may))
    assert wrong == []
    assert asked == 2094


def test_the_page_is_what_the_charts_say() -> None:
    assert PAGE.read_text() == page(), "run: python manage.py draw_workflow"


def test_the_command_writes_the_page() -> None:
    before = PAGE.read_text()
    call_command("draw_workflow", stdout=io.StringIO())
    assert PAGE.read_text() == before


def test_the_page_has_every_chart_every_stage_and_every_step() -> None:
    drawn = {each.machine: each for each in CHARTS}
    assert list(drawn) == list(MACHINES)
    for machine, each in drawn.items():
        assert each.flags is FLAGS[machine]
        section = page().split(f"## {each.title}\n")[1].split("\n## ")[0]
        assert [stage for stage in each.flags if f"| `{stage}` |" not in section] == []
        assert [step for step in chart_steps(machine) if f"| `{step}` |" not in section] == []


def test_the_order_on_the_page_is_the_order_in_which_a_case_follows() -> None:
    assert [(fact, stage) for fact, stage in following()] == [
        ("imported_stage", "that stage"),
        ("six_months_confirmed", "`sustained`"),
        ("in_post", "`in_work`"),
        ("before_start", "`pre_start`"),
        ("live_offer", "`offered`"),
        ("left_since_restart", "`left_work`"),
        ("seat_begun", "`in_training`"),
        ("seat_booked", "`training_booked`"),
        ("marked_ready", "`job_ready`"),
        ("chat_held", "`chatted`"),
        ("chat_booked", "`chat_booked`"),
        ("interested", "`interested`"),
    ]
    assert {fact for fact, _ in following()} == set(FACTS)
    assert follow(CaseFacts(imported_stage="chatted", in_post=True, six_months_confirmed=True)) == "chatted"


def test_the_picture_of_a_chat() -> None:
    assert list(picture(next(each for each in CHARTS if each.machine == "interview"))) == [
        "stateDiagram-v2",
        "    [*] --> booked: book",
        "    booked --> booked: move",
        "    booked --> missed: miss",
        "    booked --> cancelled: cancel",
        "    [*] --> held: hold",
        "    booked --> held: hold",
    ]
