"""Where a person stands, worked out from what happened: a table typed by hand."""

import pytest

from pathways.workflow.follow import CaseFacts, follow

#: A letter a fact: what the table below is typed in.
LETTERS = {
    "i": "interested",
    "r": "marked_ready",
    "b": "chat_booked",
    "h": "chat_held",
    "w": "awaiting_seat",
    "s": "seat_booked",
    "t": "seat_begun",
    "l": "live_introduction",
    "o": "live_offer",
    "p": "before_start",
    "j": "in_post",
    "x": "left_since_restart",
    "6": "six_months_confirmed",
    "u": "unsettled_checks",
}

TABLE = [
    ("", "outreach"),
    ("i", "interested"),
    ("b", "chat_booked"),
    ("h", "chatted"),
    ("s", "training_booked"),
    ("t", "in_training"),
    ("r", "job_ready"),
    ("lo", "offered"),
    ("p", "pre_start"),
    ("j", "in_work"),
    ("x", "left_work"),
    ("j6", "sustained"),
    # interest and a chat, in every order life brings
    ("ib", "chat_booked"),
    ("ih", "chatted"),
    ("ibh", "chatted"),
    ("iw", "interested"),
    ("ibw", "chat_booked"),
    ("ihw", "chatted"),
    ("il", "interested"),
    ("ihl", "chatted"),
    # training before, after, or without a chat
    ("is", "training_booked"),
    ("it", "in_training"),
    ("ihs", "training_booked"),
    ("iht", "in_training"),
    ("ibt", "in_training"),
    ("ibs", "training_booked"),
    ("ist", "in_training"),
    # marked ready: a seat keeps its training stage
    ("ir", "job_ready"),
    ("irh", "job_ready"),
    ("irb", "job_ready"),
    ("irs", "training_booked"),
    ("irt", "in_training"),
    ("irw", "job_ready"),
    ("irl", "job_ready"),
    # an offer at any time after interest
    ("ilo", "offered"),
    ("iblo", "offered"),
    ("ihlo", "offered"),
    ("islo", "offered"),
    ("itlo", "offered"),
    ("irlo", "offered"),
    ("iwlo", "offered"),
    # a job before its start
    ("ip", "pre_start"),
    ("irp", "pre_start"),
    ("ilop", "pre_start"),
    ("itp", "pre_start"),
    ("ibp", "pre_start"),
    # in post; a second job changes nothing until the last one ends
    ("ij", "in_work"),
    ("iju", "in_work"),
    ("ijp", "in_work"),
    ("ijlo", "in_work"),
    ("ijt", "in_work"),
    ("ijb", "in_work"),
    ("ijx", "in_work"),
    ("irj", "in_work"),
    # left, and what comes first after it
    ("ix", "left_work"),
    ("irx", "left_work"),
    ("ihx", "left_work"),
    ("itx", "left_work"),
    ("isx", "left_work"),
    ("ibx", "left_work"),
    ("ixp", "pre_start"),
    ("ixlo", "offered"),
    ("ixl", "left_work"),
    # six months confirmed ends the case well, unless something is live
    ("ij6", "sustained"),
    ("irj6", "sustained"),
    ("ihj6", "sustained"),
    ("ij6u", "sustained"),
    ("ij6x", "sustained"),
    ("ij6b", "in_work"),
    ("ij6s", "in_work"),
    ("ij6t", "in_work"),
    ("ij6w", "in_work"),
    ("ij6l", "in_work"),
    ("ij6lo", "in_work"),
    ("ij6p", "in_work"),
]


@pytest.mark.parametrize(("letters", "stage"), TABLE, ids=[letters or "nothing" for letters, _ in TABLE])
def test_a_set_of_facts_says_one_stage(letters: str, stage: str) -> None:
    facts = CaseFacts(**{LETTERS[letter]: True for letter in letters})
    assert follow(facts) == stage


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len({letters for letters, _ in TABLE}) == len(TABLE) >= 60


@pytest.mark.parametrize("stage", ["outreach", "job_ready", "in_training", "left_work"])
def test_an_imported_stage_holds_whatever_the_other_facts(stage: str) -> None:
    assert follow(CaseFacts(imported_stage=stage, interested=True, chat_held=True)) == stage
