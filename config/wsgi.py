"""The web door."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Needs the models, which the line above has loaded: a wrong key or role ends the process here, before anybody is served.
from config.role import refuse_an_owner  # noqa: E402
from ground.sealing import refuse_wrong_keys  # noqa: E402

refuse_an_owner()
refuse_wrong_keys()
