"""What the log knows of introductions that were closed for another before there was a column for it."""

from django.db import migrations

FROM_THE_LOG = """
    UPDATE pathways_introduction AS mine SET superseded_by_id = taken.subject_id
    FROM pathways_stagechange AS closed JOIN pathways_stagechange AS taken ON taken.id = closed.cause_id
    WHERE mine.stage = 'superseded' AND closed.machine = 'introduction' AND closed.step = 'supersede'
      AND closed.subject_id = mine.id AND taken.machine = 'introduction'
      AND NOT EXISTS (SELECT 1 FROM pathways_stagechange AS back WHERE back.undoes_id = closed.id)
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0005_whole_workflow")]

    operations = [migrations.RunSQL(FROM_THE_LOG, migrations.RunSQL.noop)]
