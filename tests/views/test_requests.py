from pyramid.request import Request


def test_all_requests_are_of_one_class_that_knows_what_the_house_adds(office):
    one, two = (office.app.request_context({}).request for _ in range(2))
    assert type(one) is type(two)
    assert isinstance(one, Request)
    assert type(one) is not Request
    added = {"after_commit", "database", "log_in", "note_read", "now", "site", "tm", "today", "zodb_root"}
    assert added <= set(vars(type(one)))


def test_what_is_reckoned_once_belongs_to_one_request(office):
    one = office.app.request_context({}).request
    before = one.now
    office.clock.advance(days=1)
    assert one.now == before
    assert (office.app.request_context({}).request.now - before).days == 1
