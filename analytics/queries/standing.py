"""The standing rows of the log: what had happened by a day, as known by a moment.

An undone step and its undo are both out once the undo was recorded; what was entered in error is out once that was recorded.
"""

#: Needs the parameters programme, as_at and known_by. Gives `standing`, and `latest`: the last standing row of each subject.
STANDING = """
WITH known AS MATERIALIZED (
    SELECT l.id, l.machine, l.subject_id, l.pathway_id, l.step, l.to_stage, l.happened_on, l.happened_quality, l.reason
      FROM pathways_stagechange l
      JOIN pathways_pathway p ON p.id = l.pathway_id
     WHERE p.programme_id = %(programme)s
       AND l.recorded_at <= %(known_by)s
       AND l.undoes_id IS NULL
       AND NOT EXISTS (SELECT FROM pathways_stagechange u WHERE u.undoes_id = l.id AND u.recorded_at <= %(known_by)s)
),
void AS (SELECT machine, subject_id FROM known WHERE to_stage = 'void'),
standing AS MATERIALIZED (
    SELECT k.*
      FROM known k
     WHERE k.happened_on <= %(as_at)s
       AND NOT EXISTS (SELECT FROM void v WHERE v.machine = k.machine AND v.subject_id = k.subject_id)
       AND NOT EXISTS (SELECT FROM void v WHERE v.machine = 'pathway' AND v.subject_id = k.pathway_id)
),
latest AS MATERIALIZED (
    SELECT DISTINCT ON (machine, subject_id) machine, subject_id, pathway_id, to_stage, happened_on, happened_quality, reason
      FROM standing
     ORDER BY machine, subject_id, id DESC
)
"""
