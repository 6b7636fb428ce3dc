"""The way in, one's own account, and who is let in."""

from django.conf import settings
from django.urls import URLPattern, path

from accounts.views import account, demo, holidays, languages, password, programmes, public, second_factor, sign_in, users

demo_urls: list[URLPattern] = [
    path("demo/mailbox/", demo.mailbox, name="demo_mailbox"),
    path("demo/day/", demo.day, name="demo_day"),
]
urlpatterns = [
    *(demo_urls if settings.DEMO else []),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-in/choose/", sign_in.choose_place, name="choose_place"),
    path("sign-in/go-on/", sign_in.go_on, name="sign_in_go_on"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("second-factor/codes/", second_factor.recovery_codes, name="recovery_codes"),
    path("password-reset/", password.password_reset, name="password_reset"),
    path("password-reset/<uuid:uuid>/<str:token>/", password.new_password, name="new_password"),
    path("invitation/<str:token>/", password.invitation, name="invitation"),
    path("account/", account.account, name="account"),
    path("account/sign-ins/<uuid:uuid>/end/", account.end_sign_in, name="end_sign_in"),
    path("settings/programmes/", programmes.programmes, name="programmes"),
    path("settings/programmes/<uuid:uuid>/", programmes.programme_settings, name="programme_settings"),
    path("settings/programmes/<uuid:uuid>/rules/<slug:code>/", programmes.change_rule, name="change_rule"),
    path("settings/programmes/<uuid:uuid>/milestones/<slug:code>/", programmes.change_milestone, name="change_milestone"),
    path("settings/programmes/<uuid:uuid>/reasons/<slug:kind>/", programmes.reasons, name="programme_reasons"),
    path("settings/programmes/<uuid:uuid>/reasons/<slug:kind>/add/", programmes.change_reason, name="add_reason"),
    path("settings/programmes/<uuid:uuid>/reasons/<slug:kind>/<slug:code>/", programmes.change_reason, name="change_reason"),
    path("settings/bank-holidays/", holidays.bank_holidays, name="bank_holidays"),
    path("settings/bank-holidays/add/", holidays.add_bank_holiday, name="add_bank_holiday"),
    path("settings/bank-holidays/<uuid:uuid>/take-off/", holidays.take_off_bank_holiday, name="take_off_bank_holiday"),
    path("settings/languages/", languages.languages, name="languages"),
    path("settings/languages.csv", languages.languages_file, name="languages_file"),
    path("privacy-notice/", public.privacy_notice, name="privacy_notice"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("settings/users/", users.users, name="users"),
    path("settings/users/invite/", users.invite, name="invite"),
    path("settings/users/<uuid:uuid>/end/", users.end_membership, name="end_membership"),
    path("settings/users/<uuid:uuid>/second-factor/", users.take_away_second_factor, name="take_away_second_factor"),
    path("settings/users/invitations/<uuid:uuid>/again/", users.send_invitation_again, name="send_invitation_again"),
    path("settings/users/invitations/<uuid:uuid>/cancel/", users.cancel_invitation, name="cancel_invitation"),
]
