"""The reporting view of cases says whether one is paused."""

from django.db import migrations

from analytics.queries.reporting import PAUSED


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_reporting"), ("pathways", "0005_whole_workflow")]
    operations = [migrations.RunSQL(PAUSED, migrations.RunSQL.noop)]
