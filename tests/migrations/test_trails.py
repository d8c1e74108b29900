from records.migrations.trails import note_trails
from records.operations import checking
from tests.office import build_office
from tests.operations.cases import SHOPKEEPER, archive


def test_items_of_an_older_program_learn_where_the_log_tells_of_them(tmp_path):
    office = build_office(tmp_path)
    item = archive(office, office.case(office.applicant(), SHOPKEEPER))
    with office.site() as site:
        noted = site.archives[item].trail
    office.services.database.run(lambda root: delattr(root["site"].archives[item], "trail"))
    before = next(each for each in checking.examine(office.services, item).results if each.id == "CQ-4-7")
    said = []
    office.services.database.run(lambda root: note_trails(root, said.append))
    after = next(each for each in checking.examine(office.services, item).results if each.id == "CQ-4-7")
    with office.site() as site:
        assert site.archives[item].trail == noted
    assert (before.status, before.evidence, after.status) == (
        "not-applicable",
        {"reason": "no-trail"},
        "pass",
    )
    assert said == ["audit entries noted on 1 items"]
    office.close()
