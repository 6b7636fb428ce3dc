"""The addresses of a demo, beside those that are always there."""

from accounts.urls import demo_urls as of_accounts
from config.urls import handler404 as handler404
from config.urls import urlpatterns as usual
from outreach.urls import demo_urls as of_outreach

urlpatterns = [*of_accounts, *of_outreach, *usual]
