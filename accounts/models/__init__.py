"""Who signs in, for whom, on which programme, and what was recorded of it."""

from accounts.models.audit import Audit, AuditReason
from accounts.models.block import ConflictBlock
from accounts.models.cover import Cover
from accounts.models.mail import Mail
from accounts.models.membership import Invitation, Membership
from accounts.models.organisation import Organisation
from accounts.models.programme import BankHoliday, FundingStream, Milestone, PrivacyNotice, Programme, ProgrammePartner, Reason
from accounts.models.rule import DaysBefore, History, ProgrammeRule, Standing, held_on, rule_where, rules_of_each
from accounts.models.sign_in import SignIn, SignInAttempt, SignInCode
from accounts.models.user import User

__all__ = [
    "Audit",
    "AuditReason",
    "BankHoliday",
    "ConflictBlock",
    "Cover",
    "DaysBefore",
    "FundingStream",
    "History",
    "Invitation",
    "Mail",
    "Membership",
    "Milestone",
    "Organisation",
    "PrivacyNotice",
    "Programme",
    "ProgrammePartner",
    "ProgrammeRule",
    "Reason",
    "SignIn",
    "SignInAttempt",
    "SignInCode",
    "Standing",
    "User",
    "held_on",
    "rule_where",
    "rules_of_each",
]
