"""Who signs in, for whom, on which programme, and what was recorded of it."""

from accounts.models.audit import Audit, AuditReason
from accounts.models.mail import Mail
from accounts.models.membership import Invitation, Membership
from accounts.models.organisation import Organisation
from accounts.models.programme import BankHoliday, FundingStream, Milestone, PrivacyNotice, Programme, ProgrammePartner, Reason
from accounts.models.sign_in import SignIn, SignInAttempt, SignInCode
from accounts.models.user import User

__all__ = [
    "Audit",
    "AuditReason",
    "BankHoliday",
    "FundingStream",
    "Invitation",
    "Mail",
    "Membership",
    "Milestone",
    "Organisation",
    "PrivacyNotice",
    "Programme",
    "ProgrammePartner",
    "Reason",
    "SignIn",
    "SignInAttempt",
    "SignInCode",
    "User",
]
