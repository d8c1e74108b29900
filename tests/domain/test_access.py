"""Who may do what: the printed matrix, the access lists made of it, and the three separated roles."""

from datetime import date

import pytest

from records.domain.access import Cell, Grant, Identity, separation_broken
from records.domain.permissions import Permission
from records.domain.vocabulary import Role
from records.rules.permissions import matrix

TODAY = date(2026, 11, 21)


def somebody(role, unit, *, until=None):
    grant = Grant(role, unit, "云政授〔2026〕1号", date(2026, 1, 1), until)
    return Identity("zhuge", "诸葛慧", unit, (grant,) if grant.holds_on(TODAY) else ())


@pytest.mark.parametrize(
    ("role", "unit", "permission", "of_unit", "state", "allowed"),
    [
        (Role.CLERK, "SCJ", Permission.DOSSIER_ACCEPT, "SCJ", "draft", True),
        (Role.CLERK, "SCJ", Permission.DOSSIER_ACCEPT, "WJW", "draft", False),
        (Role.CLERK, "*", Permission.DOSSIER_ACCEPT, "WJW", "draft", True),
        (Role.CLERK, "SCJ", Permission.DOSSIER_DECIDE, "SCJ", "accepted", False),
        (Role.CLERK, "*", Permission.DOSSIER_ACCEPT, "", "draft", False),
        (Role.REVIEWER, "SCJ", Permission.DOSSIER_DECIDE, "SCJ", "accepted", True),
        (Role.ARCHIVIST, "SCJ", Permission.DOSSIER_VIEW, "SCJ", "accepted", False),
        (Role.ARCHIVIST, "SCJ", Permission.DOSSIER_VIEW, "SCJ", "delivered", True),
        (Role.ADMINISTRATOR, "*", Permission.DOSSIER_VIEW, "SCJ", "delivered", False),
        (Role.ADMINISTRATOR, "*", Permission.AUDIT_VIEW, "", "", False),
        (Role.AUDITOR, "*", Permission.AUDIT_VIEW, "", "", True),
        (Role.AUDITOR, "*", Permission.DOSSIER_VIEW, "SCJ", "delivered", False),
    ],
)
def test_the_matrix_decides_by_role_unit_and_state(role, unit, permission, of_unit, state, allowed):
    assert matrix().permits(somebody(role, unit), permission, unit=of_unit, state=state) is allowed


def test_nobody_may_anything():
    assert not any(matrix().permits(None, permission, unit="SCJ", state="draft") for permission in Permission)


def test_a_letter_that_has_ended_gives_nothing():
    gone = somebody(Role.CLERK, "*", until=date(2026, 11, 20))
    assert gone.principals == frozenset()
    assert somebody(Role.CLERK, "*", until=TODAY).principals == {"role:clerk", "role:clerk@*"}


def test_the_letter_an_act_rests_on_is_named():
    clerk = somebody(Role.CLERK, "SCJ")
    assert clerk.letter_for(Permission.DOSSIER_ACCEPT, "SCJ", matrix()) == "云政授〔2026〕1号"
    assert clerk.letter_for(Permission.DOSSIER_ACCEPT, "WJW", matrix()) == ""


def test_two_of_the_three_separated_roles_are_told():
    assert separation_broken([Role.CLERK, Role.AUDITOR]) == frozenset()
    assert separation_broken([Role.ADMINISTRATOR, Role.AUDITOR]) == {Role.ADMINISTRATOR, Role.AUDITOR}


def test_a_cell_with_a_strange_word_is_refused():
    assert Cell.read(" ") is None
    with pytest.raises(ValueError, match="unknown reach 'some'"):
        Cell.read("some:draft")
