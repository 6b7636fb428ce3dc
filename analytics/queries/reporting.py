"""The reporting schema: views that others may read for years. Columns are only ever added.

No names, contacts, free text or equality answers. The ids are `reporting_id`, which differ from those in pages; `reporting_id` the
command tells which is which, and writes that down. A migration that drops or alters a column read here drops the views first and
makes them again: `DROP` and `CREATE` are for that.
"""

from __future__ import annotations

from string import Template

from analytics.figures.equality import AGE_BANDS
from pathways.workflow.introduction import LIVE
from pathways.workflow.pathway import OPEN, PHASE_OF
from pathways.workflow.retention_check import UNSETTLED

#: What a page's id may be an id of: kind -> table.
TABLES: dict[str, str] = {
    "person": "candidates_candidate",
    "pathway": "pathways_pathway",
    "interview": "pathways_interview",
    "training_place": "pathways_trainingplace",
    "introduction": "pathways_introduction",
    "placement": "pathways_placement",
    "pre_employment_check": "pathways_preemploymentcheck",
    "retention_check": "pathways_retentioncheck",
    "stage_change": "pathways_stagechange",
    "course": "pathways_course",
    "import_run": "pathways_importrun",
    "message": "outreach_message",
    "line": "outreach_phoneline",
    "heading": "employers_careerheading",
    "user": "accounts_user",
    "membership": "accounts_membership",
    "organisation": "accounts_organisation",
    "programme": "accounts_programme",
    "audit": "accounts_audit",
}
#: The machines of the log, and where their subjects are.
_MACHINES = ("pathway", "interview", "training_place", "introduction", "placement", "pre_employment_check", "retention_check", "heading")

_PARTS = {
    "phases": " ".join(f"WHEN '{stage}' THEN '{phase}'" for stage, phase in PHASE_OF.items()),
    "open": ", ".join(f"'{stage}'" for stage in OPEN),
    "subject": " ".join(
        Template("WHEN '$machine' THEN (SELECT s.reporting_id FROM $table s WHERE s.id = l.subject_id)").substitute(
            machine="career_heading" if machine == "heading" else machine, table=TABLES[machine]
        )
        for machine in _MACHINES
    ),
    "object": " ".join(
        Template("WHEN '$label' THEN (SELECT o.reporting_id FROM $table o WHERE o.uuid = a.object)").substitute(
            label=table.replace("_", ".", 1), table=table
        )
        for table in TABLES.values()
    ),
    "age": " ".join(
        f"WHEN extract(year FROM age(c.created_at, c.date_of_birth)) BETWEEN {first} AND {last} THEN '{name}'"
        for name, first, last in AGE_BANDS["age"]
    ),
    "live": ", ".join(f"'{stage}'" for stage in LIVE),
    "unsettled": ", ".join(f"'{stage}'" for stage in UNSETTLED),
}

_BODIES: dict[str, str] = {
    "person": """
        SELECT c.reporting_id AS person, o.reporting_id AS organisation, g.reporting_id AS programme,
               CASE WHEN c.died_on IS NOT NULL THEN 'died' WHEN p.id IS NULL THEN 'no case'
                    WHEN p.stage IN ($open) THEN 'open' ELSE 'closed' END AS state,
               date(c.created_at AT TIME ZONE 'Europe/London') AS created_on,
               CASE $age WHEN c.date_of_birth IS NOT NULL THEN 'check' END AS age_band,
               nullif(w.ward_code, '') AS ward_code, w.edition AS ward_edition, nullif(p.source, '') AS source,
               to_date(NULL, 'YYYY') AS erased_on
          FROM candidates_candidate c
          JOIN accounts_organisation o ON o.id = c.organisation_id
          LEFT JOIN LATERAL (SELECT * FROM pathways_pathway x WHERE x.candidate_id = c.id AND x.stage <> 'void'
                              ORDER BY x.id DESC LIMIT 1) p ON true
          LEFT JOIN accounts_programme g ON g.id = p.programme_id
          LEFT JOIN LATERAL (SELECT k.ward_code, k.edition FROM candidates_address a
                               JOIN candidates_addressplace k ON k.address_id = a.id
                              WHERE a.candidate_id = c.id AND a.valid_to IS NULL AND a.replaced_by_id IS NULL
                              ORDER BY k.looked_up_on DESC, k.id DESC LIMIT 1) w ON true""",
    "pathway": """
        SELECT p.reporting_id AS pathway, c.reporting_id AS person, g.reporting_id AS programme, o.reporting_id AS organisation,
               u.reporting_id AS owner, p.attempt, p.stage, CASE p.stage $phases END AS phase, p.version, p.opened_on, p.closed_on,
               nullif(p.close_reason, '') AS close_reason, $paused AS paused
          FROM pathways_pathway p
          JOIN candidates_candidate c ON c.id = p.candidate_id
          JOIN accounts_programme g ON g.id = p.programme_id
          JOIN accounts_organisation o ON o.id = p.organisation_id
          LEFT JOIN accounts_user u ON u.id = p.owner_id""",
    "stage_change": """
        SELECT l.reporting_id AS stage_change, l.machine, CASE l.machine $subject END AS subject, p.reporting_id AS pathway,
               c.reporting_id AS person, l.step, l.from_stage, l.to_stage, l.actor_kind, u.reporting_id AS actor,
               o.reporting_id AS organisation, nullif(l.said_by, '') AS said_by, l.happened_on, l.happened_quality, l.recorded_at,
               l.id AS sequence, nullif(l.reason, '') AS reason, k.reporting_id AS cause, d.reporting_id AS undoes,
               r.reporting_id AS import_run
          FROM pathways_stagechange l
          LEFT JOIN pathways_pathway p ON p.id = l.pathway_id
          LEFT JOIN candidates_candidate c ON c.id = p.candidate_id
          LEFT JOIN accounts_user u ON u.id = l.actor_id
          LEFT JOIN accounts_organisation o ON o.id = l.organisation_id
          LEFT JOIN pathways_stagechange k ON k.id = l.cause_id
          LEFT JOIN pathways_stagechange d ON d.id = l.undoes_id
          LEFT JOIN pathways_importrun r ON r.id = l.import_run_id""",
    "introduction": """
        SELECT i.reporting_id AS introduction, p.reporting_id AS pathway, c.reporting_id AS person, o.reporting_id AS employer,
               h.reporting_id AS heading, i.stage, i.version, i.sent_on, i.offered_on,
               CASE WHEN i.stage NOT IN ($live)
                    THEN last.happened_on END AS closed_on,
               CASE WHEN i.stage NOT IN ($live)
                    THEN nullif(last.reason, '') END AS close_reason
          FROM pathways_introduction i
          JOIN pathways_pathway p ON p.id = i.pathway_id
          JOIN candidates_candidate c ON c.id = p.candidate_id
          JOIN accounts_organisation o ON o.id = i.employer_id
          JOIN employers_careerheading h ON h.id = i.heading_id
          LEFT JOIN LATERAL (SELECT happened_on, recorded_at, reason FROM pathways_stagechange
                              WHERE machine = 'introduction' AND subject_id = i.id ORDER BY id DESC LIMIT 1) last ON true""",
    "placement": """
        SELECT j.reporting_id AS placement, p.reporting_id AS pathway, i.reporting_id AS introduction, o.reporting_id AS employer,
               j.kind, j.stage, j.version, j.first_day, j.last_day, n.reporting_id AS continues,
               nullif(j.leave_reason, '') AS leave_reason
          FROM pathways_placement j
          JOIN pathways_pathway p ON p.id = j.pathway_id
          LEFT JOIN pathways_introduction i ON i.id = j.introduction_id
          LEFT JOIN accounts_organisation o ON o.id = j.employer_id
          LEFT JOIN pathways_placement n ON n.id = j.continues_id""",
    "retention_check": """
        SELECT r.reporting_id AS "check", j.reporting_id AS placement, r.milestone, r.due_on,
               r.window_ends, r.stage AS state, nullif(r.grade, '') AS evidence_grade, r.known_on,
               CASE WHEN r.stage NOT IN ($unsettled) THEN last.recorded_at END AS settled_at
          FROM pathways_retentioncheck r
          JOIN pathways_placement j ON j.id = r.placement_id
          LEFT JOIN LATERAL (SELECT happened_on, recorded_at, reason FROM pathways_stagechange
                              WHERE machine = 'retention_check' AND subject_id = r.id ORDER BY id DESC LIMIT 1) last ON true""",
    "training_place": """
        SELECT t.reporting_id AS training_place, p.reporting_id AS pathway, c.reporting_id AS course, t.stage
          FROM pathways_trainingplace t
          JOIN pathways_pathway p ON p.id = t.pathway_id
          JOIN pathways_course c ON c.id = t.course_id""",
    "message": """
        SELECT m.reporting_id AS message, n.reporting_id AS line, s.reporting_id AS resend_of, nullif(m.reason, '') AS reason,
               false AS bulk, c.reporting_id AS person, 'out' AS direction, m.purpose, m.delivery_class,
               encode(sha256(convert_to(m.occasion, 'UTF8')), 'hex') AS occasion_digest, nullif(m.backend, '') AS backend,
               nullif(m.provider_id, '') AS provider_id, m.state, nullif(m.provider_status, '') AS provider_status,
               nullif(m.error_code, '') AS error_code, m.attempt, m.possible_duplicate, m.parts, m.created_at, m.not_before,
               m.attempt_at, m.accepted_at, m.final_at, m.expires_at
          FROM outreach_message m
          JOIN candidates_candidate c ON c.id = m.candidate_id
          LEFT JOIN outreach_phoneline n ON n.id = m.line_id
          LEFT JOIN outreach_message s ON s.id = m.resend_of_id""",
    "import_run": """
        SELECT r.reporting_id AS import_run, o.reporting_id AS organisation, r.kind, r.file_digest, r.state, r.rows_read, r.rows_created,
               r.rows_changed, r.rows_unchanged, r.rows_undecided, r.rows_rejected, r.started_at, r.finished_at, r.undone_at
          FROM pathways_importrun r
          JOIN accounts_organisation o ON o.id = r.organisation_id""",
    "audit": """
        SELECT a.reporting_id AS audit, a.at, u.reporting_id AS actor, m.reporting_id AS membership, o.reporting_id AS organisation,
               a.action, a.object_kind, CASE a.object_kind $object END AS object, c.reporting_id AS person, a.fields, a.rows, a.route,
               CAST(NULL AS bigint) AS sealed_in
          FROM accounts_audit a
          LEFT JOIN accounts_user u ON u.id = a.actor_id
          LEFT JOIN accounts_membership m ON m.id = a.membership_id
          LEFT JOIN accounts_organisation o ON o.id = a.organisation_id
          LEFT JOIN candidates_candidate c ON c.uuid = a.person""",
}

#: As the first migration made them, before cases could be paused.
VIEWS: dict[str, str] = {name: Template(body).substitute(_PARTS, paused="false") for name, body in _BODIES.items()}

DROP = "DROP SCHEMA IF EXISTS reporting CASCADE"
CREATE = "; ".join(
    ["CREATE SCHEMA IF NOT EXISTS reporting", *(f"CREATE OR REPLACE VIEW reporting.{name} AS {body}" for name, body in VIEWS.items())]
)
#: What later migrations made anew, each view under its own name.
PAUSED = "CREATE OR REPLACE VIEW reporting.pathway AS " + Template(_BODIES["pathway"]).substitute(
    _PARTS, paused="(p.paused_on IS NOT NULL)"
)
