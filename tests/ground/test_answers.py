"""Every answer is one of the house's: never a 500, never a name in a log."""

import json
import logging
import re
from datetime import timedelta
from gzip import decompress

import pytest
from django.db import connection
from django.test import Client

from ground.clock import real_now
from ground.jobs import all_jobs
from ground.log import Lines, discreet, json_line
from ground.models import JobRun, KeyProof
from tests.signing_in import sign_in

pytestmark = pytest.mark.urls("tests.ground.pages")


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("conflict", 409, "This step is not open any more."),
        ("refused", 422, "There is no such day."),
        ("not-yours", 403, "Your role may not do this."),
        ("busy", 503, "The service is busy."),
        ("missing", 404, "Page not found"),
        ("away", 503, "does not work at the moment"),
        ("unforeseen", 503, "tell whoever looks after the service this reference"),
    ],
)
def test_each_fault_has_its_page(db, client, how, status, words):
    answer = client.post(f"/wrong/{how}/", {"note": "typed with care"})
    assert answer.status_code == status
    assert words in answer.content.decode()
    if status not in (403, 404):
        assert "typed with care" in answer.content.decode()
    if status == 503:
        assert int(answer["Retry-After"]) >= 1


def test_a_sentence_the_database_refuses_is_a_503_too(db, client):
    assert client.get("/wrong/long/").status_code == 503


def test_what_is_missing_has_one_body(db, client):
    bodies = {client.get(address).content for address in ("/wrong/missing/", "/no/such/address/", "/wrong/missing/?x=1")}
    assert len(bodies) == 1
    assert b"Ruth" not in bodies.pop()


def test_with_debug_a_fault_rises(db, client, settings):
    settings.DEBUG = True
    with pytest.raises(KeyError):
        client.get("/wrong/unforeseen/")


@pytest.mark.parametrize("address", ["/when/?q=%00", "/when/?q=%ff%fe", "/wrong/a%00b/", "/when/?%c3%28=1"])
def test_an_address_that_is_no_text_is_400(db, client, address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("body", ["name=%00", "name=%ff", "na%00me=1", "name=a%c3%28"])
def test_a_form_that_is_no_text_is_400(db, client, body):
    assert client.post("/add/", body, content_type="application/x-www-form-urlencoded").status_code == 400


def test_a_form_in_parts_with_a_nul_is_400(db, client):
    assert client.post("/add/", {"name": "a\0b"}).status_code == 400
    assert client.post("/add/", b"--x\r\nbroken", content_type="multipart/form-data; boundary=x").status_code in (400, 422)
    assert client.post("/add/", b"x", content_type="multipart/form-data").status_code == 400


def test_text_in_any_script_passes(db, client):
    for name in ("Zoë Łukasz-O’Neill", "محمد", "张伟", "🙂"):
        assert name in client.post("/wrong/refused/", {"name": name}).content.decode()


def test_a_body_over_the_cap_is_413(db, client):
    assert client.post("/add/", "name=" + "x" * 1_100_000, content_type="application/x-www-form-urlencoded").status_code == 413
    assert client.post("/add/", {"name": "x" * 1_100_000}).status_code == 413


def test_too_many_fields_are_400(db, client):
    body = "&".join(f"f{n}=1" for n in range(5_001))
    assert client.post("/add/", body, content_type="application/x-www-form-urlencoded").status_code == 400


def test_a_hook_takes_its_body_as_it_is(db, client):
    assert client.post("/hooks/any", "Body=%00", content_type="application/x-www-form-urlencoded").content == b"8"


def test_the_stale_page_shows_both_sides_and_both_ways_on(db, client):
    posted = {"name": "Ruth Ann", "family": "care", "version": "7", "once": "used", "csrfmiddlewaretoken": "x"}
    posted |= {"born_day": "2", "born_month": "Mar", "born_year": "1991"}
    page = client.post("/edit/", posted).content.decode()
    for words in ("Ruth Ann", "Ruth", "Healthcare", "Administration", "Changed by Dawn Hill", "Use mine", "Use theirs"):
        assert words in page
    assert all(day in page for day in ("2 March 1991", "21 November 1990"))
    assert "&#x27;" not in page
    assert '<input type="hidden" name="version" value="8">' in page
    assert 'value="used"' not in page
    assert page.count("Different") == 3


def test_pages_of_somebody_signed_in_are_not_stored(db, client, django_user_model):
    assert "Cache-Control" not in client.get("/when/").headers
    person = django_user_model.objects.create(**{django_user_model.USERNAME_FIELD: "a@example.org"})
    sign_in(client, person)
    answer = client.get("/when/")
    assert "no-store" in answer["Cache-Control"]


def test_a_page_is_sent_small_to_whoever_takes_it_so_and_its_size_tells_nothing(db, client):
    plain = client.get("/nowhere/").content
    sent = [client.get("/nowhere/", headers={"accept-encoding": "gzip"}) for _ in range(12)]
    assert {answer.headers["Content-Encoding"] for answer in sent} == {"gzip"}
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in sent)
    assert {decompress(answer.content) for answer in sent} == {plain}
    assert max(len(answer.content) for answer in sent) < len(plain)
    assert len({len(answer.content) for answer in sent}) > 3


def test_a_form_without_its_csrf_stamp_is_403(db):
    answer = Client(enforce_csrf_checks=True).post("/add/", {"name": "Ruth"})
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


def test_healthz_touches_nothing(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_is_red_with_a_wrong_sealing_key(db, client, settings):
    before = client.get("/readyz").json()["parts"]
    assert (before["database"], before["sealing_key"]) == ("ok", "ok")
    settings.FIELD_KEYS = {next(iter(settings.FIELD_KEYS)): b"x" * 32}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["sealing_key"]) == (503, "wrong")


def test_jobs_health_wants_its_token_and_tells_what_is_late(db, client, settings):
    assert client.get("/healthz/jobs").status_code == 403
    settings.METRICS_TOKEN = "a token"
    assert client.get("/healthz/jobs", headers={"Authorization": "Bearer another"}).status_code == 403
    right = {"Authorization": "Bearer a token"}
    with connection.cursor() as cursor:  # the tests' database may be old by now
        cursor.execute("UPDATE django_migrations SET applied = %s", [real_now()])
    assert client.get("/healthz/jobs", headers=right).status_code == 200
    ended = real_now() - timedelta(hours=3)
    JobRun.objects.create(
        job="expire", period="1", state="done", started_at=ended, heartbeat_at=ended, lease_until=ended, finished_at=ended
    )
    answer = client.get("/healthz/jobs", headers=right)
    assert (answer.status_code, answer.json()["late"]) == (503, ["expire"])


def test_a_site_whose_worker_never_ran_is_late_with_every_job(db, client, settings):
    settings.METRICS_TOKEN = "a token"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = applied - interval '400 days'")
    answer = client.get("/healthz/jobs", headers={"Authorization": "Bearer a token"})
    assert answer.status_code == 503
    assert set(answer.json()["late"]) == set(all_jobs())


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("GET /me/Zk3-9aabbccddeeff0011223344/ 200", "GET /me/<token>/ 200"),
        ("/people/8c3f2c80-0f4e-4a7e-9a3e-1b2c3d4e5f60/", "/people/8c3f2c80-0f4e-4a7e-9a3e-1b2c3d4e5f60/"),
        ("GET /people/?q=ruth+miller", "GET /people/"),
        ("sent to 07700 900123", "sent to <number>"),
        ("mail for ruth@example.org", "mail for <mailbox>"),
    ],
)
def test_a_log_line_names_nobody(said, kept):
    assert discreet(said) == kept


def test_a_fault_is_logged_without_its_words():
    try:
        KeyProof.objects.model(name="Ruth").no_such_thing  # noqa: B018
    except AttributeError as fault:
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "broke", (), (type(fault), fault, fault.__traceback__))
    line = json.loads(json_line(None, "error", {"event": "broke", "_record": record, "_from_structlog": False}))
    assert (line["event"], line["level"], line["fault"]) == ("broke", "error", "builtins.AttributeError")
    assert "no_such_thing" not in json.dumps({key: value for key, value in line.items() if key != "frames"})
    assert line["frames"][-1].endswith("test_a_fault_is_logged_without_its_words")


def test_a_fault_in_a_view_is_logged_by_its_reference(db, client, caplog):
    page = client.get("/wrong/unforeseen/?q=ruth").content.decode()
    lines = [json.loads(Lines().format(record)) for record in caplog.records]
    line = next(one for one in lines if one["event"] == "unforeseen fault")
    assert line["reference"] in page
    assert (line["alarm"], line["route"], line["fault"]) == (True, "goes_wrong", "builtins.KeyError")
    assert line["frames"][-1].endswith(" goes_wrong")
    assert not {"Ruth", "900123", "127.0.0.1", "ruth"} & set(re.findall(r"[\w.]+", json.dumps(lines)))
