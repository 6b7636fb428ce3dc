"""The wording of texts: what stands in the way of approving one, and how values are put in."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from ground.door import Refused
from outreach.backends.parts import dear_characters, parts_of
from outreach.models import Template
from outreach.services.template import current_template, faults_of, fill, seed_template, tidy
from tests.factories import AT

SAFE = "Hello {first_name}, this is {sender}. Your chat is on {day} at {time}."

REFUSED = {
    "Reply STOP if you must": "command",
    "Text 'stop' to us": "command",
    "Please send yes to say that you come": "command",
    "Reply “Help” and we ring": "command",
    "Answer with start": "command",
    "To go on, type UNSTOP": "command",
    "Come tomorrow": "by its distance",
    "See you next Monday": "by its distance",
    "It is in 3 days": "by its distance",
    "We rang two days ago": "by its distance",
    "Look at bit.ly/abc": "fraud",
    "Your Universal Credit stops": "too much about a person",
    "At the hospital gate": "too much about a person",
    "You earn £12": "too much about a person",
    "Your visa came": "too much about a person",
    "Can you come? Or not?": "more than one question",
    "At {postcode}": "not on the list: postcode",
    "At {day": "stands alone",
}
ALLOWED = [
    "We stopped by and you started well",
    "Reply 1 still in the job, 2 left, 3 please call me",
    "You have said yes to the job",
    "We help where we can",
    "We hope your first days go well",
    "Say yes or no when you ring",
]


@pytest.mark.parametrize(("words", "fault"), REFUSED.items(), ids=REFUSED.keys())
def test_wording_that_would_do_harm_is_refused(words: str, fault: str):
    found = faults_of(f"Hello {{first_name}}, this is {{sender}}. {words}.")
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize("words", ALLOWED)
def test_plain_wording_is_not(words: str):
    assert faults_of(f"Hello {{first_name}}, this is {{sender}}. {words}.") == []


def test_who_writes_stands_in_the_first_words():
    assert faults_of(SAFE) == []
    assert faults_of("{worker} here. Please ring.") == []
    assert faults_of("Your chat is on {day} at {time}. This is {sender}.") == ["It does not say in its first words who is writing."]


def test_a_text_that_promotes_has_no_way_yet():
    assert len(faults_of(SAFE, purpose="marketing")) == 1


def test_over_six_parts_at_its_longest_is_refused():
    assert faults_of(SAFE + "a" * 700) == []
    assert faults_of(SAFE + "a" * 900) == ["It would be sent in 7 parts."]


def test_values_are_plain_text_on_one_line_within_their_room():
    assert fill(SAFE, {"first_name": "Zo\u200bë\nÖ", "sender": "Queen’s", "day": "a\x00b", "time": "9am"}) == (
        "Hello Zoë Ö, this is Queen's. Your chat is on a b at 9am."
    )
    assert fill("A{at_time}{where}.", {"at_time": " at 8:30", "where": ""}) == "A at 8:30."
    assert fill("{first_name}", {"first_name": "{sender}"}) == "{sender}"
    assert tidy("one two three", 13) == "one two three"
    assert tidy("one two three four", 13) == "one two..."
    assert tidy("abcdefghijklmnop", 10) == "abcdefg..."


def test_letters_in_names_are_never_touched():
    assert fill("{first_name}", {"first_name": "Łukasz-Ö’Brien"}) == "Łukasz-Ö'Brien"
    assert dear_characters("Łukasz – Ö’Brien Ł") == ["Ł", "–", "’"]


@pytest.mark.django_db
def test_another_wording_becomes_the_next_edition_and_the_same_changes_nothing():
    first = seed_template(code="x", language="en", body=SAFE, at=AT)
    assert seed_template(code="x", language="en", body=SAFE, at=AT + timedelta(days=1)) == first
    second = seed_template(code="x", language="en", body=SAFE + " Bye.", at=AT + timedelta(days=2))
    first.refresh_from_db()
    assert (first.edition, first.retired_at) == (1, AT + timedelta(days=2))
    assert (second.edition, second.retired_at, second.body) == (2, None, SAFE + " Bye.")
    assert current_template(code="x", language="en") == second
    assert current_template(code="x", language="cy") is None


@pytest.mark.django_db
def test_wording_with_a_fault_is_not_taken_in():
    with pytest.raises(Refused, match="x: It names a day by its distance"):
        seed_template(code="x", language="en", body=SAFE + " Come tomorrow.", at=AT)
    assert Template.objects.count() == 0


class TestParts:
    @pytest.mark.parametrize(
        ("body", "encoding", "count"),
        [
            ("", "GSM-7", 0),
            ("a" * 160, "GSM-7", 1),
            ("a" * 161, "GSM-7", 2),
            ("a" * 306, "GSM-7", 2),
            ("a" * 307, "GSM-7", 3),
            ("€" * 80, "GSM-7", 1),
            ("a" * 152 + "€" + "a" * 151, "GSM-7", 2),
            ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),
            ("я" * 70, "UCS-2", 1),
            ("я" * 71, "UCS-2", 2),
            ("a" * 66 + "\U0001f600" + "a" * 66, "UCS-2", 3),
            ("a" * 60 + "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" + "a" * 63, "UCS-2", 3),
            ("ç", "UCS-2", 1),
            ("\t", "UCS-2", 1),
        ],
    )
    def test_a_pair_never_lies_across_a_border(self, body: str, encoding: str, count: int):
        assert (parts_of(body).encoding, parts_of(body).count) == (encoding, count)

    def test_the_reference_cases(self):
        root = os.environ.get("PATHWAYS_REFERENCE_DATA", "")
        if not root:
            assert os.environ.get("CI", "").lower() not in {"1", "true"}, "PATHWAYS_REFERENCE_DATA is not set"
            pytest.skip("PATHWAYS_REFERENCE_DATA is not set: the reference cases were not read")
        cases = json.loads(Path(root, "sms", "segments.json").read_text(encoding="utf-8"))["cases"]
        assert len(cases) == 43
        wrong = [
            case["id"]
            for case in cases
            if (parts := parts_of(case["body"])).encoding != case["expect"]["encoding"] or parts.count not in case["accept_segments"]
        ]
        assert wrong == []
        disputed = [case for case in cases if case["status"] == "disputed" and case["body"]]
        assert [parts_of(case["body"]).count for case in disputed] == [max(case["accept_segments"]) for case in disputed]
