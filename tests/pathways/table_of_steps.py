"""What one row's circumstances add to the agreed table of stages and steps, and what each role sees: typed by hand.

The table itself, chart by stage by step by whose it is, is AGREED in test_drawing.
"""

from tests.pathways.test_drawing import MAY, agreed

#: The roles that sign in, with the letters of the steps that they may take. The clock and the register have no page.
ROLES = {role: MAY[role] for role in ("worker", "lead", "employer", "trainer")}

#: "chart stage, circumstance" -> agreed from this stage, and shut here because of how the row came to stand there.
SHUT = {
    "pathway outreach": "unmark_ready",  # nobody marked them ready
    "pathway interested": "express_interest unmark_ready",  # interest is expressed once
    "pathway interested, paused": "express_interest unmark_ready",
    "pathway chat_booked": "express_interest unmark_ready",
    "pathway chat_booked, no interest yet": "unmark_ready",
    "pathway chatted": "express_interest unmark_ready",
    "pathway chatted, no interest yet": "unmark_ready",
    "pathway training_booked": "express_interest unmark_ready",
    "pathway training_booked, no interest yet": "unmark_ready",
    "pathway in_training": "express_interest unmark_ready",
    "pathway in_training, marked ready": "express_interest mark_ready",  # marked once is marked
    "pathway job_ready": "express_interest",
    "pathway offered": "express_interest unmark_ready",
    "pathway offered, marked ready": "express_interest",
    "pathway pre_start": "express_interest unmark_ready",
    "pathway in_work": "express_interest unmark_ready",
    "pathway in_work, no interest yet": "unmark_ready end_follow_up",  # with a retention check to come
    "pathway left_work": "express_interest unmark_ready",
    "interview booked, still to come": "miss",  # only after the time has passed
    "introduction accepted, after the first day": "withdraw_offer",  # before the start
    "placement in_post": "complete",  # a permanent job reaches no end of its own
}

#: Rows are begun on any open case and on no other; a new attempt after any ending but merged, void or death.
BEGUN_ON = "outreach interested chat_booked chatted training_booked in_training job_ready offered pre_start in_work left_work"
AGAIN_AFTER = "sustained not_now withdrawn unreachable ineligible ended"
NOT_AGAIN = "pathway ended, by death"

#: An employer sees the chats it hosts and no others; introductions once sent, never what is void or no longer available;
#: their jobs, and the checks of these.
EMPLOYER_SEES = {
    "interview": "booked held",
    "introduction": "sent considering stale reserve interview_set offered accepted declined_by_candidate declined_by_employer"
    " offer_withdrawn",
    "placement": "checks_in_progress start_agreed in_post left completed moved fell_through",
    "pre_employment_check": "not_started in_progress cleared not_cleared not_required",
    "retention_check": "scheduled open chasing confirmed not_in_post unknown disputed exempt superseded void",
}
#: A trainer sees who has or had a seat on a course of their organisation, and nobody who waits, cancelled or is void.
TRAINER_SEES = {"training_place": "booked in_training finished left"}
#: The circumstance of a chat that an employer has in its sight.
HOSTED = ", hosted by an employer"


def whose(name: str) -> dict[str, str]:
    """The steps that are open on this row, each with the letters of those whose it is."""
    machine, stage = name.partition(",")[0].split()
    shut = {*SHUT.get(name, "").split(), "pause" if name.endswith(", paused") else "resume"}
    return {step: who for step, who in agreed(machine)[stage].items() if step not in shut}


def begun_on(name: str) -> dict[str, str]:
    """ "chart.step" of the rows that may be begun on this case."""
    machine, stage = name.partition(",")[0].split()
    if machine != "pathway" or stage not in BEGUN_ON.split():
        return {}
    return {f"{each}.{step}": who for each in MADE_ON_A_CASE for step, who in agreed(each)["new"].items() if who != "-"}


#: Charts whose rows people begin.
MADE_ON_A_CASE = ("interview", "training_place", "introduction", "placement")


def again_after(name: str) -> bool:
    """Whether a new attempt may begin after this case."""
    machine, stage = name.partition(",")[0].split()
    return machine == "pathway" and stage in AGAIN_AFTER.split() and name != NOT_AGAIN


def sees(role: str, name: str) -> bool:
    """Whether the row is in this role's sight."""
    machine, stage = name.partition(",")[0].split()
    if role == "employer" and machine == "interview" and not name.endswith(HOSTED):
        return False
    if role == "employer":
        return stage in EMPLOYER_SEES.get(machine, "").split()
    if role == "trainer":
        return stage in TRAINER_SEES.get(machine, "").split()
    return role in {"worker", "lead"}


def may(role: str, step: str, name: str) -> bool:
    """Whether this role may take the step on this row now."""
    if step == "return":
        return again_after(name) and bool(set(agreed("pathway")["new"]["return"]) & set(ROLES[role]))
    return sees(role, name) and bool(set(whose(name).get(step, "")) & set(ROLES[role]))
