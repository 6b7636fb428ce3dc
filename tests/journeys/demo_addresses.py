"""The addresses of a demo, beside those that are always there."""

from accounts.urls import demo_urls as accounts_urls
from config.urls import handler400 as handler400
from config.urls import handler403 as handler403
from config.urls import handler404 as handler404
from config.urls import handler500 as handler500
from config.urls import urlpatterns as usual
from outreach.urls import demo_urls as outreach_urls
from pathways.urls import demo_urls as pathways_urls

urlpatterns = [*pathways_urls, *accounts_urls, *outreach_urls, *usual]
