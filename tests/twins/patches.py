"""What is taken out, one at a time, and which tests must go red for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patch:
    """One place in one file, and what stands there instead; every place must be found so many times."""

    path: str
    old: str
    new: str
    times: int = 1


@dataclass(frozen=True)
class Twin:
    """The product with one thing taken out, and the tests that each go red."""

    name: str
    without: str
    patches: tuple[Patch, ...]
    red: tuple[str, ...]
    #: A patch of a migration needs a database of its own.
    new_database: bool = False


DOOR = "pathways/services/door.py"
MIGRATION = "pathways/migrations/0001_initial.py"

TWINS = (
    Twin(
        "row_lock",
        "the lock on the case and on the row",
        (
            Patch(
                "pathways/services/locking.py",
                'Pathway.objects.select_for_update(no_key=True, of=("self",)).select_related',
                "Pathway.objects.select_related",
            ),
            Patch(DOOR, "rows = type(subject).objects.select_for_update(no_key=True)", "rows = type(subject).objects.all()"),
        ),
        ("tests/pathways/test_race.py::test_of_ten_at_once_one_wins",),
    ),
    Twin(
        "follow",
        "follow(): the case no longer follows its facts",
        (Patch(DOOR, "            let_follow(case=case, cause=change)\n", "            pass\n"),),
        (
            "tests/pathways/test_journey.py::test_one_person_goes_all_the_way_and_the_log_tells_it",
            "tests/pathways/test_integrity.py::test_a_healthy_house_has_nothing_to_find",
        ),
    ),
    Twin(
        "scope",
        "the scope: a worker's or a lead's seat reaches every case",
        (Patch("pathways/scope.py", "seen |= _seat(seat, desk, prefix)", "seen |= ~Q(pk__in=[])"),),
        (
            "tests/pathways/test_scope.py::test_outside_the_scope_there_is_nothing_at_all",
            "tests/pathways/test_scope.py::test_every_address_of_a_foreign_row_is_the_page_of_a_random_id",
            "tests/pathways/test_scope.py::test_a_foreign_step_writes_nothing",
        ),
    ),
    Twin(
        "once_token",
        "the once token: the same form may be taken again",
        (Patch("ground/once.py", "    if used is not None:\n", "    if used is not None and used.status == 0:\n"),),
        (
            "tests/ground/test_once.py::test_the_same_form_again_gets_the_first_answer",
            "tests/pathways/test_race.py::test_one_form_sent_twice_at_once_is_taken_once_and_answered_alike",
        ),
    ),
    Twin(
        "unknown",
        '"unknown counts as not retained"',
        (
            Patch(
                "analytics/figures/retention.py",
                "DUE = (CONFIRMED, NOT_IN_POST, UNKNOWN, DISPUTED, ASKING)",
                "DUE = (CONFIRMED, NOT_IN_POST)",
            ),
        ),
        ("tests/analytics/test_retention_figure.py::test_unknown_counts_as_not_retained_and_is_left_out_of_those_known",),
    ),
    Twin(
        "log_trigger",
        "the trigger by which the log only grows",
        (
            Patch(
                MIGRATION,
                "func=\"RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;\"",
                "func=\"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;\"",
            ),
        ),
        ("tests/pathways/test_log.py::test_even_the_owner_is_refused_by_the_triggers",),
        new_database=True,
    ),
    Twin(
        "stage_trigger",
        "the trigger that holds each stage against the log",
        (Patch(MIGRATION, "IF logged IS DISTINCT FROM kept THEN", "IF false THEN", times=7),),
        (
            "tests/pathways/test_log.py::test_a_stage_changed_behind_the_logs_back_is_refused_at_the_commit",
            "tests/pathways/test_log.py::test_rows_loaded_in_bulk_without_a_log_are_refused_at_the_commit",
        ),
        new_database=True,
    ),
)
